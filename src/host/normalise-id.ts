/**
 * Ids the application hands in, in the one spelling the library uses: the same as the edge gives to those it reads.
 *
 * Rule: a GUID, dashed or not, in any case, becomes lower case and dashed; every other id is kept as it is, apart
 * from outer white space and lone surrogates, which no store and no URL can hold.
 * @module
 */

const guid = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
const loneSurrogate = /\p{Surrogate}/gu

/** The id in its one spelling; `''` when there is nothing but white space. */
export function normaliseId(id: string): string {
  const trimmed = id.trim()
  const match = guid.exec(trimmed)
  if (match !== null) return match.slice(1).join('-').toLowerCase()
  return trimmed.replace(loneSurrogate, '\uFFFD')
}
