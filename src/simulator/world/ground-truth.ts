/**
 * Ground truth: the true state of the world's calls, for tests that compare it with a bot's view.
 * @module
 */
import type { Stream } from './callee.ts'
import { nameIdentity, type Identities } from './identities.ts'
import type { Departure } from './departure.ts'
import type { Fact } from './tick.ts'
import { ENDED_LEGS_LIMIT, type LegState, type WorldState } from './world-state.ts'

/** A participant in the call or in the lobby. */
export interface PresentTruth {
  /** The participant id. */
  readonly id: string
  /** The user id, phone number or other identity id, lower case. */
  readonly identityId: string | undefined
  /** Who it is. */
  readonly identity: Identities
  /** True while it waits in the lobby. */
  readonly isInLobby: boolean
  /** True while it is muted. */
  readonly isMuted: boolean
  /** The kind of endpoint, in Graph's words. */
  readonly endpoint: string
  /** Its media streams. */
  readonly media: readonly Stream[]
}

/** A participant who has left, or an invitee who did not join. */
export interface PastTruth {
  /** The participant id. */
  readonly id: string
  /** The user id, phone number or other identity id, lower case. */
  readonly identityId: string | undefined
  /** True if it was in the call or in the lobby. */
  readonly wasPresent: boolean
  /** Who or what ended the presence or the invite. */
  readonly by: Departure | 'service'
  /** Virtual milliseconds. */
  readonly at: number
}

/** The true state of one call. */
export interface CallTruth {
  /** The call's id. */
  readonly callId: string
  /** The state of the bot's leg. */
  readonly state: LegState
  /** The bot's own participant id. */
  readonly selfId: string
  /** All participants except the bot. */
  readonly present: readonly PresentTruth[]
  /** The invitees that ring. */
  readonly ringing: readonly {
    /** The participant id it will have. */
    readonly id: string
    /** The user id, phone number or other identity id, lower case. */
    readonly identityId: string | undefined
  }[]
  /** Who has left, and who did not join, oldest first. */
  readonly past: readonly PastTruth[]
  /** How many past entries were dropped beyond {@link PAST_LIMIT}. */
  readonly forgotten: number
}

/** Departures and failed invites kept per conversation or call. */
const PAST_LIMIT = 10_000
/** Conversations and calls kept; more than the world's ended calls, two for each. */
const LOG_LIMIT = 4 * ENDED_LEGS_LIMIT
/** Entries are dropped in batches, because each drop moves the whole list. */
const FORGOTTEN_AT_ONCE = PAST_LIMIT / 10

interface Log {
  readonly past: PastTruth[]
  forgotten: number
}

/** Collects ground truth from the world's facts. */
export class GroundTruth {
  /** By conversation id for participants, by call id for invitees. */
  readonly #logs = new Map<string, Log>()

  /** Records a fact. */
  record(at: number, fact: Fact): void {
    if (fact.type !== 'departed' && fact.type !== 'uninvited') return
    const wasPresent = fact.type === 'departed'
    const log = this.#log(fact.type === 'departed' ? fact.conversationId : fact.callId)
    log.past.push({ id: fact.participantId, identityId: nameIdentity(fact.identity)?.id, wasPresent, by: fact.by, at })
    if (log.past.length <= PAST_LIMIT) return
    log.past.splice(0, FORGOTTEN_AT_ONCE)
    log.forgotten += FORGOTTEN_AT_ONCE
  }

  /** The true state of a call; undefined for a call the world does not know. */
  of(state: WorldState, callId: string): CallTruth | undefined {
    const leg = state.legs.get(callId.toLowerCase())
    if (leg === undefined) return undefined
    const members = [...(state.conversations.get(leg.conversationId)?.members.values() ?? [])]
    const logs = [this.#logs.get(leg.conversationId), this.#logs.get(leg.id)].filter((log) => log !== undefined)
    return {
      callId: leg.id,
      state: leg.state,
      selfId: leg.myParticipantId,
      present: members
        .filter((member) => member.callId !== leg.id)
        .map(({ id, identity, isInLobby, isMuted, endpoint, streams }) => ({
          id,
          identityId: nameIdentity(identity)?.id,
          identity,
          isInLobby,
          isMuted,
          endpoint,
          media: streams,
        })),
      ringing: [...state.invitees.values()]
        .filter((invitee) => invitee.callId === leg.id)
        .map(({ id, identity }) => ({ id, identityId: nameIdentity(identity)?.id })),
      past: logs
        .flatMap(({ past }) => past)
        .filter(({ id }) => id !== leg.myParticipantId)
        .sort((one, other) => one.at - other.at),
      forgotten: logs.reduce((sum, { forgotten }) => sum + forgotten, 0),
    }
  }

  /** The log of an id, moved to the end: the first one was idle longest. */
  #log(id: string): Log {
    const log = this.#logs.get(id) ?? { past: [], forgotten: 0 }
    this.#logs.delete(id)
    this.#logs.set(id, log)
    const [quietest] = this.#logs.keys()
    if (this.#logs.size > LOG_LIMIT && quietest !== undefined) this.#logs.delete(quietest)
    return log
  }
}
