/**
 * Limits of a host. Each bounds something that would otherwise grow with what others do.
 * @module
 */

/** Events that may wait for one call. A busy call sees a few a second; this is minutes of them. */
export const MAILBOX_LIMIT = 1_000

/** Events of one call that share a commit. */
export const BATCH_LIMIT = 64

/** A batch with so many changes gives way to other work between its steps, its commit and its announcement: each takes tens of milliseconds. */
export const LARGE_BATCH = 1_000

/** How often a batch is stepped again because another instance committed first. Each time another instance has made progress. */
export const CONFLICT_RETRIES = 16

/** The wait before a message of the host is committed again; it doubles. */
export const STORE_RETRY_MS = 100

/** The longest such wait. */
export const LONGEST_STORE_RETRY_MS = 30_000

/** The wait before the store is asked again for the lease of an effect. */
export const CLAIM_RETRY_MS = 1_000

/**
 * Requests of one host under way that the application asked for: invites, removals, mutes, hang-ups. They have slots of
 * their own, so that none waits for the queries of other calls, however many those are.
 */
export const COMMANDS_IN_FLIGHT = 32

/**
 * Queries of one host under way: fetches of calls and rosters, keepAlives. Two rounds of what Graph's transport has under way
 * at once; more would only stand in its queue, before what the application asks for next.
 */
export const QUERIES_IN_FLIGHT = 32

/** Requests of one call under way. */
export const REQUESTS_IN_FLIGHT_PER_CALL = 8

/**
 * After this a request counts as not confirmed, measured from its first claim; before that, it may be queued for as long. A
 * transport gives up long before (Graph's: about a minute).
 */
export const REQUEST_TIMEOUT_MS = 120_000

/** How long an instance keeps its leases without renewing them. */
export const LEASE_MS = 5_000

/** A host renews its leases this often within their time: one renewal may come late or fail. */
export const RENEWALS_PER_LEASE = 3

/** Calls kept decoded in memory; the others are loaded when something happens to them. */
export const LOADED_CALLS = 1_000

/**
 * Adopted calls that the service has not answered about yet. A sender that the webhook trusts can name any
 * number of calls; each costs a row, a place in memory and requests until the service is heard. As many as one body may name.
 */
export const UNPROVED_CALLS = 1_000

/** Calls resumed at the same time after a start. */
export const RESUMING_CALLS = 8

/** Journal entries read at a time. */
export const JOURNAL_PAGE = 256

/**
 * The wait before a durable subscriber that failed gets the same change again; it doubles. What a subscriber writes to
 * (a database, a queue) is back after a second when its connection was cut, and is not helped by more attempts than that.
 */
export const SUBSCRIBER_RETRY_MS = 1_000

/** The longest such wait: once what it writes to is back, a subscriber goes on within a minute. */
export const LONGEST_SUBSCRIBER_RETRY_MS = 60_000

/** Invitees of one invite request where the transport does not say how many it may carry: every service takes one. */
export const INVITEES_PER_REQUEST = 1

/** The shortest time between two resyncs of a call: asked for more often, one list of participants would follow the other. */
export const LEAST_RESYNC_MS = 1_000

/** Graph: "Maximum limit is 256 chars" for a `clientContext`. */
export const CLIENT_CONTEXT_LIMIT = 256

/** How long `close` waits for requests under way when real time passes by itself. */
export const DRAIN_MS = 5_000

/** How long `close` waits for each thing that the store has to do: longer than a disk that is busy takes, shorter than a process is given to end. */
export const STORE_CLOSING_MS = 5_000
