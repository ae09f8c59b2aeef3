/**
 * Waits: async functions that end by an `AbortSignal`.
 *
 * Rule 1: a wait is decided at the moment at which its call, its answer or its signal decides it; later ones are
 * ignored.
 * Rule 2: a wait that is over holds nothing: no waiter, no listener, no timer.
 * @module
 */
import { options, readOptions, withMethods } from '../../call/codec/options.ts'
import { is, optional, type Fields } from '../../call/codec/schema.ts'
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { EffectAnswer } from '../outbox/effect-runner.ts'
import { isHostClosed, waitClosed } from '../ports/errors.ts'
import type { Clock } from '../../time/clock.ts'
import type { Judge, Judgement } from './wait-judgements.ts'
import type { Waiter } from './waiters.ts'
import { onAbort } from '../../time/abort.ts'
import { withDeadline } from '../../time/with-deadline.ts'

/** How long to wait, and what gives the wait up. */
export interface WaitOptions {
  /** Milliseconds, 0 or more; without it there is no limit. A wait that takes longer rejects with WAIT_TIMEOUT. */
  readonly timeoutMs?: number | undefined
  /** Once it is aborted the wait rejects with its reason. What was asked for is not taken back. */
  readonly signal?: AbortSignal | undefined
}

/** The checks of those options. Infinity means no limit. */
export const waitFields: Fields<WaitOptions> = {
  timeoutMs: optional(is('milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0)),
  signal: optional(is('an AbortSignal', isSignal)),
}

const waitShape = options<WaitOptions>(waitFields)

/** Old polyfills of `AbortSignal` have no `throwIfAborted`, and no reason. */
const signalMethods = withMethods('addEventListener', 'removeEventListener', 'throwIfAborted')

function isSignal(value: unknown): boolean {
  return signalMethods(value) === undefined && typeof Reflect.get(value as object, 'aborted') === 'boolean'
}

/** Reads the options of a wait. @throws TypeError for an option that does not exist, or that has not its type */
export function readWait(where: string, given: WaitOptions): WaitOptions {
  return readOptions(where, waitShape, given)
}

/** The part of a call's actor that a wait needs. */
export interface Watchable {
  /** Shows the waiter everything from now on; returns a function that removes it. */
  watch(waiter: Waiter): () => void
  read(): Promise<Call>
}

/** What to wait for. */
export interface WaitTarget<T> {
  /** The participant to judge; without a key the call alone is judged. */
  readonly key?: string | undefined
  /** Judges the call as it is now and whenever it changes. Without it only the answer is judged. */
  readonly judge?: Judge<T> | undefined
  /** The effect whose answer is judged, too. */
  readonly effectId?: string | undefined
  /** Judges the answer. It is undefined when it went to another instance, or the call ended before it. */
  readonly judgeAnswer?: ((answer: EffectAnswer | undefined, call: Call | undefined) => Judgement<T>) | undefined
}

/**
 * Resolves or rejects as the first judgement says. When it follows a request, it has to be called in the turn in which
 * the reply came: the actor shows it everything that follows from the request then.
 * @throws the reason of the signal; RollcallError HOST_CLOSED, not definite, when the host is closed first
 */
export function waitUntil<T>(
  actor: Watchable,
  { key, judge, effectId, judgeAnswer }: WaitTarget<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<T> {
  return untilSettled(signal, ({ resolve, reject }) => {
    let isOver = false
    const settle = (decide: () => Judgement<T>): void => {
      if (isOver) return
      try {
        const judgement = decide()
        if (judgement === undefined) return
        if ('value' in judgement) resolve(judgement.value)
        else reject(judgement.error)
      } catch (error) {
        reject(error)
      }
    }
    // A call that is shown before it was read may be older than the participant: absence counts from the reading on.
    let hasRead = false
    const look = (call: Call): void =>
      settle(() => judge?.(call, key === undefined ? undefined : call.participants.get(key)))
    const stopWatching = actor.watch({
      key,
      effectId,
      look: (call, participant) => {
        if (key === undefined || participant !== undefined || hasRead) settle(() => judge?.(call, participant))
      },
      answered: (answer, call) => settle(() => judgeAnswer?.(answer, call)),
      closed: () => reject(waitClosed()),
    })
    if (judge !== undefined)
      actor.read().then(
        (call) => {
          hasRead = true
          look(call)
        },
        // A closing host reads no more, but may still show changes until it is closed.
        (error: unknown) => (isHostClosed(error) ? undefined : reject(error)),
      )
    return () => {
      isOver = true
      stopWatching()
    }
  })
}

/**
 * Runs a wait for as long as the options allow: its signal is aborted with WAIT_TIMEOUT after `timeoutMs`, and with the
 * reason of the options' own signal. `what` names the wait in the error.
 */
export async function within<T>(
  clock: Clock,
  { timeoutMs, signal }: WaitOptions,
  what: string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutError = (): RollcallError =>
    new RollcallError('WAIT_TIMEOUT', `${what} did not happen within ${timeoutMs} ms; it still may.`)
  return withDeadline({ clock, timeoutMs, signals: [signal], timeoutError }, run)
}

/** A promise that `start` settles, or the signal rejects with its reason; what `start` returns is called then, once. */
function untilSettled<T>(
  signal: AbortSignal,
  start: (settle: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void }) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let cleanUp: (() => void) | undefined
    let isSettled = false
    const settle = (act: () => void): void => {
      if (isSettled) return
      isSettled = true
      stopListening()
      cleanUp?.()
      act()
    }
    let stopListening = (): void => undefined
    if (signal.aborted) return reject(signal.reason as Error)
    stopListening = onAbort(signal, () => settle(() => reject(signal.reason as Error)))
    try {
      cleanUp = start({
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error as Error)),
      })
      if (isSettled) cleanUp()
    } catch (error) {
      settle(() => reject(error as Error))
    }
  })
}
