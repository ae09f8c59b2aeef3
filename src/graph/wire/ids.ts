/**
 * Ids: converts Graph's spellings of an id to the one that this library compares.
 *
 * Rule 1: a GUID, dashed or not, in any case, becomes lower case and dashed (call ids in URLs come un-dashed and in
 * upper case, the same id in a body dashed and in lower case: documented samples).
 * Rule 2: every other id (E.164 numbers, `8:orgid:…`, opaque strings) is kept, without outer white space.
 * Rule 3: lone surrogates become U+FFFD: no store and no URL can hold them.
 * @module
 */

const guid = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i
const loneSurrogate = /\p{Surrogate}/gu

/** The length of a GUID with all its dashes. */
const DASHED = 36

/** The normalised id; `''` for white space alone. */
export function normaliseId(id: string): string {
  const trimmed = id.trim()
  if (!guid.test(trimmed)) return trimmed.replace(loneSurrogate, '\uFFFD')
  const lower = trimmed.toLowerCase()
  if (lower.length === DASHED) return lower // the common case: rosters have thousands
  const digits = lower.replaceAll('-', '')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  )
}
