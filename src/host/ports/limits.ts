/**
 * Limits of a host: bounds on memory, requests and waits that would otherwise grow with outside input.
 * @module
 */

/** The most events that wait for one call. A busy call has a few per second, so this is several minutes of them. */
export const MAILBOX_LIMIT = 1_000

/** The most events of one call in one commit. */
export const BATCH_LIMIT = 64

/**
 * A batch with at least this many changes lets other work run between its steps, its commit and its announcement: each
 * takes tens of milliseconds.
 */
export const LARGE_BATCH = 1_000

/**
 * How often a batch is stepped again because another instance committed first. Each time the other instance has made
 * progress.
 */
export const CONFLICT_RETRIES = 16

/** The first wait before a message of the host is committed again, in milliseconds; it doubles. */
export const STORE_RETRY_MS = 100

/** The longest such wait, in milliseconds. */
export const LONGEST_STORE_RETRY_MS = 30_000

/** The wait before the host asks the store again for the lease of an effect, in milliseconds. */
export const CLAIM_RETRY_MS = 1_000

/**
 * The most running requests of one host that the application asked for: invites, removals, mutes, hang-ups. They have
 * their own slots, so that none waits for the queries of other calls.
 */
export const COMMANDS_IN_FLIGHT = 32

/**
 * The most running queries of one host: fetches of calls and rosters, keepAlives. That is twice the concurrency of the
 * transport to Graph; more would only wait in its queue, ahead of the application's next request.
 */
export const QUERIES_IN_FLIGHT = 32

/** The most running requests of one call. */
export const REQUESTS_IN_FLIGHT_PER_CALL = 8

/**
 * The time after which a request is unconfirmed, in milliseconds from its first claim; it may wait as long for that
 * claim. A transport gives up long before (the one to Graph after about a minute).
 */
export const REQUEST_TIMEOUT_MS = 120_000

/** How long a lease lasts without being renewed, in milliseconds. */
export const LEASE_MS = 5_000

/** How often a host renews a lease within its length, so that one renewal may be late or fail. */
export const RENEWALS_PER_LEASE = 3

/**
 * About how much memory decoded calls may take, in bytes; the others are loaded when something happens to them. Enough for
 * 10,000 calls of ten participants.
 */
export const CACHE_BYTES = 256 * 1024 * 1024

/** About what a decoded call takes without its participants, in bytes. Measured at half of it. */
export const CALL_BYTES = 4_096

/** About what a participant of a decoded call takes, with its evidence and indexes, in bytes. Measured at half of it. */
export const PARTICIPANT_BYTES = 2_048

/**
 * The most adopted calls without a positive answer of the service. A sender with a valid token can name any number of
 * calls, and each costs a row, memory and requests until the service answers. One body can name as many.
 */
export const UNPROVED_CALLS = 1_000

/** The most calls that are resumed at the same time after a start. */
export const RESUMING_CALLS = 8

/** How many journal entries are read at a time. */
export const JOURNAL_PAGE = 256

/**
 * The first wait before a durable subscriber that failed receives the same change again, in milliseconds; it doubles. A
 * database or queue whose connection was cut is usually back after a second, and more attempts would not help it.
 */
export const SUBSCRIBER_RETRY_MS = 1_000

/** The longest such wait, in milliseconds: a subscriber continues at most a minute after its database is back. */
export const LONGEST_SUBSCRIBER_RETRY_MS = 60_000

/** The invitees of one invite request if the transport names no limit: every service accepts one. */
export const INVITEES_PER_REQUEST = 1

/**
 * The shortest time between two resyncs of a call, in milliseconds; with less, list requests would follow each other.
 */
export const LEAST_RESYNC_MS = 1_000

/** Graph: "Maximum limit is 256 chars" for a `clientContext`. */
export const CLIENT_CONTEXT_LIMIT = 256

/** How long `close` waits for running requests, in milliseconds, if the host uses the system clock. */
export const DRAIN_MS = 5_000

/**
 * How long `close` waits for each operation of the store, in milliseconds: longer than a busy disk needs, shorter than
 * the time that a process is given to end.
 */
export const STORE_CLOSING_MS = 5_000
