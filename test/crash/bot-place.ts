/**
 * A place where a bot runs, one life after the other, in a process of its own that the parent ends by its id.
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Answer, BotCommand, BotPlan, FromBot, ToBot } from './bot-plan.ts'
import type { Follower } from './lockstep.ts'
import type { Waits } from './waits.ts'

/** What stays the same from life to life. */
export interface PlacePlan extends Omit<BotPlan, 'life' | 'nowMs' | keyof LifePlan> {
  readonly number: number
  /** The program of the bots. */
  readonly program: string
  readonly epochMs: number
}

/** What each life has of its own. */
export type LifePlan = Pick<BotPlan, 'seed' | 'lastStep' | 'armedAtMs'>

/** What a place needs from around it. */
export interface PlaceSurroundings {
  readonly waits: Waits
  /** Time since the start, milliseconds. */
  now(): number
  /** A bot began, died, was told something or said something. */
  stir(): void
}

/** What a bot was doing when the parent looked: it took a callback, has answered one, or has sent a request. */
export type Moment = 'callback' | 'answer' | 'request'

/** One life. */
interface Life {
  readonly child: ChildProcess
  readonly commands: Map<number, PromiseWithResolvers<Answer>>
  /** Resolves with the step at which the bot killed itself, or undefined when the parent did it. */
  readonly ended: Promise<string | undefined>
  asked: { readonly ask: number; readonly resolve: () => void } | undefined
  nextAt: number | undefined
  port: number | undefined
}

/** A bot died before it answered. */
export class BotDied extends Error {}

/** A place of a bot. */
export class BotPlace implements Follower {
  readonly plan: PlacePlan
  lives = 0
  /** Resolves when the latest bot is dead, with the step at which it killed itself if it did. */
  ended: Promise<string | undefined> = Promise.resolve(undefined)
  readonly #surroundings: PlaceSurroundings
  readonly #failure = Promise.withResolvers<never>()
  readonly #watchers = new Set<(moment: Moment) => void>()
  #life: Life | undefined
  #asks = 0
  #commands = 0
  #isOver = false

  constructor(plan: PlacePlan, surroundings: PlaceSurroundings) {
    this.plan = plan
    this.#surroundings = surroundings
    // Looked at by whoever races with it; nobody else has to.
    this.failed.catch(() => undefined)
  }

  /** Rejects when a bot ends by itself, or complains: nobody waits for that. */
  get failed(): Promise<never> {
    return this.#failure.promise
  }

  get nextAt(): number | undefined {
    const nextAt = this.#life?.nextAt
    return nextAt === undefined ? undefined : nextAt - this.plan.epochMs
  }

  /** Where the bot listens; undefined while there is none. */
  get port(): number | undefined {
    return this.#life?.child.killed === true ? undefined : this.#life?.port
  }

  /** The bot of the moment, in words. */
  get name(): string {
    return `bot ${this.plan.number}, life ${this.lives}`
  }

  /** Starts no more bots; resolves when the last one is dead. */
  async close(): Promise<void> {
    this.#isOver = true
    this.kill()
    await this.ended
  }

  /** Kills the bot of the moment. */
  kill(): void {
    this.#life?.child.kill('SIGKILL')
  }

  /** Calls back at every moment of the bot; returns what stops it. */
  watch(watcher: (moment: Moment) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** The bot has come to such a moment. */
  reach(moment: Moment): void {
    if (moment === 'callback') this.#surroundings.stir()
    for (const watcher of [...this.#watchers]) watcher(moment)
  }

  /** Starts the next life; resolves when the bot listens, or has died before. */
  async start(given: LifePlan): Promise<void> {
    if (this.#isOver) return
    const { number: _, program, epochMs, ...rest } = this.plan
    const plan: BotPlan = { ...rest, ...given, life: this.lives, nowMs: epochMs + this.#surroundings.now() }
    this.lives += 1
    const child = fork(program, [JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    const listening = Promise.withResolvers<void>()
    const life: Life = {
      child,
      commands: new Map(),
      ended: this.#endOf(child),
      asked: undefined,
      nextAt: undefined,
      port: undefined,
    }
    this.#life = life
    this.ended = life.ended
    child.on('message', (message: FromBot) => this.#hear(life, message, listening.resolve))
    // What is left to be sent to a bot that is dead.
    child.on('error', () => undefined)
    void life.ended.then(() => this.#bury(life))
    await Promise.race([listening.promise, life.ended])
  }

  advance(toMs: number): Promise<void> {
    const life = this.#life
    if (life?.port === undefined || life.child.killed) return this.#waitForDeath(life)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#asks += 1
    life.asked = { ask: this.#asks, resolve }
    this.#send(life, { type: 'advance', ask: this.#asks, toMs: this.plan.epochMs + toMs })
    return this.#surroundings.waits.during(
      () => `time, at ${this.#surroundings.now()} ms: ${this.name}, to be idle`,
      promise,
    )
  }

  /** Has a command obeyed. @throws BotDied */
  async obey(command: BotCommand): Promise<Answer> {
    const life = this.#life
    if (life?.port === undefined) throw new BotDied()
    const answered = Promise.withResolvers<Answer>()
    this.#commands += 1
    life.commands.set(this.#commands, answered)
    this.#send(life, { type: 'command', number: this.#commands, command })
    this.#surroundings.stir()
    return answered.promise
  }

  /** A bot that was killed is waited for: time does not pass between the signal and the death. */
  async #waitForDeath(life: Life | undefined): Promise<void> {
    if (life?.child.killed === true) await this.#surroundings.waits.during(`${this.name}, to be dead`, life.ended)
  }

  #send(life: Life, message: ToBot): void {
    // A bot that is gone is seen to be dead, whatever could not be sent to it.
    if (life.child.connected) life.child.send(message, () => undefined)
  }

  #hear(life: Life, message: FromBot, onListening: () => void): void {
    if (message.type === 'listening') {
      life.port = message.port
      onListening()
    } else if (message.type === 'idle') {
      if (message.ask !== life.asked?.ask) return
      life.nextAt = message.nextAt
      life.asked.resolve()
    } else {
      life.commands.get(message.number)?.resolve(message.answer)
      life.commands.delete(message.number)
    }
  }

  /** Resolves when the process is gone and everything it said was read. */
  #endOf(child: ChildProcess): Promise<string | undefined> {
    let step: string | undefined
    let errors = ''
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      step = line
    })
    child.stderr?.on('data', (text: Buffer) => {
      errors += String(text)
    })
    const killAtExit = (): void => void child.kill('SIGKILL')
    process.once('exit', killAtExit)
    return new Promise((resolve) => {
      child.once('close', (code, signal) => {
        process.off('exit', killAtExit)
        if (signal !== 'SIGKILL' || errors !== '')
          this.#failure.reject(new Error(`${this.name}, ended with ${String(code ?? signal)} and said:\n${errors}`))
        resolve(step)
      })
    })
  }

  #bury(life: Life): void {
    if (this.#life === life) this.#life = undefined
    life.asked?.resolve()
    for (const answered of life.commands.values()) answered.reject(new BotDied())
    this.#surroundings.stir()
  }
}
