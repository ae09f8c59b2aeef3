/**
 * Call ids: which ones are taken.
 *
 * Rule 1: a call id is one segment of a URL and stays one wherever it is put: in a URL, in a file's name, in a log. One
 * that cannot be is refused where it comes in.
 * Rule 2: ids are compared as they are. A service that spells one id in several ways has a transport that says how to
 * normalise it (`TransportTraits.normaliseId`), and an edge that does so before an event exists.
 * @module
 */

/** No documented call id is nearly as long; a URL has to hold it. In characters. */
export const CALL_ID_LIMIT = 1_024

/** What separates segments, stands for another one, or steers what it is written to. */
const apart = /[/\\\p{Control}]/u
/** Escapes of ASCII, and of the control characters behind it. The others are letters, whatever they are decoded to. */
const escapes = /%c2%([89][0-9a-f])|%([0-7][0-9a-f])/gi

/** What a call id is expected to be, for one that is not; undefined for one that is. The id is normalised first. */
export function callIdFault(callId: string): string | undefined {
  if (callId === '') return 'a call id, not an empty string'
  if (callId.length > CALL_ID_LIMIT) return `a call id of at most ${CALL_ID_LIMIT} characters`
  if (!callId.isWellFormed()) return 'a call id of well-formed Unicode'
  // Whatever decodes it once more, or twice, must not find more in it than was looked for here. Each round makes it shorter.
  for (let read = callId, before = ''; read !== before; read = unescaped(read)) {
    before = read
    if (/^\.\.?$/.test(read)) return 'a call id, not dots alone: they name another resource'
    if (apart.test(read)) return 'a call id without slashes, backslashes and control characters, escaped or not'
  }
  return undefined
}

function unescaped(text: string): string {
  return text.replace(escapes, (_, control: string | undefined, ascii: string) =>
    String.fromCharCode(Number.parseInt(control ?? ascii, 16)),
  )
}
