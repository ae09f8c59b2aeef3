/**
 * Request log: every request the emulator received and every notification it sent, for tests that count them.
 *
 * Rule: access tokens and client secrets are never logged.
 * @module
 */

/** A request of a bot to the service. */
export interface RequestEntry {
  /** Tells it from a notification. */
  readonly type: 'request'
  /** Counts the entries, from 1, requests and notifications together. */
  readonly number: number
  /** Virtual milliseconds. */
  readonly at: number
  /** The HTTP method. */
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** The service's operation, if the path names one. */
  readonly operation?: string | undefined
  /** The call that the path names. */
  readonly callId?: string | undefined
  /** The body, read as JSON. */
  readonly body?: unknown
  /** The status of the answer; absent if the answer was lost. */
  readonly status?: number | undefined
}

/** A notification of the service to a bot. */
export interface NotificationEntry {
  /** Tells it from a request. */
  readonly type: 'notification'
  /** Counts the entries, from 1, requests and notifications together. */
  readonly number: number
  /** Virtual milliseconds. */
  readonly at: number
  /** The call's id. */
  readonly callId: string
  /** What it is about: `call`, `operation`, `roster` or `raw`. */
  readonly kind: string
  /** Where it was posted. */
  readonly callbackUri: string
  /** The body as it was posted. */
  readonly body: unknown
  /** The outcome of each delivery attempt: a status, or the reason why there is none. */
  readonly attempts: readonly (number | string)[]
}

/** One entry of the request log. */
export type RequestLogEntry = RequestEntry | NotificationEntry

/** The outcome of a request or notification. */
export interface EntryOutcome {
  /** Of a request. */
  readonly status?: number
  /** Of a notification, so far. */
  readonly attempts?: readonly (number | string)[]
}

/** Entries kept; the oldest are dropped first. */
export const REQUEST_LOG_LIMIT = 20_000

/**
 * Characters of all bodies together, as JSON: rosters repeat, and a request may have a megabyte. The latest entry is
 * always kept.
 */
const REQUEST_LOG_SIZE_LIMIT = 64 * 1024 * 1024

/** An entry as one readable line. */
function describeEntry(entry: RequestLogEntry): string {
  const at = `${(entry.at / 1_000).toFixed(3).padStart(9)} s`
  if (entry.type === 'request')
    return `${at}  bot → service  ${entry.method} ${entry.path}  ${entry.status ?? 'no answer'}`
  const outcome = entry.attempts.at(-1)
  const isTaken = typeof outcome === 'number' && outcome < 300
  return `${at}  service → bot  ${entry.kind} of ${entry.callId}  ${isTaken ? outcome : failureOf(entry)}`
}

/** Why a notification was not delivered, and its address without the query, which may contain secrets. */
function failureOf({ attempts, callbackUri }: NotificationEntry): string {
  const outcome = attempts.at(-1)
  const where = URL.canParse(callbackUri)
    ? `${new URL(callbackUri).origin}${new URL(callbackUri).pathname}`
    : callbackUri
  const reason =
    outcome === 'ECONNREFUSED'
      ? 'the connection was refused (ECONNREFUSED)'
      : typeof outcome === 'number'
        ? `answered ${outcome}`
        : outcome
  return `NOT DELIVERED to ${where}: ${reason}; attempt ${attempts.length}`
}

type Unnumbered<E> = E extends unknown ? Omit<E, 'number'> : never

/** A bounded list of requests and notifications. */
export class RequestLog {
  readonly #log: ((line: string) => void) | undefined
  readonly #sizeLimit: number
  readonly #entries: RequestLogEntry[] = []
  /** The characters of each entry's body. */
  readonly #sizes: number[] = []
  #size = 0
  #written = 0
  #dropped = 0

  /** With a `log`, each entry is also written as a line once its outcome is known. */
  constructor(log?: (line: string) => void, sizeLimit = REQUEST_LOG_SIZE_LIMIT) {
    this.#log = log
    this.#sizeLimit = sizeLimit
  }

  /** Adds an entry; returns a function that records its outcome. */
  write(entry: Unnumbered<RequestLogEntry>): (outcome: EntryOutcome) => void {
    const number = this.#written
    this.#written += 1
    const size = entry.body === undefined ? 0 : (JSON.stringify(entry.body)?.length ?? 0)
    this.#entries.push({ ...entry, number })
    this.#sizes.push(size)
    this.#size += size
    while (this.#entries.length > REQUEST_LOG_LIMIT || (this.#size > this.#sizeLimit && this.#entries.length > 1)) {
      this.#entries.shift()
      this.#size -= this.#sizes.shift() ?? 0
      this.#dropped += 1
    }
    if (entry.type === 'request' && entry.status !== undefined) this.#log?.(describeEntry({ ...entry, number }))
    return (outcome) => {
      const index = number - this.#dropped
      const known = { ...(this.#entries[index] ?? { ...entry, number }), ...outcome } as RequestLogEntry
      if (index >= 0) this.#entries[index] = known
      this.#log?.(describeEntry(known))
    }
  }

  /** The entries, oldest first. */
  read(): readonly RequestLogEntry[] {
    return [...this.#entries]
  }

  /** Number of entries dropped. */
  get dropped(): number {
    return this.#dropped
  }
}
