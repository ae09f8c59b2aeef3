/**
 * Judgements of a handle's waits that are not for a participant's state: the call's own, and those by an answer.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import { isEstablished } from '../../call/model/call-state.ts'
import { isOpen, type Participant } from '../../participant/participant.ts'
import { isOver } from '../actor/batch.ts'
import { callEnded, endedInstead, unknownParticipant } from '../actor/wait-errors.ts'
import type { Judgement } from '../actor/wait-judgements.ts'
import { CALL_ENDED_UNSENT, GIVEN_UP, type EffectAnswer } from '../outbox/effect-runner.ts'
import { sealed, viewOf, type CallView } from '../ports/call-view.ts'
import { requestRefused, requestUnconfirmed } from '../ports/errors.ts'

type JudgeAnswer<T> = (answer: EffectAnswer | undefined, call: Call | undefined) => Judgement<T>

/** Judges the wait for the call to be established. */
export function judgeEstablished(call: Call): Judgement<CallView> {
  if (isOver(call)) return { error: callEnded(call) }
  return isEstablished(call) ? { value: viewOf(call) } : undefined
}

/** Judges the wait for the end of the call after a hang-up. */
export function judgeHangUp(call: Call): Judgement<CallView> {
  if (isOver(call)) return { value: viewOf(call) }
  if (call.hangUpRequestedAt !== undefined) return undefined
  return {
    error: new RollcallError('REQUEST_REFUSED', `The service refused to end the call ${call.id}.`, {
      callId: call.id,
      state: call.state,
    }),
  }
}

/** The codes of a request that the end of the call kept from being sent, or broke off. */
const givenUpCodes: ReadonlySet<string> = new Set([CALL_ENDED_UNSENT, GIVEN_UP])

/** Judges the answer to a hang-up: a call that is gone is the proof, and any other refusal says why. */
export function judgeHangUpAnswer(callId: string): JudgeAnswer<CallView> {
  return (answer) => {
    if (
      answer?.type !== 'hangUp.answered' ||
      answer.answer.verdict !== 'refused' ||
      answer.answer.failure.reason === 'gone' ||
      // The call has ended meanwhile, or the host closes: the service refused nothing.
      givenUpCodes.has(answer.answer.failure.code)
    )
      return undefined
    return {
      error: requestRefused(`The service refused to end the call ${callId}`, answer.answer.failure, { callId }),
    }
  }
}

/** Judges the answer to a mute. `before` is the call in which it was asked for. */
export function judgeMute(before: Call, key: string): JudgeAnswer<Participant> {
  return (answer, call = before) => {
    const verdict = answer?.type === 'mute.answered' ? answer.answer : undefined
    const details = { callId: call.id, key }
    const participant = call.participants.get(key)
    const isGivenUp = verdict === undefined || (verdict.verdict !== 'done' && givenUpCodes.has(verdict.failure.code))
    if (isGivenUp && isOver(call)) return { error: callEnded(call, key) }
    if (verdict?.verdict === 'done')
      return participant === undefined ? { error: unknownParticipant(call, key) } : { value: sealed(participant) }
    if (verdict?.verdict === 'refused')
      return { error: requestRefused(`The service refused to mute the participant ${key}`, verdict.failure, details) }
    const what = `The service did not confirm that the participant ${key} is muted`
    return { error: requestUnconfirmed(what, verdict?.failure, details) }
  }
}

/** Why a participant cannot be muted, nor its mute ended. */
export function cannotMute(call: Call, key: string): RollcallError {
  const participant = call.participants.get(key)
  if (isOver(call)) return callEnded(call, key)
  if (participant === undefined) return unknownParticipant(call, key)
  if (!isOpen(participant)) return endedInstead(call, participant)
  return new RollcallError(
    'REQUEST_INVALID',
    `The participant ${key} is ${participant.state}: only a participant with a roster id can be muted, or its mute ended.`,
    { callId: call.id, key, state: participant.state },
  )
}
