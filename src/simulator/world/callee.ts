/**
 * Callee scripts: what a person does when called, as data.
 *
 * Rule: a world contains data only. A script function is called once per invite, before the request reaches the world,
 * and its result becomes part of the recorded history.
 * @module
 */
import type { Dialect } from './dialect.ts'
import { outcomeOf, type Detail, type Outcome } from './outcomes.ts'

/** A duration in whole milliseconds: fixed, or drawn from the seed between two bounds. */
export type Duration =
  | number
  | {
      /** The least, in virtual milliseconds. */
      readonly min: number
      /** The most, in virtual milliseconds. */
      readonly max: number
    }

/** One media stream, in the words of `MediaStream`, or in the service's. */
export interface Stream {
  /** `audio`, `video`, `videoBasedScreenSharing`, or another word. */
  readonly mediaType: string
  /** `sendReceive`, `sendOnly`, `receiveOnly` or `inactive`. */
  readonly direction: string
}

/** What a person does while in the call. */
export interface Stay {
  /** The person arrives in the lobby. Without `admittedAfterMs` it is never admitted. */
  readonly lobby?:
    | {
        /** After how long the person is admitted, in virtual milliseconds. */
        readonly admittedAfterMs?: Duration | undefined
      }
    | undefined
  /** The person leaves. */
  readonly leaves?:
    | {
        /** After how long, in virtual milliseconds. */
        readonly afterMs: Duration
        /** The person rejoins, with a new participant id. */
        readonly rejoins?:
          | (Stay & {
              /** After how long, in virtual milliseconds. */
              readonly afterMs: Duration
            })
          | undefined
        /** After rejoining, the person repeats this stay, without end. */
        readonly repeats?: boolean | undefined
      }
    | undefined
  /** Another person in the call removes the participant. */
  readonly removedByHuman?:
    | {
        /** After how long, in virtual milliseconds. */
        readonly afterMs: Duration
      }
    | undefined
  /** The same person also joins with a second device. */
  readonly secondDevice?:
    | (Stay & {
        /** After how long, in virtual milliseconds. */
        readonly afterMs: Duration
      })
    | undefined
  /** The person mutes itself. */
  readonly mutes?:
    | {
        /** After how long, in virtual milliseconds. */
        readonly afterMs: Duration
      }
    | undefined
  /** The person puts the call on hold, and resumes it if `resumesAfterMs` is set. */
  readonly holds?:
    | {
        /** After how long, in virtual milliseconds. */
        readonly afterMs: Duration
        /** After how long on hold the person resumes, in virtual milliseconds. */
        readonly resumesAfterMs?: Duration | undefined
      }
    | undefined
  /** The endpoint that answers: a person's (`default`), a mailbox (`voicemail`), or another value of the service. */
  readonly endpoint?: string | undefined
}

interface AnyCallee {
  readonly displayName?: string | undefined
  /** Once ringing has ended without an answer, for any reason, the person joins uninvited after this time. */
  readonly joinsAfterwards?: (Stay & { readonly afterMs: Duration }) | undefined
  /**
   * A cancel crosses the answer: the callee answers at the instant the removal arrives. The removal is accepted, the
   * roster shows the callee, and after `droppedAfterMs` it is gone.
   */
  readonly answersOnCancel?: boolean | { readonly droppedAfterMs: Duration } | undefined
}

/** What a callee does when called. */
export type CalleeScript<D extends Dialect = Dialect> = AnyCallee &
  (
    | ({ readonly type: 'answer'; readonly afterMs?: Duration | undefined } & Stay)
    | { readonly type: 'decline'; readonly afterMs?: Duration | undefined }
    | { readonly type: 'busy'; readonly afterMs?: Duration | undefined }
    /** Rings until the service gives up, or until the control API answers for the callee. */
    | ({ readonly type: 'noAnswer' } & D['noAnswer'])
    | { readonly type: 'unreachable'; readonly afterMs?: Duration | undefined }
    /** Fails with the given result. */
    | ({ readonly type: 'fail'; readonly afterMs?: Duration | undefined } & D['fail'])
  )

/** One script, or one for each time the person is called; the last one repeats. */
export type CalleeScripts<D extends Dialect = Dialect> = CalleeScript<D> | readonly CalleeScript<D>[]

/** The argument of a script function. */
export interface CalleeInvite {
  /** The user id, phone number or other id of the callee, lower case. */
  readonly id: string
  /** The call that invites the person. */
  readonly callId: string
  /** How often the person was called before. */
  readonly attempt: number
  /** Virtual milliseconds since the world started. */
  readonly at: number
}

/** A script as a function; only within the same process. */
export type CalleeFunction<D extends Dialect = Dialect> = (invitation: CalleeInvite) => CalleeScript<D>

/** The default script: answers after two seconds and stays. */
export const defaultCallee: CalleeScript = { type: 'answer', afterMs: 2_000 }

/** Milliseconds until a decision without `afterMs`: shorter than ringing lasts, long enough to be cancelled. */
const DECISION_MS = 2_000

/** How the callee itself ends the ringing; undefined if it lets it ring. */
export function decisionOf(
  script: CalleeScript,
  isPhone: boolean,
): { afterMs: Duration; failure?: Outcome } | undefined {
  switch (script.type) {
    case 'answer':
      return { afterMs: script.afterMs ?? DECISION_MS }
    case 'decline':
      return { afterMs: script.afterMs ?? DECISION_MS, failure: outcomeOf('declined', isPhone) }
    case 'busy':
      return { afterMs: script.afterMs ?? 0, failure: outcomeOf('busy', isPhone) }
    case 'unreachable':
      return { afterMs: script.afterMs ?? 0, failure: outcomeOf('unreachable', isPhone) }
    case 'fail':
      return { afterMs: script.afterMs ?? 0, failure: outcomeOf('failed', isPhone, detailOf(script)) }
    case 'noAnswer':
      return undefined
  }
}

/** The outcome for a callee that let it ring to the end. */
export function ringOutOf(script: CalleeScript, isPhone: boolean): Outcome {
  return outcomeOf('noAnswer', isPhone, script.type === 'noAnswer' ? detailOf(script) : {})
}

/** The fields of a script that only a face reads. */
function detailOf(script: CalleeScript): Detail {
  return Object.fromEntries(Object.entries(script).filter(([name]) => !scriptFields.has(name)))
}

/** The fields of every script. */
const scriptFields: ReadonlySet<string> = new Set<keyof AnyCallee | 'type' | 'afterMs'>([
  'type',
  'afterMs',
  'displayName',
  'joinsAfterwards',
  'answersOnCancel',
])

/** The stay of a callee once it is in the call. */
export function stayOf(script: CalleeScript): Stay {
  return script.type === 'answer' ? script : {}
}
