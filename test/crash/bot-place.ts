/**
 * A place where a bot runs, one life after the other, in a process of its own that the parent ends by its id.
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BotPlan } from './bot-plan.ts'

/** How one life ended: the step at which the bot killed itself, or undefined when the parent did. */
export interface Death {
  readonly step?: string | undefined
}

/** What stays the same from life to life. */
export type PlacePlan = Omit<BotPlan, 'life' | 'lastStep' | 'diskSeed'> & { readonly hasFailingDisk: boolean }

/** A place of a bot. */
export class BotPlace {
  readonly plan: PlacePlan
  lives = 0
  /** Where the bot listens; undefined while there is none. */
  port: number | undefined
  #child: ChildProcess | undefined
  #ended: Promise<Death> = Promise.resolve({})
  readonly #failure = Promise.withResolvers<never>()
  #isOver = false

  constructor(plan: PlacePlan) {
    this.plan = plan
    // Looked at by whoever races with it; nobody else has to.
    this.failed.catch(() => undefined)
  }

  /** Rejects when a bot ends by itself, or complains: nobody waits for that. */
  get failed(): Promise<never> {
    return this.#failure.promise
  }

  /** Starts no more bots; resolves when the last one is dead. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.end(0)
  }

  /** Starts the next life; resolves when the bot listens, or has died before. */
  async start(diskSeed: number, lastStep?: BotPlan['lastStep']): Promise<void> {
    if (this.#isOver) return
    const { hasFailingDisk, ...rest } = this.plan
    const plan: BotPlan = { ...rest, life: this.lives, lastStep, diskSeed: hasFailingDisk ? diskSeed : undefined }
    this.lives += 1
    const child = fork(fileURLToPath(new URL('bot.ts', import.meta.url)), [JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#child = child
    let step: string | undefined
    let errors = ''
    child.stderr?.on('data', (text: Buffer) => { errors += String(text) })
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const said = JSON.parse(line) as { readonly port?: number; readonly died?: string }
        step = said.died ?? step
        if (said.port === undefined) return
        this.port = said.port
        resolve()
      })
      this.#ended = new Promise((resolveEnd) => {
        child.once('close', (code, signal) => {
          this.port = undefined
          this.#child = undefined
          if (signal !== 'SIGKILL' || errors !== '') this.#failure.reject(new Error(`a bot ended with ${String(code ?? signal)} and said:\n${errors}`))
          resolve()
          resolveEnd({ step })
        })
      })
    })
  }

  /** Kills the bot unless it dies by itself within the time, milliseconds. */
  async end(withinMs: number): Promise<Death> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs)
    const death = await this.#ended
    clearTimeout(timer)
    return death
  }
}
