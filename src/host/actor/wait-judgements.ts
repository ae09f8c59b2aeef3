/**
 * Judgements: whether a wait is over, and with what.
 *
 * Rule: a wait that cannot succeed any more ends at once, with an error that says what happened instead.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type Participant,
  type ParticipantState,
} from '../../participant/participant.ts'
import { sealed } from '../ports/call-view.ts'
import { isOver } from './batch.ts'
import {
  answeredBefore,
  callEnded,
  endedInstead,
  endpointDiffers,
  removalRefused,
  statePassed,
  unknownParticipant,
} from './wait-errors.ts'
import type { ReadWanted } from './wait-targets.ts'

/** The outcome of a wait; undefined while it goes on. */
export type Judgement<T> = { readonly value: T } | { readonly error: unknown } | undefined

/** Judges the call and, where a wait is for a participant, that participant as the call has it. */
export type Judge<T> = (call: Call, participant: Participant | undefined) => Judgement<T>

/** Judges the wait for a state of a participant, or for what a predicate sees. */
export function judgeWait(
  call: Call,
  key: string,
  participant: Participant | undefined,
  wanted: ReadWanted,
): Judgement<Participant> {
  if (participant === undefined) return { error: unknownParticipant(call, key) }
  if (wanted.isMet(sealed(participant))) return { value: participant }
  if (!isOpen(participant)) return { error: endedInstead(call, participant) }
  if (isOver(call)) return { error: callEnded(call, key) }
  const { states } = wanted
  if (states === undefined) return undefined
  if (isPresent(participant) && wanted.isElsewhere(participant)) return { error: endpointDiffers(call, participant) }
  if (participant.removal === 'refused' && states.every(isFinal)) return { error: removalRefused(call, participant) }
  if (states.every((state) => isPassed(participant, state))) return { error: statePassed(call, participant, states) }
  return undefined
}

/**
 * Judges a removal: an end of any kind, or a refusal. When the participant was replaced by another with the same roster
 * id, the removal of that one is waited for.
 */
export function judgeRemoval(key: string): Judge<Participant> {
  let followed = key
  return (call, participant) => {
    const shown = followed === key ? participant : call.participants.get(followed)
    const successor = shown === undefined ? undefined : successorOf(call, shown)
    followed = successor?.key ?? followed
    return judgeOneRemoval(call, followed, successor ?? shown)
  }
}

/** The participant that now has the roster id of one that was replaced. */
function successorOf({ byId, participants }: Call, { key, id, ending }: Participant): Participant | undefined {
  if (ending?.cause !== 'replaced' || id === undefined) return undefined
  const successor = participants.get(byId.get(id) ?? key)
  return successor?.key === key ? undefined : successor
}

/**
 * Judges a cancel: the invitation is over, or it was answered. It is undecided while a DELETE that crossed the answer may
 * still remove the participant.
 */
export function judgeCancel(key: string): Judge<Participant> {
  return (call, participant) => {
    if (participant === undefined) return { error: unknownParticipant(call, key) }
    const { state, removal } = participant
    if (state === 'cancelled') return { value: sealed(participant) }
    if (!isOpen(participant)) return { error: endedInstead(call, participant) }
    if (isOver(call)) return { error: callEnded(call, key) }
    if (isPending(participant)) return removal === 'refused' ? { error: removalRefused(call, participant) } : undefined
    return removal === 'crossed' || isBeingRemoved(participant)
      ? undefined
      : { error: answeredBefore(call, participant) }
  }
}

function judgeOneRemoval(call: Call, key: string, participant: Participant | undefined): Judgement<Participant> {
  if (participant === undefined) return { error: unknownParticipant(call, key) }
  if (!isOpen(participant)) return { value: sealed(participant) }
  if (participant.removal === 'refused') return { error: removalRefused(call, participant) }
  return isOver(call) ? { error: callEnded(call, key) } : undefined
}

function isFinal(state: ParticipantState): boolean {
  return state === 'removed' || state === 'cancelled'
}

/**
 * States that a participant never reaches again: a key is invited once, a participant on the roster neither rings nor is
 * cancelled, and one that was admitted does not go back to the lobby. A person who joins again is another participant.
 */
function isPassed(participant: Participant, state: ParticipantState): boolean {
  if (state === 'invited') return participant.state !== 'invited'
  if (state === 'lobby') return participant.state === 'active'
  return (state === 'ringing' || state === 'cancelled') && !isPending(participant)
}
