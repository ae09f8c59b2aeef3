/**
 * The explorer of one scope: breadth first, in pieces, so that many scopes can be explored in turns.
 *
 * Rule 1: two states that agree on everything that can still matter are one; each is visited once.
 * Rule 2: the ends of a level are judged before its steps: a history that ends badly is shorter than one with another,
 * bad step.
 * Rule 3: from every state there is a way to rest. Among states without one, the state found last leads to no new
 * state; so it is enough to check where nothing new is found.
 * @module
 */
import type { CallSystem } from '../../../src/testing/system.ts'
import { checkAfterEnd } from './after-the-end.ts'
import { beginWorld } from './bot.ts'
import { branches } from './moves.ts'
import { isAtRest, stopsAsking } from './quiescence.ts'
import { memoJson } from './memo-json.ts'
import { essence, checkEnd, checkState, checkStep } from './oracle.ts'
import type { Scope, ExploredWorld } from './world.ts'

/** What went wrong, and the moves that led to it, each by its place among the branches of its state. */
export interface Finding {
  readonly what: string
  readonly moves: readonly number[]
  /** True if the violation shows only when the world has come to rest. */
  readonly isEnd: boolean
}

interface Node {
  readonly world: ExploredWorld
  readonly place: number
}

/** One scope, as far as it has been explored. */
export class Explorer {
  readonly scope: Scope
  /** Moves of the longest history that led to a new state. */
  depth = 0
  /** Distinct states visited. */
  states = 1
  /** States in which nothing was left to happen. */
  ends = 0
  /** Set once nothing is left to explore. */
  isDone = false
  finding: Finding | undefined
  readonly #system: CallSystem
  #seen = new Set<number>()
  #parents: number[] = [-1]
  #moves: number[] = [-1]
  #level: Node[]
  #next: Node[] = []
  /** Where in the level the work goes on; its ends were judged when it began. */
  #at = 0
  #branch = 0
  #isFolded = true

  constructor(scope: Scope, system: CallSystem) {
    this.scope = scope
    this.#system = system
    const world = beginWorld(system, scope)
    this.#level = [{ world, place: 0 }]
    this.#seen.add(hash(world))
    if (world.thrown !== undefined) this.#end({ what: world.thrown, moves: [], isEnd: false })
    else this.#judgeEnds()
  }

  /** Continues until so many states have been visited, or none is left. */
  advance(states: number): void {
    while (!this.isDone && this.#exploreNode(states)) {
      this.#at += 1
      this.#branch = 0
      this.#isFolded = true
      if (this.#at === this.#level.length) this.#descend()
    }
  }

  /** False when the limit was met before the node was done. */
  #exploreNode(limit: number): boolean {
    const { world, place } = this.#level[this.#at] as Node
    const found = branches(this.#system, this.scope, world)
    for (; this.#branch < found.length; this.#branch += 1) {
      const after = (found[this.#branch] as (typeof found)[number]).take()
      const code = hash(after)
      const isNew = !this.#seen.has(code)
      const wrong =
        checkStep(world, after) ??
        (isNew ? checkState(this.scope, after) : undefined) ??
        this.#judgeAfterEnd(world, after)
      if (wrong !== undefined) {
        this.#end({ what: wrong, moves: [...this.#movesTo(place), this.#branch], isEnd: false })
        return false
      }
      if (!isNew) continue
      if (this.states >= limit) return false
      this.states += 1
      this.#seen.add(code)
      this.#parents.push(place)
      this.#moves.push(this.#branch)
      this.#isFolded = false
      this.#next.push({ world: after, place: this.#parents.length - 1 })
    }
    if (!this.#isFolded || isAtRest(world) || stopsAsking(this.#system, this.scope, world)) return true
    this.#end({ what: 'the call never stops asking', moves: this.#movesTo(place), isEnd: false })
    return false
  }

  #descend(): void {
    this.#level = this.#next
    this.#next = []
    this.#at = 0
    if (this.#level.length === 0) return this.#end(undefined)
    this.depth += 1
    this.#judgeEnds()
  }

  #judgeEnds(): void {
    for (const { world, place } of this.#level) {
      if (!isAtRest(world)) continue
      this.ends += 1
      const { wrong } = checkEnd(this.#system, this.scope, world)
      if (wrong !== undefined) return this.#end({ what: wrong, moves: this.#movesTo(place), isEnd: true })
    }
  }

  #judgeAfterEnd(before: ExploredWorld, after: ExploredWorld): string | undefined {
    return after.call.state === 'terminated' ? checkAfterEnd(this.#system, this.scope, before, after) : undefined
  }

  /** Frees the memory of the search: many explorers may be kept. */
  #end(finding: Finding | undefined): void {
    this.finding = finding
    this.isDone = true
    this.#level = []
    this.#next = []
    this.#seen = new Set()
    this.#parents = []
    this.#moves = []
  }

  #movesTo(place: number): readonly number[] {
    const moves: number[] = []
    for (let at = place; at > 0; at = this.#parents[at] as number) moves.unshift(this.#moves[at] as number)
    return moves
  }
}

function hash({
  call,
  now,
  people,
  askings,
  removals,
  heardFailures,
  answerable,
  isOver,
  isHangUpWanted,
  sequence,
  toBot,
  toService,
  acts,
  faults,
  outbox,
  gathered,
  latestTold,
}: ExploredWorld): number {
  const bag = (list: readonly object[]): string => list.map(memoJson).sort().join('\n')
  const truth = [
    now,
    memoJson(people),
    memoJson(askings),
    memoJson(removals),
    memoJson(heardFailures),
    memoJson(answerable),
    latestTold === sequence,
    isOver,
    isHangUpWanted,
    memoJson(faults),
  ]
  // An ended call has received everything that was on its way, and nothing changed.
  const way =
    call.state === 'terminated'
      ? []
      : [
          sequence,
          memoJson(gathered),
          bag(toBot),
          bag(toService),
          bag(acts),
          outbox
            .map(({ id }) => id)
            .sort()
            .join('\n'),
        ]
  return digest([...essence(call), ...truth, ...way].join('\t'))
}

/**
 * 53 bits of a string (cyrb53, public domain): among ten million states a collision has a chance of one in two hundred.
 */
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
