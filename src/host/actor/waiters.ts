/**
 * The audience of one call: those who wait on this host for it to change, and those who wait for an answer.
 *
 * Rule 1: what this host has come to know of the call is shown, whoever committed it and however it became known.
 * Rule 2: nobody waits for an answer that does not come here: an effect that has left the outbox was answered to another
 * host, or died with the call.
 * Rule 3: what other hosts committed is shown in its order with what this host steps, change by change.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { Participant } from '../../participant/participant.ts'
import type { Batch } from './batch.ts'
import type { JournalEntry } from '../ports/ports.ts'
import type { EffectAnswer } from '../outbox/effect-runner.ts'
import { Waiters, type Waiter } from './wait-for.ts'

/** Takes an answer, with the call as it is after it. Without an answer the effect has left the outbox unanswered here. */
export type AnswerHook = (answer: EffectAnswer | undefined, call: Call | undefined) => void

/** What another host changed and nobody was shown yet. */
interface Unseen {
  readonly version: number
  readonly participant: Participant
}

/** Shows one call to those who wait. */
export class CallWaiters {
  readonly #waiters = new Waiters()
  readonly #answerHooks = new Map<string, AnswerHook>()
  #unseen: readonly Unseen[] = []
  /** The latest version that was shown. */
  #shownVersion = 0

  /** True when nobody waits. */
  get isEmpty(): boolean {
    return this.#waiters.size === 0 && this.#answerHooks.size === 0
  }

  /** Lets somebody look at everything from now on; returns what stops it. */
  add(waiter: Waiter): () => void {
    return this.#waiters.add(waiter)
  }

  /** Calls back once, with the answer to an effect or without; returns what takes it back. */
  onAnswer(effectId: string, hook: AnswerHook): () => void {
    this.#answerHooks.set(effectId, hook)
    return () => void this.#answerHooks.delete(effectId)
  }

  /** Passes an answer on to whoever waits for it. */
  answer(effectId: string, answer: EffectAnswer | undefined, call: Call | undefined): void {
    const hook = this.#answerHooks.get(effectId)
    this.#answerHooks.delete(effectId)
    hook?.(answer, call)
  }

  /** Nobody waits any more for what is not in the outbox. */
  keepWaitingFor(outbox: ReadonlyMap<string, RequestEffect>, call: Call): void {
    for (const effectId of [...this.#answerHooks.keys()])
      if (!outbox.has(effectId)) this.answer(effectId, undefined, call)
  }

  /** Another host has committed: what it changed is shown along with the call it made, as soon as that is loaded. */
  onForeignCommit({ version, changes }: JournalEntry): void {
    const unseen: Unseen[] = []
    for (const { participant } of changes)
      if (participant !== undefined && this.#waiters.isAwaited(participant.key)) unseen.push({ version, participant })
    if (unseen.length > 0) this.#unseen = [...this.#unseen, ...unseen]
  }

  /** Shows what was committed before the batch, every change of the batch, and the call after it, which has that version. */
  show({ cached, steps, call }: Batch, version: number): void {
    if (call === undefined) return
    const before = cached?.version ?? 0
    const foreign = this.#unseen.filter((unseen) => unseen.version <= before)
    if (foreign.length > 0) this.#unseen = this.#unseen.filter((unseen) => unseen.version > before)
    const isNews = steps.length > 0 || foreign.length > 0 || version > this.#shownVersion
    this.#shownVersion = Math.max(this.#shownVersion, version)
    if (!isNews || this.#waiters.size === 0) return
    for (const { participant } of foreign) this.#waiters.show(cached?.call ?? call, participant)
    for (const step of steps) {
      for (const change of step.changes)
        if (change.type === 'participant.changed') this.#waiters.show(step.call, change.participant)
    }
    this.#waiters.showCall(call)
  }
}
