/**
 * The front door: one address for the bots of a file, as a load balancer gives them. Every callback goes to whichever
 * is there, in turn; when none is, the connection breaks.
 *
 * Rule: it hands on bytes. Bots close a connection with each answer, so that each callback comes on one of its own.
 * @module
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { BotPlace } from './bot-place.ts'
import type { Waits } from './waits.ts'

/** The door. */
export class FrontDoor {
  readonly #places: readonly BotPlace[]
  readonly #waits: Waits
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #turn = 0

  constructor(places: readonly BotPlace[], waits: Waits) {
    this.#places = places
    this.#waits = waits
    this.#server = createServer({ allowHalfOpen: true }, (incoming) => this.#pass(incoming))
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callback`
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  /** The next bot that is there; undefined when none is. */
  next(): BotPlace | undefined {
    const there = this.#places.filter(({ port }) => port !== undefined)
    this.#turn += 1
    return there[this.#turn % there.length]
  }

  #pass(incoming: Socket): void {
    const place = this.next()
    if (place?.port === undefined) return void incoming.resetAndDestroy()
    const { port, lives, name } = place
    const outgoing = connect({ host: '127.0.0.1', port, noDelay: true })
    const give = (): void => {
      incoming.destroy()
      outgoing.destroy()
    }
    this.#open.add(incoming)
    const closed = new Promise<void>((resolve) => {
      incoming.once('close', resolve)
    })
    void this.#waits.during(`${name}, to answer a callback`, closed).then(() => this.#open.delete(incoming))
    incoming.once('error', give).once('close', give)
    outgoing.once('error', give)
    outgoing.once('data', () => {
      place.reach('answer')
      // An answer that was on its way when its bot was killed is lost with it.
      if (place.port === undefined || place.lives !== lives) give()
    })
    incoming.pipe(outgoing)
    outgoing.pipe(incoming)
    place.reach('callback')
  }
}
