/**
 * `docs/errors.md`: the error registry as a table.
 * @module
 */
import { errorCodes } from '../../src/call/model/errors.ts'
import { table } from './markdown.ts'

/** The document's text. */
export function errorsDocument(): string {
  return `# Errors

Everything that can go wrong at the edges is a \`RollcallError\` with one of these codes, \`details\` and, where there
is one, a \`cause\`. Recognise it with \`isRollcallError\`, which also works when two copies of the package are
installed. What a service refused or did not answer is no error inside the library but evidence; it becomes one only
where a caller waits for something else. Wrong use of the library itself is a \`TypeError\`.

*Definite*: what was asked certainly did not happen. Not definite: it may have happened, and must not be repeated
blindly. *HTTP* is what the webhook answers with, and a hint everywhere else.

An error can be less certain than its code: \`definite\` of the error itself is what counts. \`HOST_CLOSED\` is definite where
nothing was stored or sent for what was asked, and nothing will be: the host took it in no more, or had not yet given it to
the store. It is not where the store was asked to write it, nor where something is waited for (\`waitFor\`, \`established\`, a
request that is stored), which may happen without this host. What \`receive\` rejects with is not definite when the part of
some calls is stored. Of a call that the service made, \`createCall\` never says that there is none: when it could not be stored
the error is \`REQUEST_UNCONFIRMED\`, and \`details.callId\` names it.

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
