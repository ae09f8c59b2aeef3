/**
 * Ids: one spelling for each, so that what is the same compares equal, wherever an id comes in: from the wire or from
 * the application.
 *
 * Rule 1: a GUID, dashed or not, in any case, becomes lower case and dashed (call ids in URLs come un-dashed and in
 * upper case, the same id in a body dashed and in lower case: documented samples).
 * Rule 2: every other id (E.164 numbers, `8:orgid:…`, opaque strings) is kept as it is, apart from outer white space.
 * Rule 3: lone surrogates become U+FFFD: no store and no URL can hold them.
 * @module
 */

const guid = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
const normalised = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const loneSurrogate = /\p{Surrogate}/gu

/** The id in the one spelling this library uses; `''` when there is nothing but white space. */
export function normaliseId(id: string): string {
  if (id.length === 36 && normalised.test(id)) return id // most are: rosters hold thousands
  const trimmed = id.trim()
  const match = guid.exec(trimmed)
  if (match !== null) return `${match[1]}-${match[2]}-${match[3]}-${match[4]}-${match[5]}`.toLowerCase()
  return trimmed.replace(loneSurrogate, '\uFFFD')
}
