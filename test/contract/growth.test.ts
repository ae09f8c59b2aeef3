/**
 * Large rosters: the time of a step is linear in their length, whatever their entries lack or have in common.
 * @module
 */
import { expect, test } from 'vitest'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import { step } from '../../src/call/step.ts'
import { bot, BEGINNING, established } from '../call/script.ts'
import { invitedKeys } from '../../src/call/invitations.ts'
import type { Call } from '../../src/call/model/call.ts'
import { commitOf, stepBatch } from '../../src/host/actor/batch.ts'
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

test('is linear for people who are admitted from the lobby under other ids, and for the end of their call', () => {
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

/** Invites that are timed together, so that they take longer than a clock's steps. */
const INVITES = 400
/** An invite takes as long on a large roster as on a small one, but for the depth of maps: twice as long is no scan, eight times is one. */
const FLAT_BOUND = 3

test('an invite takes no longer for the size of the roster, nor for how many were invited and have ended', () => {
  const rosters = new Map<number, Call>()
  const rosterOf = (size: number): Call => {
    let call = rosters.get(size)
    if (call === undefined) {
      const script = established()
      script.full(bot, ...crowd(size, (place) => ({ id: `r-${place}`, identity: { user: { id: `u-${place}` } } })))
      call = script.call
      rosters.set(size, call)
    }
    return call
  }
  const inviteAll = (size: number): unknown => {
    const call = rosterOf(size)
    for (let place = 0; place < INVITES; place += 1) {
      const invitees = [{ identity: { user: { id: place % 2 === 0 ? `new-${place}` : `u-${place % SIZE}` } } }]
      const invitation = `i-${place}`
      const event: CallEvent = { type: 'invite.requested', invitation, invitees, at: BEGINNING + 20_000 }
      const cached = { call, version: 1, outbox: new Map() }
      const start = { callId: call.id, cached, options: {}, isResuming: false, now: event.at }
      const batch = stepBatch(start, [{ type: 'events', events: [event], unknownCall: 'adopt' }])
      const after = batch.call as Call
      if (invitedKeys(after, invitees)?.length !== 1) throw new Error('nobody was invited')
      commitOf(batch, after, { instanceId: 'one', at: event.at })
    }
    return undefined
  }
  expect(growthOf(inviteAll, SIZE, FACTOR * 4)).toBeLessThan(FLAT_BOUND)
})
