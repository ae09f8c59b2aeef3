/**
 * The effect runner: which method of the transport carries out an effect, which event its answer is, and a verdict for
 * each request, whatever the transport does.
 *
 * Rule 1: a request that takes too long, or that is given up, may have happened.
 * Rule 2: a transport is not this library's code. An answer of another shape than was asked for may have happened: such
 * a value could not be stepped, or would be stored and never be read again.
 * Rule 3: a claimed request has its full time from its first claim. A request that was given up or answered is not claimed again.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import { bareVerdict, callVerdict, operationVerdict, rosterVerdict } from '../../call/codec/event-schema.ts'
import { parse, type Shape } from '../../call/codec/schema.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { InboundEvent, Verdict } from '../../call/model/events.ts'
import { REQUEST_TIMEOUT_MS } from '../ports/limits.ts'
import type { RequestOptions, Transport } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { DeadlinePassed, withDeadline } from '../../time/with-deadline.ts'

/** The code of a request that was not sent because the call had ended. */
export const CALL_ENDED_UNSENT = 'callEnded'

/** The code of a request that was given up, or not sent, because the host closed or the call ended. */
export const GIVEN_UP = 'aborted'

/** An answer as an event that has no time yet. */
export type EffectAnswer = InboundEvent['event']

/** Sends a request, or answers it without sending. The answer has the shape, whatever the transport said. */
export type InFlightRequest = <T>(
  send: (options: RequestOptions) => Promise<Verdict<T>>,
  shape: Shape<Verdict<T>>,
) => Promise<Verdict<T>>

/**
 * Requests that the call itself repeats when they may have failed for a moment. Its retries are stored, go on after a
 * restart, and end with the reason for them; retries of the transport would multiply them (ADR 0033).
 */
const retriedByCall: ReadonlySet<RequestEffect['type']> = new Set([
  'participant.delete',
  'roster.fetch',
  'call.fetch',
  'call.keepAlive',
  'call.hangUp',
])

/** Carries out an effect and returns the event its answer is. */
export async function carryOut(
  effect: RequestEffect,
  callId: string,
  transport: Transport,
  send: InFlightRequest,
): Promise<EffectAnswer> {
  const sending: InFlightRequest = retriedByCall.has(effect.type)
    ? (request, shape) => send((options) => request({ ...options, isRetriedByCaller: true }), shape)
    : send
  switch (effect.type) {
    case 'participants.invite': {
      const { invitation, invitees, ringTimeoutMs } = effect
      const ring = ringTimeoutMs === undefined ? {} : { ringTimeoutMs }
      return {
        type: 'invite.answered',
        invitation,
        answer: await sending(
          (options) => transport.invite(callId, { clientContext: invitation, invitees, ...ring }, options),
          operationVerdict,
        ),
      }
    }
    case 'participant.delete': {
      const { key, participantId, attempt } = effect
      return {
        type: 'removal.answered',
        key,
        attempt,
        answer: await sending((options) => transport.deleteParticipant(callId, participantId, options), bareVerdict),
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
          operationVerdict,
        ),
      }
    }
    case 'roster.fetch':
      return {
        type: 'roster.fetched',
        fetch: effect.fetch,
        answer: await sending((options) => transport.listParticipants(callId, options), rosterVerdict),
      }
    case 'call.fetch':
      return {
        type: 'call.fetched',
        answer: await sending((options) => transport.getCall(callId, options), callVerdict),
      }
    case 'call.keepAlive':
      return {
        type: 'keepAlive.answered',
        answer: await sending((options) => transport.keepAlive(callId, options), bareVerdict),
      }
    case 'call.hangUp':
      return {
        type: 'hangUp.answered',
        answer: await sending((options) => transport.hangUp(callId, options), bareVerdict),
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

/** The verdict of a transport that threw, against its contract: refused if the error is definite, otherwise unconfirmed. */
function verdictOfThrown(error: unknown): Verdict<never> {
  if (isRollcallError(error) && error.definite) return refused(error.code, error.message)
  return unconfirmed('transportFailed', error instanceof Error ? error.message : 'the transport failed')
}

/** How one request is sent. */
interface SendOptions {
  /** Gives up this request. */
  readonly signal?: AbortSignal | undefined
  /** Claims the request; absent when there is nothing to claim, or it is claimed already. Never rejects. */
  readonly claim?: ((isGivenUp: () => boolean) => Promise<boolean>) | undefined
}

/** Runs requests for one host. */
export interface EffectRunner {
  /** Never rejects. */
  run<T>(
    request: (options: RequestOptions) => Promise<Verdict<T>>,
    shape: Shape<Verdict<T>>,
    options?: SendOptions,
  ): Promise<Verdict<T>>
  /** Gives up requests under way and all later ones. */
  abort(): void
  /** True after `abort`: nothing more is sent. */
  readonly isAborted: boolean
}

/** A runner with the host's clock. `onFault` is called with errors of transports that break their contract. */
export function createEffectRunner(clock: Clock, onFault: (error: unknown) => void): EffectRunner {
  const closing = new AbortController()
  return {
    async run<T>(
      request: (options: RequestOptions) => Promise<Verdict<T>>,
      shape: Shape<Verdict<T>>,
      { signal, claim }: SendOptions = {},
    ): Promise<Verdict<T>> {
      if (closing.signal.aborted || signal?.aborted)
        return unconfirmed(GIVEN_UP, 'the request was given up before it was sent')
      let isClaimed = false
      let isOver = false
      const deadline = { clock, timeoutMs: REQUEST_TIMEOUT_MS, signals: [closing.signal, signal] }
      try {
        return await withDeadline(deadline, (given, restart) => {
          const beforeSend =
            claim &&
            (async (): Promise<boolean> => {
              if (!(await claim(() => isOver || given.aborted))) return false
              if (!isClaimed) restart()
              isClaimed = true
              return true
            })
          return attempt(() => request({ signal: given, ...(beforeSend && { beforeSend }) }), shape, onFault)
        })
      } catch (error) {
        if (error instanceof DeadlinePassed) return unconfirmed('timeout', `no answer within ${error.timeoutMs} ms`)
        if (closing.signal.aborted || signal?.aborted) return unconfirmed(GIVEN_UP, 'the request was given up')
        throw error
      } finally {
        isOver = true
      }
    },
    abort: () => closing.abort(),
    get isAborted() {
      return closing.signal.aborted
    },
  }
}

async function attempt<T>(
  request: () => Promise<Verdict<T>>,
  shape: Shape<Verdict<T>>,
  onFault: (error: unknown) => void,
): Promise<Verdict<T>> {
  try {
    return parse(
      shape,
      await request(),
      ({ path, expected }) => new TypeError(`the transport gave a wrong answer: expected ${expected} at answer${path}`),
    )
  } catch (error) {
    const answer = verdictOfThrown(error)
    if (answer.verdict === 'unconfirmed') onFault(error)
    return answer
  }
}
