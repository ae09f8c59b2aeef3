/**
 * Killing: histories are played while their bots are killed and started again, until so many have died; then every
 * history is played to its end, and what was told is compared with what was committed.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeParts } from '../../src/call/codec/codec.ts'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import type { JournalEntry } from '../../src/host/ports/ports.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { BotPlace, type Moment } from './bot-place.ts'
import { insist } from './commands.ts'
import { Deaths, nameOf, type Manner } from './deaths.ts'
import { createDice, type Dice } from './dice.ts'
import { FrontDoor } from './front-door.ts'
import { drawHistory, playHistory, type Setting } from './history.ts'
import { Lockstep, turn } from './lockstep.ts'
import { ServiceLog } from './service-log.ts'
import { judgeTold } from './told.ts'
import type { Waits } from './waits.ts'

/** One way to kill. */
export interface Killing {
  readonly seed: number
  readonly kills: number
  readonly bots: number
  readonly hasFailingDisk: boolean
  /** The program of the bots. */
  readonly program: string
  readonly waits: Waits
  /** Told of every death: of what kind it was, and how many histories were begun. */
  readonly onDeath: (kind: string, histories: number) => void
}

/** What came of it. */
export interface Tally {
  readonly kills: number
  readonly histories: number
  /** Histories and readers that ended wrong, each in a sentence. */
  readonly lost: readonly string[]
  /** Requests and changes that came twice, each in a sentence. */
  readonly doubled: readonly string[]
  /** How often each kind of death came. */
  readonly deaths: ReadonlyMap<string, number>
}

/** The time at the start of every run, milliseconds since the epoch. */
const EPOCH_MS = Date.UTC(2030, 0, 1)
/** Two processes look for each other's commits this often. */
const POLL_MS = 1_000
/** Shorter than people are used to, so that histories are. Some invites time out here, some there. */
const RING_MS = 12_000
/** Histories that are played at the same time. */
const HISTORIES_AT_ONCE = 15
/** A bot whose end never comes is killed this long after it was to. */
const LONGEST_WAIT_MS = 12_000
/** How long a place is empty. The service gives a notification up after 7 s: some downtimes are shorter, some longer. */
const downtimes = [0, 0, 200, 1_000, 2_500, 5_000, 12_000] as const
/** A bot that writes is waited for as long as it takes. */
const BUSY_TIMEOUT_MS = 24 * 60 * 60_000
/** How long the readers are given at the end. */
const READERS_MS = 200_000

/** Kills so many bots and judges what is left. */
export async function killBots(killing: Killing): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-crash-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const run = await Run.begin(killing, folder)
  try {
    return await run.play()
  } finally {
    await run.close()
    process.off('exit', remove)
    remove()
  }
}

class Run {
  readonly #killing: Killing
  readonly #dice: Dice
  readonly #deaths: Deaths
  readonly #emulator: Emulator
  readonly #time: Lockstep
  readonly #log: ServiceLog
  readonly #places: readonly BotPlace[]
  readonly #door: FrontDoor
  readonly #lost: string[] = []
  /** Made before any bot is started: two of them do not make one file at the same time. */
  readonly #store: SqliteStore
  #histories = 0
  #claimed = 0
  #kills = 0
  #isOver = false

  static async begin(killing: Killing, folder: string): Promise<Run> {
    let onRequest = (): void => undefined
    const emulator = await startEmulator({
      clock: 'stepped',
      seed: String(killing.seed),
      epochMs: EPOCH_MS,
      historyLimit: 0,
      settings: { timing: { ringMs: RING_MS } },
      // A request is logged when its answer is about to be sent.
      log: (line) => {
        if (line.includes('bot → service')) onRequest()
      },
    })
    const run = new Run(killing, folder, emulator)
    onRequest = () => {
      for (const place of run.#places) place.reach('request')
    }
    return run
  }

  private constructor(killing: Killing, folder: string, emulator: Emulator) {
    const { waits, seed, bots, program, hasFailingDisk } = killing
    this.#killing = killing
    this.#dice = createDice(seed)
    this.#deaths = new Deaths(createDice(seed + 1_299_709))
    this.#emulator = emulator
    this.#time = new Lockstep(emulator, waits)
    const file = join(folder, 'calls.db')
    this.#store = sqliteStore(file, { pollMs: 0, busyTimeoutMs: BUSY_TIMEOUT_MS })
    const surroundings = { waits, now: () => this.#time.now(), stir: () => this.#time.stir() }
    this.#places = Array.from(
      { length: bots },
      (_, number) =>
        new BotPlace(
          {
            number,
            program,
            file,
            toldFile: join(folder, `told-${number}.jsonl`),
            reader: `reader-${number}`,
            serviceUrl: `${emulator.url}/v1.0`,
            epochMs: EPOCH_MS,
            ringTimeoutMs: RING_MS,
            pollMs: bots > 1 ? POLL_MS : 0,
            hasFailingDisk,
          },
          surroundings,
        ),
    )
    this.#time.follow(this.#places)
    this.#door = new FrontDoor(this.#places, waits)
    this.#log = new ServiceLog(emulator)
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.close()))
    await this.#store.close()
    await this.#door.close()
    await this.#emulator.close()
  }

  async play(): Promise<Tally> {
    const callbackUri = await this.#door.open()
    const setting = this.#settingOf(callbackUri)
    const played = Promise.all([
      ...this.#places.map((place) => this.#killOn(place)),
      ...Array.from({ length: HISTORIES_AT_ONCE }, () => this.#playOn(setting)),
    ]).then(() => this.#judgeReaders())
    // Whichever fails first ends the other: a bot that complains, or a history that no bot obeys.
    const isOver = (): boolean => this.#isOver
    const over = Promise.race([played, ...this.#places.map(({ failed }) => failed)]).finally(() => {
      this.#isOver = true
    })
    await Promise.all([over, this.#time.run(isOver)])
    const doubled = [...this.#log.posts()]
      .filter(([, count]) => count > 1)
      .map(([invitation, count]) => `${count} POSTs of the invitation ${invitation}`)
    return { kills: this.#kills, histories: this.#histories, lost: this.#lost, doubled, deaths: this.#deaths.counts() }
  }

  #settingOf(callbackUri: string): Setting {
    const store = this.#store
    return {
      emulator: this.#emulator,
      callbackUri,
      insist: (command) => insist(command, () => this.#door.next(), this.#time),
      pass: (ms) => this.#time.pass(ms),
      deleted: (callId) => this.#log.deletesOf(callId),
      givenUp: (callId) => this.#log.givenUp(callId),
      during: (what, promise) => this.#killing.waits.during(what, promise),
      async stored(callId) {
        const call = await store.load(callId)
        return {
          requests: call?.outbox.length ?? 0,
          deadlines: call === undefined ? [] : [...decodeParts(call.core, call.participants).deadlines.keys()],
        }
      },
    }
  }

  /** Something went wrong already: nothing new is begun. */
  #isEnding(): boolean {
    return this.#isOver || this.#lost.length > 0
  }

  /** Plays one history after the other until enough bots have died. */
  async #playOn(setting: Setting): Promise<void> {
    while (this.#kills < this.#killing.kills && !this.#isEnding()) {
      const number = this.#histories
      this.#histories += 1
      const plan = drawHistory(number, createDice(this.#killing.seed + 7_919 * (number + 1)))
      const wrongs = await playHistory(plan, setting).catch((error: unknown) => [String(error)])
      if (wrongs.length > 0)
        this.#lost.push(
          `history ${number}: ${wrongs.join('; ')}\n${JSON.stringify({ ...plan, people: Object.fromEntries(plan.people) })}`,
        )
    }
  }

  /** How a bot is to die; undefined when enough of them do. */
  #claim(): Manner | undefined {
    if (this.#claimed >= this.#killing.kills || this.#isEnding()) return undefined
    this.#claimed += 1
    return this.#deaths.draw()
  }

  /** Starts and kills the bots of one place, one after the other. The last one lives. */
  async #killOn(place: BotPlace): Promise<void> {
    for (;;) {
      const manner = this.#claim()
      const armedAtMs = EPOCH_MS + this.#time.now() + (manner?.afterMs ?? 0)
      const lastStep = manner !== undefined && 'step' in manner ? manner.step : undefined
      await this.#time.standing(
        `the next bot of place ${place.plan.number}, to listen`,
        place.start({ seed: this.#dice.below(2 ** 31), lastStep, armedAtMs }),
      )
      if (manner === undefined) return
      const kind = await this.#killing.waits.during(
        () => `${place.name}, to die (${nameOf(manner)})`,
        this.#endOf(place, manner),
      )
      this.#kills += 1
      this.#killing.onDeath(kind, this.#histories)
      const downMs = this.#dice.pick(downtimes)
      await this.#killing.waits.during(`place ${place.plan.number}, empty for ${downMs} ms`, this.#time.pass(downMs))
    }
  }

  /** Resolves with the kind of death. */
  async #endOf(place: BotPlace, manner: Manner): Promise<string> {
    const { ended } = place
    if ('step' in manner) {
      const cancel = this.#time.after(manner.afterMs + LONGEST_WAIT_MS, () => place.kill())
      const step = await ended
      cancel()
      if (step !== undefined) return this.#deaths.died(manner)
      this.#deaths.outlived(manner)
      return `killed, ${nameOf(manner)} did not come`
    }
    await this.#time.pass(manner.afterMs)
    if (manner.moment !== 'idle') {
      await this.#moment(place, manner.moment, manner.count)
      for (let turns = 0; turns < manner.turns; turns += 1) await turn()
    }
    place.kill()
    await ended
    return this.#deaths.died(manner)
  }

  /** Resolves at the n-th such moment of the bot, or when it is waited for no longer. */
  #moment(place: BotPlace, moment: Moment, count: number): Promise<void> {
    let left = count
    return new Promise((resolve) => {
      const finish = (): void => {
        stop()
        cancel()
        resolve()
      }
      const stop = place.watch((each) => {
        if (each === moment) left -= 1
        if (left === 0) finish()
      })
      const cancel = this.#time.after(LONGEST_WAIT_MS, finish)
    })
  }

  /** Every change was told to every reader; a reader that is behind is given a moment. */
  async #judgeReaders(): Promise<void> {
    const store = this.#store
    const end = await store.journalEnd()
    const journal: JournalEntry[] = []
    for (let after = 0; ; ) {
      const page = await store.readJournal(after, 1_000)
      journal.push(...page)
      after = page.at(-1)?.position ?? after
      if (page.length < 1_000) break
    }
    for (const { plan } of this.#places) {
      for (
        let waitedMs = 0;
        ((await store.readCursor(plan.reader)) ?? 0) < end && waitedMs < READERS_MS;
        waitedMs += 1_000
      ) {
        await this.#killing.waits.during(`${plan.reader}, to be told of commit ${end}`, this.#time.pass(1_000))
      }
      const wrong = judgeTold(plan.toldFile, journal)
      if (wrong !== undefined) this.#lost.push(`${plan.reader}: ${wrong}`)
    }
  }
}
