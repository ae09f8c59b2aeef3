/**
 * What is thrown where a law is broken.
 * @module
 */
import type { CallEvent } from '../call/model/events.ts'

/** What a breach knows beside its sentence. */
export interface BreachOptions extends ErrorOptions {
  readonly history?: readonly CallEvent[] | undefined
}

/** A law that is broken says how, in a sentence; where something else was thrown, that is its `cause`. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken'
  /** What the call was told, oldest first, up to the event that broke the law; undefined where it is not known. */
  readonly history: readonly CallEvent[] | undefined

  constructor(message: string, { history, ...options }: BreachOptions = {}) {
    super(message, options)
    this.history = history
  }
}

/** Demands something of a history. @throws LawBroken with the history, and the sentence that `otherwise` gives */
export function demand(
  isSo: boolean,
  { history }: { readonly history: readonly CallEvent[] },
  otherwise: () => string,
): void {
  if (!isSo) throw new LawBroken(otherwise(), { history })
}
