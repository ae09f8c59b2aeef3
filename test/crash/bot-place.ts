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

  constructor(plan: PlacePlan) {
    this.plan = plan
  }

  /** Starts the next life; resolves when the bot listens, or has died before. */
  async start(diskSeed: number, lastStep?: BotPlan['lastStep']): Promise<void> {
    const { hasFailingDisk, ...rest } = this.plan
    const plan: BotPlan = { ...rest, life: this.lives, lastStep, diskSeed: hasFailingDisk ? diskSeed : undefined }
    this.lives += 1
    const child = fork(fileURLToPath(new URL('bot.ts', import.meta.url)), [JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#child = child
    let step: string | undefined
    let errors = ''
    child.stderr?.on('data', (text: Buffer) => { errors += String(text) })
    const listening = new Promise<void>((resolve, reject) => {
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
          if (signal === 'SIGKILL') resolve()
          else reject(new Error(`a bot ended by itself, with ${String(code ?? signal)}:\n${errors}`))
          resolveEnd({ step })
        })
      })
    })
    await listening
    if (errors !== '') throw new Error(`a bot complained:\n${errors}`)
  }

  /** Kills the bot unless it dies by itself within the time, milliseconds. */
  async end(withinMs: number): Promise<Death> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs)
    const death = await this.#ended
    clearTimeout(timer)
    return death
  }
}
