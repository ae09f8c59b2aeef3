/**
 * References: a second id that the service gives a call, such as the id of a conference or a room.
 *
 * Rule 1: a reference is opaque. It is stored with the call and passed with every request.
 * Rule 2: a call has one reference. A report with a different one is about another call with the same id.
 * @module
 */

/**
 * The maximum length of a reference in characters. Services' ids have about 40. It is stored with the call and sent in
 * URLs.
 */
export const REFERENCE_LIMIT = 1_024

/** True for a valid reference: 1 to {@link REFERENCE_LIMIT} characters of well-formed Unicode. */
export function isReference(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= REFERENCE_LIMIT && value.isWellFormed()
}
