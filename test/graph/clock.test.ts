import { expect, test, vi } from 'vitest'
import { machineClock } from '../../src/graph/clock.ts'

test('what is due runs, what was taken back does not, and a far date does not run at once', async () => {
  const ran: string[] = []
  const far = machineClock.schedule(machineClock.now() + 2 ** 40, () => ran.push('far'))
  const back = machineClock.schedule(machineClock.now(), () => ran.push('taken back'))
  back()
  await new Promise<void>((resolve) => machineClock.schedule(machineClock.now() - 1, resolve))
  await new Promise<void>((resolve) => machineClock.schedule(machineClock.now() + 1, resolve))
  far()
  expect(ran).toEqual([])
})

test.each([-3_600_000, 3_600_000])('spans go by the monotonic clock: the date set by %d ms moves nothing', (setMs) => {
  vi.useFakeTimers({ now: 10_000_000 })
  try {
    let ran = 0
    machineClock.schedule(10_001_000, () => {
      ran += 1
    })
    vi.setSystemTime(Date.now() + setMs)
    vi.advanceTimersByTime(999)
    expect(ran).toBe(0)
    vi.advanceTimersByTime(1)
    expect(ran).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
