/**
 * Requests: which method of the transport carries out an effect, and which event its answer is.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { InboundEvent, Verdict } from '../../call/model/events.ts'
import type { RequestOptions, Transport } from '../ports/ports.ts'
import { isAnything, isCallReport, isOperationReport, isRosterSnapshot, type ValueTest } from './verdicts.ts'

/** The code of what was not sent because the call had ended. */
export const CALL_ENDED_UNSENT = 'callEnded'

/** The code of what was broken off, or not sent, because the host closed or the call ended. */
export const GIVEN_UP = 'aborted'

/** An answer as an event that has no time yet. */
export type EffectAnswer = InboundEvent['event']

/** How a request is sent, or answered without being sent. */
export type InFlightRequest = <T>(
  send: (options: RequestOptions) => Promise<Verdict<T>>,
  isValue: ValueTest<T>,
) => Promise<Verdict<T>>

/** Carries out an effect and returns the event its answer is. */
export async function carryOut(
  effect: RequestEffect,
  callId: string,
  transport: Transport,
  sending: InFlightRequest,
): Promise<EffectAnswer> {
  switch (effect.type) {
    case 'participants.invite': {
      const { invitation, invitees, ringTimeoutMs } = effect
      const ring = ringTimeoutMs === undefined ? {} : { ringTimeoutMs }
      return {
        type: 'invite.answered',
        invitation,
        answer: await sending(
          (options) => transport.invite(callId, { clientContext: invitation, invitees, ...ring }, options),
          isOperationReport,
        ),
      }
    }
    case 'participant.delete': {
      const { key, participantId, attempt, isCancelOnly } = effect
      // Between two attempts of a cancel they may answer: the call decides whether there is another one.
      const once = isCancelOnly === true ? { isOnce: true } : {}
      return {
        type: 'removal.answered',
        key,
        attempt,
        answer: await sending(
          (options) => transport.deleteParticipant(callId, participantId, { ...options, ...once }),
          isAnything,
        ),
      }
    }
    case 'participant.mute': {
      const { key, participantId, clientContext } = effect
      return {
        type: 'mute.answered',
        key,
        clientContext,
        answer: await sending(
          (options) => transport.muteParticipant(callId, participantId, clientContext, options),
          isOperationReport,
        ),
      }
    }
    case 'roster.fetch':
      return {
        type: 'roster.fetched',
        fetch: effect.fetch,
        answer: await sending((options) => transport.listParticipants(callId, options), isRosterSnapshot),
      }
    case 'call.fetch':
      return {
        type: 'call.fetched',
        answer: await sending((options) => transport.getCall(callId, options), isCallReport),
      }
    case 'call.keepAlive':
      return {
        type: 'keepAlive.answered',
        answer: await sending((options) => transport.keepAlive(callId, options), isAnything),
      }
    case 'call.hangUp':
      return {
        type: 'hangUp.answered',
        answer: await sending((options) => transport.hangUp(callId, options), isAnything),
      }
  }
}

/** A request that certainly did not happen. */
export function refused(code: string, message: string): Verdict<never> {
  return { verdict: 'refused', failure: { reason: 'other', code, message } }
}

/** A request that may have happened. */
export function unconfirmed(code: string, message: string): Verdict<never> {
  return { verdict: 'unconfirmed', failure: { reason: 'other', code, message } }
}

/** What a transport that threw, against its contract, has done: nothing if it says so, perhaps something otherwise. */
export function verdictOfThrown(error: unknown): Verdict<never> {
  if (isRollcallError(error) && error.definite) return refused(error.code, error.message)
  return unconfirmed('transportFailed', error instanceof Error ? error.message : 'the transport failed')
}
