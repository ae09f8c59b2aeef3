/**
 * Callee scripts: what a person does when they are called, as data.
 *
 * Rule: a world holds data only. A script given as a function is asked once for each invite, before the request
 * reaches the world, and what it answered is part of the recorded history.
 * @module
 */
import { inviteResults, type Result } from './results.ts'

/** A span of time in whole milliseconds, fixed or drawn from the seed between two bounds. */
export type Duration = number | { readonly min: number; readonly max: number }

/** One media stream, in Graph's words. */
export interface Stream {
  readonly mediaType: string
  readonly direction: string
}

/** What somebody does once they are in the call. */
export interface Stay {
  /** They arrive in the lobby. Without `admittedAfterMs` nobody lets them in. */
  readonly lobby?: { readonly admittedAfterMs?: Duration | undefined } | undefined
  readonly leaves?:
    | {
        readonly afterMs: Duration
        /** They come back, with a new id. */
        readonly rejoins?: (Stay & { readonly afterMs: Duration }) | undefined
        /** Coming back, they do all of this again, for ever. */
        readonly repeats?: boolean | undefined
      }
    | undefined
  /** Another person in the call removes them. */
  readonly removedByHuman?: { readonly afterMs: Duration } | undefined
  /** The same person joins with another device as well. */
  readonly secondDevice?: (Stay & { readonly afterMs: Duration }) | undefined
  readonly mutes?: { readonly afterMs: Duration } | undefined
  /** They put the call on hold, and may come back to it. */
  readonly holds?: { readonly afterMs: Duration; readonly resumesAfterMs?: Duration | undefined } | undefined
  /** What answers: a person's endpoint (`default`), or a mailbox (`voicemail`), or another word of the service. */
  readonly endpoint?: string | undefined
}

interface AnyCallee {
  readonly displayName?: string | undefined
  /** When their ringing has ended without an answer, whoever ended it, they join by themselves so long after. */
  readonly joinsAfterwards?: (Stay & { readonly afterMs: Duration }) | undefined
  /**
   * A cancel crosses the answer: they answer at the very instant the DELETE arrives. It is answered with 204, the
   * roster shows them, and `droppedAfterMs` later they are gone.
   */
  readonly answersOnCancel?: boolean | { readonly droppedAfterMs: Duration } | undefined
}

/** What a callee does when they are called. */
export type CalleeScript = AnyCallee &
  (
    | ({ readonly type: 'answer'; readonly afterMs?: Duration | undefined } & Stay)
    | { readonly type: 'decline'; readonly afterMs?: Duration | undefined }
    | { readonly type: 'busy'; readonly afterMs?: Duration | undefined }
    /** Rings until the service gives up, or until the control API answers for them. */
    | { readonly type: 'noAnswer'; readonly reported?: '408/8544' | '487/10004' | undefined }
    | { readonly type: 'unreachable'; readonly afterMs?: Duration | undefined }
    /** Any other result. */
    | {
        readonly type: 'fail'
        readonly afterMs?: Duration | undefined
        readonly code: number
        readonly subcode: number
        readonly message: string
      }
  )

/** One script, or one for each time the person is called; the last one repeats. */
export type CalleeScripts = CalleeScript | readonly CalleeScript[]

/** What a script function is asked about. */
export interface Invitation {
  /** The user id, phone number or other id of the callee, lower case. */
  readonly id: string
  readonly callId: string
  /** How often they were called before. */
  readonly attempt: number
  /** Virtual milliseconds since the world began. */
  readonly at: number
}

/** A script as a function; for use in the same process only. */
export type CalleeFunction = (invitation: Invitation) => CalleeScript

/** Somebody nothing else is said about: answers after two seconds and stays. */
export const defaultCallee: CalleeScript = { type: 'answer', afterMs: 2_000 }

/** How long an unscripted decision takes: too short to ring out, long enough to be cancelled. */
const DECISION_MS = 2_000

/** How a callee's ringing ends by their own doing; undefined for somebody who lets it ring. */
export function decisionOf(
  script: CalleeScript,
  isPhone: boolean,
): { afterMs: Duration; failure?: Result } | undefined {
  switch (script.type) {
    case 'answer':
      return { afterMs: script.afterMs ?? DECISION_MS }
    case 'decline':
      return {
        afterMs: script.afterMs ?? DECISION_MS,
        failure: isPhone ? inviteResults.declinedByPhone : inviteResults.declined,
      }
    case 'busy':
      return { afterMs: script.afterMs ?? 0, failure: isPhone ? inviteResults.busyPhone : inviteResults.busy }
    case 'unreachable':
      return { afterMs: script.afterMs ?? 0, failure: inviteResults.unreachable }
    case 'fail':
      return {
        afterMs: script.afterMs ?? 0,
        failure: { code: script.code, subcode: script.subcode, message: script.message },
      }
    case 'noAnswer':
      return undefined
  }
}

/** What the service says of a callee who let it ring to the end. */
export function ringOutResult(script: CalleeScript, isPhone: boolean): Result {
  if (script.type === 'noAnswer' && script.reported === '487/10004') return inviteResults.noAnswerByTimeout
  return isPhone ? inviteResults.noAnswerByPhone : inviteResults.noAnswer
}

/** The stay of a callee who is in the call, whatever brought them in. */
export function stayOf(script: CalleeScript): Stay {
  return script.type === 'answer' ? script : {}
}
