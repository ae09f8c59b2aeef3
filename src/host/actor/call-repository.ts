/**
 * The repository of one call: the decoded call, its version, and its way into and out of the store.
 *
 * Rule: after a commit that failed, or whose result is not known, the store has the truth, and the decoded call is dropped.
 * @module
 */
import { decodeParts } from '../../call/codec/codec.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import { commitOf, cachedAfter, isOver, needsCommit, type Batch, type CachedCall } from './batch.ts'
import { storeError } from '../ports/errors.ts'
import { CALL_BYTES, PARTICIPANT_BYTES } from '../ports/limits.ts'
import type { Store } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'

/** What a repository needs. */
export interface CallRepositorySettings {
  readonly store: Store
  readonly clock: Clock
  readonly instanceId: string
  /** Resolves once calls may be loaded. */
  ready(): Promise<void>
}

/** Loads, commits and caches one call. */
export class CallRepository {
  readonly #callId: string
  readonly #settings: CallRepositorySettings
  #cached: CachedCall | undefined
  #version = 0
  #isOver = false
  #reference: string | undefined

  constructor(callId: string, settings: CallRepositorySettings) {
    this.#callId = callId
    this.#settings = settings
  }

  /** The decoded call, if there is one. */
  get cached(): CachedCall | undefined {
    return this.#cached
  }

  /** About how much memory the decoded call takes, in bytes; 0 without one. */
  get bytes(): number {
    return this.#cached === undefined ? 0 : CALL_BYTES + this.#cached.call.participants.size * PARTICIPANT_BYTES
  }

  /** The latest version that this instance has loaded, made or heard of. */
  get version(): number {
    return this.#version
  }

  /** True when the call has ended, as far as is known here. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The call's reference, as far as it is known here; it never changes. */
  get reference(): string | undefined {
    return this.#reference
  }

  /** The call as it is stored; undefined when there is none. @throws RollcallError STORE_FAILED | SNAPSHOT_INVALID | SNAPSHOT_NEWER */
  async load(): Promise<CachedCall | undefined> {
    if (this.#cached !== undefined) return this.#cached
    try {
      await this.#settings.ready()
      const stored = await this.#settings.store.load(this.#callId)
      if (stored === undefined) return undefined
      const { core, participants, version, outbox } = stored
      return this.#keep({
        call: decodeParts(core, participants),
        version,
        outbox: new Map(outbox.map(({ effect }) => [effect.id, effect])),
      })
    } catch (error) {
      throw storeError(error, this.#callId)
    }
  }

  /**
   * The commit's position in the journal; undefined when there was nothing to write.
   * @throws RollcallError STORE_CONFLICT when another instance committed first
   */
  async commit(batch: Batch): Promise<number | undefined> {
    const { store, clock, instanceId } = this.#settings
    const { call } = batch
    if (call === undefined || !needsCommit(batch)) return undefined
    try {
      const position = await store.commit(commitOf(batch, call, { instanceId, at: clock.now() }))
      this.#keep(cachedAfter(batch, call))
      return position
    } catch (error) {
      this.#cached = undefined
      throw storeError(error, this.#callId)
    }
  }

  /** Another instance has made a later version. */
  superseded(version: number, isOver: boolean): void {
    this.#cached = undefined
    this.#version = version
    this.#isOver = isOver
  }

  /** Drops the decoded call. */
  unload(): void {
    this.#cached = undefined
  }

  #keep(held: CachedCall): CachedCall {
    this.#cached = held
    this.#version = held.version
    this.#isOver = isOver(held.call)
    this.#reference = held.call.reference
    return held
  }
}

/** True when another instance committed first. */
export function isConflict(error: unknown): boolean {
  return isRollcallError(error) && error.code === 'STORE_CONFLICT'
}
