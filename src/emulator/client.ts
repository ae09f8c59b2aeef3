/**
 * Client: the emulator's control API for tests that run in another process.
 * @module
 */
import type { Act, Person } from '../simulator/acts.ts'
import type { CalleeScripts, Stay } from '../simulator/callee.ts'
import type { FaultRule } from '../simulator/network.ts'
import type { Settings, SettingsInput } from '../simulator/settings.ts'
import type { CallTruth } from '../simulator/ground-truth.ts'
import type { Done } from './control.ts'
import type { SigningMode } from './issuer.ts'
import type { RequestLogEntry } from './request-log.ts'
import type { ClockMode } from './clock.ts'

/** The emulator refused what was asked of its control API. */
export class EmulatorRefusal extends Error {
  override readonly name = 'EmulatorRefusal'
  /** The HTTP status: 400 for what is malformed, 404 for what is not there, 409 for what cannot be done. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Which journal entries are wanted. */
export interface RequestLogFilter {
  readonly type?: RequestLogEntry['type'] | undefined
  readonly callId?: string | undefined
  /** Entries from this number on. */
  readonly since?: number | undefined
}

/** A running emulator, wherever it runs. Every method rejects with {@link EmulatorRefusal} when it is refused. */
export interface EmulatorClient {
  about(): Promise<{ readonly url: string; readonly seed: string; readonly clock: ClockMode; readonly nowMs: number }>
  /** Any act, as data. */
  act(act: Act): Promise<Done>
  /** Makes an established call, as if the bot had created one. Resolves to its id. */
  placeCall(call: Omit<Extract<Act, { act: 'placeCall' }>, 'act'>): Promise<string>
  /** Somebody joins. Resolves to their participant id. */
  join(
    callId: string,
    person: Person,
    options?: { readonly participantId?: string; readonly isOrganizer?: boolean; readonly stay?: Stay },
  ): Promise<string>
  leave(callId: string, who: string): Promise<void>
  /** A human removes somebody. */
  remove(callId: string, who: string): Promise<void>
  admit(callId: string, who: string): Promise<void>
  /** Says what a person does when called. */
  script(id: string, scripts: CalleeScripts): Promise<void>
  /** Says what everybody else does. */
  defaultScript(scripts: CalleeScripts): Promise<void>
  /** Replaces the rules by which things go wrong on the way. */
  faults(rules: readonly FaultRule[]): Promise<void>
  settings(): Promise<Settings>
  changeSettings(settings: SettingsInput): Promise<void>
  signing(mode: SigningMode): Promise<void>
  rotateKeys(isOldWithdrawn?: boolean): Promise<void>
  /** Lets time pass in another way from now on. */
  setClock(mode: ClockMode): Promise<void>
  /** Lets virtual time pass on a stepped clock. Resolves to the new time once the bots have answered. */
  advance(ms: number): Promise<number>
  journal(
    filter?: RequestLogFilter,
  ): Promise<{ readonly dropped: number; readonly entries: readonly RequestLogEntry[] }>
  /** What is so about a call; undefined when there never was one. */
  truth(callId: string): Promise<CallTruth | undefined>
  /** The history so far, as text. */
  history(): Promise<string>
}

/** The `fetch` of the platform, or one like it. */
export type ClientFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<{ readonly status: number; text(): Promise<string> }>

/** A client of the emulator at `url`. */
export function emulatorClient(url: string, fetch: ClientFetch = globalThis.fetch): EmulatorClient {
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
  // What the emulator answers is typed by the emulator: both are of one version.
  const read = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    JSON.parse(await ask(method, path, body)) as T
  const tell = async (method: string, path: string, body?: unknown): Promise<void> => {
    await ask(method, path, body)
  }
  const act = (what: Act): Promise<Done> => read('POST', '/acts', what)
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
    script: (id, scripts) => tell('PUT', `/callees/${encodeURIComponent(id)}`, scripts),
    defaultScript: (scripts) => tell('PUT', '/callees', scripts),
    faults: (rules) => tell('PUT', '/faults', rules),
    settings: () => read('GET', '/settings'),
    changeSettings: (settings) => tell('PATCH', '/settings', settings),
    signing: (mode) => tell('PUT', '/signing', { mode }),
    rotateKeys: (withdraw = false) => tell('POST', '/keys', { withdraw }),
    setClock: (mode) => tell('PUT', '/clock', mode),
    advance: async (ms) => (await read<{ nowMs: number }>('POST', '/clock', { advanceMs: ms })).nowMs,
    journal: (filter = {}) => read('GET', `/journal${queryOf(filter)}`),
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
    // Not the emulator's: shown as it came.
  }
  return text.slice(0, 200)
}
