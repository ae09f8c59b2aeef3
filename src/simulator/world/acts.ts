/**
 * Acts: what people do in calls, and what a test does to the world, as data.
 * @module
 */
import type { CalleeScripts, Stay, Stream } from './callee.ts'
import type { Dialect } from './dialect.ts'
import type { Identities } from './identities.ts'
import type { SettingsInput } from './settings.ts'

/** A person, as acts name them: a user id, a phone number (`+…`), or an identity set. */
export type Person = string | Identities

/**
 * An act of a person, or of the test. `who` is a participant id or an identity id; `callId` is a call's id, or `#1` for
 * the first call created.
 */
export type Act<D extends Dialect = Dialect> =
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
      readonly people?: readonly Person[] | undefined /** It is still being established. */
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
  /** Sets what a person does when called. */
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
  /** Sets what a person does when called. */
  | {
      /** What the person does, or what is done to it. */
      readonly act: 'leave' | 'remove' | 'admit' | 'mute' | 'unmute' | 'hold' | 'resume'
      /** The call's id: of a new call, a GUID of the test's own if it is given. */
      readonly callId: string
      /** A participant id or an identity id. */
      readonly who: string
    }
  /** Replaces a participant's media streams, in the service's words: sharing a screen, switching a camera on. */
  | { readonly act: 'media'; readonly callId: string; readonly who: string; readonly streams: readonly Stream[] }
  /** A ringing callee answers or declines now, whatever its script says. */
  | { readonly act: 'answer' | 'decline'; readonly callId: string; readonly who: string }
  /** Ends the bot's leg from the service's side; further fields say how the service reports it. */
  | ({ readonly act: 'endCall'; readonly callId: string } & D['endCall'])
  /** Ends the conversation, and with it all of its legs. */
  | { readonly act: 'endConversation'; readonly callId: string }
  /** Sends a notification with the given body. */
  | { readonly act: 'sendNotification'; readonly callId: string; readonly body: D['body'] }
  /** Sets what a person does when called. */
  | {
      readonly act: 'script'
      /** The person's identity id. */
      readonly id: string
      readonly scripts: CalleeScripts<D> /** How often they were called before stays known. */
      readonly keepsCount?: boolean | undefined
    }
  | { readonly act: 'defaultScript'; readonly scripts: CalleeScripts<D> }
  | { readonly act: 'settings'; readonly settings: SettingsInput<D['switches']> }

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
export interface TimelineEntry<D extends Dialect = Dialect> {
  /** After how long, in virtual milliseconds. */
  readonly afterMs: number
  /** Default `established`: when the act's call is established; the first call, if the act names none. */
  readonly since?: 'start' | 'established' | undefined
  readonly act: Act<D>
}
