/**
 * P5: what one delta change costs in a call of a given size.
 *
 * The call is established, its roster is known from a fetched snapshot, and every delta mutes or unmutes one
 * participant, with sequence numbers that go up by one.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import { openCall, step } from '../../src/call/step.ts'
import type { Side } from './measure.ts'

const selfId = 'the-bot'
const started = Date.UTC(2026, 0, 1)

/** From one participant to the next: a prime, so that everybody is visited, and far enough that no cache helps. */
const STRIDE = 7_001

/** A call with that many participants beside the bot, ready for delta number 2. */
function callOf(size: number): Call {
  const entries = [entryOf(selfId, false), ...Array.from({ length: size }, (_, index) => entryOf(idOf(index), false))]
  let call = openCall('57dab8b1-894c-409a-b240-bd8beae78896')
  const take = (event: CallEvent) => {
    const result = step(call, event)
    call = result.call
    return result.effects
  }
  take({ type: 'call.reported', at: started, state: 'established', myParticipantId: selfId })
  const effects = take({ type: 'roster.reported', at: started + 1, kind: 'delta', sequence: 1, entries: [] })
  const fetch = effects.find((effect) => effect.type === 'roster.fetch')
  if (fetch === undefined) throw new TypeError('the first delta of a call did not ask for the roster')
  take({ type: 'roster.fetched', at: started + 2, fetch: fetch.fetch, answer: { verdict: 'done', value: { entries } } })
  if (call.participants.size !== size) throw new TypeError(`${call.participants.size} participants instead of ${size}`)
  return call
}

/** One delta after another in a call of that size. */
export function deltaSide(size: number): Side {
  let call = callOf(size)
  let sequence = 1
  let target = 0
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i += 1) {
      sequence += 1
      target = (target + STRIDE) % size
      const isMuted = call.participants.get(idOf(target))?.isMuted !== true
      const entries = [entryOf(idOf(target), isMuted)]
      const result = step(call, { type: 'roster.reported', at: started + sequence, kind: 'delta', sequence, entries })
      if (result.outcome.type !== 'applied') throw new TypeError('a delta of the benchmark changed nothing')
      call = result.call
      sum += result.changes.length
    }
    return sum
  }
}

function idOf(index: number): string {
  return `participant-${index}`
}

function entryOf(id: string, isMuted: boolean): RosterEntry {
  return { id, identity: { user: { id: `user-of-${id}` } }, isInLobby: false, isMuted }
}
