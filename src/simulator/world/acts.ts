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
      readonly callbackUri: string
      readonly callId?: string | undefined
      readonly appId?: string | undefined
      readonly threadId?: string | undefined
      readonly people?: readonly Person[] | undefined /** It is still being established. */
      readonly isEstablishing?: boolean | undefined
    }
  /** A person calls the bot: an incoming call. */
  | {
      readonly act: 'callBot'
      readonly callbackUri: string
      readonly person: Person
      readonly appId?: string | undefined
      readonly callId?: string | undefined
    }
  | {
      readonly act: 'join'
      readonly callId: string
      readonly person: Person
      readonly participantId?: string | undefined
      readonly isOrganizer?: boolean | undefined
      readonly stay?: Stay | undefined
    }
  | {
      readonly act: 'leave' | 'remove' | 'admit' | 'mute' | 'unmute' | 'hold' | 'resume'
      readonly callId: string
      readonly who: string
    }
  /** Replaces a participant's media streams, in Graph's words: sharing a screen, switching a camera on. */
  | { readonly act: 'media'; readonly callId: string; readonly who: string; readonly streams: readonly Stream[] }
  /** A ringing callee answers or declines now, whatever its script says. */
  | { readonly act: 'answer' | 'decline'; readonly callId: string; readonly who: string }
  /** Ends the bot's leg from the service's side. */
  | {
      readonly act: 'endCall'
      readonly callId: string
      readonly code?: number | undefined
      readonly subcode?: number | undefined
      readonly message?: string | undefined
    }
  /** Ends the conversation, and with it all of its legs. */
  | { readonly act: 'endConversation'; readonly callId: string }
  /** Sends a notification with the given body. */
  | { readonly act: 'sendNotification'; readonly callId: string; readonly body: WireObject }
  /** Sets what a person does when called. */
  | {
      readonly act: 'script'
      readonly id: string
      readonly scripts: CalleeScripts /** How often they were called before stays known. */
      readonly keepsCount?: boolean | undefined
    }
  | { readonly act: 'defaultScript'; readonly scripts: CalleeScripts }
  | { readonly act: 'settings'; readonly settings: SettingsInput }

/** The outcome of an act: the ids it created or changed, or the reason why it was refused. */
export type Acted =
  | { readonly done: true; readonly callId?: string | undefined; readonly participantId?: string | undefined }
  | { readonly done: false; readonly reason: string }

/** The application of a bot whose token or act names none. */
export const DEFAULT_APP_ID = '0efc74f7-41c3-47a4-8775-7259bfef4241'

/** An act at a planned time. */
export interface TimelineEntry {
  readonly afterMs: number
  /** Default `established`: when the act's call is established; the first call, if the act names none. */
  readonly since?: 'start' | 'established' | undefined
  readonly act: Act
}
