/**
 * What the service saw: every invite that was posted and every participant it was asked to delete, read from the
 * emulator's journal as it grows, because it forgets.
 * @module
 */
import type { Emulator } from '../../src/emulator/server.ts'

/** The status of a notification that was taken. */
const TAKEN = 202

/** Reads the journal of an emulator. */
export class ServiceLog {
  readonly #emulator: Emulator
  /** How often each invitation was posted, by its `clientContext`. */
  readonly #posts = new Map<string, number>()
  /** Whom the service was asked to delete, by call. */
  readonly #deletes = new Map<string, string[]>()
  #read = 0

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  posts(): ReadonlyMap<string, number> {
    this.#readOn()
    return this.#posts
  }

  deletesOf(callId: string): readonly string[] {
    this.#readOn()
    return this.#deletes.get(callId) ?? []
  }

  /** How many notifications of a call the service has given up, of those it remembers. */
  givenUp(callId: string): number {
    return this.#emulator
      .requestLog()
      .filter((entry) => entry.type === 'notification' && entry.callId === callId && !entry.attempts.includes(TAKEN))
      .length
  }

  #readOn(): void {
    const entries = this.#emulator.requestLog()
    const from = entries.findLastIndex(({ number }) => number < this.#read) + 1
    for (const entry of entries.slice(from)) {
      this.#read = entry.number + 1
      if (entry.type !== 'request' || entry.callId === undefined) continue
      if (entry.operation === 'participants.invite') {
        const { clientContext = '' } = entry.body as { readonly clientContext?: string }
        this.#posts.set(clientContext, (this.#posts.get(clientContext) ?? 0) + 1)
      }
      const target = entry.method === 'DELETE' ? /\/participants\/([^/]+)$/.exec(entry.path)?.[1] : undefined
      if (target !== undefined) this.#deletes.set(entry.callId, [...(this.#deletes.get(entry.callId) ?? []), target])
    }
  }
}
