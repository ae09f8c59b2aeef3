/**
 * `docs/security.md`: the attacks that the library defends against, its assumptions, and its limits from the source.
 * @module
 */
import { limitsTable } from './limits.ts'

/** The limits on the work that outside input can cause, by the file that declares them. */
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
    'CACHE_BYTES',
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
  'src/trace/read-trace.ts': ['TRACE_LINE_LIMIT', 'TRACE_DEPTH_LIMIT', 'TRACE_VALUES_LIMIT'],
  'src/trace/trace-file.ts': ['TRACE_FILE_LIMIT', 'NAME_LIMIT'],
  'src/trace/note-redaction.ts': ['NOTE_LIMIT'],
  'src/emulator/http.ts': ['BODY_LIMIT', 'REQUEST_DEPTH_LIMIT', 'DRAIN_LIMIT'],
  'src/emulator/request-log.ts': ['REQUEST_LOG_LIMIT', 'REQUEST_LOG_SIZE_LIMIT'],
  'src/emulator/control-api.ts': ['ADVANCE_LIMIT_MS'],
} satisfies Record<string, readonly string[]>

/** The document's text. */
export function securityDocument(): string {
  return `# Security

The attacks that rollcall defends a bot against, the assumptions that it makes, and every limit on the work that outside
input can cause.

## Accepted callbacks

A callback is accepted if its bearer token is signed by a key of the service (fetched over TLS, cached for a day), was
issued for the bot's application, has not expired, and has an expected issuer and tenant. Any other callback is answered
with 401; only \`onRefused\` and \`refusals\` have the reason. \`authentication: 'off'\` has to be set explicitly; it is
for tests, and for bots behind a proxy that checks tokens.

The service sends one token with many callbacks. A token that was accepted is recognised by its exact text, without
another check of its signature, until it expires or keys are fetched again. Refused tokens are not kept.

Without \`tenantId\` a call belongs to the tenant of the token of its first stored callback. A valid token of another
tenant cannot report anything about that call.

A valid token does not make its body trustworthy, so bodies are limited as well.

## Attacks and defences

| attack | defence |
| --- | --- |
| a body that is very large, slow, deeply nested, or has very many values | its size, time, depth and number of values are limited before it is parsed, and the number of its events before they are stored |
| an id that is not valid in a URL or a file name (\`..\`, \`/\`, control characters, 100,000 characters) | refused wherever ids come in: callbacks, \`call()\`, answers of the service; \`traceFileName\` makes a valid file name from any id |
| a roster with more people than a call can have | the first ${'`PARTICIPANT_LIMIT`'} are added; the others are counted in \`uninvitedDropped\` |
| a roster whose entries have no ids, or all the same id | finding a participant costs the same with and without an id |
| many forged tokens while the keys cannot be fetched | the keys are fetched at most once per pause, however many tokens arrive |
| more events of one call than are processed | refused with 503 before anything is stored; the service sends them again |
| a database file that is deleted, replaced, or migrated to a newer schema while it is open | detected within a poll; later callbacks are refused with 503, and nothing is written to the file |
| a database that another process keeps locked | the lock is retried with short attempts while the rest of the process continues |
| callbacks that name thousands of calls that do not exist | a limited number of calls wait for a positive answer of the service; beyond it the answer is 503, and nothing of the body is stored. Requests of the application do not wait behind requests about those calls |
| a process that dies at any moment | everything that was answered with 202 is stored, together with the resulting requests and deadlines, in one transaction |
| a service that never answers, or whose answers never end | every request, wait and list of pages has a limit |
| secrets in messages and logs | tokens, and errors of a token provider, are not in errors, logs and traces; traces have pseudonyms instead of identities |
| a web page that accesses the emulator or the inspector on the developer's machine | both listen on loopback and check \`Host\`, \`Origin\` and \`Sec-Fetch-Site\`; the inspector's address has a secret part, and its page runs only its own scripts |

## Assumptions

- **TLS.** The webhook is behind HTTPS. A proxy in front of it has to stop floods of requests.
- **The service.** Graph's reports with a valid token are evidence. rollcall asks again before it believes that a
  participant has left, but finally believes even a service that reports wrongly.
- **The machine's clock** is right to half a minute, for tokens. Time spans use the monotonic clock.
- **The file system** of the SQLite store has working locks and \`fsync\` (no network file systems), and other users
  cannot write to the folder. The database and its log files are readable and writable by their owner only (0600).
- **The application.** Its callbacks, token provider and transport run in the same process. Their errors are reported
  and end nothing.
- **The database is not encrypted.** The file has names and ids. An in-memory store and \`:memory:\` keep nothing after
  the process has ended.

## Limits

This table is generated from the source. Input beyond a limit is refused with a code of [errors.md](errors.md), or
counted; nothing is dropped silently.

${limitsTable(securityLimits)}
`
}
