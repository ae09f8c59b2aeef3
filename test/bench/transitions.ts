/**
 * P1 and P2: the compiled transition against a hand-written switch, and against XState's own interpreter.
 * @module
 */
import { transition as xstateTransition } from 'xstate'
import { participantMachine, snapshotOf } from '../../src/participant/machine.ts'
import { transition } from '../../src/participant/transition.ts'
import { eventMix } from './event-mix.ts'
import { handWritten } from './hand-written.ts'
import type { Side } from './measure.ts'

const mix = eventMix()

/** The library's own transition over the mix. */
export const compiledSide: Side = overMix((index) => {
  const { participant, event } = mix[index] as (typeof mix)[number]
  const next = transition(participant, event)
  return next.participant.removalAttempts + next.actions.length
})

/** The hand-written switch over the mix. */
export const handWrittenSide: Side = overMix((index) => {
  const { participant, event } = mix[index] as (typeof mix)[number]
  const next = handWritten(participant, event)
  return next.participant.removalAttempts + next.actions.length
})

// Snapshots are made beforehand: restoring them is no part of a transition.
const snapshots = mix.map(({ participant }) => snapshotOf(participant))

/** XState's `transition()` of the same machine over the mix. */
export const interpretedSide: Side = overMix((index) => {
  const [next, actions] = xstateTransition(
    participantMachine,
    snapshots[index] as (typeof snapshots)[number],
    (mix[index] as (typeof mix)[number]).event,
  )
  return next.context.removalAttempts + actions.length
})

function overMix(run: (index: number) => number): Side {
  return (count) => {
    let sum = 0
    for (let i = 0, index = 0; i < count; i += 1) {
      sum += run(index)
      index = index + 1 === mix.length ? 0 : index + 1
    }
    return sum
  }
}
