/**
 * Truth: what is so in the world, for tests that compare it with what a bot believes.
 * @module
 */
import type { Stream } from './callee.ts'
import { nameIdentity } from './identities.ts'
import type { Departure, Fact } from './tick.ts'
import type { World } from './world.ts'
import type { WireObject } from './wire-object.ts'
import { ENDED_LEGS_LIMIT, type LegState } from './world-state.ts'

/** Somebody who is in the call, in the lobby or admitted. */
export interface PresentTruth {
  readonly id: string
  /** The user id, phone number or other id they are known by, lower case. */
  readonly identityId: string | undefined
  readonly identity: WireObject
  readonly isInLobby: boolean
  readonly isMuted: boolean
  readonly endpoint: string
  readonly media: readonly Stream[]
}

/** Somebody who was in the call and is not any more, or was asked and did not come. */
export interface PastTruth {
  readonly id: string
  readonly identityId: string | undefined
  readonly wasPresent: boolean
  /** Who or what ended it. */
  readonly by: Departure | 'service'
  /** Virtual milliseconds. */
  readonly at: number
}

/** All that is so about one call. */
export interface CallTruth {
  readonly callId: string
  readonly state: LegState
  /** The bot's own id on the roster. */
  readonly selfId: string
  /** Everybody but the bot itself. */
  readonly present: readonly PresentTruth[]
  readonly ringing: readonly { readonly id: string; readonly identityId: string | undefined }[]
  readonly past: readonly PastTruth[]
  /** How many of the past were forgotten, beyond {@link PAST_LIMIT}. */
  readonly forgotten: number
}

/** How many departures and failed invites are remembered for one conversation or call. */
export const PAST_LIMIT = 10_000
/** How many conversations and calls are remembered: more than there are ended calls anybody can ask about, two for each. */
export const LOG_LIMIT = 4 * ENDED_LEGS_LIMIT
/** Forgetting one at a time would move the whole list each time. */
const FORGOTTEN_AT_ONCE = PAST_LIMIT / 10

interface Log {
  readonly past: PastTruth[]
  forgotten: number
}

/** Collects ground truth as it happens. */
export class GroundTruth {
  /** By conversation for those who were in, by call for those who were asked. */
  readonly #logs = new Map<string, Log>()

  /** Takes note of a fact. */
  observe(at: number, fact: Fact): void {
    if (fact.type !== 'departed' && fact.type !== 'uninvited') return
    const wasPresent = fact.type === 'departed'
    const log = this.#log(fact.type === 'departed' ? fact.conversationId : fact.callId)
    log.past.push({ id: fact.participantId, identityId: nameIdentity(fact.identity)?.id, wasPresent, by: fact.by, at })
    if (log.past.length <= PAST_LIMIT) return
    log.past.splice(0, FORGOTTEN_AT_ONCE)
    log.forgotten += FORGOTTEN_AT_ONCE
  }

  /** What is so about a call; undefined when the world does not know it. */
  tell(world: World, callId: string): CallTruth | undefined {
    const leg = world.state.legs.get(callId.toLowerCase())
    if (leg === undefined) return undefined
    const members = [...(world.state.conversations.get(leg.conversationId)?.members.values() ?? [])]
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
      ringing: [...world.state.invitees.values()]
        .filter((invitee) => invitee.callId === leg.id)
        .map(({ id, identity }) => ({ id, identityId: nameIdentity(identity)?.id })),
      past: logs
        .flatMap(({ past }) => past)
        .filter(({ id }) => id !== leg.myParticipantId)
        .sort((one, other) => one.at - other.at),
      forgotten: logs.reduce((sum, { forgotten }) => sum + forgotten, 0),
    }
  }

  /** The log, moved to the end: the first one is the one that was quiet longest. */
  #log(id: string): Log {
    const log = this.#logs.get(id) ?? { past: [], forgotten: 0 }
    this.#logs.delete(id)
    this.#logs.set(id, log)
    const [quietest] = this.#logs.keys()
    if (this.#logs.size > LOG_LIMIT && quietest !== undefined) this.#logs.delete(quietest)
    return log
  }
}
