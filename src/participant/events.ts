/**
 * The events of the participant statechart. The call has already decided which participant a piece of evidence is about
 * and what it proves.
 * @module
 */
import type { ReportedFacts } from './facts.ts'
import type { IdentitySet } from './identity.ts'
import type { Cause, EndedBy, Refusal, ResultInfo } from './participant.ts'

interface At {
  /** When it happened, milliseconds since the epoch. */
  readonly at: number
}

/** One event of the participant statechart. */
export type ParticipantEvent = At &
  /** The service has accepted the invitation: an operation runs, or an endpoint alerts. */
  (
    | { readonly type: 'invitation.accepted' }
    /** The service says that the invite operation has completed. Only a roster proves an arrival. */
    | { readonly type: 'invitation.completed' }
    /** The invitation certainly failed. For a participant in the lobby: there will be no admission. */
    | {
        readonly type: 'invitation.failed'
        /** Why it ended. */
        readonly cause: Cause
        /** Who ended it, or who asks for it. */
        readonly by: EndedBy
        /** The service's own result. */
        readonly result: ResultInfo
      }
    /** There is a new id that a DELETE can name. */
    | {
        readonly type: 'address.learned'
        /** The id. */
        readonly address: string
      }
    /** A roster shows the participant. `sequence` is the roster's number, if rosters are numbered. */
    | ({
        readonly type: 'roster.showed'
        /** The roster id; absent if the roster shows none. */
        readonly id?: string | undefined
        /** Who the roster shows. */
        readonly identity: IdentitySet
        /** True if the participant waits in the lobby. */
        readonly isInLobby: boolean
        /** The roster's number, if rosters are numbered. */
        readonly sequence?: number | undefined
      } & ReportedFacts)
    /** A roster that is not believed shows the participant without an id. */
    | { readonly type: 'id.doubted' }
    /** A roster that is not believed omits the participant. */
    | { readonly type: 'roster.omitted' }
    /**
     * Complete evidence omits the participant. `fetchedAt` is when a fenced snapshot was requested, milliseconds since
     * the epoch; absent for other evidence. `cause` and `by` are present if the service gave them.
     */
    | {
        readonly type: 'absence.proved'
        /** When the snapshot was asked for, in milliseconds since the epoch; absent for other evidence. */
        readonly fetchedAt?: number | undefined
        /** The service's own text for the reason. */
        readonly reason?: string | undefined
        /** Why it ended. */
        readonly cause?: Cause | undefined
        /** Who ended it, or who asks for it. */
        readonly by?: EndedBy | undefined
        /** The roster's number, if rosters are numbered. */
        readonly sequence?: number | undefined
      }
    /** The participant's roster entry turned out to be another participant's, or the bot's own. */
    | { readonly type: 'presence.reassigned' }
    /** The ring deadline passed. */
    | { readonly type: 'ring.expired' }
    /** The grace period after the ring deadline passed without proof. */
    | { readonly type: 'grace.expired' }
    /** The application requests a removal. `known` is how many participants the call had introduced by then. */
    | {
        readonly type: 'removal.requested'
        /** How many participants the call had introduced when the removal was asked for. */
        readonly known?: number | undefined
      }
    /**
     * The invitation is to be cancelled unless it is answered, by request of the application or by the ring deadline.
     */
    | {
        readonly type: 'cancel.requested'
        /** Who ended it, or who asks for it. */
        readonly by: 'local' | 'deadline'
      }
    /** The DELETE was answered 2xx. */
    | { readonly type: 'removal.accepted' }
    /** The DELETE was answered 404. For a roster id this proves absence, except in the lobby. */
    | { readonly type: 'removal.notFound' }
    /** The DELETE was refused for good. */
    | {
        readonly type: 'removal.refused'
        /** The service's refusal. */
        readonly refusal: Refusal
      }
    /** The DELETE must be sent again. `isDefinite`: it certainly had no effect. */
    | {
        readonly type: 'removal.unconfirmed'
        /** True if the DELETE certainly had no effect. */
        readonly isDefinite?: boolean | undefined
      }
    /** It is time to send the DELETE again. */
    | { readonly type: 'removal.due' }
    /** The call ended, or was lost. */
    | {
        readonly type: 'call.ended'
        /** Why it ended. */
        readonly cause: 'callEnded' | 'lost'
        /** Who ended it, or who asks for it. */
        readonly by: EndedBy
        /** The service's own result. */
        readonly result: ResultInfo
      }
  )

/** The name of a participant event. */
export type ParticipantEventType = ParticipantEvent['type']
