/**
 * Control: performs acts in an emulator that runs in the same process.
 * @module
 */
import { checkArgument } from '../call/codec/options.ts'
import { isObject, oneOf } from '../call/codec/schema.ts'
import { shapeBySchema } from '../simulator/graph/scenario/schema.ts'
import type { Act } from '../simulator/graph/dialect.ts'
import type { Acted, Person } from '../simulator/world/acts.ts'
import type { CalleeScripts } from '../simulator/graph/dialect.ts'
import type { Stay, Stream } from '../simulator/world/callee.ts'
import type { FaultRule } from '../simulator/network/network.ts'
import type { SettingsInput } from '../simulator/graph/dialect.ts'
import type { Engine } from './engine.ts'
import { signingModes, type Issuer, type SigningMode } from './issuer.ts'
import type { ClockMode } from './clock.ts'

/** What an act created or changed. */
export type ActResult = Omit<
  Extract<
    Acted,
    {
      /** Left out: a refused act throws. */
      done: true
    }
  >,
  'done'
>

/**
 * Acts of the people in a call, and settings of the world. A method throws an Error with the reason if its act is not
 * possible.
 */
export interface EmulatorControl {
  /** Any act, as data. */
  act(act: Act): ActResult
  /** Creates an established call, as if the bot had created it. Returns its id. */
  placeCall(call: {
    readonly callbackUri: string
    readonly callId?: string
    readonly appId?: string
    readonly threadId?: string
    readonly people?: readonly Person[]
  }): string
  /** A person calls the bot. Returns the id of the incoming call. */
  callBot(callbackUri: string, person: Person, appId?: string): string
  /** A person joins. Returns the participant id. */
  join(
    callId: string,
    person: Person,
    options?: { readonly participantId?: string; readonly isOrganizer?: boolean; readonly stay?: Stay },
  ): string
  /** A participant leaves by itself. */
  leave(callId: string, who: string): void
  /** A person in the call removes another. */
  remove(callId: string, who: string): void
  /** A participant in the lobby is admitted. */
  admit(callId: string, who: string): void
  /** A participant mutes itself. */
  mute(callId: string, who: string): void
  /** A participant ends its mute. */
  unmute(callId: string, who: string): void
  /** A participant puts the call on hold. */
  hold(callId: string, who: string): void
  /** A participant ends its hold. */
  resume(callId: string, who: string): void
  /** Replaces a participant's media streams. */
  media(callId: string, who: string, streams: readonly Stream[]): void
  /** A ringing callee answers now. */
  answer(callId: string, who: string): void
  /** A ringing callee declines now. */
  decline(callId: string, who: string): void
  /** Ends the bot's leg from the service's side. */
  endCall(callId: string, result?: { readonly code: number; readonly subcode: number; readonly message?: string }): void
  /** Ends the conversation, and with it all of its legs. */
  endConversation(callId: string): void
  /** Sends a notification with the given body. */
  sendNotification(callId: string, body: object): void
  /** Sets what a person does when called. */
  script(id: string, scripts: CalleeScripts): void
  /** Sets what every other person does when called. */
  defaultScript(scripts: CalleeScripts): void
  /** Changes settings; the others stay. */
  settings(settings: SettingsInput): void
  /** Replaces the fault rules. */
  faults(rules: readonly FaultRule[]): void
  /** Sets how time passes. */
  clock(mode: ClockMode): void
  /** Sets how callbacks are signed. */
  signing(mode: SigningMode): void
  /** Signs with a new key; the old key stays published unless it is withdrawn. */
  rotateKeys(isOldWithdrawn?: boolean): Promise<void>
}

const actShape = shapeBySchema<Act>('act')

/** The control of a running engine. */
export function createControl(engine: Engine, issuer: Issuer): EmulatorControl {
  const act = (what: Act): ActResult => {
    checkArgument(isObject(what) ? String(what.act) : 'act', what, actShape)
    const { done, ...rest } = engine.act(what)
    if (!done) throw new Error(`${what.act}: ${'reason' in rest ? rest.reason : 'refused'}`)
    return rest as ActResult
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
    sendNotification: (callId, body) => {
      act({ act: 'sendNotification', callId, body: { ...body } })
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
      checkArgument('signing: the mode', mode, oneOf(...signingModes))
      issuer.mode = mode
    },
    rotateKeys: (isOldWithdrawn) => issuer.rotate(isOldWithdrawn),
  }
}
