/**
 * Callbacks: posts notifications to the bots, one at a time per call, and retries failed posts.
 *
 * Rule 1: notifications are posted in order of virtual time; each waits for the answer to the one before.
 * Rule 2: 2xx is delivered, 3xx and 4xx are final refusals, 5xx and no answer are retried. Microsoft documents neither
 * the number nor the delays of retries; that there are retries was observed on the older service.
 * Rule 3: retry delays are virtual time; a hanging exchange is limited in real time.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { ServiceNotification } from '../simulator/graph/dialect.ts'
import type { RequestLog } from './request-log.ts'
import { redeliveryMs } from '../simulator/network/redelivery.ts'

/** Default limit of one attempt, in real milliseconds. Assumed. */
export const CALLBACK_TIMEOUT_MS = 10_000

/** What posting needs. */
export interface CallbackContext {
  readonly log: RequestLog
  /** Virtual now, in milliseconds. */
  readonly now: () => number
  /** Runs a function after a delay in virtual milliseconds. */
  readonly after: (ms: number, run: () => void) => void
  /** The `Authorization` header of a notification; undefined to send none. */
  readonly authorize: (notification: ServiceNotification) => Promise<string | undefined>
  /** Limit of one attempt in real milliseconds; 0: no limit. */
  readonly timeoutMs: number
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

interface Delivery {
  readonly notification: ServiceNotification
  readonly attempts: (number | string)[]
  readonly update: (more: { attempts: readonly (number | string)[] }) => void
}

/** Posts notifications. */
export class Callbacks {
  readonly #context: CallbackContext
  readonly #queues = new Map<string, Delivery[]>()
  readonly #agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  readonly #idleWaiters: (() => void)[] = []
  /** Makes message ids of this emulator differ from those of an earlier one, which a bot may remember. */
  readonly #run = randomBytes(4).toString('hex')
  #posting = 0
  #isClosed = false

  constructor(context: CallbackContext) {
    this.#context = context
  }

  /** Queues a notification behind the others of its call. */
  deliver(notification: ServiceNotification): void {
    if (this.#isClosed) return
    const { callId, kind, callbackUri, body } = notification
    const { log, now } = this.#context
    const update = log.write({ type: 'notification', at: now(), callId, kind, callbackUri, body, attempts: [] })
    const delivery = { notification, attempts: [], update }
    const queue = this.#queues.get(callId)
    if (queue !== undefined) {
      queue.push(delivery)
      return
    }
    this.#queues.set(callId, [delivery])
    this.#postNext(callId)
  }

  /** Resolves once no post is in progress; posts waiting for a retry do not count. */
  idle(): Promise<void> {
    return this.#posting === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#idleWaiters.push(resolve)
        })
  }

  /** Drops everything not delivered. */
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
      if (this.#posting === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve()
    })
  }

  #settle(callId: string, delivery: Delivery, outcome: number | string): void {
    if (this.#isClosed) return
    const retryMs = typeof outcome === 'string' || outcome >= 500 ? redeliveryMs(delivery.attempts.length) : undefined
    if (retryMs !== undefined) {
      this.#context.after(retryMs, () => this.#postNext(callId))
      return
    }
    this.#queues.get(callId)?.shift()
    this.#postNext(callId)
  }

  /** Never rejects: a notification that cannot be sent is a failed attempt. */
  async #attempt(delivery: Delivery): Promise<number | string> {
    try {
      return await this.#post(delivery)
    } catch (error) {
      return error instanceof Error ? error.message : 'the notification could not be sent'
    }
  }

  /** One attempt; resolves to the status, or to the reason why there is none. */
  async #post({ notification }: Delivery): Promise<number | string> {
    const authorization = await this.#context.authorize(notification)
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
          timeout: this.#context.timeoutMs,
          // A developer's machine may have a self-signed certificate.
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
          incoming.once('error', () => resolve('the connection closed during the answer'))
        },
      )
      outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      outgoing.end(body)
    })
  }
}
