/**
 * References: a name that the service gave a call beside its call id, such as the id of a conference or of a room.
 *
 * Rule 1: the call does not look into it: it is stored with the call and handed back with every request.
 * Rule 2: a call has one. What is said of another reference is said of another call under the same name.
 * @module
 */

/** The most characters of a reference. Ids of services have about 40; it is stored with the call and sent in URLs. */
export const REFERENCE_LIMIT = 1_024

/** True for what can be a reference: 1 to {@link REFERENCE_LIMIT} characters of well-formed Unicode. */
export function isReference(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= REFERENCE_LIMIT && value.isWellFormed()
}
