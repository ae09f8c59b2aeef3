/**
 * Call ids: which ones are valid.
 *
 * Rule 1: a call id is a single segment in a URL, a file name or a log. An id that is not is refused at the edge.
 * Rule 2: ids are compared byte by byte. For a service that spells one id in several ways, the transport normalises ids
 * (`TransportTraits.normaliseId`), and the edge does so before it creates an event.
 * @module
 */

/** The maximum length of a call id in characters. Documented ids are far shorter, and a URL has to contain it. */
export const CALL_ID_LIMIT = 1_024

/** Separators of segments, and control characters. */
const apart = /[/\\\p{Control}]/u
/** Percent-escapes of ASCII and of the C1 control characters. Other escapes cannot decode to a separator. */
const escapes = /%c2%([89][0-9a-f])|%([0-7][0-9a-f])/gi

/** Describes a valid call id if the given one is invalid; undefined for a valid one. Takes a normalised id. */
export function callIdFault(callId: string): string | undefined {
  if (callId === '') return 'a call id, not an empty string'
  if (callId.length > CALL_ID_LIMIT) return `a call id of at most ${CALL_ID_LIMIT} characters`
  if (!callId.isWellFormed()) return 'a call id of well-formed Unicode'
  // The id must stay valid when it is decoded again, any number of times. Each round makes it shorter.
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
