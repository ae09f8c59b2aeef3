import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identityIds, isIdentified, isSameIdentity, type IdentitySet } from '../../src/participant/identity.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_103)
const odd = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '0']

/** As JSON would bring it: `__proto__` is an ordinary key then. */
function parsed(json: string): IdentitySet {
  return JSON.parse(json) as IdentitySet
}

const identities: fc.Arbitrary<IdentitySet> = fc.dictionary(
  fc.constantFrom('user', 'application', 'guest', 'phone', '__proto__', 'constructor', 'somethingNew'),
  fc.record(
    { id: fc.constantFrom('a', 'b', 'c', ...odd), displayName: fc.constantFrom('Ann', 'Bob') },
    { requiredKeys: [] },
  ),
)

describe('two identities are the same person', () => {
  test('when an id is equal under the same key', () => {
    expect(isSameIdentity({ user: { id: 'bob' } }, { user: { id: 'bob', displayName: 'Bob', tenantId: 't' } })).toBe(
      true,
    )
  })

  test('when an id is equal under different keys: an invited user is answered with an application', () => {
    expect(isSameIdentity({ user: { id: 'bob' } }, { application: { id: 'bob' } })).toBe(true)
  })

  test('when they share one id of several and contradict each other nowhere', () => {
    expect(isSameIdentity({ user: { id: 'bob' } }, { user: { id: 'bob' }, phone: { id: '+15550100' } })).toBe(true)
  })

  test('an unknown kind of identity has the id, whatever its name', () => {
    expect(isSameIdentity({ somethingNew: { id: 'bob' } }, { user: { id: 'bob' } })).toBe(true)
    expect(isSameIdentity(parsed('{"__proto__":{"id":"bob"}}'), { user: { id: 'bob' } })).toBe(true)
  })

  test.each(odd)('when their id is "%s", an ordinary id', (id) => {
    expect(isSameIdentity({ user: { id } }, { user: { id } })).toBe(true)
    expect(isSameIdentity({ user: { id } }, { user: { id: 'bob' } })).toBe(false)
    expect(identityIds({ user: { id } })).toEqual([id])
  })
})

describe('two identities are different people', () => {
  test('when only their display names are equal', () => {
    expect(isSameIdentity({ user: { displayName: 'Bob' } }, { user: { displayName: 'Bob' } })).toBe(false)
    expect(isSameIdentity({ user: { id: 'a', displayName: 'Bob' } }, { user: { id: 'b', displayName: 'Bob' } })).toBe(
      false,
    )
  })

  test('when they are guests of one application with different guest ids', () => {
    const guest = (id: string): IdentitySet => ({ application: { id: 'app' }, guest: { id, displayName: `Bot ${id}` } })
    expect(isSameIdentity(guest('1'), guest('2'))).toBe(false)
    expect(isSameIdentity(guest('1'), guest('1'))).toBe(true)
  })

  test('when they have no id at all', () => {
    expect(isSameIdentity({}, {})).toBe(false)
    expect(isSameIdentity({ guest: {} }, { guest: {} })).toBe(false)
    expect(isSameIdentity({ user: undefined }, { user: { id: 'bob' } })).toBe(false)
  })

  test('when only their tenants are equal', () => {
    expect(isSameIdentity({ user: { id: 'a', tenantId: 't' } }, { user: { id: 'b', tenantId: 't' } })).toBe(false)
  })
})

test(`sameness does not depend on which identity is asked, and everybody with an id is the same as themselves (seed ${seed})`, () => {
  fc.assert(
    fc.property(identities, identities, (one, other) => {
      expect(isSameIdentity(one, other)).toBe(isSameIdentity(other, one))
      expect(isSameIdentity(one, one)).toBe(isIdentified(one))
      if (isSameIdentity(one, other)) expect(identityIds(one).some((id) => identityIds(other).includes(id))).toBe(true)
    }),
    { seed, numRuns: 2_000 },
  )
})

test('the ids of an identity are listed once each, in its own order', () => {
  expect(identityIds({ user: { id: 'b' }, guest: {}, application: { id: 'a' }, phone: { id: 'b' } })).toEqual([
    'b',
    'a',
  ])
  expect(identityIds({})).toEqual([])
  expect(isIdentified({ guest: { displayName: 'Bob' } })).toBe(false)
  expect([isIdentified({ user: undefined }), identityIds({ user: undefined })]).toEqual([false, []])
})
