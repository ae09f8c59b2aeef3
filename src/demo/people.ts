/**
 * The people of the demo and what they do when called. Bob has the ids of the documented example.
 * @module
 */
import type { IdentitySet } from '../participant/identity.ts'
import { identityIds } from '../participant/identity.ts'
import type { CalleeScript } from '../simulator/graph/dialect.ts'

/** A person of the demo. */
export interface DemoPerson {
  readonly name: string
  readonly id: string
  /** Absent for a person who is never called. */
  readonly script?: CalleeScript
}

/** All people, by role. Times are milliseconds of the emulator's clock. */
export const people = {
  talker: { name: 'Ann', id: '7e1b4346-85a6-4bdd-abe3-d11c5d420efe', script: { type: 'answer', afterMs: 12_000 } },
  invitee: { name: 'Bob', id: '278405a3-f568-4b3e-b684-009193463064', script: { type: 'noAnswer' } },
  crosser: {
    name: 'Cem',
    id: '1e126418-44a0-4d94-a6f8-0efe1ad71acb',
    script: { type: 'noAnswer', answersOnCancel: { droppedAfterMs: 400 } },
  },
  decliner: { name: 'Dan', id: '550fae72-d251-43ec-868c-373732c2704f', script: { type: 'decline', afterMs: 6_000 } },
  sleeper: { name: 'Eve', id: '8d1e6ab1-26c5-4e22-a1bc-06ea7343958e', script: { type: 'noAnswer' } },
  bystander: { name: 'Fay', id: '5810cede-f3cc-42eb-b2c1-e9bd5d53ec96' },
} as const satisfies Record<string, DemoPerson>

/** The id of the call that the documented example replaces by its invitation. */
export const REPLACED_CALL_ID = 'a7ebfb2d-871e-419c-87af-27290b22e8db'

/** A person as the service names them: with the display name, which the page shows. */
export function identityOf({ id, name }: DemoPerson): IdentitySet {
  return { user: { id, displayName: name } }
}

const names = new Map<string, string>(Object.values(people).map(({ id, name }) => [id, name]))

/** The name of an identity, for the log. */
export function displayNameOf(identity: IdentitySet): string {
  const known = identityIds(identity)
    .map((id) => names.get(id))
    .find((name) => name !== undefined)
  return known ?? (identity['application'] === undefined ? 'unknown' : 'the bot')
}
