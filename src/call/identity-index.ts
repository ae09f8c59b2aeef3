/**
 * Identity index: the keys of a call's participants by each id of their identities, ended ones included; by no id at all,
 * those of whom nothing is known.
 *
 * Rule: many may have an id in common (the guests of one application), so that one more costs as much as the first.
 * @module
 */
import { identityIds, type IdentitySet } from '../participant/identity.ts'
import { persistentMap, type PersistentMap } from './persistent-map.ts'

/** Keys by id: one key as it is, several as a map. */
export type IdentityIndex = PersistentMap<string, string | PersistentMap<string, true>>

/** The name under which those are found whose identity has no id. */
const NO_ID = ''

/** The index of these participants. */
export function indexIdentities(participants: Iterable<{ readonly key: string; readonly identity: IdentitySet }>): IdentityIndex {
  let index: IdentityIndex = persistentMap()
  for (const { key, identity } of participants) index = withIdentity(index, key, identity)
  return index
}

/** The index with one more, or with one who has another identity than `before`. */
export function withIdentity(index: IdentityIndex, key: string, identity: IdentitySet, before?: IdentitySet): IdentityIndex {
  let next = before === undefined ? index : withoutIdentity(index, key, before)
  for (const name of namesOf(identity)) {
    const known = next.get(name)
    if (known === undefined) next = next.set(name, key)
    else if (typeof known !== 'string') next = next.set(name, known.set(key, true))
    else if (known !== key) next = next.set(name, persistentMap<string, true>([[known, true], [key, true]]))
  }
  return next
}

/** The index without one who had that identity. */
export function withoutIdentity(index: IdentityIndex, key: string, identity: IdentitySet): IdentityIndex {
  let next = index
  for (const name of namesOf(identity)) {
    const known = next.get(name)
    if (known === key) next = next.delete(name)
    else if (known !== undefined && typeof known !== 'string') {
      const others = known.delete(key)
      const [only] = others.size === 1 ? others.keys() : []
      next = next.set(name, only ?? others)
    }
  }
  return next
}

/** The keys of all who share an id with one of the identities; those without any id, when one of these has none. */
export function keysSharing(index: IdentityIndex, identities: Iterable<IdentitySet>): ReadonlySet<string> {
  const keys = new Set<string>()
  const names = new Set<string>()
  for (const identity of identities) for (const name of namesOf(identity)) names.add(name)
  for (const name of names) {
    const known = index.get(name)
    if (typeof known === 'string') keys.add(known)
    else for (const key of known?.keys() ?? []) keys.add(key)
  }
  return keys
}

function namesOf(identity: IdentitySet): readonly string[] {
  const ids = identityIds(identity)
  return ids.length === 0 ? [NO_ID] : ids
}
