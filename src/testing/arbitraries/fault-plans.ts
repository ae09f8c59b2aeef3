/**
 * Fault plans: what goes wrong between service and bot, as rules of the simulator.
 *
 * Rule 1: a bounded plan ends: after `untilMs` everything arrives at once and in order, so that liveness can be checked.
 * An unbounded plan never ends, and only safety can be checked.
 * Rule 2: kinds are named; a plan shrinks to fewer rules, and to rules with fewer conditions.
 * @module
 */
import fc from 'fast-check'
import type { Fault, FaultRule } from '../../simulator/network/network.ts'
import { operations } from '../../simulator/graph/operations.ts'
import { optional, wholeNumber, type Fields } from '../../call/codec/schema.ts'
import { milliseconds, options, readOptions } from '../../call/codec/options.ts'
import { wordsOf } from '../options.ts'

/** The kinds of faults. */
export const faultKinds = [
  'delay',
  'reorder',
  'duplicate',
  'lose',
  'partition',
  'loseResponse',
  'slow',
  'throttle',
  'error',
  'emptyList',
] as const

/** The name of a kind of fault. */
export type FaultKind = (typeof faultKinds)[number]

/** Options of fault plans. */
export interface FaultPlanOptions {
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly FaultKind[] | undefined
  /** No fault at or after this virtual time, in milliseconds; absent: faults never end. */
  readonly untilMs?: number | undefined
  /** The largest number of rules. Default 3. */
  readonly rules?: number | undefined
  /** The requests that a rule may single out. Default: {@link participantRequests}, and the GET of the call. */
  readonly requests?: readonly string[] | undefined
  /** The longest delay of a message, in milliseconds. Default 20,000 (20 s). */
  readonly longestDelayMs?: number | undefined
}

/** How late messages are, up to the limit of a plan. */
const latenessMs = [50, 400, 1_500, 6_000, 20_000] as const

/** How long an outage lasts. */
const partitionsMs = [500, 5_000, 30_000] as const

/** The requests that matter to a participant's lifecycle, and those that reconcile it. */
export const participantRequests = ['participants.invite', 'participant.delete', 'participants.list'] as const

/** The checks of those options. */
export const faultFields: Fields<FaultPlanOptions> = {
  kinds: optional(wordsOf(faultKinds)),
  untilMs: optional(milliseconds),
  rules: optional(wholeNumber(0)),
  longestDelayMs: optional(milliseconds),
  requests: optional(wordsOf<string>(operations)),
}

const shape = options<FaultPlanOptions>(faultFields)

/** Plans of a few rules. @throws TypeError for an invalid option */
export function faultPlans(given: FaultPlanOptions = {}): fc.Arbitrary<readonly FaultRule[]> {
  const {
    kinds = faultKinds,
    untilMs,
    rules = 3,
    longestDelayMs = 20_000,
    requests = [...participantRequests, 'call.get'],
  } = readOptions('faultPlans', shape, given)
  if (kinds.length === 0) return fc.constant([])
  const one = fc.oneof(...kinds.map((kind) => rulesOf(kind, untilMs, longestDelayMs, requests)))
  return fc.array(one, { maxLength: rules })
}

/** How long after it was due a message may arrive under a plan. */
export function longestDelay(rules: readonly FaultRule[]): number {
  let sum = 0
  for (const { fault } of rules) {
    if (fault.type === 'delay' || fault.type === 'slow') sum += longest(fault.ms)
    if (fault.type === 'duplicate') sum += longest(fault.afterMs ?? 0)
  }
  return sum
}

/** How late a notification may be compared with later ones. */
export function longestNewsDelay(rules: readonly FaultRule[]): number {
  return longestDelay(rules.filter(({ on }) => on !== 'request'))
}

/** True if a plan can lose a message. */
export function losesSomething(rules: readonly FaultRule[]): boolean {
  return rules.some(({ fault: { type } }) => type === 'lose' || type === 'loseResponse' || type === 'status')
}

function longest(duration: number | { readonly max: number }): number {
  return typeof duration === 'number' ? duration : duration.max
}

function rulesOf(
  kind: FaultKind,
  untilMs: number | undefined,
  longestDelayMs: number,
  requests: readonly string[],
): fc.Arbitrary<FaultRule> {
  const ends = untilMs === undefined ? {} : { untilMs }
  const allowed = latenessMs.filter((ms) => ms <= longestDelayMs)
  const late = allowed.length === 0 ? fc.constant(longestDelayMs) : fc.constantFrom(...allowed)
  const often = fc.constantFrom(1, 0.5, 0.2)
  const rule = (
    on: FaultRule['on'],
    fault: fc.Arbitrary<Fault>,
    only: fc.Arbitrary<string | undefined>,
    times: fc.Arbitrary<number | undefined> = fc.constant(undefined),
  ): fc.Arbitrary<FaultRule> =>
    fc
      .record({ fault, probability: often, only, times })
      .map(({ fault: what, probability, only: narrowed, times: atMost }) => ({
        on,
        fault: what,
        ...(probability === 1 ? {} : { probability }),
        ...(narrowed === undefined ? {} : { only: narrowed }),
        ...(atMost === undefined ? {} : { times: atMost }),
        ...ends,
      }))
  const news = fc.constantFrom(undefined, 'roster', 'operation')
  const request = fc.constantFrom<string | undefined>(undefined, ...requests)
  const fewTimes = fc.constantFrom(undefined, 1, 2)
  switch (kind) {
    case 'delay':
      return rule(
        'notification',
        late.map((ms) => ({ type: 'delay', ms })),
        news,
      )
    case 'reorder':
      return rule(
        'notification',
        late.map((max) => ({ type: 'delay', ms: { min: 0, max } })),
        news,
      )
    case 'duplicate':
      return rule(
        'notification',
        late.map((max) => ({ type: 'duplicate', afterMs: { min: 0, max } })),
        news,
      )
    case 'lose':
      return rule('notification', fc.constant({ type: 'lose' }), news, fewTimes)
    case 'partition':
      return partitions(untilMs)
    case 'loseResponse':
      return rule('request', fc.constant({ type: 'loseResponse' }), request, fewTimes)
    case 'slow':
      return rule(
        'request',
        late.map((ms) => ({ type: 'slow', ms })),
        request,
        fewTimes,
      )
    case 'throttle':
      return rule(
        'request',
        fc.constantFrom(2.128, 10).map((retryAfterSeconds) => ({ type: 'status', status: 429, retryAfterSeconds })),
        request,
        fewTimes,
      )
    case 'emptyList':
      return rule('request', fc.constant({ type: 'emptyList' }), fc.constant('participants.list'), fewTimes)
    case 'error':
      return rule(
        'request',
        fc.record({
          type: fc.constant('status' as const),
          status: fc.constantFrom(500, 503, 504),
          isExecuted: fc.boolean(),
        }),
        request,
        fewTimes,
      )
  }
}

/**
 * Faults that a bot of this library must tolerate without end: each rule loses notifications or delays answers, and
 * no answer is lost.
 */
export const lastingFaults: readonly FaultRule[] = [
  { on: 'request', only: 'participants.list', fault: { type: 'slow', ms: 11_000 } },
  { on: 'request', only: 'participant.delete', fault: { type: 'slow', ms: 11_000 } },
  { on: 'request', fault: { type: 'slow', ms: 14_000 } },
  { on: 'request', only: 'participants.list', every: 2, fault: { type: 'status', status: 429, retryAfterSeconds: 10 } },
  { on: 'notification', fault: { type: 'lose' } },
  { on: 'notification', fromMs: 4_000, fault: { type: 'lose' } },
  { on: 'notification', only: 'roster', fault: { type: 'lose' } },
]

/** An outage: for a while nothing gets through in either direction. */
function partitions(untilMs: number | undefined): fc.Arbitrary<FaultRule> {
  const latest = untilMs ?? Number.POSITIVE_INFINITY
  return fc.record({ fromMs: fc.constantFrom(0, 1_000, 4_000, 15_000), lastsMs: fc.constantFrom(...partitionsMs) }).map(
    ({ fromMs, lastsMs }): FaultRule => ({
      on: 'both',
      fromMs: Math.min(fromMs, latest),
      untilMs: Math.min(fromMs + lastsMs, latest),
      fault: { type: 'lose' },
    }),
  )
}
