/**
 * Work with a deadline: it is given up at once, and nothing is left behind however it ends.
 * @module
 */
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { DeadlinePassed, withDeadline } from '../../src/time/with-deadline.ts'

const never = (): Promise<never> => new Promise(() => undefined)

/** A deadline of 100 ms under a signal. */
function underDeadline() {
  const clock = virtualClock(0)
  const giveUp = new AbortController()
  const remains = (): readonly number[] => [clock.pending, getEventListeners(giveUp.signal, 'abort').length]
  return { clock, giveUp, remains, deadline: { clock, timeoutMs: 100, signals: [giveUp.signal, undefined] } }
}

describe('work with a deadline', () => {
  test('ends as it would in time', async () => {
    const { deadline, remains } = underDeadline()
    expect(await withDeadline(deadline, async () => 'done')).toBe('done')
    expect(remains()).toEqual([0, 0])
    await expect(withDeadline(deadline, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    await expect(
      withDeadline(deadline, () => {
        throw new Error('thrown')
      }),
    ).rejects.toThrow('thrown')
    expect(remains()).toEqual([0, 0])
  })

  test.each(['heeds', 'ignores'] as const)(
    'is given up when its time is over, though it %s its signal',
    async (how) => {
      const { clock, deadline, remains } = underDeadline()
      let reason: unknown
      const working = withDeadline(deadline, (signal) => {
        signal.addEventListener('abort', () => (reason = signal.reason))
        return how === 'ignores'
          ? never()
          : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('its own'))))
      }).catch((error: unknown) => error)
      await clock.advance(99)
      expect(reason).toBeUndefined()
      await clock.advance(1)
      const error = await working
      expect(error).toBeInstanceOf(DeadlinePassed)
      expect(error).toMatchObject({ timeoutMs: 100, message: 'it was not over within 100 ms' })
      expect([reason, ...remains()]).toEqual([error, 0, 0])
    },
  )

  test('is given up with the reason of any of its signals', async () => {
    const { giveUp, deadline, remains } = underDeadline()
    let given: AbortSignal | undefined
    const working = withDeadline(deadline, (signal) => {
      given = signal
      return never()
    })
    giveUp.abort('enough')
    await expect(working).rejects.toBe('enough')
    expect([given?.reason, ...remains()]).toEqual(['enough', 0, 0])
  })

  test('does not begin when a signal is aborted already', async () => {
    const { giveUp, deadline, remains } = underDeadline()
    giveUp.abort('enough')
    let hasBegun = false
    const working = withDeadline(deadline, async () => {
      hasBegun = true
    })
    await expect(working).rejects.toBe('enough')
    expect([hasBegun, ...remains()]).toEqual([false, 0, 0])
  })

  test('has its whole time anew when it restarts, but not once it is over', async () => {
    const { clock, deadline, remains } = underDeadline()
    let restart = (): void => undefined
    const working = withDeadline(deadline, (_, again) => {
      restart = again
      return never()
    }).catch(() => clock.now())
    await clock.advance(60)
    restart()
    await clock.advance(99)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(await working).toBe(160)
    restart()
    expect(remains()).toEqual([0, 0])
  })

  test('rejects with an error of the caller', async () => {
    const { clock, deadline } = underDeadline()
    const working = withDeadline({ ...deadline, timeoutError: () => new TypeError('late') }, never)
    const caught = expect(working).rejects.toThrow(new TypeError('late'))
    await clock.advance(100)
    await caught
  })

  test.each([undefined, Infinity])('has no limit with %s', async (timeoutMs) => {
    const { clock } = underDeadline()
    const work = Promise.withResolvers<string>()
    const working = withDeadline({ clock, timeoutMs }, () => work.promise)
    expect(clock.pending).toBe(0)
    work.resolve('done')
    expect(await working).toBe('done')
  })
})
