/**
 * The explorer: every interleaving of a small world, breadth first, so that the first bad history is a shortest one.
 *
 * Rule 1: two states that agree on all that can still matter are one; each is visited once.
 * Rule 2: a limit that cuts the search short is said, never passed over.
 * @module
 */
import { rollcallSystem, type CallSystem } from '../system.ts'
import { beginWorld, branches } from './moves.ts'
import { essence, isAtRest, judgeEnd, judgeStep } from './truth.ts'
import type { Scope, World } from './world.ts'

/** What an exploration found. */
export interface Exploration {
  readonly scope: string
  /** Distinct states visited. */
  readonly states: number
  /** Moves of the longest history that led to a new state. */
  readonly depth: number
  /** States in which nothing was left to happen; in each, belief was compared with truth. */
  readonly ends: number
  /** Every state was visited: `maxStates` did not cut the search short, and no violation ended it. */
  readonly isExhaustive: boolean
  readonly violation?: Violation | undefined
}

/** A history that breaks something, and there is no shorter one in this scope. */
export interface Violation {
  readonly what: string
  readonly history: readonly string[]
}

/** How to explore. */
export interface ExploreOptions {
  readonly system?: CallSystem
  /** Stop after so many distinct states. Default: none. */
  readonly maxStates?: number
  /** Called every `progressEvery` states. */
  readonly onProgress?: (states: number, depth: number) => void
  readonly progressEvery?: number
}

interface Node {
  readonly world: World
  readonly place: number
  readonly depth: number
}

/** Visits every state of a scope and judges each. */
export function explore(scope: Scope, { system = rollcallSystem, maxStates = Infinity, onProgress, progressEvery = 50_000 }: ExploreOptions = {}): Exploration {
  const seen = new Set<number>()
  const parents: number[] = [-1]
  const labels: string[] = ['the call is established']
  let frontier: Node[] = [{ world: beginWorld(system, scope), place: 0, depth: 0 }]
  let depth = 0
  let ends = 0
  const bad = (place: number, what: string, last?: string): Exploration => ({
    scope: scope.name, states: seen.size, depth, ends, isExhaustive: false,
    violation: { what, history: [...historyOf(parents, labels, place), ...(last === undefined ? [] : [last])] },
  })
  seen.add(hash((frontier[0] as Node).world))
  while (frontier.length > 0) {
    // Ends first: what is wrong with one is found by a history shorter than that of any step from this level.
    for (const { world, place } of frontier) {
      if (!isAtRest(world)) continue
      ends += 1
      const wrong = judgeEnd(system, scope, world)
      if (wrong !== undefined) return bad(place, wrong)
    }
    const next: Node[] = []
    for (const { world, place, depth: level } of frontier) {
      for (const branch of branches(system, scope, world)) {
        const wrong = judgeStep(scope, world, branch.world)
        if (wrong !== undefined) return bad(place, wrong, branch.label)
        const code = hash(branch.world)
        if (seen.has(code)) continue
        if (seen.size >= maxStates) return { scope: scope.name, states: seen.size, depth, ends, isExhaustive: false }
        seen.add(code)
        parents.push(place)
        labels.push(branch.label)
        depth = level + 1
        next.push({ world: quieten(branch.world), place: parents.length - 1, depth: depth })
        if (onProgress !== undefined && seen.size % progressEvery === 0) onProgress(seen.size, depth)
      }
    }
    frontier = next
  }
  return { scope: scope.name, states: seen.size, depth, ends, isExhaustive: true }
}

/** What is on its way to a call that has ended, or answers nobody, cannot change anything: it is not explored. */
function quieten(world: World): World {
  return world.call.state === 'terminated' ? { ...world, toBot: [], toService: [] } : world
}

function historyOf(parents: readonly number[], labels: readonly string[], place: number): readonly string[] {
  const history: string[] = []
  for (let at = place; at > 0; at = parents[at] as number) history.unshift(labels[at] as string)
  return history
}

function hash({ call, now, people, sequence, toBot, toService, acts, faults, outbox, posts }: World): number {
  const bag = (list: readonly unknown[]): readonly string[] => list.map((item) => JSON.stringify(item)).sort()
  return digest(JSON.stringify([essence(call), now, people, sequence, bag(toBot), bag(toService), acts, faults, posts, outbox.map(({ id }) => id).sort()]))
}

/** 53 bits of a string (cyrb53, public domain): among ten million states a collision has a chance of one in two hundred. */
function digest(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2_654_435_761)
    low = Math.imul(low ^ code, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0)
}

