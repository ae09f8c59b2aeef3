/**
 * `docs/errors.md`: the error registry as a table.
 * @module
 */
import { errorCodes } from '../../src/call/errors.ts'
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

${table(['code', 'HTTP', 'definite', 'meaning'], Object.entries(errorCodes).map(([code, { status, isDefinite, meaning }]) =>
    [`\`${code}\``, String(status), isDefinite ? 'yes' : 'no', meaning]))}
`
}
