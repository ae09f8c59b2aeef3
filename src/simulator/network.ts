/**
 * Network: what may befall a request, its answer or a notification on the way, decided by rules and a seed of its own,
 * so that a fault changes what is delivered and never what would have happened.
 *
 * Rule 1: every rule that applies takes effect; delays add up, the first loss or status wins.
 * Rule 2: without rules everything arrives at once and in order.
 * @module
 */
import type { Duration } from './callee.ts'
import { nextChance, nextInteger, seedRandom, type RandomState } from './random.ts'

/** What goes wrong. */
export type Fault =
  /** Arrives late. With a range, things overtake each other: that is reordering. */
  | { readonly type: 'delay'; readonly ms: Duration }
  /** The service is done in time, its answer is late. Requests only. */
  | { readonly type: 'slow'; readonly ms: Duration }
  /** Never arrives. */
  | { readonly type: 'lose' }
  /** The request is carried out, its answer never arrives. Requests only. */
  | { readonly type: 'loseResponse' }
  /** The service answers a list with nobody in it, as it was seen to (FACTS 4). Requests for a list only. */
  | { readonly type: 'emptyList' }
  /** Arrives, and arrives again. Notifications only. */
  | { readonly type: 'duplicate'; readonly afterMs?: Duration | undefined }
  /** The service answers with an error: 429 with `Retry-After`, 500, 503. Carried out all the same when `isExecuted`. Requests only. */
  | {
      readonly type: 'status'
      readonly status: number
      readonly code?: string | undefined
      readonly message?: string | undefined
      readonly retryAfterSeconds?: number | undefined
      readonly isExecuted?: boolean | undefined
    }

/** When a fault happens. What is absent does not narrow it. */
export interface FaultRule {
  readonly on: 'request' | 'notification' | 'both'
  /** An operation (`participants.invite`, …) or a kind of notification (`call`, `operation`, `roster`). */
  readonly only?: string | undefined
  readonly callId?: string | undefined
  /** 0 to 1, 1 by default. */
  readonly probability?: number | undefined
  /** Only the first of so many, and then again: every second, every third one. */
  readonly every?: number | undefined
  /** How often at most. */
  readonly times?: number | undefined
  /** Not before this virtual time, and before that one: a partition is a `lose` on `both` with both. */
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly fault: Fault
}

/** The network between the service and the bots. */
export interface Network {
  readonly random: RandomState
  readonly rules: readonly { readonly rule: FaultRule; readonly used: number; readonly met: number }[]
}

/** What befalls one request. */
export interface RequestFate {
  readonly requestDelayMs: number
  readonly responseDelayMs: number
  readonly fate: 'arrives' | 'lost' | 'answerLost'
  readonly status?: Extract<Fault, { type: 'status' }> | undefined
  readonly isEmptied?: boolean | undefined
}

/** A network with the given rules. */
export function createNetwork(seed: string, rules: readonly FaultRule[] = []): Network {
  return { random: seedRandom(`${seed}/network`), rules: rules.map(unused) }
}

/** The same network with other rules; what was drawn so far stays drawn. */
export function replaceRules(network: Network, rules: readonly FaultRule[]): Network {
  return { random: network.random, rules: rules.map(unused) }
}

function unused(rule: FaultRule): Network['rules'][number] {
  return { rule, used: 0, met: 0 }
}

/** What befalls a request that is sent now. */
export function decideRequest(
  network: Network,
  at: number,
  operation: string,
  callId: string | undefined,
): { network: Network; fate: RequestFate } {
  const { faults, draw, after } = apply(network, 'request', at, operation, callId)
  let requestDelayMs = 0
  let responseDelayMs = 0
  let fate: RequestFate['fate'] = 'arrives'
  let status: RequestFate['status']
  let isEmptied = false
  for (const fault of faults) {
    if (fault.type === 'delay') requestDelayMs += draw(fault.ms)
    else if (fault.type === 'slow') responseDelayMs += draw(fault.ms)
    else if (fault.type === 'emptyList') isEmptied = true
    else if (fate !== 'arrives' || status !== undefined) continue
    else if (fault.type === 'lose') fate = 'lost'
    else if (fault.type === 'loseResponse') fate = 'answerLost'
    else if (fault.type === 'status') status = fault
  }
  return {
    network: after(),
    fate: { requestDelayMs, responseDelayMs, fate, status, ...(isEmptied ? { isEmptied } : {}) },
  }
}

/** After how many milliseconds a notification sent now arrives; several times when doubled, not at all when lost. */
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
  /** The network once everything has been drawn. */
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
