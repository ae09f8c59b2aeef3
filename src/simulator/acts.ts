/**
 * Acts: what humans, and whoever steers the world, can do to it, as data.
 * @module
 */
import type { CalleeScripts, Stay, Stream } from './callee.ts'
import type { SettingsInput } from './settings.ts'
import type { WireObject } from './wire-object.ts'

/** Somebody, as acts name them: an identity set, or a user id. */
export type Person = string | WireObject

/**
 * Something a human, or whoever steers the world, does. `who` is a participant id or an identity id; a `callId` is one,
 * or `#1` for the first call that was made.
 */
export type Act =
  /** Makes an established call of the bot, as if it had created one: for bots that adopt calls, and for tests that begin in the middle. */
  | {
      readonly act: 'placeCall'
      readonly callbackUri: string
      readonly callId?: string | undefined
      readonly appId?: string | undefined
      readonly threadId?: string | undefined
      readonly people?: readonly Person[] | undefined /** It is still being established. */
      readonly isEstablishing?: boolean | undefined
    }
  /** Somebody calls the bot: an incoming call. */
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
  /** Somebody's media become these streams, in Graph's words: sharing a screen, switching a camera on. */
  | { readonly act: 'media'; readonly callId: string; readonly who: string; readonly streams: readonly Stream[] }
  /** A ringing callee decides now, whatever their script says. */
  | { readonly act: 'answer' | 'decline'; readonly callId: string; readonly who: string }
  /** Ends the bot's leg from the service's side. */
  | {
      readonly act: 'endCall'
      readonly callId: string
      readonly code?: number | undefined
      readonly subcode?: number | undefined
      readonly message?: string | undefined
    }
  /** Ends the conversation, and with it every leg into it. */
  | { readonly act: 'endConversation'; readonly callId: string }
  /** Sends a notification of the sender's own making. */
  | { readonly act: 'tell'; readonly callId: string; readonly body: WireObject }
  /** Says what a person does when called. */
  | {
      readonly act: 'script'
      readonly id: string
      readonly scripts: CalleeScripts /** How often they were called before stays known. */
      readonly keepsCount?: boolean | undefined
    }
  | { readonly act: 'defaultScript'; readonly scripts: CalleeScripts }
  | { readonly act: 'settings'; readonly settings: SettingsInput }

/** What came of an act: the id of what it made or touched, or why it was not done. */
export type Acted =
  | { readonly done: true; readonly callId?: string | undefined; readonly participantId?: string | undefined }
  | { readonly done: false; readonly reason: string }

/** The application a bot belongs to when nobody says. */
export const DEFAULT_APP_ID = '0efc74f7-41c3-47a4-8775-7259bfef4241'

/** An act that happens by itself. */
export interface TimelineEntry {
  readonly afterMs: number
  /** Default `established`: the moment the call the act is about is established; the first call, for an act about none. */
  readonly since?: 'start' | 'established' | undefined
  readonly act: Act
}
