/**
 * Client: the emulator's control API, for tests that run in another process.
 * @module
 */
import { checkArgument, options, readOptions } from '../call/codec/options.ts'
import { count, is, oneOf, optional, text } from '../call/codec/schema.ts'
import type { Act } from '../simulator/graph/dialect.ts'
import type { Person } from '../simulator/world/acts.ts'
import type { CalleeScripts } from '../simulator/graph/dialect.ts'
import type { Stay } from '../simulator/world/callee.ts'
import type { FaultRule } from '../simulator/network/network.ts'
import type { Settings, SettingsInput } from '../simulator/graph/dialect.ts'
import type { CallTruth } from '../simulator/world/ground-truth.ts'
import type { Clock } from '../time/clock.ts'
import { monotonicMs } from '../time/system-clock.ts'
import { BotClock } from './bot-clock.ts'
import type { ActResult } from './control.ts'
import type { SigningMode } from './issuer.ts'
import type { RequestLogEntry } from './request-log.ts'
import type { ClockMode } from './clock.ts'

/** The emulator refused a request to its control API. */
export class EmulatorRefusal extends Error {
  /** The class's name, for those that print errors. */
  override readonly name = 'EmulatorRefusal'
  /** The HTTP status: 400 for malformed requests, 404 for unknown resources, 409 for acts that are not possible. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Selects entries of the request log. */
export interface RequestLogFilter {
  /** Only requests, or only notifications. */
  readonly type?: RequestLogEntry['type'] | undefined
  /** Only entries of this call. */
  readonly callId?: string | undefined
  /** Entries with this number or a later one. */
  readonly since?: number | undefined
}

/** A running emulator in any process. Methods reject with {@link EmulatorRefusal} if the emulator refuses the request. */
export interface EmulatorClient {
  /** What the emulator is, and how late it is there. */
  about(): Promise<{
    /** Graph's base URL. */
    readonly url: string
    /** The seed of everything random. */
    readonly seed: string
    /** How time passes. */
    readonly clock: ClockMode
    /** The time at the emulator's start, in milliseconds since the epoch. */
    readonly epochMs: number
    /** Virtual milliseconds since the start. */
    readonly nowMs: number
  }>
  /**
   * The emulator's time as a clock for `createRollcall` and other bots in this process. It runs with the emulator's
   * present speed; after `setClock`, ask for another. Its timers do not keep the process alive.
   * Rejects with a TypeError for a stepped emulator: time that another process advances cannot be followed.
   */
  clock(): Promise<Clock>
  /** Any act, as data. */
  act(act: Act): Promise<ActResult>
  /** Creates an established call, as if the bot had created it. Resolves to its id. */
  placeCall(call: Omit<Extract<Act, { act: 'placeCall' }>, 'act'>): Promise<string>
  /** A person joins. Resolves to the participant id. */
  join(
    callId: string,
    person: Person,
    options?: { readonly participantId?: string; readonly isOrganizer?: boolean; readonly stay?: Stay },
  ): Promise<string>
  /** A participant leaves by itself. */
  leave(callId: string, who: string): Promise<void>
  /** A person in the call removes another. */
  remove(callId: string, who: string): Promise<void>
  /** A participant in the lobby is admitted. */
  admit(callId: string, who: string): Promise<void>
  /** Sets what a person does when called. */
  script(id: string, scripts: CalleeScripts): Promise<void>
  /** Sets what every other person does when called. */
  defaultScript(scripts: CalleeScripts): Promise<void>
  /** Replaces the fault rules. */
  faults(rules: readonly FaultRule[]): Promise<void>
  /** The settings in force. */
  settings(): Promise<Settings>
  /** Changes settings; the others stay. */
  changeSettings(settings: SettingsInput): Promise<void>
  /** Sets how callbacks are signed. */
  signing(mode: SigningMode): Promise<void>
  /** Signs with a new key; the old key stays published unless it is withdrawn. */
  rotateKeys(isOldWithdrawn?: boolean): Promise<void>
  /** Sets how time passes. */
  setClock(mode: ClockMode): Promise<void>
  /** Advances a stepped clock by virtual milliseconds. Resolves to the new time once the bots have answered. */
  advance(ms: number): Promise<number>
  /** The requests and notifications that are kept, oldest first. */
  requestLog(filter?: RequestLogFilter): Promise<{
    /** How many older entries were dropped. */
    readonly dropped: number
    /** The entries. */
    readonly entries: readonly RequestLogEntry[]
  }>
  /** The true state of a call, whatever a bot believes; undefined for an unknown call. */
  truth(callId: string): Promise<CallTruth | undefined>
  /** The history so far, as text. */
  history(): Promise<string>
}

/** The platform's `fetch`, or a compatible function. */
export type ClientFetch = (
  url: string,
  init: {
    /** The HTTP method. */
    method: string
    /** The headers. */
    headers: Record<string, string>
    /** The body as text. */
    body?: string
  },
) => Promise<{
  /** The HTTP status. */
  readonly status: number
  /** The body as text. */
  text(): Promise<string>
}>

const filterShape = options<RequestLogFilter>({
  type: optional(oneOf('request', 'notification')),
  callId: optional(text),
  since: optional(count),
})

const absoluteUrl = is('an absolute URL', (value) => typeof value === 'string' && URL.canParse(value))

/** A client of the emulator at `url`. @throws TypeError for what is no absolute URL */
export function emulatorClient(url: string, fetch: ClientFetch = globalThis.fetch): EmulatorClient {
  checkArgument('emulatorClient: the url', url, absoluteUrl)
  const base = `${url.replace(/\/$/, '')}/_emulator`
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status >= 300) throw new EmulatorRefusal(response.status, messageOf(text))
    return text
  }
  // Answers are not checked: client and emulator have the same version.
  const read = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    JSON.parse(await ask(method, path, body)) as T
  const send = async (method: string, path: string, body?: unknown): Promise<void> => {
    await ask(method, path, body)
  }
  const act = (what: Act): Promise<ActResult> => read('POST', '/acts', what)
  const on =
    (what: 'leave' | 'remove' | 'admit') =>
    async (callId: string, who: string): Promise<void> => {
      await act({ act: what, callId, who })
    }
  return {
    about: () => read('GET', ''),
    act,
    placeCall: async (call) => (await act({ act: 'placeCall', ...call })).callId ?? '',
    join: async (callId, person, options) =>
      (await act({ act: 'join', callId, person, ...options })).participantId ?? '',
    leave: on('leave'),
    remove: on('remove'),
    admit: on('admit'),
    script: (id, scripts) => send('PUT', `/callees/${encodeURIComponent(id)}`, scripts),
    defaultScript: (scripts) => send('PUT', '/callees', scripts),
    faults: (rules) => send('PUT', '/faults', rules),
    settings: () => read('GET', '/settings'),
    changeSettings: (settings) => send('PATCH', '/settings', settings),
    signing: (mode) => send('PUT', '/signing', { mode }),
    rotateKeys: (withdraw = false) => send('POST', '/keys', { withdraw }),
    async clock() {
      const askedAt = monotonicMs()
      const { clock, epochMs, nowMs } = await read<Awaited<ReturnType<EmulatorClient['about']>>>('GET', '')
      if (clock === 'stepped')
        throw new TypeError(
          'A stepped emulator in another process has no clock to follow; use steppedTime in its process.',
        )
      const speed = clock === 'real' ? 1 : clock.speed
      // The answer was written between the question and its arrival: the middle is the least wrong.
      const answeredAt = (askedAt + monotonicMs()) / 2
      const now = (): number => epochMs + nowMs + Math.floor((monotonicMs() - answeredAt) * speed)
      return new BotClock({ now, speed: () => speed })
    },
    setClock: (mode) => send('PUT', '/clock', mode),
    advance: async (ms) => (await read<{ nowMs: number }>('POST', '/clock', { advanceMs: ms })).nowMs,
    requestLog: async (filter = {}) =>
      read('GET', `/request-log${queryOf(readOptions('requestLog', filterShape, filter))}`),
    async truth(callId) {
      try {
        return await read<CallTruth>('GET', `/calls/${encodeURIComponent(callId)}`)
      } catch (error) {
        if (error instanceof EmulatorRefusal && error.status === 404) return undefined
        throw error
      }
    },
    history: () => ask('GET', '/history'),
  }
}

function queryOf({ type, callId, since }: RequestLogFilter): string {
  const query = new URLSearchParams()
  if (type !== undefined) query.set('type', type)
  if (callId !== undefined) query.set('callId', callId)
  if (since !== undefined) query.set('since', String(since))
  return query.size === 0 ? '' : `?${query.toString()}`
}

function messageOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } }
    if (typeof error?.message === 'string') return error.message
  } catch {
    // Not the emulator's JSON: shown as received.
  }
  return text.slice(0, 200)
}
