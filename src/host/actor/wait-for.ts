/**
 * Waiting: when what somebody waits for has happened, and when it cannot happen any more.
 *
 * Rule 1: a wait that has become hopeless is told at once what happened instead.
 * Rule 2: no wait outlives its own time.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { RollcallError } from '../../call/model/errors.ts'
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type Participant,
  type ParticipantState,
} from '../../participant/participant.ts'
import { isOver } from './batch.ts'
import { failureWords } from '../ports/errors.ts'
import type { Clock } from '../ports/ports.ts'
import { sealed } from '../ports/call-view.ts'
import type { ReadWanted } from './wait-targets.ts'

/** How long to wait, and what gives it up. */
export interface WaitOptions {
  /** Milliseconds; without it there is no limit. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What has become of a wait; undefined while it goes on. */
export type Judgement<T> = { readonly value: T } | { readonly error: unknown } | undefined

/** Looks at a call whenever it has changed, and at a participant's every change in between. Never throws. */
export interface Waiter {
  /** Whose changes it looks at; without one it looks at the call only. */
  readonly key?: string
  look(call: Call, participant: Participant | undefined): void
}

/** Those who wait for something in one call. */
export class Waiters {
  readonly #waiters = new Set<Waiter>()

  get size(): number {
    return this.#waiters.size
  }

  /** Returns what takes it back. */
  add(waiter: Waiter): () => void {
    this.#waiters.add(waiter)
    return () => void this.#waiters.delete(waiter)
  }

  /** True when somebody waits for something about that participant. */
  isAwaited(key: string): boolean {
    for (const waiter of this.#waiters) if (waiter.key === key) return true
    return false
  }

  /** Shows one change of a participant, and the call it happened in. */
  show(call: Call, participant: Participant): void {
    for (const waiter of [...this.#waiters]) if (waiter.key === participant.key) waiter.look(call, participant)
  }

  /** Shows the call as it is now. */
  showCall(call: Call): void {
    for (const waiter of [...this.#waiters])
      waiter.look(call, waiter.key === undefined ? undefined : call.participants.get(waiter.key))
  }
}

/** What has become of the wait for a participant. */
export function judgeWait(
  call: Call,
  key: string,
  participant: Participant | undefined,
  wanted: ReadWanted,
): Judgement<Participant> {
  if (participant === undefined) return { error: unknownParticipant(call, key) }
  if (wanted.isMet(sealed(participant))) return { value: participant }
  if (!isOpen(participant)) return { error: endedInstead(call, participant) }
  if (isOver(call)) return { error: callEnded(call, key) }
  const { states } = wanted
  if (states === undefined) return undefined
  if (isPresent(participant) && wanted.isElsewhere(participant)) return { error: endpointDiffers(call, participant) }
  if (participant.removal === 'refused' && states.every(isFinal)) return { error: removalRefused(call, participant) }
  if (states.every((state) => isPassed(participant, state))) return { error: statePassed(call, participant, states) }
  return undefined
}

/**
 * Judges a removal: an end of any kind, or that it was refused. Of somebody who turned out to be somebody else it is
 * their removal that is waited for.
 */
export function removalJudge(
  key: string,
): (call: Call, participant: Participant | undefined) => Judgement<Participant> {
  let followed = key
  return (call, participant) => {
    const shown = followed === key ? participant : call.participants.get(followed)
    const heir = shown === undefined ? undefined : heirOf(call, shown)
    followed = heir?.key ?? followed
    return judgeRemoval(call, followed, heir ?? shown)
  }
}

/** Who has the roster id of somebody who was replaced. */
function heirOf({ byId, participants }: Call, { key, id, ending }: Participant): Participant | undefined {
  if (ending?.cause !== 'replaced' || id === undefined) return undefined
  const heir = participants.get(byId.get(id) ?? key)
  return heir?.key === key ? undefined : heir
}

/**
 * Judges a cancel: the invitation is over, or it was answered. While a DELETE that crossed the answer may still remove
 * them, neither is so.
 */
export function judgeCancel(key: string): (call: Call, participant: Participant | undefined) => Judgement<Participant> {
  return (call, participant) => {
    if (participant === undefined) return { error: unknownParticipant(call, key) }
    const { state, removal } = participant
    if (state === 'cancelled') return { value: sealed(participant) }
    if (!isOpen(participant)) return { error: endedInstead(call, participant) }
    if (isOver(call)) return { error: callEnded(call, key) }
    if (isPending(participant)) return removal === 'refused' ? { error: removalRefused(call, participant) } : undefined
    return removal === 'crossed' || isBeingRemoved(participant) ? undefined : { error: answered(call, participant) }
  }
}

function judgeRemoval(call: Call, key: string, participant: Participant | undefined): Judgement<Participant> {
  if (participant === undefined) return { error: unknownParticipant(call, key) }
  if (!isOpen(participant)) return { value: sealed(participant) }
  if (participant.removal === 'refused') return { error: removalRefused(call, participant) }
  return isOver(call) ? { error: callEnded(call, key) } : undefined
}

function isFinal(state: ParticipantState): boolean {
  return state === 'removed' || state === 'cancelled'
}

/**
 * Nobody is invited a second time under the same key, nobody on the roster rings, who was there is not cancelled, and
 * who was admitted does not go back to the lobby: somebody who joins anew is another participant.
 */
function isPassed(participant: Participant, state: ParticipantState): boolean {
  if (state === 'invited') return participant.state !== 'invited'
  if (state === 'lobby') return participant.state === 'active'
  return (state === 'ringing' || state === 'cancelled') && !isPending(participant)
}

/** The participant ended otherwise. */
export function endedInstead(call: Call, participant: Participant): RollcallError {
  const { key, state, ending } = participant
  const details = {
    callId: call.id,
    key,
    state,
    ...(ending === undefined ? {} : { ending }),
    ...(ending?.requestId === undefined ? {} : { requestId: ending.requestId }),
  }
  const cause = ending?.cause ?? 'unknown'
  if (isOver(call) && (cause === 'callEnded' || cause === 'lost')) return callEnded(call, key)
  return new RollcallError(
    'PARTICIPANT_ENDED',
    `The participant ${key} ended ${cause} (${state}, by ${ending?.by ?? 'unknown'}) before what was waited for.`,
    details,
  )
}

/** The call is over. */
export function callEnded(call: Call, key?: string): RollcallError {
  const { ending } = call
  const how = ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`
  return new RollcallError('CALL_ENDED', `The call ${call.id} has ended${how}.`, {
    callId: call.id,
    state: call.state,
    ...(key === undefined ? {} : { key }),
    ...(ending === undefined ? {} : { ending }),
  })
}

function removalRefused(call: Call, { key, state, refusal }: Participant): RollcallError {
  const why = refusal === undefined ? '.' : `: ${failureWords(refusal)}`
  return new RollcallError(
    'REMOVAL_REFUSED',
    `The service refused to remove the participant ${key}, who is still ${state}${why}`,
    {
      callId: call.id,
      key,
      state,
      ...(refusal?.status === undefined ? {} : { status: refusal.status }),
      ...(refusal === undefined ? {} : { serviceCode: refusal.code }),
      ...(refusal?.requestId === undefined ? {} : { requestId: refusal.requestId }),
    },
  )
}

function statePassed(call: Call, { key, state }: Participant, wanted: readonly ParticipantState[]): RollcallError {
  return new RollcallError('STATE_PASSED', `The participant ${key} is ${state}, past ${wanted.join(' and ')}.`, {
    callId: call.id,
    key,
    state,
  })
}

function answered(call: Call, { key, state }: Participant): RollcallError {
  return new RollcallError(
    'STATE_PASSED',
    `The participant ${key} has answered and is ${state}: they stay in the call. \`remove\` would take them out.`,
    { callId: call.id, key, state },
  )
}

function endpointDiffers(call: Call, { key, state, endpoint = '' }: Participant): RollcallError {
  return new RollcallError(
    'ENDPOINT_DIFFERS',
    `The participant ${key} is ${state} at another endpoint than was waited for: ${endpoint}.`,
    { callId: call.id, key, state, endpoint },
  )
}

/** Nobody of that key is remembered. */
export function unknownParticipant(call: Call, key: string): RollcallError {
  return new RollcallError(
    'PARTICIPANT_UNKNOWN',
    `The call ${call.id} has no participant ${JSON.stringify(key)}, or has forgotten them.`,
    { callId: call.id, key },
  )
}

/**
 * Runs something that settles later, for at most as long as the options say; `start` returns what takes it back. That the
 * host closes is told by what was started: it knows whether something came of it.
 */
export function within<T>(
  clock: Clock,
  { timeoutMs, signal }: WaitOptions,
  what: string,
  start: (settle: Settle<T>) => () => void,
): Promise<T> {
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0))
    throw new TypeError('timeoutMs: expected milliseconds, 0 or more')
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
  return new Promise((resolve, reject) => {
    const cleanups: (() => void)[] = []
    let isSettled = false
    const settle = (act: () => void): void => {
      if (isSettled) return
      isSettled = true
      for (const cleanup of cleanups) cleanup()
      act()
    }
    if (timeoutMs !== undefined && timeoutMs < Infinity) {
      const timeout = new RollcallError('WAIT_TIMEOUT', `${what} did not happen within ${timeoutMs} ms; it still may.`)
      cleanups.push(clock.schedule(clock.now() + timeoutMs, () => settle(() => reject(timeout))))
    }
    if (signal !== undefined) cleanups.push(onAbort(signal, () => settle(() => reject(signal.reason as Error))))
    const refuse = (error: unknown): void => settle(() => reject(error as Error))
    try {
      const stop = start({ resolve: (value) => settle(() => resolve(value)), reject: refuse })
      if (isSettled) stop()
      else cleanups.push(stop)
    } catch (error) {
      refuse(error)
    }
  })
}

/** Calls back when the signal is aborted, or at once when it is already; returns what stops it. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** How something is settled. */
export interface Settle<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}
