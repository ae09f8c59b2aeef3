/**
 * The front door: one address for the bots of a file, as a load balancer gives them. Callbacks and commands go to
 * whoever is there, in turn; when nobody is, the connection breaks.
 * @module
 */
import { createServer, request as send, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BotPlace } from './bot-place.ts'
import type { BotCommand, SeenCall } from './bot-plan.ts'

/** A bot that hangs is as dead as one that is gone. Longer than the slowest answer of a living one. */
const ANSWER_MS = 15_000

/** A pause before nobody is tried again. */
const RETRY_MS = 25

/** The door. */
export class FrontDoor {
  readonly #places: readonly BotPlace[]
  readonly #server: Server
  #turn = 0

  constructor(places: readonly BotPlace[]) {
    this.#places = places
    this.#server = createServer((incoming, response) => {
      const { port } = this.#next()
      if (port === undefined) return void response.destroy()
      const outgoing = send({ host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers: incoming.headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502)
        answer.pipe(response)
        answer.once('error', () => response.destroy())
      })
      outgoing.once('error', () => response.destroy())
      incoming.pipe(outgoing)
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => { this.#server.listen(0, '127.0.0.1', resolve) })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callback`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => { this.#server.close(resolve) })
  }

  /** Has a command obeyed, again and again while bots die over it or their disk fails. */
  async insist(command: BotCommand, isGivenUp: () => boolean): Promise<SeenCall | null> {
    for (;;) {
      const { port } = this.#next()
      const answer = port === undefined ? undefined : await this.#ask(port, command).catch(() => undefined)
      if (answer?.status === 200) return await answer.json() as SeenCall | null
      const { code } = answer === undefined ? {} : await answer.json().catch(() => ({})) as { readonly code?: string }
      if (code === 'CALL_ENDED') return null
      if (answer !== undefined && answer.status !== 503 && !passing.has(code ?? '')) throw new Error(`a bot answered ${command.act} with ${answer.status} ${code}`)
      if (isGivenUp()) throw new Error(`nobody obeyed ${command.act}: ${code ?? 'nobody answered'}`)
      await new Promise((resolve) => { setTimeout(resolve, RETRY_MS) })
    }
  }

  #ask(port: number, command: BotCommand): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}/command`, { method: 'POST', body: JSON.stringify(command), headers: { connection: 'close' }, signal: AbortSignal.timeout(ANSWER_MS) })
  }

  /** The next bot that is there; any, when none is. */
  #next(): BotPlace {
    const there = this.#places.filter(({ port }) => port !== undefined)
    this.#turn += 1
    return (there[this.#turn % there.length] ?? this.#places[0]) as BotPlace
  }
}

/** What a later attempt may well get over. */
const passing = new Set(['WAIT_TIMEOUT', 'STORE_FAILED', 'STORE_CONFLICT', 'HOST_CLOSED', 'REQUEST_UNCONFIRMED', 'MAILBOX_FULL'])
