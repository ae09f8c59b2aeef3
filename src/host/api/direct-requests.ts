/**
 * Direct requests: answering, rejecting, redirecting and transferring a call, ending a mute, and muting all participants. The
 * promise tells the verdict.
 *
 * Rule 1: nothing of them is stored or repeated later (ADR 0035). The service gives a bot seconds to answer, and a request
 * that another host would send after a crash is one that the application no longer asks for.
 * Rule 2: they change nothing that is known of the call: the service tells what followed from them.
 * Rule 3: the end of the call, the end of the wait and the end of the host give a request up. One that still waits for a
 * token or a place is not sent then.
 * @module
 */
import { bareVerdict, operationVerdict } from '../../call/codec/event-schema.ts'
import type { Shape } from '../../call/codec/schema.ts'
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { Verdict } from '../../call/model/events.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import { isOpen, isPresent, type Participant } from '../../participant/participant.ts'
import type { Clock } from '../../time/clock.ts'
import { onAbort, unlessAborted } from '../../time/abort.ts'
import { isOver } from '../actor/batch.ts'
import type { CallActor } from '../actor/call-actor.ts'
import { callEnded, endedInstead, unknownParticipant } from '../actor/wait-errors.ts'
import { readWait, within, type WaitOptions } from '../actor/wait-for.ts'
import type { EffectRunner } from '../outbox/effect-runner.ts'
import { sealed, viewOf, type CallView } from '../ports/call-view.ts'
import { hostClosed, requestRefused, requestUnconfirmed, requestUnsupported, waitClosed } from '../ports/errors.ts'
import type { HostLog } from '../ports/log.ts'
import type { AnswerBody, RejectRequest, RequestOptions, Transport } from '../ports/ports.ts'
import { readKey } from './call-id.ts'
import { cannotMute } from './call-judgements.ts'
import {
  readRedirectOptions,
  readTargets,
  readTransfer,
  readTransferOptions,
  type RedirectOptions,
  type TransferOptions,
} from './direct-options.ts'
import type { ReadTraits } from './traits.ts'

/** What direct requests need of their host. */
export interface DirectSettings {
  readonly callId: string
  readonly clock: Clock
  readonly createId: () => string
  readonly traits: ReadTraits
  readonly transport: Transport
  readonly runner: EffectRunner
  readonly log: HostLog | undefined
  /** The call's actor. @throws RollcallError HOST_CLOSED once the host closes */
  readonly openActor: () => CallActor
  /** Registers a request: a closing host waits until it is settled. */
  readonly track: (request: Promise<unknown>) => void
}

/** The methods of a handle that send a request themselves, for services that have such requests. */
export interface DirectRequests {
  /**
   * Ends the mute of a participant, where the service lets a bot do that (Graph does not); resolves as `mute` does. Unlike
   * a mute it is sent at once or not at all: a late one would open a microphone without notice.
   * @throws RollcallError REQUEST_UNSUPPORTED | REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | PARTICIPANT_ENDED |
   * CALL_ENDED | PARTICIPANT_UNKNOWN | WAIT_TIMEOUT | HOST_CLOSED
   */
  unmute(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Mutes every participant that is present and has a roster id, with one request; resolves when the service has taken it, or at
   * once if there is none. The next roster shows who is muted.
   * @throws RollcallError REQUEST_UNSUPPORTED | REQUEST_REFUSED | REQUEST_UNCONFIRMED | CALL_ENDED | WAIT_TIMEOUT | HOST_CLOSED
   */
  muteAll(options?: WaitOptions): Promise<CallView>
  /**
   * Answers an incoming call; resolves when the service has taken the answer, and `established` says when the call is up. The
   * body has the service's fields (Graph: `{ callbackUri }`, within 15 s of the notification). It is sent once, and not later by
   * another host: a subscriber with a `cursor` is shown the incoming call again after a crash.
   * @throws RollcallError REQUEST_UNSUPPORTED | REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | CALL_ENDED |
   * WAIT_TIMEOUT | HOST_CLOSED
   * @example
   * ```ts
   * rollcall.subscribe(async (change) => {
   *   if (change.key !== undefined || change.to !== 'incoming') return
   *   const call = rollcall.call(change.callId)
   *   await call.answer({ callbackUri: 'https://bot.example/callback' })
   * })
   * ```
   */
  answer(body: AnswerBody, options?: WaitOptions): Promise<CallView>
  /**
   * Rejects an incoming call; resolves when the service has taken the request. The end of the call is a change of its own.
   * @throws RollcallError as `answer`
   */
  reject(reason?: RejectRequest['reason'], options?: WaitOptions): Promise<CallView>
  /**
   * Sends an incoming call to others (Graph: up to 25, the first to answer gets it); resolves when the service has taken the
   * request. For the bot the call ends.
   * @throws RollcallError as `answer`
   */
  redirect(targets: IdentitySet | readonly IdentitySet[], options?: RedirectOptions): Promise<CallView>
  /**
   * Transfers an established call to the target; resolves when the service has taken the request. The state of the call then
   * says how it goes: `transferring`, and an end, or `established` again when it came to nothing.
   * @throws RollcallError as `answer`, and PARTICIPANT_UNKNOWN | PARTICIPANT_ENDED for the `transferee`
   * @example
   * ```ts
   * await call.transfer({ user: { id: '8d1e6ab6-26c5-4e22-a1bc-06ea7343958e' } })
   * await call.transfer({ phone: { id: '+441234567890' } }, { transferee: bob.key })
   * ```
   */
  transfer(target: IdentitySet, options?: TransferOptions): Promise<CallView>
}

/** One request. */
interface DirectRequest<T> {
  /** Its name in the log. */
  readonly type: string
  /** What it does, in words that complete "the service refused to …". */
  readonly what: string
  readonly shape: Shape<Verdict<T>>
  /** Sends it; undefined when there is nothing to ask for. @throws RollcallError for what cannot be asked of this call */
  readonly prepare: (call: Call) => ((options: RequestOptions) => Promise<Verdict<T>>) | undefined
  readonly key?: string | undefined
}

/** The methods of a handle that send a request themselves. */
export function createDirectRequests(settings: DirectSettings): DirectRequests {
  const { callId, clock, createId, traits, transport } = settings
  const ask = <T>(request: DirectRequest<T>, options: WaitOptions): Promise<Call> =>
    within(clock, options, `What was asked of the service, to ${request.what},`, (signal) => {
      const sent = send(settings, request, signal)
      settings.track(sent)
      return sent
    })

  return {
    async answer(body, given = {}) {
      const options = readWait('answer', given)
      if (transport.answer === undefined) throw requestUnsupported('answer', callId)
      if (typeof body !== 'object' || body === null)
        throw new TypeError('answer: expected the body of an answer, an object')
      const prepare = () => (request: RequestOptions) => transport.answer?.(callId, body, request) ?? missing()
      return viewOf(
        await ask({ type: 'call.answer', what: `answer the call ${callId}`, shape: bareVerdict, prepare }, options),
      )
    },

    async reject(reason, given = {}) {
      const options = readWait('reject', given)
      if (transport.reject === undefined) throw requestUnsupported('reject', callId)
      if (reason !== undefined && typeof reason !== 'string') throw new TypeError('reject: expected a reason, a text')
      const asked = reason === undefined ? {} : { reason }
      const prepare = () => (request: RequestOptions) => transport.reject?.(callId, asked, request) ?? missing()
      return viewOf(
        await ask({ type: 'call.reject', what: `reject the call ${callId}`, shape: bareVerdict, prepare }, options),
      )
    },

    async redirect(targets, given = {}) {
      const options = readRedirectOptions(given)
      if (transport.redirect === undefined) throw requestUnsupported('redirect', callId)
      const asked = readTargets(targets, options, traits)
      const prepare = () => (request: RequestOptions) => transport.redirect?.(callId, asked, request) ?? missing()
      return viewOf(
        await ask({ type: 'call.redirect', what: `redirect the call ${callId}`, shape: bareVerdict, prepare }, options),
      )
    },

    async transfer(target, given = {}) {
      const options = readTransferOptions(given)
      if (transport.transfer === undefined) throw requestUnsupported('transfer', callId)
      const asked = readTransfer(target, options, traits)
      const prepare = (call: Call) => {
        const { transferee: key } = options
        const { identity, id } = key === undefined ? {} : openParticipant(call, key)
        const transferee =
          identity === undefined ? {} : { transferee: { identity, ...(id === undefined ? {} : { participantId: id }) } }
        return (request: RequestOptions) =>
          transport.transfer?.(callId, { ...asked, ...transferee }, request) ?? missing()
      }
      return viewOf(
        await ask({ type: 'call.transfer', what: `transfer the call ${callId}`, shape: bareVerdict, prepare }, options),
      )
    },

    async unmute(key, given = {}) {
      const options = readWait('unmute', given)
      if (transport.unmuteParticipant === undefined) throw requestUnsupported('unmuteParticipant', callId)
      readKey(key)
      const prepare = (call: Call) => {
        const { id } = openParticipant(call, key)
        if (id === undefined) throw cannotMute(call, key)
        return (request: RequestOptions) => transport.unmuteParticipant?.(callId, id, createId(), request) ?? missing()
      }
      const what = `end the mute of the participant ${key}`
      const call = await ask({ type: 'participant.unmute', what, shape: operationVerdict, prepare, key }, options)
      const participant = call.participants.get(key)
      if (participant === undefined) throw unknownParticipant(call, key)
      return sealed(participant)
    },

    async muteAll(given = {}) {
      const options = readWait('muteAll', given)
      if (transport.muteAll === undefined) throw requestUnsupported('muteAll', callId)
      const prepare = (call: Call) => {
        const ids = [...call.participants.values()]
          .filter(isPresent)
          .flatMap(({ id }) => (id === undefined ? [] : [id]))
        if (ids.length === 0) return undefined
        return (request: RequestOptions) => transport.muteAll?.(callId, ids, createId(), request) ?? missing()
      }
      const what = `mute all participants of the call ${callId}`
      return viewOf(await ask({ type: 'participants.muteAll', what, shape: operationVerdict, prepare }, options))
    },
  }
}

/** Sends a request once; resolves with the call as it is known when the service has taken it. */
async function send<T>(settings: DirectSettings, request: DirectRequest<T>, signal: AbortSignal): Promise<Call> {
  const { transport, runner, log, createId, openActor } = settings
  const actor = openActor()
  let call = await unlessAborted(actor.read(), signal)
  const givenUp = new AbortController()
  let isSent = false
  // Rejecting, redirecting and transferring end the call when they are done: its end may overtake their answer.
  const look = (shown: Call): void => {
    call = shown
    if (isOver(shown)) givenUp.abort(callEnded(shown, request.key, isSent))
  }
  const stopListening = onAbort(signal, () => givenUp.abort(signal.reason))
  const closed = (): void => givenUp.abort(isSent ? waitClosed() : hostClosed())
  const stopWatching = actor.watch({ look, answered: () => undefined, closed })
  try {
    // What was committed between the reading and the watching was not shown.
    if (actor.isOver) call = await unlessAborted(actor.read(), signal)
    look(call)
    givenUp.signal.throwIfAborted()
    const prepared = request.prepare(call)
    if (prepared === undefined) return call
    const named = { type: request.type, id: `${request.type}/${createId()}` }
    log?.claimed(settings.callId, named, false)
    const claim = async (isGivenUp: () => boolean): Promise<boolean> => {
      if (isGivenUp() || actor.isOver || runner.isAborted) return false
      return (isSent = true)
    }
    const verdict = await runner.run(
      (options) => {
        // A transport that does not ask before it sends may have sent it from its call on.
        if (transport.fencesSends !== true) isSent = true
        return prepared(actor.reference === undefined ? options : { ...options, reference: actor.reference })
      },
      request.shape,
      { signal: givenUp.signal, claim },
    )
    log?.answered(settings.callId, named, verdict)
    if (verdict.verdict === 'done') return call
    if (runner.isAborted) closed()
    givenUp.signal.throwIfAborted()
    throw errorOf(settings.callId, request, verdict)
  } finally {
    stopListening()
    stopWatching()
  }
}

function errorOf<T>(
  callId: string,
  { what, key }: DirectRequest<T>,
  verdict: Exclude<Verdict<T>, { verdict: 'done' }>,
): RollcallError {
  const { failure } = verdict
  const details = { callId, ...(key === undefined ? {} : { key }) }
  if (verdict.verdict === 'unconfirmed')
    return requestUnconfirmed(`It is not known whether the service did what it was asked, to ${what}`, failure, details)
  // The transport checks the body before it sends anything.
  if (failure.code === 'REQUEST_INVALID') return new RollcallError('REQUEST_INVALID', failure.message, details)
  return requestRefused(`The service refused to ${what}`, failure, details)
}

function openParticipant(call: Call, key: string): Participant {
  const participant = call.participants.get(key)
  if (participant === undefined) throw unknownParticipant(call, key)
  if (!isOpen(participant)) throw endedInstead(call, participant)
  return participant
}

/** The method is gone that was there when the request began. */
function missing(): never {
  throw new TypeError('transport: a method was taken away')
}
