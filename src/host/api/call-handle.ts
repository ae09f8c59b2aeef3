/**
 * The handle of a call: what an application does with one.
 *
 * Rule 1: what is asked for is durable before anybody is told so; giving up waiting takes nothing back.
 * Rule 2: participants go by key, so that a wait goes on with another handle, after a restart, on another host.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { explain, type Explanation } from '../../call/explain.ts'
import { isEstablished } from '../../call/model/call-state.ts'
import { invitedKeys } from '../../call/invitations.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import { isOpen, type Participant } from '../../participant/participant.ts'
import { isOver } from '../actor/batch.ts'
import { isHostClosed, requestRefused, requestUnconfirmed, waitClosed } from '../ports/errors.ts'
import { clientContextTaken, readClientContext, readInvitees, type InviteOptions } from './invite-options.ts'
import type { ReadTraits } from './traits.ts'
import type { CallActor } from '../actor/call-actor.ts'
import type { Taken } from '../actor/mailbox.ts'
import type { Clock } from '../ports/ports.ts'
import { CALL_ENDED_UNSENT, GIVEN_UP, type EffectAnswer } from '../outbox/effect-runner.ts'
import { sealed, viewOf, type CallView } from '../ports/call-view.ts'
import {
  callEnded,
  endedInstead,
  judgeCancel,
  judgeWait,
  onAbort,
  removalJudge,
  unknownParticipant,
  within,
  type Judgement,
  type Settle,
  type WaitOptions,
} from '../actor/wait-for.ts'
import { readWanted, type Wanted } from '../actor/wait-targets.ts'

/**
 * One call, for the application. Making a handle does nothing; its first use adopts a call that is not known yet. Once its host
 * is closed every promise of it is settled: HOST_CLOSED is definite where nothing was stored or sent for what was asked.
 */
export interface CallHandle {
  readonly id: string
  /**
   * Invites one, or as many at once as the service takes in one request (Graph: 5); resolves when that is durable, before the service has heard of it. Somebody
   * who is pending or present already is returned as they are.
   * @throws RollcallError REQUEST_INVALID | CALL_ENDED | MAILBOX_FULL | STORE_FAILED | WAIT_TIMEOUT
   */
  invite(identity: IdentitySet, options?: InviteOptions): Promise<Participant>
  invite(identities: readonly IdentitySet[], options?: InviteOptions): Promise<readonly Participant[]>
  /**
   * Cancels or removes, whichever the participant's state needs; resolves with them when their end is proved — or with
   * whoever they turned out to be, should the service say that in the meantime.
   * @throws RollcallError REMOVAL_REFUSED | PARTICIPANT_UNKNOWN | WAIT_TIMEOUT | HOST_CLOSED
   */
  remove(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Cancels an invitation unless it is answered: resolves with the participant in state `cancelled`, however the
   * invitation ended. Rejects when they have answered (STATE_PASSED, `details.state` says where they are; they stay in
   * the call) or were in the call and have left (PARTICIPANT_ENDED). A DELETE that was on its way when they answered may
   * still remove them; then it rejects with that ending.
   * @throws RollcallError STATE_PASSED | PARTICIPANT_ENDED | CALL_ENDED | REMOVAL_REFUSED | PARTICIPANT_UNKNOWN |
   * WAIT_TIMEOUT | HOST_CLOSED
   */
  cancel(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Resolves with the participant once they are in the state, in one of several, in a state at an endpoint, or fit the
   * predicate. `{ state: 'active', endpoint: 'person' }` is not met by a mailbox.
   * @throws RollcallError PARTICIPANT_ENDED | CALL_ENDED | REMOVAL_REFUSED | STATE_PASSED | ENDPOINT_DIFFERS | PARTICIPANT_UNKNOWN | WAIT_TIMEOUT
   */
  waitFor(key: string, wanted: Wanted, options?: WaitOptions): Promise<Participant>
  /**
   * Mutes a participant; resolves, when the service has taken it, with what is known of them then. That they are muted
   * is known from the next roster.
   * @throws RollcallError REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | PARTICIPANT_ENDED | CALL_ENDED | PARTICIPANT_UNKNOWN
   */
  mute(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Resolves when the call is established: from then on every service takes an invite.
   * @throws RollcallError CALL_ENDED | WAIT_TIMEOUT
   */
  established(options?: WaitOptions): Promise<CallView>
  /** Leaves the call; resolves when its end is proved. @throws RollcallError REQUEST_REFUSED | WAIT_TIMEOUT */
  hangUp(options?: WaitOptions): Promise<CallView>
  /** The call as it is now. */
  read(): Promise<CallView>
  /** The evidence behind a participant's present state. @throws RollcallError PARTICIPANT_UNKNOWN */
  explain(key: string): Promise<Explanation>
}

/** What a handle works with. */
export interface HandleSettings {
  readonly callId: string
  readonly clock: Clock
  /** Aborted when the host is closed. */
  readonly closing: AbortSignal
  readonly createId: () => string
  readonly traits: ReadTraits
  /** The call's actor of the moment. @throws RollcallError HOST_CLOSED, which `refuse` makes, once the host closes */
  readonly openActor: (refuse?: () => RollcallError) => CallActor
}

/** A handle. */
export function createHandle(settings: HandleSettings): CallHandle {
  const { callId, clock, createId, traits } = settings

  const invite = async (
    identities: IdentitySet | readonly IdentitySet[],
    options: InviteOptions = {},
  ): Promise<Participant | readonly Participant[]> => {
    const invitees = readInvitees(identities, options, traits)
    const invitation = readClientContext(options) ?? createId()
    const { ringTimeoutMs } = options
    const event = {
      type: 'invite.requested',
      invitation,
      invitees,
      at: clock.now(),
      ...(ringTimeoutMs === undefined ? {} : { ringTimeoutMs }),
    } as const
    const { call, outcomes } = await within<KnownTaken>(clock, options, 'The invite', (settle) =>
      request(settings, event, settle),
    )
    const [outcome] = outcomes
    if (outcome?.type === 'ignored' && outcome.reason === 'callEnded') throw callEnded(call)
    const keys = invitedKeys(call, invitees)
    if (keys === undefined) throw clientContextTaken(callId)
    const invited = keys.map((key) => participantOf(call, key))
    return Array.isArray(identities) ? Object.freeze(invited) : (invited[0] as Participant)
  }

  return Object.freeze<CallHandle>({
    id: callId,
    invite: invite as CallHandle['invite'],

    async remove(key, options = {}) {
      checkKey(key)
      return within(clock, options, `The removal of the participant ${key}`, (settle) =>
        after(readCall(settings), settle, (call) => {
          const participant = participantOf(call, key)
          if (!isOpen(participant)) return settle.resolve(participant)
          // Judged after the request is taken: an earlier refusal says nothing of this one.
          return request(
            settings,
            { type: 'removal.requested', key, at: clock.now() },
            { ...settle, resolve: (_taken, actor) => watchFor(settings, actor, key, removalJudge(key), settle) },
          )
        }),
      )
    },

    async cancel(key, options = {}) {
      checkKey(key)
      return within(clock, options, `The cancellation of the invitation of ${key}`, (settle) =>
        request(
          settings,
          { type: 'cancel.requested', key, at: clock.now() },
          { ...settle, resolve: (_taken, actor) => watchFor(settings, actor, key, judgeCancel(key), settle) },
        ),
      )
    },

    async waitFor(key, wanted, options = {}) {
      checkKey(key)
      const test = readWanted(wanted)
      return within(clock, options, `What was waited for of the participant ${key}`, (settle) =>
        watchFor(
          settings,
          settings.openActor(waitClosed),
          key,
          (call, participant) => judgeWait(call, key, participant, test),
          settle,
        ),
      )
    },

    async mute(key, options = {}) {
      checkKey(key)
      const event = { type: 'mute.requested', key, clientContext: createId(), at: clock.now() } as const
      return within(clock, options, `Muting the participant ${key}`, (settle) =>
        request(settings, event, {
          ...settle,
          resolve: ({ call, effects }, actor) => {
            const effect = effects.find(({ type }) => type === 'participant.mute')
            if (effect !== undefined)
              return all(
                whenClosed(settings, settle),
                actor.onAnswer(effect.id, (answer, now = call) => settleMute(now, key, answer, settle)),
              )
            settle.reject(cannotMute(call, key))
            return undefined
          },
        }),
      )
    },

    async hangUp(options = {}) {
      return within(clock, options, `The end of the call ${callId}`, (settle) =>
        request(
          settings,
          { type: 'hangUp.requested', at: clock.now() },
          {
            ...settle,
            resolve: ({ effects }, actor) => {
              const effect = effects.find(({ type }) => type === 'call.hangUp')
              const stopWatching = watchFor(settings, actor, undefined, judgeHangUp, settle)
              if (effect === undefined) return stopWatching
              return all(
                stopWatching,
                actor.onAnswer(effect.id, (answer) => settleRefusedHangUp(callId, answer, settle)),
              )
            },
          },
        ),
      )
    },

    async established(options = {}) {
      return within(clock, options, `The establishment of the call ${callId}`, (settle) =>
        watchFor(settings, settings.openActor(waitClosed), undefined, judgeEstablished, settle),
      )
    },

    async read() {
      return viewOf(await readCall(settings))
    },

    async explain(key) {
      const call = await readCall(settings)
      const explanation = explain(call, checkKey(key))
      if (explanation === undefined) throw unknownParticipant(call, key)
      return explanation
    },
  })
}

type KnownTaken = Taken & { readonly call: Call }
type Judge<T> = (call: Call, participant: Participant | undefined) => Judgement<T>
type Stop = () => void

const nothing: Stop = () => undefined

function all(...stops: readonly Stop[]): Stop {
  return () => {
    for (const stop of stops) stop()
  }
}

/** What is waited for ends with the host; it may have happened, or still happen. */
function whenClosed({ closing }: HandleSettings, { reject }: { readonly reject: (error: unknown) => void }): Stop {
  return onAbort(closing, () => reject(waitClosed()))
}

async function readCall({ openActor }: HandleSettings): Promise<Call> {
  return openActor().read()
}

/**
 * Hands the call something to do. `resolve` is called in the same turn as the commit is told, before anything that
 * follows from it, with the actor that took it: what is stored is waited for there, though the host closes. Stopped
 * before that, the delivery is taken back if it still can be.
 */
function request(
  settings: HandleSettings,
  event: CallEvent,
  settle: {
    readonly resolve: (taken: KnownTaken, actor: CallActor) => Stop | void
    readonly reject: (error: unknown) => void
  },
): Stop {
  const actor = settings.openActor()
  let withdraw = nothing
  let stop = nothing
  let isStopped = false
  const onTaken = (taken: Taken): void => {
    if (isStopped) return
    try {
      stop = settle.resolve(taken as KnownTaken, actor) ?? nothing
      if (isStopped) stop()
    } catch (error) {
      settle.reject(error)
    }
  }
  actor
    .deliver([event], {
      unknownCall: 'adopt',
      onTaken,
      onQueued: (delivery) => {
        withdraw = () => void actor.withdraw(delivery)
      },
    })
    .catch(settle.reject)
  return () => {
    isStopped = true
    withdraw()
    stop()
  }
}

/**
 * Judges the call as it is now and whenever it changes, until there is a judgement. What is shown before the call was
 * read may be from before the participant: that they are absent counts from the reading on. A host that closes reads no
 * more, but may learn more until it is closed.
 */
function watchFor<T>(
  settings: HandleSettings,
  actor: CallActor,
  key: string | undefined,
  judge: Judge<T>,
  settle: Settle<T>,
): Stop {
  let hasRead = false
  const look = (call: Call, participant: Participant | undefined): void => {
    if (key !== undefined && participant === undefined && !hasRead) return
    try {
      const judgement = judge(call, participant)
      if (judgement === undefined) return
      if ('value' in judgement) settle.resolve(judgement.value)
      else settle.reject(judgement.error)
    } catch (error) {
      settle.reject(error)
    }
  }
  const stopWatching = actor.watch({ ...(key === undefined ? {} : { key }), look })
  const refuse = (error: unknown): void => (isHostClosed(error) ? undefined : settle.reject(error))
  const stopReading = after(readCall(settings), { reject: refuse }, (call) => {
    hasRead = true
    look(call, key === undefined ? undefined : call.participants.get(key))
  })
  return all(whenClosed(settings, settle), stopReading, stopWatching)
}

/** Goes on with what a promise brings, unless it is stopped before; stops what it went on with, afterwards. */
function after<T>(
  promise: Promise<T>,
  { reject }: { readonly reject: (error: unknown) => void },
  then: (value: T) => Stop | void,
): Stop {
  let stop = nothing
  let isStopped = false
  promise
    .then((value) => {
      if (!isStopped) stop = then(value) ?? nothing
      // What it went on with may have settled at once, when there was nothing yet that could be stopped.
      if (isStopped) stop()
    })
    .catch(reject)
  return () => {
    isStopped = true
    stop()
  }
}

function judgeEstablished(call: Call): Judgement<CallView> {
  if (isOver(call)) return { error: callEnded(call) }
  return isEstablished(call) ? { value: viewOf(call) } : undefined
}

function judgeHangUp(call: Call): Judgement<CallView> {
  if (isOver(call)) return { value: viewOf(call) }
  if (call.hangUpRequestedAt !== undefined) return undefined
  return {
    error: new RollcallError('REQUEST_REFUSED', `The service refused to end the call ${call.id}.`, {
      callId: call.id,
      state: call.state,
    }),
  }
}

/** A call that is not there is the proof; anything else that was refused says why. */
function settleRefusedHangUp(callId: string, answer: EffectAnswer | undefined, { reject }: Settle<CallView>): void {
  if (
    answer?.type !== 'hangUp.answered' ||
    answer.answer.verdict !== 'refused' ||
    answer.answer.failure.reason === 'gone'
  )
    return
  reject(requestRefused(`The service refused to end the call ${callId}`, answer.answer.failure, { callId }))
}

/** What a request is answered with that the end of the call kept from being sent, or broke off. */
const givenUpCodes: ReadonlySet<string> = new Set([CALL_ENDED_UNSENT, GIVEN_UP])

function settleMute(
  call: Call,
  key: string,
  answer: EffectAnswer | undefined,
  { resolve, reject }: Settle<Participant>,
): void {
  const verdict = answer?.type === 'mute.answered' ? answer.answer : undefined
  const details = { callId: call.id, key }
  const participant = call.participants.get(key)
  const isGivenUp = verdict === undefined || (verdict.verdict !== 'done' && givenUpCodes.has(verdict.failure.code))
  if (isGivenUp && isOver(call)) reject(callEnded(call, key))
  else if (verdict?.verdict === 'done' && participant === undefined) reject(unknownParticipant(call, key))
  else if (verdict?.verdict === 'done') resolve(sealed(participant as Participant))
  else if (verdict?.verdict === 'refused')
    reject(requestRefused(`The service refused to mute the participant ${key}`, verdict.failure, details))
  else
    reject(
      requestUnconfirmed(`The service did not confirm that the participant ${key} is muted`, verdict?.failure, details),
    )
}

function cannotMute(call: Call, key: string): RollcallError {
  const participant = call.participants.get(key)
  if (isOver(call)) return callEnded(call, key)
  if (participant === undefined) return unknownParticipant(call, key)
  if (!isOpen(participant)) return endedInstead(call, participant)
  return new RollcallError(
    'REQUEST_INVALID',
    `The participant ${key} is ${participant.state}: only somebody with a roster id can be muted.`,
    { callId: call.id, key, state: participant.state },
  )
}

function participantOf(call: Call, key: string): Participant {
  const participant = call.participants.get(key)
  if (participant === undefined) throw unknownParticipant(call, key)
  return sealed(participant)
}

function checkKey(key: string): string {
  if (typeof key !== 'string') throw new TypeError('key: expected the key of a participant, a string')
  return key
}
