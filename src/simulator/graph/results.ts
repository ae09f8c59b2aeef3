/**
 * Results: Graph's `resultInfo` for each outcome of an invite or a call.
 *
 * The results of declined, unanswered and cancelled invite operations are not documented for Graph; those lines use the
 * codes of Azure Communication Services, which shares the code space:
 * https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/voice-video-calling/troubleshooting-codes
 * The codes of ended calls are those of the termination table of call-delete.
 * @module
 */
import type { Outcome } from '../world/outcomes.ts'

/** Graph's `resultInfo` as the service sends it. */
export interface Result {
  /** The code, an HTTP status or a SIP code. */
  readonly code: number
  /** What it is in detail; 0 if the service says no more. */
  readonly subcode: number
  /** A sentence for people. */
  readonly message: string
}

const result = (code: number, subcode: number, message: string): Result => ({ code, subcode, message })

const results: { readonly [R in Outcome['reason']]: Result } = {
  /** Assumed, from the table of Azure Communication Services. */
  declined: result(603, 8538, 'Callee Declined. DiagCode: 603#0.@'),
  busy: result(486, 8539, 'Callee Busy. DiagCode: 486#0.@'),
  /** The message was observed with 408/8544. */
  noAnswer: result(408, 8544, 'Callee could not be reached.'),
  /** Observed: 400/8541 with this diagnosis. */
  unreachable: result(400, 8541, 'Callee unavailable. DiagCode: 480#10076.@'),
  /** Documented for a cancelled operation of another kind. */
  cancelled: result(400, 8508, 'Action failed, the operation was cancelled.'),
  /** For a script that fails without saying how. */
  failed: result(500, 9999, 'Unknown internal server error.'),
  hungUp: result(200, 7000, 'The call was ended by the bot.'),
  removed: result(200, 5000, 'Removed by another participant.'),
  conversationEnded: result(200, 5001, 'The conversation has ended.'),
  leftAlone: result(200, 5010, 'Only one participant remained.'),
  peerLeft: result(200, 4521, 'The call was ended by the other participant.'),
  replaced: result(200, 18503, 'The peer left the call.'),
  rejected: result(403, 0, 'The call was rejected.'),
  keepAliveMissed: result(408, 8537, 'No keepAlive was received in time.'),
  notAnswered: result(408, 8587, 'The incoming call was not answered within time.'),
  redirected: result(200, 0, 'The call was redirected.'),
  transferred: result(0, 7015, 'GracefulTransferCompleted'),
  transferFailed: result(500, 7000, 'The transfer failed.'),
}

/** Telephones have codes of their own. */
const phoneResults: { readonly [R in Outcome['reason']]?: Result } = {
  declined: result(603, 560603, 'Callee Declined. DiagCode: 603#560603.@'),
  busy: result(486, 560486, 'Callee Busy. DiagCode: 486#560486.@'),
  noAnswer: result(408, 560408, 'Callee could not be reached. DiagCode: 408#560408.@'),
}

/** Another result of ringing that lasted to the end, for scripts that ask for it. */
const noAnswerByTimeout = result(487, 10004, 'Call cancelled on timeout. DiagCode: 487#10004.@')

/** The result that reports an outcome: the one its script or act gave, or the one of the table. */
export function resultOf({ reason, isPhone, detail = {} }: Outcome): Result {
  const { code, subcode, message, reported } = detail
  if (typeof code === 'number') {
    return result(code, typeof subcode === 'number' ? subcode : 0, typeof message === 'string' ? message : '')
  }
  if (reason === 'noAnswer' && reported === '487/10004') return noAnswerByTimeout
  return (isPhone === true ? phoneResults[reason] : undefined) ?? results[reason]
}

/** The result of an operation with invitees who did not join: its message names one (form observed). */
export function nameParticipant(failure: Result, who: string): Result {
  return { ...failure, message: `addParticipants failed for participant ${who}. Underlying reason: ${failure.message}` }
}
