/**
 * The front door: one address for the bots of a file, as a load balancer gives them. Callbacks go to whichever is
 * there, in turn; when none is, the connection breaks.
 * @module
 */
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BotPlace } from './bot-place.ts'
import type { Waits } from './waits.ts'

/** The door. */
export class FrontDoor {
  readonly #places: readonly BotPlace[]
  readonly #waits: Waits
  readonly #server: Server
  #arrivals = 0
  #turn = 0

  constructor(places: readonly BotPlace[], waits: Waits) {
    this.#places = places
    this.#waits = waits
    this.#server = createServer((incoming, response) => this.#pass(incoming, response))
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => { this.#server.listen(0, '127.0.0.1', resolve) })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callback`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => { this.#server.close(resolve) })
  }

  /** The next bot that is there; undefined when none is. */
  next(): BotPlace | undefined {
    const there = this.#places.filter(({ port }) => port !== undefined)
    this.#turn += 1
    return there[this.#turn % there.length]
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const place = this.next()
    if (place?.port === undefined) return void response.destroy()
    this.#arrivals += 1
    const { port, lives, name } = place
    const closed = new Promise<void>((resolve) => { response.once('close', resolve) })
    void this.#waits.during(`callback ${this.#arrivals}: ${name}, to answer it`, closed)
    const outgoing = send({ host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers: incoming.headers, agent: false }, (answer) => {
      place.reach('answer')
      // An answer that was on its way when its bot was killed is lost with it.
      if (place.port === undefined || place.lives !== lives) return void response.destroy()
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response)
      answer.once('error', () => response.destroy())
    })
    outgoing.once('error', () => response.destroy())
    incoming.pipe(outgoing)
    place.reach('callback')
  }
}
