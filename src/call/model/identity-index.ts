/**
 * Identity index: the keys of a call's participants by the ids of their identities, tombstones included.
 *
 * Rule 1: participants are grouped by the kinds under which their identities have ids. Two identities with common kinds
 * are the same only if the ids of all common kinds agree, so a lookup uses the rarest of these ids. Otherwise each
 * guest of an application would be compared with all others, because they share the application's id.
 * Rule 2: many participants may share an id: adding one more costs as much as the first.
 * Rule 3: if there are too many sets of kinds, an identity is looked up only in its own.
 * @module
 */
import { identityIds, type IdentitySet } from '../../participant/identity.ts'
import { KIND_SETS_LIMIT, kindsOf } from './identity-lookup.ts'
import { persistentMap, type PersistentMap } from './persistent-map.ts'

/** Keys by id: a single key as a string, several as a map. */
type KeysById = PersistentMap<string, string | PersistentMap<string, true>>

/** The participants whose identities have ids under the same kinds. */
interface KindSet {
  readonly kinds: readonly string[]
  readonly keys: KeysById
}

/** The groups, by their kinds as JSON. */
export type IdentityIndex = PersistentMap<string, KindSet>

/** The id under which identities without an id are indexed. */
const NO_ID = ''

/** The index of these participants. */
export function indexIdentities(
  participants: Iterable<{ readonly key: string; readonly identity: IdentitySet }>,
): IdentityIndex {
  let index: IdentityIndex = persistentMap()
  for (const { key, identity } of participants) index = withIdentity(index, key, identity)
  return index
}

/** The index with one participant added, or with its identity changed from `before`. */
export function withIdentity(
  index: IdentityIndex,
  key: string,
  identity: IdentitySet,
  before?: IdentitySet,
): IdentityIndex {
  const rest = before === undefined ? index : withoutIdentity(index, key, before)
  const kinds = kindsOf(identity)
  const name = JSON.stringify(kinds)
  let keys: KeysById = rest.get(name)?.keys ?? persistentMap()
  for (const id of namesOf(identity)) {
    const known = keys.get(id)
    if (known === undefined) keys = keys.set(id, key)
    else if (typeof known !== 'string') keys = keys.set(id, known.set(key, true))
    else if (known !== key)
      keys = keys.set(
        id,
        persistentMap<string, true>([
          [known, true],
          [key, true],
        ]),
      )
  }
  return rest.set(name, { kinds, keys })
}

/** The index without a participant that had this identity. */
export function withoutIdentity(index: IdentityIndex, key: string, identity: IdentitySet): IdentityIndex {
  const name = JSON.stringify(kindsOf(identity))
  const group = index.get(name)
  if (group === undefined) return index
  let { keys } = group
  for (const id of namesOf(identity)) {
    const known = keys.get(id)
    if (known === key) keys = keys.delete(id)
    else if (known !== undefined && typeof known !== 'string') {
      const others = known.delete(key)
      const [only] = others.size === 1 ? others.keys() : []
      keys = keys.set(id, only ?? others)
    }
  }
  return keys.size === 0 ? index.delete(name) : index.set(name, { ...group, keys })
}

/**
 * The keys of all participants that may match one of the identities. An identity without an id matches those without
 * one.
 */
export function findSameIdentityKeys(index: IdentityIndex, identities: Iterable<IdentitySet>): ReadonlySet<string> {
  const found = new Set<string>()
  const looked = new Set<string | PersistentMap<string, true>>()
  for (const identity of identities) {
    const own = index.get(JSON.stringify(kindsOf(identity)))
    for (const group of index.size <= KIND_SETS_LIMIT ? index.values() : own === undefined ? [] : [own]) {
      for (const keys of holdersIn(group, identity)) {
        if (looked.has(keys)) continue
        looked.add(keys)
        if (typeof keys === 'string') found.add(keys)
        else for (const key of keys.keys()) found.add(key)
      }
    }
  }
  return found
}

function holdersIn({ kinds, keys }: KindSet, identity: IdentitySet): readonly (string | PersistentMap<string, true>)[] {
  const common = kinds.filter((kind) => identity[kind]?.id !== undefined)
  if (common.length === 0) return namesOf(identity).flatMap((id) => keys.get(id) ?? [])
  const holders = common.map((kind) => keys.get(identity[kind]?.id ?? NO_ID))
  const sizes = holders.map((of) => (of === undefined ? 0 : typeof of === 'string' ? 1 : of.size))
  return [holders[sizes.indexOf(Math.min(...sizes))] ?? []].flat()
}

function namesOf(identity: IdentitySet): readonly string[] {
  const ids = identityIds(identity)
  return ids.length === 0 ? [NO_ID] : ids
}
