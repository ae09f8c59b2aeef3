/**
 * Alarms of deadlines: none rings later than the span that was measured first, whatever happens to the wall clock and
 * whichever host owns the call.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { CallTimers } from '../../src/host/actor/ownership.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { settableClock } from './settable-clock.ts'

const minute = 60_000
const hour = 60 * minute

/** One deadline a minute ahead, of a call that is as old as the clock, and what has passed. */
function armed() {
  const time = virtualClock()
  const clock = settableClock(time)
  const callAt = clock.now()
  const passed: string[] = []
  const deadlines = new CallTimers(clock, (deadline) => void passed.push(deadline))
  const wanted = [['ring', callAt + minute]] as const
  deadlines.keep(wanted, callAt)
  return { time, clock, callAt, passed, deadlines, wanted }
}

describe('an alarm of a deadline', () => {
  test('is not delayed when the wall clock is set forward to a time that is still behind', async () => {
    const { time, clock, callAt, passed, deadlines } = armed()
    clock.set(-hour)
    for (let jump = 0; jump < 5; jump += 1) {
      await time.advance(minute / 6)
      clock.set(minute)
      deadlines.rearm(callAt)
    }
    await time.advance(minute / 6 - 1)
    expect(passed).toEqual([])
    await time.advance(1)
    expect(passed).toEqual(['ring'])
    expect(time.pending).toBe(0)
  })

  test('that rang while another host owned the call passes when the call is resumed, once', async () => {
    const { time, clock, callAt, passed, deadlines, wanted } = armed()
    clock.set(-hour)
    deadlines.suspend()
    await time.advance(minute)
    expect(passed).toEqual([])
    deadlines.keep(wanted, callAt)
    deadlines.rearm(callAt)
    await time.settle()
    expect(passed).toEqual(['ring'])
    await time.advance(hour)
    expect(passed).toEqual(['ring'])
  })

  test('rings by the wall clock if that is sooner: the machine slept while another host owned the call', async () => {
    const { time, clock, callAt, passed, deadlines, wanted } = armed()
    deadlines.suspend()
    clock.set(50_000)
    deadlines.keep(wanted, callAt)
    await time.advance(9_999)
    expect(passed).toEqual([])
    await time.advance(1)
    expect(passed).toEqual(['ring'])
    await time.advance(hour)
    expect([passed, time.pending]).toEqual([['ring'], 0])
  })

  test('that is dropped leaves nothing on the clock, however often the call was resumed', async () => {
    const { time, callAt, passed, deadlines, wanted } = armed()
    for (let turn = 0; turn < 10; turn += 1) {
      deadlines.suspend()
      deadlines.keep(wanted, callAt)
    }
    expect(time.pending).toBeLessThanOrEqual(2)
    deadlines.keep([])
    expect([time.pending, deadlines.isEmpty]).toEqual([0, true])
    await time.advance(hour)
    expect(passed).toEqual([])
  })
})
