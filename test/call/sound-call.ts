/**
 * A call without a violated invariant, for tests to break in one place.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { bot, established, on } from './script.ts'

/** Ann is active, Lea in the lobby, Nia there without an id, Bob and Carol ring, Gus and Hal have left, in that order. */
function soundCall(): Call {
  const script = established()
  script.delta(1, bot, on('ann'), on('lea', { lobby: true }), on('nia', { id: null }), on('gus'), on('hal'))
  script.snapshot(
    bot,
    ...['ann', 'gus', 'hal'].map((name) => on(name, { sequence: 1 })),
    on('lea', { lobby: true, sequence: 1 }),
    on('nia', { id: null, sequence: 1 }),
  )
  script.invite(['bob', 'carol'], { as: 'team' })
  script.taken('team', { bob: 'p-bob' })
  script.wait(5_000)
  script.delta(2, on('hal', { gone: true }))
  script.wait(10)
  script.delta(3, on('gus', { gone: true }))
  return script.call
}

export function alter(call: Call, key: string, change: Partial<Participant>): Call {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new Error(`there is no ${key}: ${[...call.participants.keys()].join(' ')}`)
  return { ...call, participants: call.participants.set(key, { ...participant, ...change }) }
}

export const sound = soundCall()

/** What the call names them. */
export const bob = 'team/0'
