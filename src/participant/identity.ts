/**
 * Identities: who a participant is, as Graph's `identitySet` says it, and when two of them are the same person.
 *
 * Rule: never by display name. An id that is equal under *any* key matches — the documentation answers an invited
 * `user` with an `application` entry — unless the two sets disagree under a key both of them use (ten guests of
 * one application share the application's id and differ as guests: FACTS 2, observed).
 * @module
 */

/**
 * One identity inside a set. `id` is a user, application or guest id, or an E.164 number; it may be unknown. Open:
 * properties without a name here are kept, and passed on when the identity is invited.
 */
export interface Identity {
  readonly id?: string | undefined
  readonly displayName?: string | undefined
  readonly tenantId?: string | undefined
  /** Who vouches for the id: `AAD`, `None`. */
  readonly identityProvider?: string | undefined
  readonly [property: string]: unknown
}

/**
 * Graph's `communicationsIdentitySet`, an open type: `user`, `application`, `guest`, `phone`, `encrypted`,
 * `applicationInstance`, `onPremises`, `azureCommunicationServicesUser`, `assertedIdentity`, `device` and whatever
 * comes next. Several keys may be set at once.
 */
export interface IdentitySet {
  readonly [kind: string]: Identity | undefined
}

/** True when the two sets name the same person or application. */
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

/** True when the set carries at least one id; without one nothing can be matched. */
export function isIdentified(identity: IdentitySet): boolean {
  return Object.keys(identity).some((kind) => identity[kind]?.id !== undefined)
}

/** The set's ids, each once, in the set's own order. */
export function identityIds(identity: IdentitySet): readonly string[] {
  const ids = new Set<string>()
  for (const kind of Object.keys(identity)) {
    const id = identity[kind]?.id
    if (id !== undefined) ids.add(id)
  }
  return [...ids]
}
