/**
 * Ids: one spelling for each, so that what is the same compares equal, wherever an id comes in: from the wire or from
 * the application.
 *
 * Rule 1: a GUID, dashed or not, in any case, becomes lower case and dashed (call ids in URLs come un-dashed and in
 * upper case, the same id in a body dashed and in lower case: documented samples).
 * Rule 2: every other id (E.164 numbers, `8:orgid:…`, opaque strings) is kept as it is, apart from outer white space.
 * Rule 3: lone surrogates become U+FFFD: no store and no URL can hold them.
 * Rule 4: a call id is one segment of a URL and stays one wherever it is put: in a URL, in a file's name, in a log. One
 * that cannot be is refused where it comes in.
 * @module
 */

const guid = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i
const loneSurrogate = /\p{Surrogate}/gu

/** The length of a GUID with all its dashes. */
const DASHED = 36

/** The id in the one spelling this library uses; `''` when there is nothing but white space. */
export function normaliseId(id: string): string {
  const trimmed = id.trim()
  if (!guid.test(trimmed)) return trimmed.replace(loneSurrogate, '\uFFFD')
  const lower = trimmed.toLowerCase()
  if (lower.length === DASHED) return lower // most are: rosters hold thousands
  const digits = lower.replaceAll('-', '')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  )
}

/** No documented call id is nearly as long; a URL has to hold it. In characters. */
export const CALL_ID_LIMIT = 1_024

/** What separates segments, stands for another one, or steers what it is written to. */
const apart = /[/\\\p{Control}]/u
/** Escapes of ASCII, and of the control characters behind it. The others are letters, whatever they are decoded to. */
const escapes = /%c2%([89][0-9a-f])|%([0-7][0-9a-f])/gi

/** What a call id is expected to be, of one that is not; undefined of one that is. The id is normalised first. */
export function callIdFault(callId: string): string | undefined {
  if (callId === '') return 'a call id, not an empty string'
  if (callId.length > CALL_ID_LIMIT) return `a call id of at most ${CALL_ID_LIMIT} characters`
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
