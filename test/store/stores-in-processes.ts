/**
 * SQLite stores in processes of their own, under a Node of choice, as store laws can be asked of them.
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { RollcallError, type ErrorCode } from '../../src/call/model/errors.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { atEndOfCase } from '../waiting/case-running.ts'
import { untilSettled } from '../waiting/waiting.ts'
import type { StoreAnswer, StoreQuestion } from './store-process.ts'

/** The oldest Node that is supported: its SQLite relies on locks alone where later ones look twice. */
export const oldestNode = fileURLToPath(new URL('node_modules/node22/bin/node', `file://${repositoryFolder}/`))

/** Node 22 before 22.18 strips types only when told to. */
export const nodeOptions = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] as const

const program = fileURLToPath(new URL('store-process.ts', import.meta.url))

const methods = [
  'load',
  'commit',
  'reserve',
  'claim',
  'renew',
  'release',
  'listOpen',
  'listDue',
  'readJournal',
  'journalEnd',
  'readCursor',
  'writeCursor',
  'close',
] as const satisfies readonly (keyof Store)[]

/** A process that opens stores. */
export class StoreProcess {
  readonly #child: ChildProcess
  readonly #asked = new Map<number, (answer: StoreAnswer) => void>()
  #asks = 0
  #stores = 0

  constructor(node: string) {
    this.#child = spawn(node, [...nodeOptions, program], {
      cwd: repositoryFolder,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    atEndOfCase(() => this.kill())
    this.#child.on('message', (answer: StoreAnswer) => {
      this.#asked.get(answer.ask)?.(answer)
      this.#asked.delete(answer.ask)
    })
    this.#child.on('exit', () => {
      for (const [ask, answered] of this.#asked)
        answered({ ask, code: 'none', message: 'the process of the store has ended' })
    })
  }

  /** As a crash: nothing is closed. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** A store on that file in the process. It cannot be watched from here. */
  async open(path: string): Promise<Store> {
    const store = (this.#stores += 1)
    await this.#ask({ store, open: path })
    const called = Object.fromEntries(
      methods.map((method) => [method, (...args: readonly unknown[]) => this.#ask({ store, method, args })]),
    )
    return { ...called, watch: () => () => undefined } as unknown as Store
  }

  async #ask(
    question: { readonly store: number } & (
      | { readonly open: string }
      | { readonly method: keyof Store; readonly args: readonly unknown[] }
    ),
  ): Promise<unknown> {
    const ask = (this.#asks += 1)
    const { promise, resolve } = Promise.withResolvers<StoreAnswer>()
    this.#asked.set(ask, resolve)
    this.#child.send({ ask, ...question } satisfies StoreQuestion)
    const answer = await untilSettled(
      `a store in another process, to ${'open' in question ? 'open' : question.method}`,
      promise,
    )
    if ('result' in answer) return answer.result
    throw answer.code === 'none'
      ? new Error(answer.message)
      : new RollcallError(answer.code as ErrorCode, answer.message)
  }
}
