/**
 * Identities as calls meet them: users, guests of one application, telephones, encrypted ids, kinds nobody knows yet,
 * several kinds at once — and the same person in another spelling.
 *
 * Sources: FACTS 2 (identitySet, communicationsIdentitySet) and 5.6.
 * @module
 */
import fc from 'fast-check'
import type { Identity, IdentitySet } from '../../participant/identity.ts'

/** Ids of people; GUIDs that a reader can tell apart by their first digit. */
export const personIds = ['a', 'b', 'c', 'd'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`)

/** The application ten guests share, as captured. */
export const applicationId = 'eeeeeeee-0000-4000-8000-00000000000a'

const names = fc.constantFrom<string | undefined>(
  undefined,
  'Ann',
  'Bob',
  'Dora (Guest)',
  '',
  '<img src=x onerror=alert(1)>',
  '\u202Ebob',
  '張',
)

/** Captured beside id and name, of users and applications; mostly absent. */
const tenants = fc.constantFrom<string | undefined>(
  undefined,
  undefined,
  undefined,
  'dddddddd-0000-4000-8000-00000000000d',
)

function written(id: string | undefined, displayName: string | undefined, tenantId: string | undefined): Identity {
  return {
    ...(id === undefined ? {} : { id }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(tenantId === undefined ? {} : { tenantId }),
  }
}

function withName(id: string): fc.Arbitrary<Identity> {
  return fc.tuple(names, tenants).map(([displayName, tenantId]) => written(id, displayName, tenantId))
}

function kind(name: string, ids: readonly string[]): fc.Arbitrary<IdentitySet> {
  return fc
    .tuple(fc.constantFrom(...ids), names, tenants)
    .map(([id, displayName, tenantId]) => ({ [name]: written(id, displayName, tenantId) }))
}

/** One kind of identity, mostly; users come up most, and one with an id and nothing else is what shrinking ends at. */
export function identities(): fc.Arbitrary<IdentitySet> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: kind('user', personIds) },
    { weight: 2, arbitrary: kind('phone', ['+4915112345678', '+18005550199']) },
    // Several guests of one application: the shared id is not who they are (captured: ten of them).
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom('guest-1', 'guest-2', 'guest-3'), names).map(
        ([id, displayName]): IdentitySet => ({
          application: { id: applicationId },
          guest: written(id, displayName, undefined),
        }),
      ),
    },
    { weight: 1, arbitrary: kind('application', [applicationId]) },
    { weight: 1, arbitrary: kind('applicationInstance', personIds) },
    { weight: 1, arbitrary: kind('encrypted', ['29:encrypted-1']) },
    { weight: 1, arbitrary: kind('azureCommunicationServicesUser', ['8:acs:1']) },
    { weight: 1, arbitrary: kind('onPremises', ['sip:ann@example.com']) },
    // The set is open: whatever comes next has an id as well.
    { weight: 1, arbitrary: kind('hologram', ['hologram-1']) },
    // Intermittently seen: somebody without any identity.
    { weight: 1, arbitrary: fc.constantFrom<IdentitySet>({}, { user: {} }) },
  )
}

/** Two sets of one person: the second has another kind, another name, or more kinds. */
export function samePerson(): fc.Arbitrary<readonly [IdentitySet, IdentitySet]> {
  return fc.constantFrom(...personIds).chain((id) =>
    fc.tuple(
      withName(id).map((user): IdentitySet => ({ user })),
      // Documentation itself answers an invited `user` with an `application` entry of the same id.
      fc.oneof(
        { withCrossShrink: true },
        withName(id).map((user): IdentitySet => ({ user })),
        withName(id).map((application): IdentitySet => ({ application })),
        withName(id).map((user): IdentitySet => ({ user, guest: { id: 'guest-9' } })),
      ),
    ),
  )
}
