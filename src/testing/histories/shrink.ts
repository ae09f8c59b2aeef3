/**
 * Shrinking: removes each part of a plan that is not needed for its failure, until none is left to remove.
 *
 * fast-check has shrunk the plan before, but it shortens lists from the front only.
 * @module
 */
import type { CalleeScript, CalleeScripts } from '../../simulator/graph/dialect.ts'
import type { FaultRule } from '../../simulator/network/network.ts'
import { people, type Plan } from './plan.ts'

/** The largest number of plans played to shrink one. */
const TRIES = 1_000

/** How many other seeds are tried where chance decides which faults occur. */
const SEEDS = 24

const plainCallee = { type: 'answer' } as const

/** Options of shrinking: the failure, and what must stay. */
export interface ShrinkOptions {
  /** Why a plan fails; undefined if it does not. */
  readonly wrongOf: (plan: Plan) => Promise<string | undefined>
  /** Switches that are fixed. */
  readonly fixed?: readonly string[] | undefined
}

/** The smallest plan found that fails in the same way. */
export async function shrink(plan: Plan, { wrongOf, fixed = [] }: ShrinkOptions): Promise<Plan> {
  const wrong = sameFor(await wrongOf(plan))
  let smallest = plan
  let tries = 0
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false
    for (const candidate of smallerThan(smallest, fixed)) {
      if (tries >= TRIES) return smallest
      tries += 1
      if (sameFor(await wrongOf(candidate)) !== wrong) continue
      smallest = candidate
      hasShrunk = true
      break
    }
  }
  return smallest
}

/** The kind of failure, without names. */
function sameFor(wrong: string | undefined): string | undefined {
  const names = new RegExp(`\\b(?:${people.join('|')})\\b|invite-\\d+|[0-9a-f]{8}-[0-9a-f-]{27}`, 'g')
  return wrong?.replace(names, '…')
}

function* smallerThan(plan: Plan, fixed: readonly string[]): Generator<Plan> {
  for (const index of plan.actions.keys()) {
    const actions = plan.actions.toSpliced(index, 1)
    yield { ...plan, actions }
    // The failure may depend on when the next action happens, or on which messages a fault hits.
    const [action, next] = [plan.actions[index], plan.actions[index + 1]]
    if (action !== undefined && next !== undefined && action.waitMs > 0)
      yield { ...plan, actions: actions.with(index, { ...next, waitMs: action.waitMs + next.waitMs }) }
    if (plan.faults.some(({ probability }) => probability !== undefined))
      for (let seed = 0; seed < SEEDS; seed += 1) yield { ...plan, seed, actions }
  }
  for (const index of plan.faults.keys()) yield { ...plan, faults: plan.faults.toSpliced(index, 1) }
  for (const name of Object.keys(plan.switches).filter((other) => !fixed.includes(other)))
    yield { ...plan, switches: Object.fromEntries(Object.entries(plan.switches).filter(([other]) => other !== name)) }
  if (plan.areLobbiesPatient === true) yield { ...plan, areLobbiesPatient: false }
  for (const name of ['isUnnamed', 'beginning', 'gathersMs', 'remembers'] as const) {
    const { [name]: dropped, ...rest } = plan
    if (dropped !== undefined) yield rest
  }
  for (const [index, callee] of plan.callees.entries()) {
    if (JSON.stringify(callee) !== JSON.stringify(plainCallee))
      yield { ...plan, callees: plan.callees.with(index, plainCallee) }
  }
  for (const [index, callee] of plan.callees.entries()) {
    if (Array.isArray(callee))
      for (const one of callee as readonly CalleeScript[]) yield { ...plan, callees: plan.callees.with(index, one) }
    for (const simpler of simplerParts(callee))
      yield { ...plan, callees: plan.callees.with(index, simpler as CalleeScripts) }
  }
  for (const [index, fault] of plan.faults.entries()) {
    for (const name of ['probability', 'only', 'times', 'every', 'fromMs'] as const) {
      const { [name]: dropped, ...rest } = fault
      if (dropped !== undefined) yield { ...plan, faults: plan.faults.with(index, rest) }
    }
    for (const simpler of simplerParts(fault.fault))
      yield { ...plan, faults: plan.faults.with(index, { ...fault, fault: simpler as FaultRule['fault'] }) }
  }
  for (const [index, { ringTimeoutMs, ...action }] of plan.actions.entries())
    if (ringTimeoutMs !== undefined) yield { ...plan, actions: plan.actions.with(index, action) }
  for (const [index, action] of plan.actions.entries())
    if (action.waitMs > 0) yield { ...plan, actions: plan.actions.with(index, { ...action, waitMs: 0 }) }
}

/** Fields that identify an action or a fault, and stay. */
const neededParts = new Set(['type', 'afterMs', 'ms', 'status', 'isExecuted', 'code', 'subcode', 'message'])

/** The value without one of its parts, on any level, and with fixed spans of time. */
function* simplerParts(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly unknown[]).entries())
      for (const simpler of simplerParts(item)) yield (value as readonly unknown[]).with(index, simpler)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if ('min' in value && 'max' in value) {
    yield value.max
    return
  }
  for (const [name, part] of Object.entries(value)) {
    if (!neededParts.has(name)) yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name))
    for (const simpler of simplerParts(part)) yield { ...value, [name]: simpler }
  }
}
