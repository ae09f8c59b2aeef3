/**
 * Journal: every request the emulator received and every notification it sent, for tests that count them.
 *
 * Rule: access tokens and client secrets are never written down.
 * @module
 */

/** A request of a bot to the service. */
export interface RequestEntry {
  readonly type: 'request'
  readonly number: number
  /** Virtual milliseconds. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** The operation of the service, where the path names one. */
  readonly operation?: string | undefined
  readonly callId?: string | undefined
  readonly body?: unknown
  /** The status answered; absent when the answer was lost on the way. */
  readonly status?: number | undefined
}

/** A notification of the service to a bot. */
export interface NotificationEntry {
  readonly type: 'notification'
  readonly number: number
  readonly at: number
  readonly callId: string
  readonly kind: string
  readonly callbackUri: string
  readonly body: unknown
  /** What each attempt to deliver it came to: a status, or why there was none. */
  readonly attempts: readonly (number | string)[]
}

/** One line of the journal. */
export type RequestLogEntry = RequestEntry | NotificationEntry

/** How something turned out. */
export interface EntryOutcome {
  /** Of a request. */
  readonly status?: number
  /** Of a notification, so far. */
  readonly attempts?: readonly (number | string)[]
}

/** How many entries are kept; the oldest go first. */
export const REQUEST_LOG_LIMIT = 20_000

/** How many characters their bodies may have together, as JSON: rosters come again and again, and a request may be a megabyte. The latest entry stays. */
export const REQUEST_LOG_SIZE_LIMIT = 64 * 1024 * 1024

/** An entry in a line a person can read. */
export function describe(entry: RequestLogEntry): string {
  const at = `${(entry.at / 1_000).toFixed(3).padStart(9)} s`
  if (entry.type === 'request')
    return `${at}  bot → service  ${entry.method} ${entry.path}  ${entry.status ?? 'no answer'}`
  const outcome = entry.attempts.at(-1)
  const isTaken = typeof outcome === 'number' && outcome < 300
  return `${at}  service → bot  ${entry.kind} of ${entry.callId}  ${isTaken ? outcome : failureOf(entry)}`
}

/** Why a notification was not taken, and where it went: without the query, which may hold secrets. */
function failureOf({ attempts, callbackUri }: NotificationEntry): string {
  const outcome = attempts.at(-1)
  const where = URL.canParse(callbackUri)
    ? `${new URL(callbackUri).origin}${new URL(callbackUri).pathname}`
    : callbackUri
  const reason =
    outcome === 'ECONNREFUSED'
      ? 'nobody listens there (ECONNREFUSED)'
      : typeof outcome === 'number'
        ? `answered ${outcome}`
        : outcome
  return `NOT TAKEN by ${where}: ${reason}; attempt ${attempts.length}`
}

type Unnumbered<E> = E extends unknown ? Omit<E, 'number'> : never

/** A bounded list of what went over the wire. */
export class RequestLog {
  readonly #log: ((line: string) => void) | undefined
  readonly #sizeLimit: number
  readonly #entries: RequestLogEntry[] = []
  /** The characters of the body of each entry. */
  readonly #sizes: number[] = []
  #size = 0
  #written = 0
  #dropped = 0

  /** With a `log`, every entry is also said in a line, once it is known how it ended. */
  constructor(log?: (line: string) => void, sizeLimit = REQUEST_LOG_SIZE_LIMIT) {
    this.#log = log
    this.#sizeLimit = sizeLimit
  }

  /** Adds an entry and returns what replaces it later, when more is known. */
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
    if (entry.type === 'request' && entry.status !== undefined) this.#log?.(describe({ ...entry, number }))
    return (outcome) => {
      const index = number - this.#dropped
      const known = { ...(this.#entries[index] ?? { ...entry, number }), ...outcome } as RequestLogEntry
      if (index >= 0) this.#entries[index] = known
      this.#log?.(describe(known))
    }
  }

  /** The entries, oldest first. */
  read(): readonly RequestLogEntry[] {
    return [...this.#entries]
  }

  /** How many entries are gone. */
  get dropped(): number {
    return this.#dropped
  }
}
