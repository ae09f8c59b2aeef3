/**
 * The error that a broken law throws.
 * @module
 */
import type { CallEvent } from '../call/model/events.ts'

/** What a `LawBroken` has besides its message. */
export interface BreachOptions extends ErrorOptions {
  readonly history?: readonly CallEvent[] | undefined
}

/** A law is broken; the message says how. An error that was thrown by the system is the `cause`. */
export class LawBroken extends Error {
  /** The class's name, for those that print errors. */
  override readonly name = 'LawBroken'
  /** The events of the call, oldest first, up to the event that broke the law; undefined if they are not known. */
  readonly history: readonly CallEvent[] | undefined

  constructor(message: string, { history, ...options }: BreachOptions = {}) {
    super(message, options)
    this.history = history
  }
}

/**
 * Checks a condition of a history. @throws LawBroken with the history, and with the message that `otherwise` returns
 */
export function demand(
  isSo: boolean,
  { history }: { readonly history: readonly CallEvent[] },
  otherwise: () => string,
): void {
  if (!isSo) throw new LawBroken(otherwise(), { history })
}
