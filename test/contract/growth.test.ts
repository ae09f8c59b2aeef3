/**
 * Rosters of many: the time of a step goes with their length, whatever their entries lack or have in common.
 * @module
 */
import { expect, test } from 'vitest'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import { step } from '../../src/call/step.ts'
import { bot, BEGINNING, established } from '../call/script.ts'
import { growthOf } from '../effort/growth.ts'

const SIZE = 400
const FACTOR = 8
/** Twice the factor and more, and a third of its square. */
const BOUND = 20

const crowd = (size: number, entryOf: (place: number) => RosterEntry): readonly RosterEntry[] =>
  Array.from({ length: size }, (_, place) => entryOf(place))
const full = (entries: readonly RosterEntry[]): Partial<CallEvent> => ({
  type: 'roster.reported',
  kind: 'full',
  entries: [bot, ...entries],
})
const delta = (sequence: number, entry: RosterEntry): Partial<CallEvent> => ({
  type: 'roster.reported',
  kind: 'delta',
  sequence,
  entries: [entry],
})

/** Steps a call through the events, far enough apart for each to be news. */
function play(events: readonly Partial<CallEvent>[]): unknown {
  return events.reduce(
    (call, event, place) => step(call, { at: BEGINNING + place * 10_000, ...event } as CallEvent).call,
    established().call,
  )
}

const identities: Readonly<Record<string, (place: number) => IdentitySet>> = {
  'each their own': (place) => ({ user: { id: `u-${place}` } }),
  'one and the same': () => ({ user: { id: 'u' } }),
  'none at all': () => ({}),
  'guests of one application': (place) => ({ application: { id: 'a' }, guest: { id: `g-${place}` } }),
}

test.each(Object.entries(identities))(
  'a roster without ids is taken in, told again and left in time that goes with its length: identities %s',
  (_, identityOf) => {
    const everybody = (size: number) => full(crowd(size, (place) => ({ identity: identityOf(place) })))
    expect(
      growthOf(
        (size) => play([everybody(size), everybody(size), everybody(size / 2), full([]), everybody(size)]),
        SIZE,
        FACTOR,
      ),
    ).toBeLessThan(BOUND)
  },
)

test.each(Object.entries(identities))(
  'so are changes of one entry without an id each: identities %s',
  (name, identityOf) => {
    // Those who have the same identity are one, by changes.
    expect(
      growthOf(
        (size) =>
          play(
            crowd(size, (place) => ({ identity: identityOf(place) })).map((entry, place) => delta(place + 1, entry)),
          ),
        SIZE,
        FACTOR,
      ),
      name,
    ).toBeLessThan(BOUND)
  },
)

test('so are people who are admitted from the lobby under other ids, and the end of their call', () => {
  const waiting = (size: number) =>
    full(crowd(size, (place) => ({ id: `l-${place}`, isInLobby: true, identity: { user: { id: `u-${place}` } } })))
  const admitted = (size: number) =>
    full(crowd(size, (place) => ({ id: `a-${place}`, isInLobby: false, identity: { user: { id: `u-${place}` } } })))
  expect(
    growthOf(
      (size) => play([waiting(size), admitted(size), { type: 'call.reported', state: 'terminated' }]),
      SIZE,
      FACTOR,
    ),
  ).toBeLessThan(BOUND)
})
