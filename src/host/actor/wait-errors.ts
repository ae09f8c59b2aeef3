/**
 * The errors of a wait that cannot succeed any more: each says what happened instead.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { Participant, ParticipantState } from '../../participant/participant.ts'
import { failureWords } from '../ports/errors.ts'
import { isOver } from './batch.ts'

/** The participant ended before what was waited for. */
export function endedInstead(call: Call, participant: Participant): RollcallError {
  const { key, state, ending } = participant
  const details = {
    callId: call.id,
    key,
    state,
    ...(ending === undefined ? {} : { ending }),
    ...(ending?.requestId === undefined ? {} : { requestId: ending.requestId }),
  }
  const cause = ending?.cause ?? 'unknown'
  if (isOver(call) && (cause === 'callEnded' || cause === 'lost')) return callEnded(call, key)
  return new RollcallError(
    'PARTICIPANT_ENDED',
    `The participant ${key} ended ${cause} (${state}, by ${ending?.by ?? 'unknown'}) before what was waited for.`,
    details,
  )
}

/** The call is over. It is not definite once a request was sent whose answer did not come before the end. */
export function callEnded(call: Call, key?: string, isSent = false): RollcallError {
  const { ending } = call
  const how = ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`
  const doubt = isSent ? ' before the service answered; what was asked of it may have happened' : ''
  return new RollcallError(
    'CALL_ENDED',
    `The call ${call.id} has ended${how}${doubt}.`,
    {
      callId: call.id,
      state: call.state,
      ...(key === undefined ? {} : { key }),
      ...(ending === undefined ? {} : { ending }),
    },
    isSent ? { isDefinite: false } : {},
  )
}

/** The service refused the removal. */
export function removalRefused(call: Call, { key, state, refusal }: Participant): RollcallError {
  const why = refusal === undefined ? '.' : `: ${failureWords(refusal)}`
  return new RollcallError(
    'REMOVAL_REFUSED',
    `The service refused to remove the participant ${key}, who is still ${state}${why}`,
    {
      callId: call.id,
      key,
      state,
      ...(refusal?.status === undefined ? {} : { status: refusal.status }),
      ...(refusal === undefined ? {} : { serviceCode: refusal.code }),
      ...(refusal?.requestId === undefined ? {} : { requestId: refusal.requestId }),
    },
  )
}

/** The participant is past every state that was waited for. */
export function statePassed(
  call: Call,
  { key, state }: Participant,
  wanted: readonly ParticipantState[],
): RollcallError {
  return new RollcallError('STATE_PASSED', `The participant ${key} is ${state}, past ${wanted.join(' and ')}.`, {
    callId: call.id,
    key,
    state,
  })
}

/** The participant answered before the cancel. */
export function answeredBefore(call: Call, { key, state }: Participant): RollcallError {
  return new RollcallError(
    'STATE_PASSED',
    `The participant ${key} has answered and is ${state}: they stay in the call. \`remove\` would take them out.`,
    { callId: call.id, key, state },
  )
}

/** The participant is present at another endpoint. */
export function endpointDiffers(call: Call, { key, state, endpoint = '' }: Participant): RollcallError {
  return new RollcallError(
    'ENDPOINT_DIFFERS',
    `The participant ${key} is ${state} at another endpoint than was waited for: ${endpoint}.`,
    { callId: call.id, key, state, endpoint },
  )
}

/** The call remembers no participant with that key. */
export function unknownParticipant(call: Call, key: string): RollcallError {
  return new RollcallError(
    'PARTICIPANT_UNKNOWN',
    `The call ${call.id} has no participant ${JSON.stringify(key)}, or has forgotten them.`,
    { callId: call.id, key },
  )
}
