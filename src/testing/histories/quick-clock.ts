/**
 * The clock of a run: virtual time for hundreds of thousands of instants a second.
 *
 * Rule 1: what is due runs in order of time, and of scheduling at the same time.
 * Rule 2: after each instant everything that waits on promises gets to run before the next. One turn of the event loop
 * runs every chain of promises to its end; nothing in a run waits on anything else.
 * @module
 */
import type { VirtualClock } from '../../simulator/virtual-clock.ts'

interface Alarm {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** A clock with a look at what happens between instants. */
export interface QuickClock extends VirtualClock {
  /** Called after everything of an instant has happened. */
  onInstant: (() => void) | undefined
}

/** A clock that stands at `startMs`. */
export function quickClock(startMs: number): QuickClock {
  const heap: Alarm[] = []
  let present = startMs
  let orders = 0
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve)
    })
  const clock: QuickClock = {
    onInstant: undefined,
    now: () => present,
    schedule(atMs, run) {
      const alarm: Alarm = { at: Math.max(atMs, present), order: orders, run }
      orders += 1
      push(heap, alarm)
      return () => {
        alarm.run = undefined
      }
    },
    async advance(ms) {
      const until = present + ms
      await settle()
      clock.onInstant?.()
      for (let next = peek(heap); next !== undefined && next.at <= until; next = peek(heap)) {
        present = Math.max(present, next.at)
        for (let due: Alarm | undefined = next; due !== undefined && due.at <= present; due = peek(heap)) {
          pop(heap)
          const { run } = due
          due.run = undefined
          run?.()
        }
        await settle()
        clock.onInstant?.()
      }
      present = until
    },
    settle,
    nextAt: () => peek(heap)?.at,
  }
  return clock
}

/** The next alarm that still rings. */
function peek(heap: Alarm[]): Alarm | undefined {
  while (heap[0] !== undefined && heap[0].run === undefined) pop(heap)
  return heap[0]
}

function isBefore(one: Alarm, other: Alarm): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

function push(heap: Alarm[], alarm: Alarm): void {
  let place = heap.length
  heap.push(alarm)
  while (place > 0) {
    const above = (place - 1) >> 1
    const parent = heap[above] as Alarm
    if (!isBefore(alarm, parent)) break
    heap[place] = parent
    place = above
  }
  heap[place] = alarm
}

function pop(heap: Alarm[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let place = 0
  for (;;) {
    let below = 2 * place + 1
    if (below >= heap.length) break
    const [left, right] = [heap[below] as Alarm, heap[below + 1]]
    if (right !== undefined && isBefore(right, left)) below += 1
    const child = heap[below] as Alarm
    if (!isBefore(child, last)) break
    heap[place] = child
    place = below
  }
  heap[place] = last
}
