/**
 * A third, plain reading of the definition, for definitions that were broken on purpose: no table, no speed.
 * @module
 */
import type { ParticipantConfig } from '../../src/participant/machine-shape.ts'
import type { ParticipantEvent } from '../../src/participant/events.ts'
import { actions, guards } from '../../src/participant/implementations.ts'
import type { Participant, ParticipantState, RemovalPhase } from '../../src/participant/participant.ts'
import { endedRemoval, type Transition } from '../../src/participant/transition.ts'
import { candidatesOf } from './cases.ts'

/** Runs a definition as it stands. */
export function interpret(
  definition: ParticipantConfig,
): (participant: Participant, event: ParticipantEvent) => Transition {
  return (participant, event) => {
    const place = [participant.state, participant.removal] as const
    const taken = candidatesOf(definition, place, event.type).find(
      ({ guard }) => guard === undefined || guards[guard](participant, event),
    )
    if (taken === undefined) return { participant, actions: [] }
    const next = { ...participant }
    if (taken.target !== undefined) {
      const [, state, phase] = taken.target.split('.')
      next.state = state as ParticipantState
      next.removal = phase === 'idle' ? undefined : (phase as RemovalPhase | undefined)
    }
    for (const name of taken.actions ?? []) actions[name](next, event)
    if (next.state === 'removed' || next.state === 'cancelled') next.removal = endedRemoval(next)
    return { participant: next, actions: (taken.actions ?? []).filter((name) => name === 'participant.delete') }
  }
}
