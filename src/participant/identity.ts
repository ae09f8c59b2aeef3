/**
 * Identities: who a participant is, in the form of Graph's `identitySet`, and when two of them are the same person.
 *
 * Rule: display names are never compared. Two sets match if an id is equal under *any* key, because Graph's
 * documentation answers an invited `user` with an `application` entry. They do not match if they disagree under a key
 * that both use: ten guests of one application share the application's id and differ as guests (observed).
 * @module
 */

/**
 * One identity inside a set. `id` is a user, application or guest id, or an E.164 number; it may be unknown. The type
 * is open: other properties are kept, and are sent when the identity is invited.
 */
export interface Identity {
  /** The id at the identity's provider: an object id, a phone number, an application id. */
  readonly id?: string | undefined
  /** A name for people to read; never used to match anything. */
  readonly displayName?: string | undefined
  /** The tenant the identity belongs to. */
  readonly tenantId?: string | undefined
  /** The provider that verified the id: `AAD`, `None`. */
  readonly identityProvider?: string | undefined
  readonly [property: string]: unknown
}

/**
 * Graph's `communicationsIdentitySet`, an open type: `user`, `application`, `guest`, `phone`, `encrypted`,
 * `applicationInstance`, `onPremises`, `azureCommunicationServicesUser`, `assertedIdentity`, `device` and later kinds.
 * Several keys may be set at once.
 */
export interface IdentitySet {
  readonly [kind: string]: Identity | undefined
}

/** True if the two sets name the same person or application. */
export function isSameIdentity(one: IdentitySet, other: IdentitySet): boolean {
  let isShared = false
  for (const kind of Object.keys(one)) {
    const id = one[kind]?.id
    if (id === undefined) continue
    for (const otherKind of Object.keys(other)) {
      const otherId = other[otherKind]?.id
      if (otherId === undefined) continue
      if (id === otherId) isShared = true
      else if (kind === otherKind) return false
    }
  }
  return isShared
}

/** True if the set has at least one id. A set without an id matches no other. */
export function isIdentified(identity: IdentitySet): boolean {
  return Object.keys(identity).some((kind) => identity[kind]?.id !== undefined)
}

/** The ids of the set without duplicates, in the order of the set. */
export function identityIds(identity: IdentitySet): readonly string[] {
  const ids = new Set<string>()
  for (const kind of Object.keys(identity)) {
    const id = identity[kind]?.id
    if (id !== undefined) ids.add(id)
  }
  return [...ids]
}
