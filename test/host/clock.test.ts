/**
 * Clocks: the machine's, and the hand-made one.
 * @module
 */
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/host/clock.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

describe('the system clock', () => {
  it('waits longer than timers can count, in pieces, and rings once', () => {
    vi.useFakeTimers({ now: 0 })
    try {
      const rung: number[] = []
      const month = 40 * 24 * 60 * 60_000
      systemClock.schedule(month, () => void rung.push(Date.now()))
      vi.advanceTimersByTime(month - 1)
      expect(rung).toEqual([])
      vi.advanceTimersByTime(2 * month)
      expect(rung).toEqual([month])
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not ring before its time when the date is set back', () => {
    vi.useFakeTimers({ now: 10_000 })
    try {
      const rung: number[] = []
      systemClock.schedule(11_000, () => void rung.push(Date.now()))
      vi.setSystemTime(5_000)
      vi.advanceTimersByTime(1_000)
      expect(rung).toEqual([])
      vi.advanceTimersByTime(5_000)
      expect(rung).toEqual([11_000])
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not ring when it was taken back, and rings what is overdue', async () => {
    const rung: string[] = []
    const cancel = systemClock.schedule(Date.now() - 1_000, () => void rung.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => systemClock.schedule(Date.now() - 1_000, () => {
      rung.push('overdue')
      resolve()
    }))
    expect(rung).toEqual(['overdue'])
  })
})

describe('the manual clock', () => {
  it('rings in order, at its time, and what is set meanwhile too', async () => {
    const clock = manualClock(0)
    const rung: string[] = []
    const ring = (name: string) => () => void rung.push(`${name} ${clock.now()}`)
    clock.schedule(20, ring('b'))
    clock.schedule(20, ring('c'))
    clock.schedule(10, () => {
      ring('a')()
      clock.schedule(15, ring('set by a'))
      clock.schedule(5, ring('overdue'))
    })
    clock.schedule(30, ring('late'))
    clock.schedule(12, ring('taken back'))()
    expect(clock.next).toBe(10)
    await clock.advance(25)
    expect(rung).toEqual(['a 10', 'overdue 10', 'set by a 15', 'b 20', 'c 20'])
    expect([clock.now(), clock.pending, clock.next]).toEqual([25, 1, 30])
  })
})
