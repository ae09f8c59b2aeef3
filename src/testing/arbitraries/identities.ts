/**
 * Identities as they occur in calls: users, guests of one application, telephones, encrypted ids, unknown kinds, several
 * kinds at once, and the same person in another spelling.
 *
 * Sources: the Graph resources identitySet and communicationsIdentitySet, and captured rosters.
 * @module
 */
import fc from 'fast-check'
import type { Identity, IdentitySet } from '../../participant/identity.ts'

/** Ids of people: GUIDs that differ in their first digit, for readers. */
export const personIds = ['a', 'b', 'c', 'd'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`)

/** The application that ten guests share, as captured. */
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

/** Captured beside id and name, for users and applications; mostly absent. */
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

/** Mostly one kind of identity; users are the most frequent. Shrinks to a user with only an id. */
export function identities(): fc.Arbitrary<IdentitySet> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: kind('user', personIds) },
    { weight: 2, arbitrary: kind('phone', ['+4915112345678', '+18005550199']) },
    // Several guests of one application: the shared id does not identify them (captured: ten of them).
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
    // The set is open: future kinds have an id as well.
    { weight: 1, arbitrary: kind('hologram', ['hologram-1']) },
    // Seen intermittently: a participant without any identity.
    { weight: 1, arbitrary: fc.constantFrom<IdentitySet>({}, { user: {} }) },
  )
}

/** Two sets of one person: the second has another kind, another name, or more kinds. */
export function samePerson(): fc.Arbitrary<readonly [IdentitySet, IdentitySet]> {
  return fc.constantFrom(...personIds).chain((id) =>
    fc.tuple(
      withName(id).map((user): IdentitySet => ({ user })),
      // The documentation itself answers an invited `user` with an `application` entry of the same id.
      fc.oneof(
        { withCrossShrink: true },
        withName(id).map((user): IdentitySet => ({ user })),
        withName(id).map((application): IdentitySet => ({ application })),
        withName(id).map((user): IdentitySet => ({ user, guest: { id: 'guest-9' } })),
      ),
    ),
  )
}
