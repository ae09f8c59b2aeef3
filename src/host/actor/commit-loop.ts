/**
 * The commit loop: load, step, commit, and again when another instance committed first.
 *
 * Rule 1: a version conflict means that another instance committed first: load again, step again.
 * Rule 2: a batch that changes nothing is judged by the latest version, too.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { giveWay } from '../../time/system-clock.ts'
import { CONFLICT_RETRIES, LARGE_BATCH } from '../ports/limits.ts'
import { stepBatch, type Batch, type CachedCall } from './batch.ts'
import { isConflict, type CallRepository } from './call-repository.ts'
import type { HostContext } from './host-context.ts'
import type { Message } from './mailbox.ts'

/** A batch that is in the store, or had nothing to write. */
export interface CommittedBatch {
  readonly batch: Batch
  readonly isResuming: boolean
  /** Its position in the journal; undefined when there was nothing to write. */
  readonly position: number | undefined
}

function isLarge({ steps }: Batch): boolean {
  return steps.reduce((sum, { changes }) => sum + changes.length, 0) >= LARGE_BATCH
}

/** Steps messages of one call and commits the result. */
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

  /** True after a commit that failed, while it is not known whether it was written. */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  /** The call was loaded as it is stored: the failed commit does not matter any more. */
  endDoubt(): void {
    this.#isInDoubt = false
  }

  /**
   * Steps the messages from the stored call, and commits.
   * @throws RollcallError STORE_FAILED | STORE_CONFLICT | SNAPSHOT_INVALID | SNAPSHOT_NEWER | HOST_CLOSED
   */
  async run(messages: readonly Message[]): Promise<CommittedBatch> {
    const { resuming, clock, callOptions } = this.#host
    for (let attempt = 1; ; attempt += 1) {
      const cached = await this.#repository.load()
      const isResuming = resuming.has(this.#callId) || messages.some(({ type }) => type === 'resume')
      const start = { callId: this.#callId, cached, options: callOptions, isResuming, now: clock.now() }
      const batch = stepBatch(start, messages)
      if (isLarge(batch)) await giveWay(clock)
      const position = await this.#commit(batch, attempt)
      if (isLarge(batch)) await giveWay(clock)
      if (position === 'conflict' || (position === undefined && (await this.#isOutdated(cached, attempt)))) continue
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

  /** A batch that changes nothing is not committed and meets no conflict: the journal says whether it was stepped from the latest version. */
  async #isOutdated(cached: CachedCall | undefined, attempt: number): Promise<boolean> {
    if (cached === undefined) return false
    if (!(await this.#host.feed.catchUp()))
      throw new RollcallError(
        'STORE_FAILED',
        `The store could not be asked for commits of other instances to the call ${this.#callId}.`,
        { callId: this.#callId },
      )
    return this.#repository.cached !== cached && attempt <= CONFLICT_RETRIES
  }
}
