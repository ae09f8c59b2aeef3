/**
 * `docs/security.md`: what the library defends against, what it relies on, and its limits as the source has them.
 * @module
 */
import { limitsTable } from './limits.ts'

/** The limits that bound what others can make a bot do, by the file that has them. */
export const securityLimits = {
  'src/webhook/handler.ts': ['BODY_LIMIT', 'BODY_TIMEOUT_MS'],
  'src/webhook/node-listener.ts': ['DRAIN_LIMIT'],
  'src/graph/wire/json-reader.ts': ['BODY_DEPTH_LIMIT', 'BODY_VALUES_LIMIT', 'INT64_LIMIT'],
  'src/graph/wire/notifications.ts': ['BODY_FACTS_LIMIT', 'QUOTE_LIMIT'],
  'src/graph/webhook/token-verifier.ts': ['HEADER_LIMIT', 'CLOCK_SKEW_SECONDS'],
  'src/graph/webhook/verified-tokens.ts': ['VERIFIED_TOKENS_LIMIT'],
  'src/graph/webhook/signing-keys.ts': [
    'REFRESH_AFTER_MS',
    'STALE_FOR_MS',
    'KEYS_COOLDOWN_MS',
    'KEYS_RETRY_MS',
    'KEYS_TIMEOUT_MS',
    'KEYS_DOCUMENT_LIMIT',
  ],
  'src/graph/transport/transport.ts': [
    'ATTEMPT_TIMEOUT_MS',
    'MAX_ATTEMPTS',
    'MAX_ELAPSED_MS',
    'MAX_CONCURRENT',
    'MAX_RESPONSE_BYTES',
    'MAX_PAGES',
  ],
  'src/graph/transport/limiter.ts': ['QUEUE_LIMIT'],
  'src/graph/transport/service-errors.ts': ['MESSAGE_LIMIT', 'SEARCH_LIMIT', 'NESTING_LIMIT'],
  'src/graph/wire/request-bodies.ts': ['ID_LIMIT', 'INVITEE_LIMIT', 'CLIENT_CONTEXT_LIMIT', 'REDIRECT_TARGET_LIMIT'],
  'src/graph/transport/http-attempt.ts': ['CAUSE_LIMIT'],
  'src/call/model/ids.ts': ['CALL_ID_LIMIT'],
  'src/call/model/reference.ts': ['REFERENCE_LIMIT'],
  'src/call/roster/reconcile.ts': ['PARTICIPANT_LIMIT'],
  'src/call/model/identity-lookup.ts': ['KIND_SETS_LIMIT'],
  'src/call/model/evidence.ts': ['TRAIL_LIMIT'],
  'src/call/codec/schema.ts': ['JSON_DEPTH_LIMIT', 'NAME_LIMIT'],
  'src/call/invitations.ts': ['UNMATCHED_OPERATIONS_LIMIT'],
  'src/call/roster-fetch.ts': ['FETCH_ATTEMPTS', 'LONGEST_REFETCH_WAIT_MS'],
  'src/call/removals.ts': ['REMOVAL_ATTEMPTS', 'LONGEST_RETRY_MS'],
  'src/host/ports/limits.ts': [
    'MAILBOX_LIMIT',
    'BATCH_LIMIT',
    'UNPROVED_CALLS',
    'COMMANDS_IN_FLIGHT',
    'QUERIES_IN_FLIGHT',
    'REQUESTS_IN_FLIGHT_PER_CALL',
    'REQUEST_TIMEOUT_MS',
    'LEASE_MS',
    'LOADED_CALLS',
    'RESUMING_CALLS',
    'JOURNAL_PAGE',
    'INVITEES_PER_REQUEST',
    'LEAST_RESYNC_MS',
    'CLIENT_CONTEXT_LIMIT',
    'SUBSCRIBER_RETRY_MS',
    'LONGEST_SUBSCRIBER_RETRY_MS',
    'DRAIN_MS',
    'STORE_CLOSING_MS',
  ],
  'src/host/ports/memory-store.ts': ['ENDED_CALLS_LIMIT', 'ENDED_CALLS_BYTES', 'JOURNAL_LIMIT', 'JOURNAL_BYTES'],
  'src/sqlite/location.ts': ['LINKS_LIMIT'],
  'src/sqlite/lock.ts': ['LOCK_BLOCK_MS', 'LOCK_RETRY_MS'],
  'src/inspect/trace-buffer.ts': ['ENTRIES_HELD', 'CALLS_HELD', 'SIZE_HELD'],
  'src/trace/trace.ts': ['TRACE_LINE_LIMIT', 'TRACE_DEPTH_LIMIT', 'TRACE_VALUES_LIMIT'],
  'src/trace/trace-file.ts': ['TRACE_FILE_LIMIT', 'NAME_LIMIT'],
  'src/trace/note-redaction.ts': ['NOTE_LIMIT'],
  'src/emulator/http.ts': ['BODY_LIMIT', 'REQUEST_DEPTH_LIMIT', 'DRAIN_LIMIT'],
  'src/emulator/request-log.ts': ['REQUEST_LOG_LIMIT', 'REQUEST_LOG_SIZE_LIMIT'],
  'src/emulator/control-api.ts': ['ADVANCE_LIMIT_MS'],
} satisfies Record<string, readonly string[]>

/** The document's text. */
export function securityDocument(): string {
  return `# Security

What rollcall defends a bot against, what it relies on, and every limit that bounds what others can make it do.

## Who may speak

A callback counts when its bearer token is signed by a key of the service (fetched over TLS, kept for a day), was issued
for the bot's application, is not expired, and comes from an issuer and a tenant that are expected. Anything else is
answered 401; why, only \`onRefused\` and \`refusals\` are told. \`authentication: 'off'\` has to be written out, for
tests and for doors that check tokens already.

Without \`tenantId\` a call belongs to the tenant whose token came with its first callback that was stored; a good token
of another tenant says nothing of it.

A good token does not prove good will: what it carries is bounded as well.

## What is defended against

| attack | defence |
| --- | --- |
| a body that is huge, slow, deeply nested, or full of small things | its bytes, its time, its depth and its values are bounded before it is parsed; its facts before they are taken in |
| an id that no URL or file name can hold (\`..\`, \`/\`, control characters, 100,000 characters) | refused at every door: callbacks, \`call()\`, answers of the service; \`traceFileName\` makes a file name of any id |
| a roster that names more people than a call can have | the first ${'`PARTICIPANT_LIMIT`'} are taken in; the others are counted in \`uninvitedDropped\` |
| a roster whose entries have no ids, or all the same | finding a participant costs the same with and without an id |
| many forged tokens while the keys cannot be fetched | the keys are fetched once in a while, however many tokens come |
| more events of one call than are stepped | refused with 503 before anything is stored; the service sends them again |
| a database that is deleted, replaced, or raised to a newer schema while it is written to | noticed within a poll; what comes is refused with 503 and nothing is written to it |
| a database that another process keeps locked | the lock is tried for, a moment at a time, while everything else goes on |
| callbacks that name thousands of calls that do not exist | so many calls wait for the service to say something of them; beyond that 503, and nothing of the body is stored. What the application asks for does not wait behind their questions |
| a process that dies at any moment | what was answered 202 is stored, with the requests and deadlines that follow from it, in one transaction |
| a service that never answers, or answers without end | every request, every wait and every list of pages ends |
| secrets in messages and logs | tokens, and what a token provider throws, stay out of errors, logs and traces; traces have pseudonyms in place of identities |
| a web page that talks to the emulator or the inspector on the developer's machine | both listen on loopback; \`Host\`, \`Origin\` and \`Sec-Fetch-Site\` are checked; the inspector's address has a secret part and its page runs no script but its own |

## What it relies on

- **TLS and the way in.** The webhook is mounted behind HTTPS. A flood of requests is for what stands in front of it.
- **The service.** What Graph says of a call, with a good token, is taken as evidence; rollcall asks again before it
  believes that a participant has gone, but a service that lies is believed in the end.
- **The machine's clock**, to half a minute, for tokens. Spans of time go by the monotonic clock.
- **The file system** under the SQLite store: locks and \`fsync\` that work (no network file systems), and a folder that
  others cannot write to. The database and its companions are created for their owner alone (0600).
- **The application.** Its callbacks, its token provider and its transport run in the same process; what they throw is
  reported and ends nothing.
- **The database is not encrypted:** with the file come names and ids. An in-memory store and \`:memory:\` keep
  nothing when the process ends.

## Limits

Read from the source. What exceeds a limit is refused with a code of [errors.md](errors.md), or counted; nothing is
dropped silently.

${limitsTable(securityLimits)}
`
}
