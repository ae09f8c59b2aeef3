/**
 * Acts: what people do in calls, and what a test does to the world, as data.
 * @module
 */
import type { CalleeScripts, Stay, Stream } from './callee.ts'
import type { SettingsInput } from './settings.ts'
import type { WireObject } from '../graph/wire-object.ts'

/** A person, as acts name them: a user id, a phone number (`+…`), or an identity set. */
export type Person = string | WireObject

/**
 * An act of a person, or of the test. `who` is a participant id or an identity id; `callId` is a call's id, or `#1` for
 * the first call created.
 */
export type Act =
  /**
   * Creates an established call of the bot, as if the bot had created it: for bots that adopt calls, and for tests that
   * start in the middle of a call.
   */
  | {
      readonly act: 'placeCall'
      /** Where notifications of the call go. */
      readonly callbackUri: string
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId?: string | undefined
      /** The application id of the bot. Default {@link DEFAULT_APP_ID}. */
      readonly appId?: string | undefined
      /** The chat thread of the meeting; calls with the same one are legs of one conversation. */
      readonly threadId?: string | undefined
      /** Who is in the call already. */
      readonly people?: readonly Person[] | undefined
      /** True if the call is still being established. */
      readonly isEstablishing?: boolean | undefined
    }
  /** A person calls the bot: an incoming call. */
  | {
      readonly act: 'callBot'
      /** Where notifications of the call go. */
      readonly callbackUri: string
      /** Who does it. */
      readonly person: Person
      /** The application id of the bot. Default {@link DEFAULT_APP_ID}. */
      readonly appId?: string | undefined
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId?: string | undefined
    }
  | {
      readonly act: 'join'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** Who does it. */
      readonly person: Person
      /** The participant id it gets. Default: a new one. */
      readonly participantId?: string | undefined
      /** True for the organizer, who cannot be removed. */
      readonly isOrganizer?: boolean | undefined
      /** What the person does while in the call. */
      readonly stay?: Stay | undefined
    }
  | {
      /** What the person does, or what is done to it. */
      readonly act: 'leave' | 'remove' | 'admit' | 'mute' | 'unmute' | 'hold' | 'resume'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** A participant id or an identity id. */
      readonly who: string
    }
  /** Replaces a participant's media streams, in Graph's words: sharing a screen, switching a camera on. */
  | {
      readonly act: 'media'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** A participant id or an identity id. */
      readonly who: string
      /** The streams, in Graph's words. */
      readonly streams: readonly Stream[]
    }
  /** A ringing callee answers or declines now, whatever its script says. */
  | {
      /** What the person does, or what is done to it. */
      readonly act: 'answer' | 'decline'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** A participant id or an identity id. */
      readonly who: string
    }
  /** Ends the bot's leg from the service's side. */
  | {
      readonly act: 'endCall'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** The code of the result. */
      readonly code?: number | undefined
      /** The subcode of the result. */
      readonly subcode?: number | undefined
      /** The message of the result. */
      readonly message?: string | undefined
    }
  /** Ends the conversation, and with it all of its legs. */
  | {
      readonly act: 'endConversation'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
    }
  /** Sends a notification with the given body. */
  | {
      readonly act: 'sendNotification'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** The body to post. */
      readonly body: WireObject
    }
  /** Sets what a person does when called. */
  | {
      readonly act: 'script'
      /** The person's identity id. */
      readonly id: string
      /** One script, or one for each time the person is called. */
      readonly scripts: CalleeScripts
      /** True if the count of earlier calls of the person goes on. Default false: it starts again. */
      readonly keepsCount?: boolean | undefined
    }
  | {
      readonly act: 'defaultScript'
      /** One script, or one for each time the person is called. */
      readonly scripts: CalleeScripts
    }
  | {
      readonly act: 'settings'
      /** Settings that change; the others stay. */
      readonly settings: SettingsInput
    }

/** The outcome of an act: the ids it created or changed, or the reason why it was refused. */
export type Acted =
  | {
      readonly done: true
      /** The call that the act made or concerned. */
      readonly callId?: string | undefined
      /** The participant that the act made. */
      readonly participantId?: string | undefined
    }
  | {
      readonly done: false
      /** Why the act was not possible. */
      readonly reason: string
    }

/** The application of a bot whose token or act names none. */
export const DEFAULT_APP_ID = '0efc74f7-41c3-47a4-8775-7259bfef4241'

/** An act at a planned time. */
export interface TimelineEntry {
  /** After how long, in virtual milliseconds. */
  readonly afterMs: number
  /** Default `established`: when the act's call is established; the first call, if the act names none. */
  readonly since?: 'start' | 'established' | undefined
  /** What happens then. */
  readonly act: Act
}
