/**
 * Expectations: what must hold in a run of a bot, built in or written by its author.
 *
 * Rule: an expectation judges the ground truth of the run and the actions of the bot, never its reports about itself.
 * @module
 */
import type { OperationName } from '../../simulator/graph/operations.ts'
import type { Departure } from '../../simulator/world/departure.ts'
import type { Complaint } from '../histories/bot.ts'
import { also, is, list, object, oneOf, optional, type Shape } from '../../call/codec/schema.ts'

/**
 * The names of the expectations that every bot has to meet.
 *
 * - `no false departure`: a person whom the bot believed to be in the call and who has not left is not dropped.
 * - `no false presence`: a person who has never been in the call is not believed to be in it.
 * - `every invite`: a person whom the application invites is sent an invitation.
 * - `one invite`: the bot posts no more invitations for a person than the application asked for.
 * - `no unasked removal`: the bot sends a DELETE only for people whom the application removes, or who ring.
 * - `one delete`: one DELETE at a time for each participant.
 * - `true belief`: once faults are over and the bot has recovered, it knows who is in the call.
 * - `every removal`: a person whom the application removes is not in the call at the end.
 */
export const builtInExpectations = [
  'no false departure',
  'no false presence',
  'every invite',
  'one invite',
  'no unasked removal',
  'one delete',
  'true belief',
  'every removal',
] as const

/** The name of a built-in expectation. */
export type BuiltInExpectation = (typeof builtInExpectations)[number]

/**
 * One presence of a person in the call: from joining to leaving. A second device, or a return, is a separate presence.
 */
export interface PresenceTruth {
  /** User id. */
  readonly who: string
  /** The participant id on the roster; being admitted from the lobby may have changed it. */
  readonly participantId: string
  /** Virtual milliseconds since the run began. */
  readonly joinedAt: number
  /** True while the person waits in the lobby. */
  readonly isInLobby: boolean
  /** True for a person who answered an invitation, false for one who joined on their own. */
  readonly wasInvited: boolean
  /** When the presence ended, and who ended it; absent while it lasts. */
  readonly left?:
    | {
        /** When the person left, in virtual milliseconds. */
        readonly at: number
        /** Who or what ended the presence. */
        readonly by: Departure
      }
    | undefined
}

/** One ring: an invitation that reached a person. */
export interface RingTruth {
  /** User id. */
  readonly who: string
  /** The participant id that the invitation was given. */
  readonly participantId: string
  /** Virtual milliseconds since the run began. */
  readonly startedAt: number
  /**
   * When the ring ended, and how: `answered`, stopped by the `bot`, declined by the person (`self`), by the `service`
   * (no answer, busy, unreachable), or with the call (`callEnded`). Absent while it rings.
   */
  readonly ended?:
    | {
        /** When the ring ended, in virtual milliseconds. */
        readonly at: number
        /** Who or what ended the ring. */
        readonly by: 'answered' | 'bot' | 'self' | 'service' | 'callEnded'
      }
    | undefined
}

/** A request that the bot sent to the service. */
export interface BotRequest {
  /** Virtual milliseconds since the run began. */
  readonly at: number
  /** For example `participants.invite`, `participant.delete`, `participants.list`. */
  readonly operation: OperationName
  /** User ids of the invitees of an invite, or of the participant the request is about; otherwise empty. */
  readonly who: readonly string[]
  /** The participant id in the URL. */
  readonly participantId?: string | undefined
  /** The body as parsed JSON. */
  readonly body?: unknown
  /** The answer, once the bot has received it: HTTP status and virtual milliseconds. */
  readonly answer?:
    | {
        /** The HTTP status. */
        readonly status: number
        /** When it arrived, in virtual milliseconds. */
        readonly at: number
      }
    | undefined
}

/** A request of the application to the bot. */
export interface ApplicationRequest {
  /** Virtual milliseconds since the run began. */
  readonly at: number
  /** The request. */
  readonly asks: 'invite' | 'remove'
  /** User id. */
  readonly who: string
}

/**
 * The ground truth of a run so far, for {@link Expectation.check}. Lists are in order of time. They contain neither the
 * bot itself nor the person who joins at the end of every run.
 */
export interface WorldView {
  /** The call's id. */
  readonly callId: string
  /** Virtual milliseconds since the run began. */
  readonly now: number
  /** False once the bot's own leg of the call has ended; the others may stay in the call. */
  readonly isCallOpen: boolean
  /** Current presences: everyone in the call, people in the lobby included. */
  readonly present: readonly PresenceTruth[]
  /** Every presence so far, ended ones included. */
  readonly presences: readonly PresenceTruth[]
  /** Every ring so far, ended ones included. */
  readonly rings: readonly RingTruth[]
  /** Every request of the bot so far. */
  readonly requests: readonly BotRequest[]
  /** Every request of the application to the bot so far. */
  readonly asked: readonly ApplicationRequest[]
  /** User ids of the people the bot believes to be in the call. */
  readonly believed: ReadonlySet<string>
}

/** An expectation of your own, in addition to the {@link builtInExpectations}. */
export interface Expectation {
  /** The name in reports: unique, not empty, not a built-in name. */
  readonly name: string
  /**
   * `atRest`, the default: checked once, at the end of a run, when faults are over, every ring has ended, and the bot
   * has recovered. `always`: checked after every instant of virtual time.
   */
  readonly when?: 'atRest' | 'always' | undefined
  /**
   * Judges the run so far. Returns nothing or `true` if the expectation holds; `false`, or a sentence with the reason,
   * if it does not. It may throw instead, as the assertions of test runners do. It must not be async.
   *
   * @example
   * { name: 'only one stays', check: ({ present }) => present.length <= 1 }
   */
  check(world: WorldView): string | boolean | undefined | void
}

/**
 * Checks one expectation of the author. Returns why it does not hold; undefined if it holds.
 * @throws TypeError for a check that returns any other value, such as a promise
 */
export function checkExpectation({ name, check }: Expectation, world: WorldView): Complaint | undefined {
  const broken = (reason?: string): Complaint => ({
    expectation: name,
    sentence: reason === undefined || reason === '' ? name : `${name}: ${reason}`,
  })
  let verdict: unknown
  try {
    verdict = check(world)
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error))
  }
  if (verdict === false) return broken()
  if (typeof verdict === 'string') return broken(verdict)
  // Assertions of some test runners return an object for further assertions.
  const isAssertion = typeof verdict === 'object' && verdict !== null && !('then' in verdict)
  if (verdict === undefined || verdict === true || isAssertion) return undefined
  throw new TypeError(
    `checkBot: expectations: the check of ${JSON.stringify(name)}: expected a sentence, true, false or nothing; found ${verdict instanceof Promise ? 'a promise' : typeof verdict}`,
  )
}

const reserved: ReadonlySet<string> = new Set(builtInExpectations)

const ownName = is<string>(
  'a name that is not empty and not a built-in one',
  (value) => typeof value === 'string' && value.trim() !== '' && !reserved.has(value),
)

const known = ['name', 'when', 'check'] as const satisfies readonly (keyof Expectation)[]

const expectation: Shape<Expectation> = also(
  object<Expectation>({
    name: ownName,
    when: optional(oneOf('atRest', 'always')),
    check: is<Expectation['check']>('a function', (value) => typeof value === 'function'),
  }),
  (given) => {
    const unknown = Object.keys(given).find((name) => !known.some((other) => other === name))
    return unknown === undefined
      ? undefined
      : { path: '', expected: `an object with ${known.join(', ')}`, found: { [unknown]: '…' } }
  },
)

/** A list of expectations with names of their own. */
export const expectationsShape: Shape<readonly Expectation[]> = also(list(expectation), (given) => {
  const names = given.map(({ name }) => name)
  return new Set(names).size === names.length
    ? undefined
    : { path: '', expected: 'a different name for each expectation', found: names }
})
