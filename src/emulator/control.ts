/**
 * Control: what humans do in an emulator that runs in the same process.
 * @module
 */
import type { Act, Acted, Person } from '../simulator/acts.ts'
import type { CalleeScripts, Stay, Stream } from '../simulator/callee.ts'
import type { FaultRule } from '../simulator/network.ts'
import type { SettingsInput } from '../simulator/settings.ts'
import type { Engine } from './engine.ts'
import type { Issuer, SigningMode } from './issuer.ts'
import type { ClockMode } from './clock.ts'

/** What an act made or touched. */
export type Done = Omit<Extract<Acted, { done: true }>, 'done'>

/** What humans do, and whoever steers the world. Each throws an Error that says why when it cannot be done. */
export interface EmulatorControl {
  /** Any act, as data. */
  act(act: Act): Done
  /** Makes an established call, as if the bot had created one. Returns its id. */
  placeCall(call: {
    readonly callbackUri: string
    readonly callId?: string
    readonly appId?: string
    readonly threadId?: string
    readonly people?: readonly Person[]
  }): string
  /** Somebody calls the bot. Returns the id of the incoming call. */
  callBot(callbackUri: string, person: Person, appId?: string): string
  /** Somebody joins. Returns their participant id. */
  join(
    callId: string,
    person: Person,
    options?: { readonly participantId?: string; readonly isOrganizer?: boolean; readonly stay?: Stay },
  ): string
  leave(callId: string, who: string): void
  /** A human removes somebody. */
  remove(callId: string, who: string): void
  admit(callId: string, who: string): void
  mute(callId: string, who: string): void
  unmute(callId: string, who: string): void
  hold(callId: string, who: string): void
  resume(callId: string, who: string): void
  /** Somebody's media become these streams. */
  media(callId: string, who: string, streams: readonly Stream[]): void
  /** Somebody who rings answers now. */
  answer(callId: string, who: string): void
  decline(callId: string, who: string): void
  /** Ends the bot's leg from the service's side. */
  endCall(callId: string, result?: { readonly code: number; readonly subcode: number; readonly message?: string }): void
  /** Ends the conversation, and with it every leg into it. */
  endConversation(callId: string): void
  /** Sends a notification of the sender's own making. */
  tell(callId: string, body: object): void
  /** Says what a person does when called. */
  script(id: string, scripts: CalleeScripts): void
  /** Says what everybody else does. */
  defaultScript(scripts: CalleeScripts): void
  settings(settings: SettingsInput): void
  /** Replaces the rules by which things go wrong on the way. */
  faults(rules: readonly FaultRule[]): void
  /** Lets time pass in another way from now on. */
  clock(mode: ClockMode): void
  /** Says how callbacks are signed. */
  signing(mode: SigningMode): void
  /** Signs with a new key from now on; the old one stays published unless it is withdrawn. */
  rotateKeys(isOldWithdrawn?: boolean): Promise<void>
}

/** The control of a running engine. */
export function createControl(engine: Engine, issuer: Issuer): EmulatorControl {
  const act = (what: Act): Done => {
    const { done, ...rest } = engine.act(what)
    if (!done) throw new Error(`${what.act}: ${'reason' in rest ? rest.reason : 'refused'}`)
    return rest as Done
  }
  const on =
    (what: 'leave' | 'remove' | 'admit' | 'mute' | 'unmute' | 'hold' | 'resume' | 'answer' | 'decline') =>
    (callId: string, who: string): void => {
      act({ act: what, callId, who })
    }
  return {
    act,
    placeCall: (call) => act({ act: 'placeCall', ...call }).callId ?? '',
    callBot: (callbackUri, person, appId) => act({ act: 'callBot', callbackUri, person, appId }).callId ?? '',
    join: (callId, person, options) => act({ act: 'join', callId, person, ...options }).participantId ?? '',
    leave: on('leave'),
    remove: on('remove'),
    admit: on('admit'),
    mute: on('mute'),
    unmute: on('unmute'),
    hold: on('hold'),
    resume: on('resume'),
    media: (callId, who, streams) => {
      act({ act: 'media', callId, who, streams })
    },
    answer: on('answer'),
    decline: on('decline'),
    endCall: (callId, result) => {
      act({ act: 'endCall', callId, ...result })
    },
    endConversation: (callId) => {
      act({ act: 'endConversation', callId })
    },
    tell: (callId, body) => {
      act({ act: 'tell', callId, body: { ...body } })
    },
    script: (id, scripts) => {
      act({ act: 'script', id, scripts })
    },
    defaultScript: (scripts) => {
      act({ act: 'defaultScript', scripts })
    },
    settings: (settings) => {
      act({ act: 'settings', settings })
    },
    faults: (rules) => engine.setFaults(rules),
    clock: (mode) => engine.setClock(mode),
    signing: (mode) => {
      issuer.mode = mode
    },
    rotateKeys: (isOldWithdrawn) => issuer.rotate(isOldWithdrawn),
  }
}
