import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  indexIdentities,
  findSameIdentityKeys,
  withIdentity,
  withoutIdentity,
} from '../../src/call/model/identity-index.ts'
import { IdentityLookup, KIND_SETS_LIMIT } from '../../src/call/model/identity-lookup.ts'
import { identityIds, isSameIdentity, type IdentitySet } from '../../src/participant/identity.ts'
import { runs } from '../effort/runs.ts'

const kind = fc.constantFrom('user', 'application', 'guest', 'phone')
const anyIdentity: fc.Arbitrary<IdentitySet> = fc.dictionary(
  kind,
  fc.record({ id: fc.constantFrom('a', 'b', 'c') }, { requiredKeys: [] }),
  { maxKeys: 3 },
)
const manyIdentities = fc.array(anyIdentity, { maxLength: 12 })
const nameOf = (item: IdentitySet): IdentitySet => item

describe('an identity lookup', () => {
  test('finds the first match that is not taken, as comparing each would', () => {
    fc.assert(
      fc.property(manyIdentities, manyIdentities, (items, wanted) => {
        const taken = new Set<IdentitySet>()
        const lookup = new IdentityLookup(items, nameOf, (item) => taken.has(item))
        for (const identity of wanted) {
          const found = lookup.find(identity)
          expect(found).toBe(items.find((item) => !taken.has(item) && isSameIdentity(item, identity)))
          if (found !== undefined) taken.add(found)
        }
      }),
      { numRuns: runs(500, 5_000) },
    )
  })

  test('compares each of many entries that share an id as often as there are kinds, not once for each search', () => {
    const guests = Array.from(
      { length: 200 },
      (_, place): IdentitySet => ({ application: { id: 'app' }, guest: { id: `guest ${place}` } }),
    )
    let looks = 0
    const lookup = new IdentityLookup(guests, (item) => {
      looks += 1
      return item
    })
    for (let place = 0; place < 400; place += 1)
      lookup.find({ application: { id: 'app' }, guest: { id: `guest ${place}` } })
    expect(lookup.find({ application: { id: 'app' } })).toBe(guests[0])
    expect(looks).toBe(3 * guests.length)
  })

  test('does not visit taken entries again and again', () => {
    const twins = Array.from({ length: 200 }, (): IdentitySet => ({ user: { id: 'ann' } }))
    const taken = new Set<IdentitySet>()
    let questions = 0
    const lookup = new IdentityLookup(twins, nameOf, (item) => {
      questions += 1
      return taken.has(item)
    })
    for (const twin of twins) {
      expect(lookup.find({ user: { id: 'ann' } })).toBe(twin)
      taken.add(twin)
    }
    expect(questions).toBeLessThan(2 * twins.length)
  })

  test('finds an entry beyond the limit of distinct sets of kinds', () => {
    const odd = Array.from(
      { length: KIND_SETS_LIMIT + 1 },
      (_, place): IdentitySet => ({ [`kind ${place}`]: { id: `${place}` }, user: { id: `user ${place}` } }),
    )
    const lookup = new IdentityLookup(odd, nameOf)
    const last = odd[KIND_SETS_LIMIT] as IdentitySet
    expect(lookup.find({ user: { id: `user ${KIND_SETS_LIMIT - 1}` } })).toBe(odd[KIND_SETS_LIMIT - 1])
    expect(lookup.find({ user: { id: `user ${KIND_SETS_LIMIT}` } })).toBe(undefined)
    expect(lookup.find(last)).toBe(last)
  })

  test('does not confuse one kind with two whose names form it', () => {
    const lookup = new IdentityLookup([{ '["a","b"]': { id: '1' } }, { a: { id: '2' }, b: { id: '3' } }], nameOf)
    expect(lookup.find({ a: { id: '2' }, b: { id: '3' } })).toEqual({ a: { id: '2' }, b: { id: '3' } })
  })
})

test('an index of identities finds all possible matches, however it was built', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('p', 'q', 'r', 's'), fc.option(anyIdentity)), { maxLength: 20 }),
      manyIdentities,
      (changes, wanted) => {
        const now = new Map<string, IdentitySet>()
        let index = indexIdentities([])
        for (const [key, identity] of changes) {
          const before = now.get(key)
          if (identity !== null) index = withIdentity(index, key, identity, before)
          else if (before !== undefined) index = withoutIdentity(index, key, before)
          if (identity === null) now.delete(key)
          else now.set(key, identity)
        }
        const afresh = indexIdentities([...now].map(([key, identity]) => ({ key, identity })))
        const written = (of: typeof index): unknown =>
          [...of]
            .map(([name, { keys }]) => [
              name,
              [...keys]
                .map(([id, holders]) => [id, typeof holders === 'string' ? holders : [...holders.keys()].sort()])
                .sort(),
            ])
            .sort()
        expect(written(index)).toEqual(written(afresh))
        for (const identity of wanted) {
          const found = findSameIdentityKeys(index, [identity])
          const fellows = [...now].filter(([, other]) => isSameIdentity(identity, other)).map(([key]) => key)
          expect([...found]).toEqual(expect.arrayContaining(fellows))
        }
        expect([...findSameIdentityKeys(index, [{}])].sort()).toEqual(
          [...now]
            .filter(([, identity]) => identityIds(identity).length === 0)
            .map(([key]) => key)
            .sort(),
        )
      },
    ),
    { numRuns: runs(300, 3_000) },
  )
})

test('an index finds a guest without looking at the others of the same application', () => {
  const guests = Array.from({ length: 50 }, (_, place) => ({
    key: `p-${place}`,
    identity: { application: { id: 'app' }, guest: { id: `guest ${place}` } },
  }))
  const index = indexIdentities([...guests, { key: 'the application', identity: { application: { id: 'app' } } }])
  expect([...findSameIdentityKeys(index, [{ application: { id: 'app' }, guest: { id: 'guest 7' } }])].sort()).toEqual([
    'p-7',
    'the application',
  ])
  expect([...findSameIdentityKeys(index, [{ application: { id: 'app' }, guest: { id: 'new' } }])]).toEqual([
    'the application',
  ])
})
