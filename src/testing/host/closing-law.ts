/**
 * The law of closing: once a host is closed, every promise it returned is settled, a request it rejected as definite is
 * neither stored nor sent, and its store is closed once and not used afterwards; whatever the store does meanwhile.
 *
 * In each run one or several methods of the store hang, throw or reject from some moment on. Every request that a host
 * accepts is made, each for its own call, and the host is closed.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import type { CallState, InboundEvent } from '../../call/model/events.ts'
import type { CallHandle } from '../../host/api/call-handle.ts'
import type { Transport } from '../../host/ports/ports.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { DEFAULT_EPOCH_MS } from '../../simulator/world/world.ts'
import { memoryStore } from '../../host/ports/memory-store.ts'
import { fallibleStore, storeFaults, type FallibleStore, type StoreFault, type StoreMethod } from './fallible-store.ts'
import { virtualClock, type VirtualClock } from '../../time/virtual-clock.ts'
import type { MakeHost } from './scene.ts'
import { LawBroken } from '../laws.ts'

/** What goes wrong in a run, and when. */
export interface ClosingFault {
  readonly method: (typeof failingMethods)[number]
  readonly how: StoreFault
  readonly since: (typeof faultBeginnings)[number]
  /** When the store recovers. */
  readonly until: (typeof faultEnds)[number]
}

/** The methods that fail, without those that a host calls only after a long time. */
export const failingMethods = [
  'load',
  'commit',
  'claim',
  'release',
  'listOpen',
  'readJournal',
  'journalEnd',
  'watch',
  'close',
] as const satisfies readonly StoreMethod[]

/** When a fault begins. */
export const faultBeginnings = ['the host is made', 'it is asked', 'it closes'] as const

/** When a fault ends. */
export const faultEnds = ['it is closing', 'it is closed'] as const

/** Longer than a host may take to close if everything hangs. */
const CLOSING_MS = 60_000

/** Shorter than a host waits for anything. */
const MOMENT_MS = 100

/** Longer than any report of an arrival stays in doubt. */
const SETTLED_MS = 5_000

/** Closes a host with each fault in turn. @throws LawBroken */
async function closingLaw(make: MakeHost): Promise<void> {
  for (const fault of singleFaults()) await closeAmid(make, [fault])
}

/** Closes a host with these faults. @throws LawBroken */
export async function closeAmid(make: MakeHost, faults: readonly ClosingFault[]): Promise<void> {
  await new ClosingRun(make, faults).play()
}

function* singleFaults(): Generator<ClosingFault> {
  for (const method of failingMethods) {
    for (const how of storeFaults) {
      for (const since of faultBeginnings) {
        for (const until of faultEnds) yield { method, how, since, until }
      }
    }
  }
}

type Ask = (call: CallHandle, rollcall: Rollcall) => Promise<unknown>

/** Requests that are sent and never stored: what the store has of their calls is that the host knows them. */
const directRequests = {
  answer: (call) => call.answer({ callbackUri: 'https://bot.example/callback' }),
  reject: (call) => call.reject('busy'),
  redirect: (call) => call.redirect({ user: { id: 'bob' } }),
  transfer: (call) => call.transfer({ user: { id: 'bob' } }),
  unmute: (call) => call.unmute('ann'),
  muteAll: (call) => call.muteAll(),
} satisfies Readonly<Record<string, Ask>>

/** Requests: one made after the host began to close is definitely not carried out. */
const requests = {
  invite: (call) => call.invite({ user: { id: 'bob' } }),
  remove: (call) => call.remove('ann'),
  cancel: (call) => call.cancel('ann'),
  mute: (call) => call.mute('ann'),
  hangUp: (call) => call.hangUp(),
  receive: (call, rollcall) => rollcall.receive([shows(call.id, 'ann', 'cy')]),
  createCall: ({ id }, rollcall) => rollcall.createCall({ callbackUri: 'https://bot.example/callback', subject: id }),
  read: (call) => call.read(),
  explain: (call) => call.explain('ann'),
  ...directRequests,
} satisfies Readonly<Record<string, Ask>>

/** Waits for something that can happen without this host. */
const waits: Readonly<Record<string, Ask>> = {
  waitFor: (call) => call.waitFor('ann', 'removed'),
  established: (call) => call.established(),
}

const asks: Readonly<Record<string, Ask>> = { ...requests, ...waits }

/** How a promise settled. */
interface Outcome {
  readonly name: string
  readonly callId: string
  /** How many commits were written before the request. */
  readonly writtenBefore: number
  readonly sentBefore: number
  isSettled: boolean
  error?: unknown
}

class ClosingRun {
  readonly #faults: readonly ClosingFault[]
  readonly #clock: VirtualClock = virtualClock(DEFAULT_EPOCH_MS, { settlingTurns: 1 })
  readonly #store: FallibleStore
  readonly #rollcall: Rollcall
  /** The calls of the commits written and of the requests sent. */
  readonly #written: string[] = []
  readonly #sent: string[] = []
  readonly #outcomes: Outcome[] = []

  constructor(make: MakeHost, faults: readonly ClosingFault[]) {
    const kept = memoryStore()
    this.#faults = faults
    this.#store = fallibleStore({
      ...kept,
      commit: async (commit) => {
        const position = await kept.commit(commit)
        this.#written.push(commit.callId)
        return position
      },
    })
    this.#beginFaults('the host is made')
    // Errors here are caused by the run.
    this.#rollcall = make({
      store: this.#store,
      transport: this.#transport(),
      clock: this.#clock,
      onError: () => undefined,
    })
  }

  async play(): Promise<void> {
    await this.#begin()
    this.#beginFaults('it is asked')
    const early = [...this.#ask('early'), this.#follow('ready', 'ready', () => this.#rollcall.ready)]
    await this.#clock.advance(MOMENT_MS)
    this.#beginFaults('it closes')
    let pending: readonly Outcome[] | undefined
    let failure: unknown
    this.#rollcall.close().then(
      () => {
        pending = early.filter(({ isSettled }) => !isSettled)
      },
      (error: unknown) => {
        failure = error
      },
    )
    const meanwhile = this.#ask('meanwhile')
    await this.#clock.advance(MOMENT_MS)
    for (const { method, until } of this.#faults) if (until === 'it is closing') this.#store.goOn(method)
    await this.#clock.advance(CLOSING_MS)
    if (pending === undefined)
      return this.#break(failure === undefined ? 'the host did not close' : `closing rejected with ${String(failure)}`)
    const afterwards = this.#ask('afterwards')
    await this.#clock.advance(MOMENT_MS)
    const [unsettled] = [...pending, ...[...meanwhile, ...afterwards].filter(({ isSettled }) => !isSettled)]
    if (unsettled !== undefined) this.#break(`${unsettled.name} was pending once the host was closed`)
    const asked = this.#store.asked.length
    this.#store.goOn()
    await this.#clock.advance(CLOSING_MS)
    for (const outcome of this.#outcomes) this.#judge(outcome)
    for (const outcome of [...meanwhile, ...afterwards]) this.#judgeLate(outcome)
    const closings = this.#store.asked.filter((method) => method === 'close').length
    if (closings !== 1) this.#break(`the store was closed ${closings} times`)
    if (this.#store.asked.length > asked || this.#store.asked.at(-1) !== 'close')
      this.#break(`the store was used with ${this.#store.asked.at(-1)} after it was closed`)
  }

  #beginFaults(moment: ClosingFault['since']): void {
    this.#store.faults = [...this.#store.faults, ...this.#faults.filter(({ since }) => since === moment)]
  }

  /** Makes calls known, with a participant in each, unless the store fails from the beginning. */
  async #begin(): Promise<void> {
    if (this.#store.faults.length > 0) return
    for (const name of Object.keys(asks)) {
      if (name === 'createCall') continue
      const callId = `early-${name}`
      const states: readonly CallState[] = name === 'established' ? ['establishing'] : ['establishing', 'established']
      this.#rollcall.receive([...states.map((state) => is(callId, state)), shows(callId, 'ann')]).catch(() => undefined)
    }
    await this.#clock.advance(SETTLED_MS)
  }

  /** Makes every request, each for its own call. */
  #ask(moment: 'early' | 'meanwhile' | 'afterwards'): readonly Outcome[] {
    return Object.entries(asks).map(([name, ask]) => {
      const callId = `${moment}-${name}`
      return this.#follow(name, callId, () => ask(this.#rollcall.call(callId), this.#rollcall))
    })
  }

  #follow(name: string, callId: string, ask: () => Promise<unknown>): Outcome {
    const outcome: Outcome = {
      name,
      callId,
      writtenBefore: this.#written.length,
      sentBefore: this.#sent.length,
      isSettled: false,
    }
    this.#outcomes.push(outcome)
    ask()
      .catch((error: unknown) => {
        outcome.error = error
      })
      .finally(() => {
        outcome.isSettled = true
      })
    return outcome
  }

  #judge({ name, callId, error, writtenBefore, sentBefore }: Outcome): void {
    if (error === undefined) return
    if (!isRollcallError(error))
      return this.#break(`${name} rejected with ${String(error)}, which is not a RollcallError`)
    if (!error.definite || !ofTheHost.has(error.code)) return
    if (!(name in directRequests) && this.#written.slice(writtenBefore).includes(callId))
      this.#break(`${name} rejected with ${error.code} as definite, and is in the store`)
    if (this.#sent.slice(sentBefore).includes(callId))
      this.#break(`${name} rejected with ${error.code} as definite, and was sent`)
  }

  /** Checks a request that was made after the host began to close. */
  #judgeLate({ name, error }: Outcome): void {
    if (!isRollcallError(error) || error.code !== 'HOST_CLOSED')
      return this.#break(`${name} was requested of a closing host, and ended with ${String(error)}`)
    if (error.definite !== name in requests)
      this.#break(`${name} was requested of a closing host, and its error is ${error.definite ? '' : 'not '}definite`)
  }

  #break(what: string): void {
    const faults = this.#faults.map(
      ({ method, how, since, until }) => `whose ${method} ${how} from when ${since} until ${until}`,
    )
    throw new LawBroken(`${what}, with a store ${faults.join(' and ')}`)
  }

  /** Creates calls; every other request hangs. */
  #transport(): Transport {
    const hang = async (callId: string): Promise<never> => {
      this.#sent.push(callId)
      return new Promise(() => undefined)
    }
    return {
      createCall: async ({ subject }) => {
        this.#sent.push(String(subject))
        return { verdict: 'done', value: { callId: String(subject), state: 'establishing', myParticipantId: 'bot' } }
      },
      getCall: hang,
      keepAlive: hang,
      hangUp: hang,
      invite: hang,
      listParticipants: hang,
      deleteParticipant: hang,
      muteParticipant: hang,
      answer: hang,
      reject: hang,
      redirect: hang,
      transfer: hang,
      unmuteParticipant: hang,
      muteAll: hang,
    }
  }
}

/** Codes about the request itself; other codes are about the call. */
const ofTheHost: ReadonlySet<string> = new Set(['HOST_CLOSED', 'STORE_CONFLICT', 'STORE_FAILED', 'MAILBOX_FULL'])

function is(callId: string, state: CallState): InboundEvent {
  return { callId, event: { type: 'call.reported', state, myParticipantId: 'bot' } }
}

function shows(callId: string, ...users: readonly string[]): InboundEvent {
  const bot = { id: 'bot', identity: { application: { id: 'bot-application' } }, isInLobby: false, isMuted: false }
  return {
    callId,
    event: {
      type: 'roster.reported',
      kind: 'full',
      entries: [bot, ...users.map((id) => ({ id, identity: { user: { id } }, isInLobby: false, isMuted: false }))],
    },
  }
}

/** The law, by name. */
export const closingLaws = {
  async 'closing: every promise settles, a definite rejection was neither stored nor sent, and the store is closed once'(
    _scene: unknown,
    make: MakeHost,
  ) {
    await closingLaw(make)
  },
} satisfies Record<string, (scene: unknown, make: MakeHost) => Promise<void>>
