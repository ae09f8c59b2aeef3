/**
 * `docs/errors.md`: the error registry as a table.
 * @module
 */
import { errorCodes } from '../../src/call/model/errors.ts'
import { table } from './markdown.ts'

/** The document's text. */
export function errorsDocument(): string {
  return `# Errors

Every failure at the edges of the library is a \`RollcallError\` with one of these codes, with \`details\` and, if
another error caused it, a \`cause\`. Recognise it with \`isRollcallError\`, which also works if two copies of the package
are installed. Inside the library a refusal or a missing answer of the service is evidence, not an error; it becomes an
error only if a caller waits for another outcome. Wrong use of the library is a \`TypeError\`.

Options are checked where they are passed. An option that does not exist is such a \`TypeError\`, because a misspelt option
that was ignored would silently have its default: \`createRollcall: no option 'ringTimoutMs'; did you mean
'ringTimeoutMs'? Options: transport, store, …\`. So is a value of the wrong type or outside its range, also inside a nested
option: \`startEmulator: scripts.ann.type is not one of "answer", …\`. The message names the function, the option and what
was expected. It does not show texts that may be secrets. An option that is \`undefined\` counts as absent.

*Definite* means that the request certainly did not happen. Otherwise it may have happened and must not simply be
repeated. *HTTP* is the status of the webhook's answer, and a hint everywhere else.

An error can be less certain than its code, so check \`definite\` of the error itself:

- \`HOST_CLOSED\` is definite if nothing was stored or sent for the operation, and nothing will be: the host no longer
  accepted it, or had not passed it to the store. It is not definite once the store was asked to write, nor for a wait
  (\`waitFor\`, \`established\`, a stored request), whose outcome may happen without this host.
- \`CALL_ENDED\` of a request that the handle sends itself (\`answer\`, \`reject\`, \`redirect\`, \`transfer\`, \`unmute\`,
  \`muteAll\`) is not definite if the request was sent: a rejected or redirected call may end before the answer comes.
- An error of \`receive\` is not definite if the events of some calls were stored.
- \`createCall\` never reports a created call as missing: if it could not be stored, the error is
  \`REQUEST_UNCONFIRMED\`, and \`details.callId\` is its id.

${table(
  ['code', 'HTTP', 'definite', 'meaning'],
  Object.entries(errorCodes).map(([code, { status, isDefinite, meaning }]) => [
    `\`${code}\``,
    String(status),
    isDefinite ? 'yes' : 'no',
    meaning,
  ]),
)}
`
}
