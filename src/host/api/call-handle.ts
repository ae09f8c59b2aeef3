/**
 * The handle of a call: what an application does with one.
 *
 * Rule 1: a request is durable before its promise resolves; giving up a wait takes nothing back. Direct requests
 * (`direct-requests.ts`) are neither stored nor sent later.
 * Rule 2: participants are named by key, so that a wait can go on with another handle, after a restart, on another instance.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { explain, type Explanation } from '../../call/explain.ts'
import { invitedKeys } from '../../call/invitations.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import { isOpen, type Participant } from '../../participant/participant.ts'
import type { CallActor } from '../actor/call-actor.ts'
import { callEnded, unknownParticipant } from '../actor/wait-errors.ts'
import { readWait, waitUntil, within, type WaitOptions } from '../actor/wait-for.ts'
import { judgeCancel, judgeRemoval, judgeWait } from '../actor/wait-judgements.ts'
import { readWanted, type Wanted } from '../actor/wait-targets.ts'
import { sealed, viewOf, type CallView } from '../ports/call-view.ts'
import { waitClosed } from '../ports/errors.ts'
import type { RollcallError } from '../../call/model/errors.ts'
import type { Clock } from '../../time/clock.ts'
import { readKey } from './call-id.ts'
import { cannotMute, judgeEstablished, judgeHangUp, judgeHangUpAnswer, judgeMute } from './call-judgements.ts'
import {
  clientContextTaken,
  readClientContext,
  readInviteOptions,
  readInvitees,
  readRingTime,
  type InviteOptions,
} from './invite-options.ts'
import type { DirectRequests } from './direct-requests.ts'
import type { ReadTraits } from './traits.ts'
import { unlessAborted } from '../../time/abort.ts'

/**
 * One call, for the application. Making a handle does nothing; its first use adopts a call that is not known yet. Once its host
 * is closed, every promise of it is settled; HOST_CLOSED is definite if nothing was stored or sent for the request.
 */
export interface CallHandle extends DirectRequests {
  /** The call's id, in the spelling the library uses. */
  readonly id: string
  /**
   * Invites one participant, or as many at once as the service takes in one request (Graph: 5). Resolves when the invite is
   * durable, before the service has heard of it. An invitee that is pending or present already is returned as it is. The
   * participants of a list are in the order of their identities.
   * @throws RollcallError REQUEST_INVALID | CALL_ENDED | MAILBOX_FULL | STORE_FAILED | WAIT_TIMEOUT
   * @example
   * ```ts
   * const bob = await call.invite({ user: { id: '278405a3-f568-4b3e-b684-009193463064' } }, { ringTimeoutMs: 30_000 })
   * const [ann, dan] = await call.invite([{ user: { id: 'ann' } }, { phone: { id: '+441234567890' } }])
   * ```
   */
  invite(identity: IdentitySet, options?: InviteOptions): Promise<Participant>
  /** Invites several at once, in one request; the participants are in the order of their identities. */
  invite(identities: readonly IdentitySet[], options?: InviteOptions): Promise<readonly Participant[]>
  /**
   * Cancels or removes the participant, whichever its state needs; resolves with the ended participant when the end is proved.
   * If the service says in the meantime that it is the same as another participant, that one's end is waited for.
   * @throws RollcallError REMOVAL_REFUSED | PARTICIPANT_UNKNOWN | WAIT_TIMEOUT | HOST_CLOSED
   * @example
   * ```ts
   * const gone = await call.remove(bob.key, { timeoutMs: 60_000 })
   * console.log(gone.state, gone.ending?.cause) // cancelled cancelled, or removed removed
   * ```
   */
  remove(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Cancels an invitation unless it is answered: resolves with the participant in state `cancelled`, however the
   * invitation ended. Rejects with STATE_PASSED when the invitee has answered (`details.state` is its state; it stays in the
   * call), and with PARTICIPANT_ENDED when it was in the call and has left. A DELETE that crossed the answer may still remove
   * the participant; then it rejects with that ending.
   * @throws RollcallError STATE_PASSED | PARTICIPANT_ENDED | CALL_ENDED | REMOVAL_REFUSED | PARTICIPANT_UNKNOWN |
   * WAIT_TIMEOUT | HOST_CLOSED
   * @example
   * ```ts
   * try {
   *   await call.cancel(bob.key)
   * } catch (error) {
   *   if (isRollcallError(error) && error.code === 'STATE_PASSED') console.log('Bob was faster')
   *   else throw error
   * }
   * ```
   */
  cancel(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Resolves with the participant once it is in the state, in one of several, in a state at an endpoint, or fits the
   * predicate. A participant in the lobby is not `active`: it has not been admitted. `'present'` is `lobby` or `active`,
   * `'ended'` is `removed` or `cancelled`. `{ state: 'active', endpoint: 'person' }` is not met by a mailbox, and a participant
   * that arrives while it is being removed meets neither `active` nor `'present'`. Rejects as soon as what is waited for cannot
   * happen any more, with an error that says what happened instead; the lobby does not end a wait for `active`.
   * @throws RollcallError PARTICIPANT_ENDED | CALL_ENDED | REMOVAL_REFUSED | STATE_PASSED | ENDPOINT_DIFFERS | PARTICIPANT_UNKNOWN | WAIT_TIMEOUT
   * @example
   * ```ts
   * const active = await call.waitFor(bob.key, 'active', { timeoutMs: 60_000 })
   * await call.waitFor(bob.key, { state: 'active', endpoint: 'person' })
   * await call.waitFor(bob.key, ({ isMuted }) => isMuted)
   * ```
   */
  waitFor(key: string, wanted: Wanted, options?: WaitOptions): Promise<Participant>
  /**
   * Mutes a participant; resolves with the participant as it is known when the service has taken the request. The next
   * roster shows whether it is muted.
   * @throws RollcallError REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | PARTICIPANT_ENDED | CALL_ENDED | PARTICIPANT_UNKNOWN
   */
  mute(key: string, options?: WaitOptions): Promise<Participant>
  /**
   * Resolves when the call is established: from then on every service takes an invite.
   * @throws RollcallError CALL_ENDED | WAIT_TIMEOUT
   */
  established(options?: WaitOptions): Promise<CallView>
  /** Ends the bot's leg of the call; resolves when the end is proved. @throws RollcallError REQUEST_REFUSED | WAIT_TIMEOUT */
  hangUp(options?: WaitOptions): Promise<CallView>
  /**
   * The call as it is stored now.
   * @example
   * ```ts
   * const { state, participants } = await call.read()
   * for (const [key, participant] of participants) console.log(key, participant.state)
   * ```
   */
  read(): Promise<CallView>
  /**
   * The evidence behind a participant's present state.
   * @throws RollcallError PARTICIPANT_UNKNOWN
   * @example
   * ```ts
   * console.log((await call.explain(bob.key)).sentence)
   * ```
   */
  explain(key: string): Promise<Explanation>
}

/** What a handle needs. */
export interface HandleSettings {
  readonly callId: string
  readonly clock: Clock
  readonly createId: () => string
  readonly traits: ReadTraits
  /** The call's actor. @throws RollcallError HOST_CLOSED, made by `refuse`, once the host closes */
  readonly openActor: (refuse?: () => RollcallError) => CallActor
  /** The requests that a handle sends itself. */
  readonly direct: DirectRequests
}

/** A handle. */
export function createHandle({ callId, clock, createId, traits, openActor, direct }: HandleSettings): CallHandle {
  const invite = async (
    identities: IdentitySet | readonly IdentitySet[],
    given: InviteOptions = {},
  ): Promise<Participant | readonly Participant[]> => {
    const options = readInviteOptions(given)
    const invitees = readInvitees(identities, options, traits)
    const invitation = readClientContext(options) ?? createId()
    const ringTimeoutMs = readRingTime(options, traits)
    const event = {
      type: 'invite.requested',
      invitation,
      invitees,
      at: clock.now(),
      ...(ringTimeoutMs === undefined ? {} : { ringTimeoutMs }),
    } as const
    const reply = await within(clock, options, 'The invite', async (signal) =>
      openActor().deliver({ type: 'events', events: [event], unknownCall: 'adopt' }, { signal }),
    )
    const call = reply.call as Call
    const [outcome] = reply.outcomes
    if (outcome?.type === 'ignored' && outcome.reason === 'callEnded') throw callEnded(call)
    const keys = invitedKeys(call, invitees)
    if (keys === undefined) throw clientContextTaken(callId)
    const invited = keys.map((key) => participantOf(call, key))
    return Array.isArray(identities) ? Object.freeze(invited) : (invited[0] as Participant)
  }

  return Object.freeze<CallHandle>({
    id: callId,
    invite: invite as CallHandle['invite'],
    ...direct,

    async remove(key, options = {}) {
      readKey(key)
      return within(clock, readWait('remove', options), `The removal of the participant ${key}`, async (signal) => {
        const participant = participantOf(await unlessAborted(openActor().read(), signal), key)
        if (!isOpen(participant)) return participant
        const actor = openActor()
        const event = { type: 'removal.requested', key, at: clock.now() } as const
        await actor.deliver({ type: 'events', events: [event], unknownCall: 'adopt' }, { signal })
        // Judged from here on: an earlier refusal says nothing about this request.
        return waitUntil(actor, { key, judge: judgeRemoval(key) }, { signal })
      })
    },

    async cancel(key, options = {}) {
      readKey(key)
      return within(
        clock,
        readWait('cancel', options),
        `The cancellation of the invitation of ${key}`,
        async (signal) => {
          const actor = openActor()
          const event = { type: 'cancel.requested', key, at: clock.now() } as const
          await actor.deliver({ type: 'events', events: [event], unknownCall: 'adopt' }, { signal })
          return waitUntil(actor, { key, judge: judgeCancel(key) }, { signal })
        },
      )
    },

    async waitFor(key, wanted, options = {}) {
      readKey(key)
      const target = readWanted(wanted)
      return within(
        clock,
        readWait('waitFor', options),
        `What was waited for of the participant ${key}`,
        async (signal) =>
          waitUntil(
            openActor(waitClosed),
            { key, judge: (call, participant) => judgeWait(call, key, participant, target) },
            { signal },
          ),
      )
    },

    async mute(key, options = {}) {
      readKey(key)
      const event = { type: 'mute.requested', key, clientContext: createId(), at: clock.now() } as const
      return within(clock, readWait('mute', options), `Muting the participant ${key}`, async (signal) => {
        const actor = openActor()
        const reply = await actor.deliver({ type: 'events', events: [event], unknownCall: 'adopt' }, { signal })
        const call = reply.call as Call
        const effect = reply.effects.find(({ type }) => type === 'participant.mute')
        if (effect === undefined) throw cannotMute(call, key)
        const judgeAnswer = judgeMute(call, key)
        return waitUntil(actor, { effectId: effect.id, judgeAnswer }, { signal })
      })
    },

    async hangUp(options = {}) {
      return within(clock, readWait('hangUp', options), `The end of the call ${callId}`, async (signal) => {
        const actor = openActor()
        const event = { type: 'hangUp.requested', at: clock.now() } as const
        const { effects } = await actor.deliver({ type: 'events', events: [event], unknownCall: 'adopt' }, { signal })
        const effectId = effects.find(({ type }) => type === 'call.hangUp')?.id
        const target = { judge: judgeHangUp, effectId, judgeAnswer: judgeHangUpAnswer(callId) }
        return waitUntil(actor, target, { signal })
      })
    },

    async established(options = {}) {
      return within(
        clock,
        readWait('established', options),
        `The establishment of the call ${callId}`,
        async (signal) => waitUntil(openActor(waitClosed), { judge: judgeEstablished }, { signal }),
      )
    },

    async read() {
      return viewOf(await openActor().read())
    },

    async explain(key) {
      const call = await openActor().read()
      const explanation = explain(call, readKey(key))
      if (explanation === undefined) throw unknownParticipant(call, key)
      return explanation
    },
  })
}

function participantOf(call: Call, key: string): Participant {
  const participant = call.participants.get(key)
  if (participant === undefined) throw unknownParticipant(call, key)
  return sealed(participant)
}
