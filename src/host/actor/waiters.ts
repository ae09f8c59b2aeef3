/**
 * The waiters of one call: waits on this instance that are shown every change of the call and answers to its requests.
 *
 * Rule 1: waiters are shown what this instance knows of the call, whichever instance committed it.
 * Rule 2: no waiter waits for an answer that cannot come: an effect that has left the outbox was answered to another
 * instance, or ended with the call.
 * Rule 3: commits of other instances are shown in order with those of this instance, change by change.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { Participant } from '../../participant/participant.ts'
import type { EffectAnswer } from '../outbox/effect-runner.ts'
import type { JournalEntry } from '../ports/ports.ts'
import type { Batch } from './batch.ts'

/** Looks at a call whenever it has changed, and at a participant's every change in between. Its methods never throw. */
export interface Waiter {
  /** The participant it waits for; without a key it looks at the call alone. */
  readonly key?: string | undefined
  /** The effect whose answer it waits for. */
  readonly effectId?: string | undefined
  look(call: Call, participant: Participant | undefined): void
  /** Called once, with the answer and the call after it; without an answer when the effect was not answered here. */
  answered(answer: EffectAnswer | undefined, call: Call | undefined): void
  /** The host is closed. */
  closed(): void
}

/** A participant that another instance changed, to be shown. */
interface ForeignChange {
  readonly version: number
  readonly participant: Participant
}

/** Shows one call to its waiters. */
export class Waiters {
  readonly #waiters = new Set<Waiter>()
  readonly #byEffect = new Map<string, Waiter>()
  #foreign: readonly ForeignChange[] = []
  /** The latest version that was shown. */
  #shownVersion = 0

  get isEmpty(): boolean {
    return this.#waiters.size === 0
  }

  /** Shows the waiter everything from now on; returns a function that removes it. */
  add(waiter: Waiter): () => void {
    const { effectId } = waiter
    this.#waiters.add(waiter)
    if (effectId !== undefined) this.#byEffect.set(effectId, waiter)
    return () => {
      this.#waiters.delete(waiter)
      if (effectId !== undefined) this.#byEffect.delete(effectId)
    }
  }

  /** Passes the answer to the waiter for it. */
  answer(effectId: string, answer: EffectAnswer | undefined, call: Call | undefined): void {
    const waiter = this.#byEffect.get(effectId)
    this.#byEffect.delete(effectId)
    waiter?.answered(answer, call)
  }

  /** Ends every wait for the answer to an effect that is not in the outbox. */
  dropUnanswerable(outbox: ReadonlyMap<string, RequestEffect>, call: Call): void {
    for (const effectId of [...this.#byEffect.keys()]) if (!outbox.has(effectId)) this.answer(effectId, undefined, call)
  }

  /** Another instance has committed: its changes are shown with the call it made, once that is loaded. */
  onForeignCommit({ version, changes }: JournalEntry): void {
    for (const { participant } of changes)
      if (participant !== undefined && this.#isAwaited(participant.key))
        this.#foreign = [...this.#foreign, { version, participant }]
  }

  /** Shows what was committed before the batch, every change of the batch, and the call after it, which has that version. */
  show({ cached, steps, call }: Batch, version: number): void {
    if (call === undefined) return
    const before = cached?.version ?? 0
    const foreign = this.#foreign.filter((change) => change.version <= before)
    if (foreign.length > 0) this.#foreign = this.#foreign.filter((change) => change.version > before)
    const isNew = steps.length > 0 || foreign.length > 0 || version > this.#shownVersion
    this.#shownVersion = Math.max(this.#shownVersion, version)
    if (!isNew || this.isEmpty) return
    for (const { participant } of foreign) this.#showChange(cached?.call ?? call, participant)
    for (const step of steps) {
      for (const change of step.changes)
        if (change.type === 'participant.changed') this.#showChange(step.call, change.participant)
    }
    for (const waiter of [...this.#waiters])
      waiter.look(call, waiter.key === undefined ? undefined : call.participants.get(waiter.key))
  }

  /** Ends every wait: the host is closed. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.closed()
  }

  #isAwaited(key: string): boolean {
    for (const waiter of this.#waiters) if (waiter.key === key) return true
    return false
  }

  #showChange(call: Call, participant: Participant): void {
    for (const waiter of [...this.#waiters]) if (waiter.key === participant.key) waiter.look(call, participant)
  }
}
