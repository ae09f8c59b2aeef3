/**
 * Killing: histories are played while their bots are killed and started again, until so many have died; then every
 * history is played to its end, and what was told is compared with what was committed.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import type { JournalEntry } from '../../src/host/ports.ts'
import { sqliteStore } from '../../src/store/sqlite.ts'
import { BotPlace } from './bot-place.ts'
import { createDice, type Dice } from './dice.ts'
import { FrontDoor } from './front-door.ts'
import { drawHistory, playHistory, type Setting } from './history.ts'
import { judgeTold } from './told.ts'

/** One way to kill. */
export interface Killing {
  readonly name: string
  readonly seed: number
  readonly kills: number
  readonly bots: number
  readonly hasFailingDisk: boolean
  /** Told of every death, in a line. */
  readonly say: (line: string) => void
}

/** What came of it. */
export interface Tally {
  readonly kills: number
  readonly histories: number
  /** Histories and readers that ended wrong, each in a sentence. */
  readonly lost: readonly string[]
  /** Requests and changes that came twice, each in a sentence. */
  readonly doubled: readonly string[]
}

/** So much faster than the machine's does the service's time pass. */
const SPEED = 25
/** Two processes look for each other's commits this often, in the service's time. */
const POLL_MS = 1_000
/** Shorter than people are used to, so that histories are. Some invites time out here, some there. */
const RING_MS = 12_000
/** The status of a notification that was taken. */
const TAKEN = 202
/** Histories that are played at the same time. */
const HISTORIES_AT_ONCE = 24
/** A bot that was to die at a step that never came is killed after this. */
const LONGEST_LIFE_MS = 1_200

/** Between any two steps of a host: around what it asks of its surroundings, and at what it writes into its log. */
const steps = [
  'before commit', 'after commit', 'before begin', 'after begin', 'before load', 'after load', 'before invite', 'after invite',
  'before deleteParticipant', 'after deleteParticipant', 'before listParticipants', 'after listParticipants', 'before hangUp',
  'after hangUp', 'before readJournal', 'before writeCursor', 'after writeCursor', 'before listOpen', 'after listOpen',
  'commit.written', 'request.begun', 'request.answered', 'participant.changed', 'call.changed', 'call.takenUp',
] as const

/** Kills so many bots and judges what is left. */
export async function killBots(killing: Killing): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-crash-'))
  const epochMs = Date.now()
  const emulator = await startEmulator({ clock: { speed: SPEED }, seed: String(killing.seed), epochMs, settings: { timing: { ringMs: RING_MS } } })
  const file = join(folder, 'calls.db')
  const places = Array.from({ length: killing.bots }, (_, index) => new BotPlace({
    file, toldFile: join(folder, `told-${index}.jsonl`), reader: `reader-${index}`, serviceUrl: `${emulator.url}/v1.0`,
    epochMs, speed: SPEED, ringTimeoutMs: RING_MS, pollMs: killing.bots > 1 ? POLL_MS : 0, hasFailingDisk: killing.hasFailingDisk,
  }))
  const door = new FrontDoor(places)
  try {
    const callbackUri = await door.open()
    return await new Run(killing, emulator, places, door, callbackUri).run()
  } finally {
    await Promise.all(places.map((place) => place.close()))
    await door.close()
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

class Run {
  readonly #killing: Killing
  readonly #dice: Dice
  readonly #emulator: Emulator
  readonly #places: readonly BotPlace[]
  readonly #setting: Setting
  readonly #lost: string[] = []
  readonly #posts = new Map<string, number>()
  readonly #deletes = new Map<string, string[]>()
  readonly #store
  #read = 0
  #histories = 0
  #kills = 0
  #isOver = false

  constructor(killing: Killing, emulator: Emulator, places: readonly BotPlace[], door: FrontDoor, callbackUri: string) {
    this.#killing = killing
    this.#dice = createDice(killing.seed)
    this.#emulator = emulator
    this.#places = places
    this.#store = sqliteStore((places[0] as BotPlace).plan.file, { pollMs: 0, busyTimeoutMs: 5_000 })
    this.#setting = {
      emulator,
      callbackUri,
      insist: (command) => door.insist(command, () => this.#isOver),
      pass: (ms) => new Promise((resolve) => { setTimeout(resolve, ms / SPEED) }),
      deleted: (callId) => {
        this.#readJournal()
        return this.#deletes.get(callId) ?? []
      },
      givenUp: (callId) => emulator.journal().filter((entry) => entry.type === 'notification' && entry.callId === callId && !entry.attempts.includes(TAKEN)).length,
      stored: async (callId) => {
        const call = await this.#store.load(callId)
        return { requests: call?.outbox.length ?? 0, deadlines: [...call?.deadlines.keys() ?? []] }
      },
    }
  }

  async run(): Promise<Tally> {
    await Promise.all(this.#places.map((place) => place.start(this.#dice.below(2 ** 31))))
    const playing = Array.from({ length: HISTORIES_AT_ONCE }, () => this.#playOn())
    const killed = Promise.all(this.#places.map((place) => this.#killOn(place)))
    try {
      // Whichever fails first ends the other: a bot that complains, or a history nobody obeys.
      await Promise.race([Promise.all([killed, ...playing]), ...this.#places.map(({ failed }) => failed)])
    } finally {
      this.#isOver = true
    }
    this.#readJournal()
    await this.#judgeReaders()
    await this.#store.close()
    const doubled = [...this.#posts].filter(([, count]) => count > 1).map(([invitation, count]) => `${count} POSTs of the invitation ${invitation}`)
    return { kills: this.#kills, histories: this.#histories, lost: this.#lost, doubled }
  }

  /** Something went wrong already: nothing new is begun. */
  #isEnding(): boolean {
    return this.#isOver || this.#lost.length > 0
  }

  /** Plays one history after the other until enough bots have died. */
  async #playOn(): Promise<void> {
    while (this.#kills < this.#killing.kills && !this.#isEnding()) {
      const number = this.#histories
      this.#histories += 1
      const plan = drawHistory(number, createDice(this.#killing.seed + 7_919 * (number + 1)))
      const wrongs = await playHistory(plan, this.#setting)
      if (wrongs.length > 0) this.#lost.push(`history ${number}: ${wrongs.join('; ')}\n${JSON.stringify({ ...plan, people: Object.fromEntries(plan.people) })}`)
    }
  }

  /** Kills and starts again the bot of one place. */
  async #killOn(place: BotPlace): Promise<void> {
    const { kills, say, name } = this.#killing
    while (this.#kills < kills && !this.#isEnding()) {
      this.#kills += 1
      const kill = this.#kills
      const lifeMs = 30 + this.#dice.below(LONGEST_LIFE_MS)
      const { step } = await place.end(lifeMs)
      say(`${name}: kill ${kill} of ${kills}, ${step === undefined ? `after ${lifeMs} ms` : step}; ${this.#histories} histories`)
      const isLast = this.#kills >= kills
      // Two out of three die at a named step, the others whenever the parent says so.
      const lastStep = isLast || this.#dice.below(3) === 0 ? undefined : { step: this.#dice.pick(steps), count: 1 + this.#dice.below(12) }
      await place.start(this.#dice.below(2 ** 31), lastStep)
      // A named step of a place whose turn is over would be a kill nobody counts.
      if (lastStep !== undefined && this.#kills >= kills) {
        await place.end(0)
        await place.start(this.#dice.below(2 ** 31))
      }
    }
  }

  /** Reads on in the emulator's journal, which forgets. */
  #readJournal(): void {
    for (const entry of this.#emulator.journal()) {
      if (entry.number < this.#read) continue
      this.#read = entry.number + 1
      if (entry.type !== 'request' || entry.callId === undefined) continue
      if (entry.operation === 'participants.invite') {
        const { clientContext = '' } = entry.body as { readonly clientContext?: string }
        this.#posts.set(clientContext, (this.#posts.get(clientContext) ?? 0) + 1)
      }
      const target = entry.method === 'DELETE' ? /\/participants\/([^/]+)$/.exec(entry.path)?.[1] : undefined
      if (target !== undefined) this.#deletes.set(entry.callId, [...this.#deletes.get(entry.callId) ?? [], target])
    }
  }

  /** Every change was told to every reader; a reader that is behind is given a moment. */
  async #judgeReaders(): Promise<void> {
    const end = await this.#store.journalEnd()
    const journal: JournalEntry[] = []
    for (let after = 0; ;) {
      const page = await this.#store.readJournal(after, 1_000)
      journal.push(...page)
      after = page.at(-1)?.position ?? after
      if (page.length < 1_000) break
    }
    for (const { plan } of this.#places) {
      for (let left = 200; (await this.#store.readCursor(plan.reader) ?? 0) < end && left > 0; left -= 1) await this.#setting.pass(1_000)
      const wrong = judgeTold(plan.toldFile, journal)
      if (wrong !== undefined) this.#lost.push(`${plan.reader}: ${wrong}`)
    }
  }
}
