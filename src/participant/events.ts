/**
 * What can happen to one participant, as their statechart sees it: the call has already worked out whom a piece of
 * evidence is about and what it proves.
 * @module
 */
import type { ReportedFacts } from './facts.ts'
import type { IdentitySet } from './identity.ts'
import type { Cause, EndedBy, Refusal, ResultInfo } from './participant.ts'

interface At {
  readonly at: number
}

/** One event of the participant statechart. */
export type ParticipantEvent = At &
  /** The service has taken the invite: an operation runs, or anything alerts. */
  (
    | { readonly type: 'invitation.accepted' }
    /** The service says the invite operation has completed; the roster has the last word. */
    | { readonly type: 'invitation.completed' }
    /** The invite certainly did not bring them in; of a participant in the lobby: they will not be admitted. */
    | { readonly type: 'invitation.failed'; readonly cause: Cause; readonly by: EndedBy; readonly result: ResultInfo }
    /** An id they can be deleted by turned up. */
    | { readonly type: 'address.learned'; readonly address: string }
    /** A roster shows them. */
    | ({
        readonly type: 'roster.showed'
        readonly id?: string | undefined
        readonly identity: IdentitySet
        readonly isInLobby: boolean
        readonly sequence?: number | undefined
      } & ReportedFacts)
    /** A roster that is not believed shows them without an id. */
    | { readonly type: 'id.doubted' }
    /** A roster that is not believed leaves them out. */
    | { readonly type: 'roster.omitted' }
    /** Complete evidence does not show them. `fetchedAt` is when it was asked for, when it was a fenced snapshot; `cause` and `by` are the service's, where it gave any. */
    | {
        readonly type: 'absence.proved'
        readonly fetchedAt?: number | undefined
        readonly reason?: string | undefined
        readonly cause?: Cause | undefined
        readonly by?: EndedBy | undefined
        readonly sequence?: number | undefined
      }
    /** Their roster entry turned out to be another participant's, or the bot itself. */
    | { readonly type: 'presence.reassigned' }
    | { readonly type: 'ring.expired' }
    /** Proof was looked for long enough after the ring deadline. */
    | { readonly type: 'grace.expired' }
    /** The application wants them out. `known` is how many participants the call had introduced by then. */
    | { readonly type: 'removal.requested'; readonly known?: number | undefined }
    /** The invitation is to be cancelled, unless they answer: the application wants that, or the ring deadline has passed. */
    | { readonly type: 'cancel.requested'; readonly by: 'local' | 'deadline' }
    | { readonly type: 'removal.accepted' }
    /** The DELETE was answered 404: proof of absence for a roster id, except in the lobby. */
    | { readonly type: 'removal.notFound' }
    | { readonly type: 'removal.refused'; readonly refusal: Refusal }
    /** The DELETE is to be sent again. `isDefinite`: it certainly did not happen. */
    | { readonly type: 'removal.unconfirmed'; readonly isDefinite?: boolean | undefined }
    /** It is time to send the DELETE again. */
    | { readonly type: 'removal.due' }
    | {
        readonly type: 'call.ended'
        readonly cause: 'callEnded' | 'lost'
        readonly by: EndedBy
        readonly result: ResultInfo
      }
  )

/** The name of a participant event. */
export type ParticipantEventType = ParticipantEvent['type']
