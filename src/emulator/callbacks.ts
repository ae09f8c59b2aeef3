/**
 * Callbacks: posts notifications to the bots, one at a time for each call, and tries again what was not taken.
 *
 * Rule 1: what arrived first in virtual time is posted first; the next waits for the answer.
 * Rule 2: 2xx is taken, 4xx and 3xx are refused for good, 5xx and no answer are tried again. How often and how soon
 * the service does that is published nowhere; it is known to do it (FACTS 3.5).
 * Rule 3: waiting to try again is virtual time; an exchange that hangs is bounded in real time.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Notification } from '../simulator/simulation.ts'
import type { RequestLog } from './request-log.ts'
import { redeliveryMs } from '../simulator/redelivery.ts'

/** How long one attempt may take unless something else is said, real milliseconds. Assumed. */
export const CALLBACK_TIMEOUT_MS = 10_000

/** What posting needs from around it. */
export interface CallbackSurroundings {
  readonly journal: RequestLog
  /** Virtual now. */
  readonly now: () => number
  /** Runs something after so many virtual milliseconds. */
  readonly after: (ms: number, run: () => void) => void
  /** The `Authorization` of a notification; undefined to send none. */
  readonly authorize: (notification: Notification) => Promise<string | undefined>
  /** How long one attempt may take, real milliseconds; 0: as long as the bot takes. */
  readonly timeoutMs: number
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

interface Delivery {
  readonly notification: Notification
  readonly attempts: (number | string)[]
  readonly update: (more: { attempts: readonly (number | string)[] }) => void
}

/** Posts notifications. */
export class Callbacks {
  readonly #surroundings: CallbackSurroundings
  readonly #queues = new Map<string, Delivery[]>()
  readonly #agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  readonly #idlers: (() => void)[] = []
  /** Tells the notifications of this emulator from those of the one before, which a bot may remember. */
  readonly #run = randomBytes(4).toString('hex')
  #posting = 0
  #isClosed = false

  constructor(surroundings: CallbackSurroundings) {
    this.#surroundings = surroundings
  }

  /** Puts a notification behind the others of its call. */
  deliver(notification: Notification): void {
    if (this.#isClosed) return
    const { callId, kind, callbackUri, body } = notification
    const { journal, now } = this.#surroundings
    const update = journal.write({ type: 'notification', at: now(), callId, kind, callbackUri, body, attempts: [] })
    const delivery = { notification, attempts: [], update }
    const queue = this.#queues.get(callId)
    if (queue !== undefined) {
      queue.push(delivery)
      return
    }
    this.#queues.set(callId, [delivery])
    this.#postNext(callId)
  }

  /** Resolves once no post is under way; one that waits to be tried again does not count. */
  idle(): Promise<void> {
    return this.#posting === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#idlers.push(resolve)
        })
  }

  /** Gives up everything that is not delivered. */
  close(): void {
    this.#isClosed = true
    this.#queues.clear()
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  #postNext(callId: string): void {
    const delivery = this.#queues.get(callId)?.[0]
    if (delivery === undefined) {
      this.#queues.delete(callId)
      return
    }
    this.#posting += 1
    void this.#attempt(delivery).then((outcome) => {
      delivery.attempts.push(outcome)
      delivery.update({ attempts: [...delivery.attempts] })
      this.#settle(callId, delivery, outcome)
      this.#posting -= 1
      if (this.#posting === 0) for (const resolve of this.#idlers.splice(0)) resolve()
    })
  }

  #settle(callId: string, delivery: Delivery, outcome: number | string): void {
    if (this.#isClosed) return
    const retryMs = typeof outcome === 'string' || outcome >= 500 ? redeliveryMs(delivery.attempts.length) : undefined
    if (retryMs !== undefined) {
      this.#surroundings.after(retryMs, () => this.#postNext(callId))
      return
    }
    this.#queues.get(callId)?.shift()
    this.#postNext(callId)
  }

  /** Never rejects: what cannot even be sent is an attempt that failed, too. */
  async #attempt(delivery: Delivery): Promise<number | string> {
    try {
      return await this.#post(delivery)
    } catch (error) {
      return error instanceof Error ? error.message : 'it could not be sent'
    }
  }

  /** One attempt; resolves to the status, or to why there is none. */
  async #post({ notification }: Delivery): Promise<number | string> {
    const authorization = await this.#surroundings.authorize(notification)
    const body = JSON.stringify(notification.body)
    const url = new URL(notification.callbackUri)
    const isHttps = url.protocol === 'https:'
    if (!isHttps && url.protocol !== 'http:') return `callbackUri is ${url.protocol}, not http or https`
    const messageId = `${this.#run}-0000-4000-8000-${notification.number.toString(16).padStart(12, '0')}`
    return new Promise((resolve) => {
      const outgoing = (isHttps ? requestHttps : requestHttp)(
        url,
        {
          method: 'POST',
          agent: isHttps ? this.#agents.https : this.#agents.http,
          timeout: this.#surroundings.timeoutMs,
          // A developer's own machine has a certificate nobody vouches for.
          ...(isHttps && loopback.has(url.hostname) ? { rejectUnauthorized: false } : {}),
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'Microsoft-Skype/3.0,(Calling/1.0)',
            'x-microsoft-skype-message-id': messageId,
            ...(authorization === undefined ? {} : { authorization }),
          },
        },
        (incoming) => {
          incoming.resume()
          incoming.once('end', () => resolve(incoming.statusCode ?? 0))
          incoming.once('error', () => resolve('the answer broke off'))
        },
      )
      outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      outgoing.end(body)
    })
  }
}
