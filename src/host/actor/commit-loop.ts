/**
 * The way of a batch into the store: load, step, commit, and again when another host was first.
 *
 * Rule 1: a version conflict means another host was first: load again, step again.
 * Rule 2: what changes nothing is judged by the latest version, too.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { stepBatch, type Batch, type CachedCall } from './batch.ts'
import { giveWay } from '../clock.ts'
import { isConflict, type CallRepository } from './call-repository.ts'
import type { HostContext } from './host-context.ts'
import { CONFLICT_RETRIES, LARGE_BATCH } from '../ports/limits.ts'
import type { Delivery } from './mailbox.ts'

/** A batch that is in the store, or had nothing to be written. */
export interface CommittedBatch {
  readonly batch: Batch
  readonly isResuming: boolean
  /** Its place in the journal; absent when there was nothing to write. */
  readonly position: number | undefined
}

function isLarge({ steps }: Batch): boolean {
  return steps.reduce((sum, { changes }) => sum + changes.length, 0) >= LARGE_BATCH
}

/** Steps deliveries of one call and commits what comes of them. */
export class CommitLoop {
  readonly #callId: string
  readonly #repository: CallRepository
  readonly #host: HostContext
  #isInDoubt = false

  constructor(callId: string, repository: CallRepository, host: HostContext) {
    this.#callId = callId
    this.#repository = repository
    this.#host = host
  }

  /** A commit failed, and whether it was written is not known yet. */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  /** The call is taken up as it is stored: it does not matter any more what became of the commit. */
  endDoubt(): void {
    this.#isInDoubt = false
  }

  /**
   * Steps them from what is stored, and commits.
   * @throws RollcallError STORE_FAILED | STORE_CONFLICT | SNAPSHOT_INVALID | SNAPSHOT_NEWER | HOST_CLOSED
   */
  async run(deliveries: readonly Delivery[]): Promise<CommittedBatch> {
    const { resuming, clock, callOptions } = this.#host
    for (let attempt = 1; ; attempt += 1) {
      const held = await this.#repository.load()
      const isResuming = resuming.has(this.#callId)
      const batch = stepBatch(
        { callId: this.#callId, cached: held, options: callOptions, isResuming, now: clock.now() },
        deliveries,
      )
      if (isLarge(batch)) await giveWay(clock)
      const position = await this.#commit(batch, attempt)
      if (isLarge(batch)) await giveWay(clock)
      if (position === 'conflict' || (position === undefined && (await this.#isOvertaken(held, attempt)))) continue
      return { batch, isResuming, position }
    }
  }

  async #commit(batch: Batch, attempt: number): Promise<number | undefined | 'conflict'> {
    try {
      return await this.#repository.commit(batch)
    } catch (error) {
      this.#isInDoubt ||= !isConflict(error)
      if (!isConflict(error) || attempt > CONFLICT_RETRIES) throw error
      this.#host.log?.conflicted(this.#callId, attempt)
      return 'conflict'
    }
  }

  /** What changes nothing is not committed, and so meets no conflict: that it was judged by the latest version is asked for. */
  async #isOvertaken(held: CachedCall | undefined, attempt: number): Promise<boolean> {
    if (held === undefined) return false
    if (!(await this.#host.feed.catchUp()))
      throw new RollcallError('STORE_FAILED', `The store could not say what others made of the call ${this.#callId}.`, {
        callId: this.#callId,
      })
    return this.#repository.cached !== held && attempt <= CONFLICT_RETRIES
  }
}
