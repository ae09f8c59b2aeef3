/**
 * The transition of XState's own interpreter: slower than the compiled one, and the reference it is compared with.
 * @module
 */
import { transition } from 'xstate'
import type { ParticipantEvent } from '../../src/participant/events.ts'
import { participantMachine, participantOf, snapshotOf } from '../../src/participant/machine.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { isEffectAction, type Transition } from '../../src/participant/transition.ts'

/** What the participant becomes by the event, as XState says it. */
export function transitionByXState(participant: Participant, event: ParticipantEvent): Transition {
  const [next, ran] = transition(participantMachine, snapshotOf(participant), event)
  return { participant: participantOf(next), actions: ran.map(({ type }) => type).filter(isEffectAction) }
}
