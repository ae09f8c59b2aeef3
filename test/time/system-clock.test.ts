/**
 * The system clock.
 * @module
 */
import { describe, expect, test, vi } from 'vitest'
import { giveWay, systemClock, watchWallClock } from '../../src/time/system-clock.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'

describe('the system clock', () => {
  test('waits longer than timers can count, in pieces, and rings once', () => {
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

  test.each([-3_600_000, 3_600_000])(
    'measures spans by the monotonic clock: the date set by %d ms moves no alarm',
    (setMs) => {
      vi.useFakeTimers({ now: 10_000_000 })
      try {
        let rung = 0
        systemClock.schedule(10_001_000, () => {
          rung += 1
        })
        vi.advanceTimersByTime(400)
        vi.setSystemTime(Date.now() + setMs)
        vi.advanceTimersByTime(599)
        expect(rung).toBe(0)
        vi.advanceTimersByTime(1)
        expect(rung).toBe(1)
      } finally {
        vi.useRealTimers()
      }
    },
  )

  test('tells, until it is stopped, of the date being set forward and not back, and not of drift', () => {
    vi.useFakeTimers({ now: 10_000_000 })
    try {
      let told = 0
      const stop = watchWallClock(systemClock, () => {
        told += 1
      })
      const setBy = (ms: number): void => {
        vi.setSystemTime(Date.now() + ms)
        vi.advanceTimersByTime(5_000)
      }
      for (const ms of [0, 900, -3_600_000, 3_600_000]) setBy(ms)
      expect(told).toBe(1)
      stop()
      setBy(3_600_000)
      expect(told).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is not watched by a host with another clock', () => {
    vi.useFakeTimers()
    try {
      const clock = virtualClock(0)
      watchWallClock(clock, () => undefined)
      expect([vi.getTimerCount(), clock.pending]).toEqual([0, 0])
    } finally {
      vi.useRealTimers()
    }
  })

  test('gives way for one turn though the timers are replaced, since no time passes', async () => {
    const laterTurn = setImmediate
    vi.useFakeTimers()
    try {
      let hasPassed = false
      void giveWay(systemClock).then(() => (hasPassed = true))
      await new Promise((resolve) => laterTurn(resolve))
      expect(hasPassed).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  test('does not ring when it was taken back, and rings what is overdue', async () => {
    const rung: string[] = []
    const cancel = systemClock.schedule(Date.now() - 1_000, () => void rung.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) =>
      systemClock.schedule(Date.now() - 1_000, () => {
        rung.push('overdue')
        resolve()
      }),
    )
    expect(rung).toEqual(['overdue'])
  })
})
