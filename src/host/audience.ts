/**
 * The audience of one call: those who wait on this host for it to change, and those who wait for an answer.
 *
 * Rule 1: what this host has come to know of the call is shown, whoever committed it and however it became known.
 * Rule 2: what other hosts committed is shown in its order with what this host steps, change by change.
 * @module
 */
import type { Participant } from '../participant/participant.ts'
import type { Batch } from './batch.ts'
import type { JournalEntry } from './ports.ts'
import type { Answer } from './requests.ts'
import { Waiters, type Waiter } from './waiting.ts'

/** What another host changed and nobody was shown yet. */
interface Unseen {
  readonly version: number
  readonly participant: Participant
}

/** Shows one call to those who wait. */
export class Audience {
  readonly #waiters = new Waiters()
  readonly #answerHooks = new Map<string, (answer: Answer | undefined) => void>()
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

  /** Calls back once, with the answer to an effect; with nothing when another host recorded it. */
  onAnswer(effectId: string, hook: (answer: Answer | undefined) => void): void {
    this.#answerHooks.set(effectId, hook)
  }

  /** Passes an answer on to whoever waits for it. */
  answer(effectId: string, answer: Answer | undefined): void {
    const hook = this.#answerHooks.get(effectId)
    this.#answerHooks.delete(effectId)
    hook?.(answer)
  }

  /** Another host has committed: what it changed is shown along with the call it made, as soon as that is loaded. */
  heard({ version, changes }: JournalEntry): void {
    const unseen: Unseen[] = []
    for (const { participant } of changes) if (participant !== undefined && this.#waiters.isAwaited(participant.key)) unseen.push({ version, participant })
    if (unseen.length > 0) this.#unseen = [...this.#unseen, ...unseen]
  }

  /** Shows what was committed before the batch, every change of the batch, and the call after it, which has that version. */
  show({ held, steps, call }: Batch, version: number): void {
    if (call === undefined) return
    const before = held?.version ?? 0
    const foreign = this.#unseen.filter((unseen) => unseen.version <= before)
    if (foreign.length > 0) this.#unseen = this.#unseen.filter((unseen) => unseen.version > before)
    const isNews = steps.length > 0 || foreign.length > 0 || version > this.#shownVersion
    this.#shownVersion = Math.max(this.#shownVersion, version)
    if (!isNews || this.#waiters.size === 0) return
    for (const { participant } of foreign) this.#waiters.show(held?.call ?? call, participant)
    for (const step of steps) {
      for (const change of step.changes) if (change.type === 'participant.changed') this.#waiters.show(step.call, change.participant)
    }
    this.#waiters.showCall(call)
  }
}
