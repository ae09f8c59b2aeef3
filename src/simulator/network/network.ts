/**
 * Network: what happens to requests, answers and notifications in transit, decided by fault rules and a seed of its
 * own, so that faults change deliveries but never the world.
 *
 * Rule 1: every rule that applies takes effect; delays add up, the first loss or status wins.
 * Rule 2: without rules everything arrives at once and in order.
 * @module
 */
import type { Duration } from '../world/callee.ts'
import { nextChance, nextInteger, seedRandom, type RandomState } from '../world/random.ts'

/** A fault in transit. */
export type Fault =
  /** Arrives late. With a range, messages overtake each other. */
  | {
      readonly type: 'delay'
      /** How much later, in virtual milliseconds. */
      readonly ms: Duration
    }
  /** The service executes the request in time, its answer is late. Requests only. */
  | {
      readonly type: 'slow'
      /** How much later, in virtual milliseconds. */
      readonly ms: Duration
    }
  /** Never arrives. */
  | { readonly type: 'lose' }
  /** The request is executed, its answer never arrives. Requests only. */
  | { readonly type: 'loseResponse' }
  /**
   * The service answers a list without entries (observed: microsoft-graph-comms-samples issues 140, 166 and 579).
   * Requests for a list only.
   */
  | { readonly type: 'emptyList' }
  /** Arrives twice. Notifications only. */
  | {
      readonly type: 'duplicate'
      /** How much later the second one arrives, in virtual milliseconds. Default 0. */
      readonly afterMs?: Duration | undefined
    }
  /**
   * The service answers with an error: 429 with `Retry-After`, 500, 503. The request is executed if `isExecuted`.
   * Requests only.
   */
  | {
      readonly type: 'status'
      /** The HTTP status. */
      readonly status: number
      /** The error code in the body. */
      readonly code?: string | undefined
      /** The message in the body. */
      readonly message?: string | undefined
      /** `Retry-After`, in seconds; fractions are allowed. */
      readonly retryAfterSeconds?: number | undefined
      /** True if the service executes the request all the same. Default false. */
      readonly isExecuted?: boolean | undefined
    }

/** When a fault happens. Absent fields match everything. */
export interface FaultRule {
  /** Which messages it concerns. */
  readonly on: 'request' | 'notification' | 'both'
  /** An operation (`participants.invite`, …) or a kind of notification (`call`, `operation`, `roster`). */
  readonly only?: string | undefined
  /** Only messages of this call. */
  readonly callId?: string | undefined
  /** 0 to 1; default 1. */
  readonly probability?: number | undefined
  /** Applies to the first of every so many: 2 for every second message. */
  readonly every?: number | undefined
  /** Maximum number of applications. */
  readonly times?: number | undefined
  /** From this virtual time, and before `untilMs`, in milliseconds: a partition is a `lose` on `both` with both. */
  readonly fromMs?: number | undefined
  /** Before this virtual time, in milliseconds. */
  readonly untilMs?: number | undefined
  /** What happens. */
  readonly fault: Fault
}

/** The network between the service and the bots. */
export interface Network {
  readonly random: RandomState
  readonly rules: readonly { readonly rule: FaultRule; readonly used: number; readonly met: number }[]
}

/** What happens to one request. */
export interface RequestOutcome {
  readonly requestDelayMs: number
  readonly responseDelayMs: number
  readonly delivery: 'arrives' | 'lost' | 'answerLost'
  readonly status?: Extract<Fault, { type: 'status' }> | undefined
  readonly isEmptied?: boolean | undefined
}

/** A network with the given rules. */
export function createNetwork(seed: string, rules: readonly FaultRule[] = []): Network {
  return { random: seedRandom(`${seed}/network`), rules: rules.map(unused) }
}

/** The same network with other rules; its random state continues. */
export function replaceRules(network: Network, rules: readonly FaultRule[]): Network {
  return { random: network.random, rules: rules.map(unused) }
}

function unused(rule: FaultRule): Network['rules'][number] {
  return { rule, used: 0, met: 0 }
}

/** Decides what happens to a request sent now. */
export function decideRequest(
  network: Network,
  at: number,
  operation: string,
  callId: string | undefined,
): { network: Network; outcome: RequestOutcome } {
  const { faults, draw, after } = apply(network, 'request', at, operation, callId)
  let requestDelayMs = 0
  let responseDelayMs = 0
  let delivery: RequestOutcome['delivery'] = 'arrives'
  let status: RequestOutcome['status']
  let isEmptied = false
  for (const fault of faults) {
    if (fault.type === 'delay') requestDelayMs += draw(fault.ms)
    else if (fault.type === 'slow') responseDelayMs += draw(fault.ms)
    else if (fault.type === 'emptyList') isEmptied = true
    else if (delivery !== 'arrives' || status !== undefined) continue
    else if (fault.type === 'lose') delivery = 'lost'
    else if (fault.type === 'loseResponse') delivery = 'answerLost'
    else if (fault.type === 'status') status = fault
  }
  return {
    network: after(),
    outcome: { requestDelayMs, responseDelayMs, delivery, status, ...(isEmptied ? { isEmptied } : {}) },
  }
}

/** Delays in milliseconds after which a notification sent now arrives: several if duplicated, none if lost. */
export function decideNotification(
  network: Network,
  at: number,
  kind: string,
  callId: string,
): { network: Network; arrivals: readonly number[] } {
  const { faults, draw, after } = apply(network, 'notification', at, kind, callId)
  let delayMs = 0
  let isLost = false
  const echoes: number[] = []
  for (const fault of faults) {
    if (fault.type === 'delay') delayMs += draw(fault.ms)
    else if (fault.type === 'lose') isLost = true
    else if (fault.type === 'duplicate') echoes.push(draw(fault.afterMs ?? 0))
  }
  return { network: after(), arrivals: isLost ? [] : [delayMs, ...echoes.map((echo) => delayMs + echo)] }
}

interface Application {
  readonly faults: readonly Fault[]
  readonly draw: (duration: Duration) => number
  /** The network with its new random state. */
  readonly after: () => Network
}

function apply(
  network: Network,
  on: 'request' | 'notification',
  at: number,
  what: string,
  callId: string | undefined,
): Application {
  const random: RandomState = [...network.random]
  const faults: Fault[] = []
  const rules = network.rules.map((entry) => {
    const { rule, used, met } = entry
    const isMeant =
      (rule.on === on || rule.on === 'both') &&
      (rule.only === undefined || rule.only === what) &&
      (rule.callId === undefined || rule.callId === callId) &&
      used < (rule.times ?? Number.POSITIVE_INFINITY) &&
      at >= (rule.fromMs ?? 0) &&
      at < (rule.untilMs ?? Number.POSITIVE_INFINITY)
    if (!isMeant) return entry
    const isTurn = met % (rule.every ?? 1) === 0
    if (!isTurn || !nextChance(random, rule.probability ?? 1))
      return rule.every === undefined ? entry : { rule, used, met: met + 1 }
    faults.push(rule.fault)
    return { rule, used: used + 1, met: met + 1 }
  })
  return {
    faults,
    draw: (duration) => (typeof duration === 'number' ? duration : nextInteger(random, duration.min, duration.max)),
    after: () => ({ random, rules }),
  }
}
