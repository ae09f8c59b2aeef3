/**
 * Virtual clock: time that passes when it is told to, for hosts and transports that take a clock.
 *
 * Rule 1: what is due runs in order of time, and of scheduling at the same time.
 * Rule 2: after each instant everything that is waiting on promises gets to run before the next.
 * @module
 */
import type { Clock } from '../host/ports/ports.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from './event-queue.ts'

/** A clock that is advanced by hand. */
export interface VirtualClock extends Clock {
  /** Lets so many milliseconds pass, instant by instant. */
  advance(ms: number): Promise<void>
  /** Lets what is waiting on promises run, without time passing. */
  settle(): Promise<void>
  /** The instant of the next thing scheduled. */
  nextAt(): number | undefined
}

/** Longest chain of awaited macrotasks between two instants that is waited for. */
const SETTLING_TURNS = 3

/** A clock that stands at `startMs`, milliseconds since the epoch. */
export function createVirtualClock(startMs: number): VirtualClock {
  let present = startMs
  let agenda: EventQueue<{ run: (() => void) | undefined }> = emptyQueue()
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < SETTLING_TURNS; turn += 1)
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
  }
  const runDue = (): void => {
    for (let taken = takeNext(agenda); taken !== undefined && taken.next.at <= present; taken = takeNext(agenda)) {
      agenda = taken.rest
      const { run } = taken.next.what
      taken.next.what.run = undefined
      run?.()
    }
  }
  return {
    now: () => present,
    schedule(atMs, run) {
      const entry: { run: (() => void) | undefined } = { run }
      agenda = plan(agenda, [{ at: Math.max(atMs, present), what: entry }])
      return () => {
        entry.run = undefined
      }
    },
    async advance(ms) {
      if (!(ms >= 0 && Number.isFinite(ms)))
        throw new TypeError(`A clock is advanced by milliseconds from 0, not ${String(ms)}.`)
      const until = present + ms
      await settle()
      for (let next = nextAt(agenda); next !== undefined && next <= until; next = nextAt(agenda)) {
        present = Math.max(present, next)
        runDue()
        await settle()
      }
      present = until
    },
    settle,
    nextAt: () => nextAt(agenda),
  }
}
