/**
 * Identity index: the keys of a call's participants by the ids of their identities, ended ones included.
 *
 * Rule 1: those whose identities have ids under the same kinds are filed together. Two sets of kinds that have some in
 * common are the same identity only when all of these agree: the rarest id of these finds all who may be meant. Without it
 * each guest of an application, whose id they share, would be compared with all others.
 * Rule 2: many may have an id in common, so that one more costs as much as the first.
 * Rule 3: when there are too many sets of kinds, an identity is looked for among its own alone.
 * @module
 */
import { identityIds, type IdentitySet } from '../../participant/identity.ts'
import { KIND_SETS_LIMIT, kindsOf } from './identity-lookup.ts'
import { persistentMap, type PersistentMap } from './persistent-map.ts'

/** Keys by id: one key as it is, several as a map. */
type KeysById = PersistentMap<string, string | PersistentMap<string, true>>

/** Those whose identities have ids under the same kinds. */
interface KindSet {
  readonly kinds: readonly string[]
  readonly keys: KeysById
}

/** The sets of kinds that there are, by name. */
export type IdentityIndex = PersistentMap<string, KindSet>

/** The name under which those are found whose identity has no id. */
const NO_ID = ''

/** The index of these participants. */
export function indexIdentities(
  participants: Iterable<{ readonly key: string; readonly identity: IdentitySet }>,
): IdentityIndex {
  let index: IdentityIndex = persistentMap()
  for (const { key, identity } of participants) index = withIdentity(index, key, identity)
  return index
}

/** The index with one more, or with one who has another identity than `before`. */
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

/** The index without one who had that identity. */
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

/** The keys of all who may be the same as one of the identities; of those without any id, when one of these has none. */
export function findFellows(index: IdentityIndex, identities: Iterable<IdentitySet>): ReadonlySet<string> {
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
