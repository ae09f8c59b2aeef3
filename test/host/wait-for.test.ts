/**
 * Waits: decided by what comes first, and holding nothing once they are over.
 */
import { describe, expect, test } from 'vitest'
import { openCall } from '../../src/call/step.ts'
import { waitUntil, within, type Watchable } from '../../src/host/actor/wait-for.ts'
import { Waiters } from '../../src/host/actor/waiters.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'

const call = openCall('call')

/** A watchable call whose reading takes until it is told. */
function watchable() {
  const waiters = new Waiters()
  const reading = Promise.withResolvers<typeof call>()
  const actor: Watchable = { watch: (waiter) => waiters.add(waiter), read: () => reading.promise }
  const effects = [{ type: 'call.hangUp', id: 'hangUp' }] as const
  const change = (version: number): void =>
    waiters.show(
      {
        cached: undefined,
        call,
        steps: [],
        seen: [],
        effects,
        deadlines: new Set(),
        acknowledgedEffects: [],
        replies: [],
      },
      version,
    )
  return { actor, waiters, change, read: () => reading.resolve(call) }
}

describe('a wait', () => {
  test('is decided by the first commit that fits: later ones of the same turn change nothing', async () => {
    const { actor, waiters, change } = watchable()
    const giveUp = new AbortController()
    let asked = 0
    const waiting = waitUntil(
      actor,
      {
        judge: () => {
          asked += 1
          return { value: 'met' }
        },
      },
      { signal: giveUp.signal },
    )
    change(1)
    change(2)
    giveUp.abort(new Error('too late'))
    expect(await waiting).toBe('met')
    expect(asked).toBe(1)
    expect(waiters.isEmpty).toBe(true)
  })

  test('that is aborted rejects with the reason, calls its predicate no more, and watches nothing', async () => {
    const { actor, waiters, read } = watchable()
    const giveUp = new AbortController()
    let asked = 0
    const judge = (): undefined => void (asked += 1)
    const waiting = waitUntil(actor, { judge }, { signal: giveUp.signal })
    expect(waiters.isEmpty).toBe(false)
    const reason = new Error('enough')
    giveUp.abort(reason)
    expect(waiters.isEmpty).toBe(true)
    await expect(waiting).rejects.toBe(reason)
    read()
    await Promise.resolve()
    expect(asked).toBe(0)
  })

  test('that starts aborted watches nothing', async () => {
    const { actor, waiters } = watchable()
    const waiting = waitUntil(actor, { judge: () => undefined }, { signal: AbortSignal.abort(new Error('before')) })
    expect(waiters.isEmpty).toBe(true)
    await expect(waiting).rejects.toThrow('before')
  })

  test('whose predicate throws rejects with that error', async () => {
    const { actor, waiters, read } = watchable()
    const judge = (): never => {
      throw new Error('a bad predicate')
    }
    const waiting = waitUntil(actor, { judge }, { signal: new AbortController().signal })
    read()
    await expect(waiting).rejects.toThrow('a bad predicate')
    expect(waiters.isEmpty).toBe(true)
  })

  test('for an answer ends when the host closes, and may have happened', async () => {
    const { actor, waiters } = watchable()
    const judgeAnswer = (): { value: string } => ({ value: 'answered' })
    const waiting = waitUntil(actor, { effectId: 'mute', judgeAnswer }, { signal: new AbortController().signal })
    waiters.close()
    await expect(waiting).rejects.toMatchObject({ code: 'HOST_CLOSED', definite: false })
    expect(waiters.isEmpty).toBe(true)
  })
})

describe('a limited wait', () => {
  test('rejects after its timeout, and cancels its timer if it is done before', async () => {
    const clock = virtualClock()
    const never = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const late = expect(within(clock, { timeoutMs: 50 }, 'The wait', never)).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
    })
    await clock.advance(50)
    await late
    let signalled: AbortSignal | undefined
    const done = await within(clock, { timeoutMs: 50 }, 'The wait', async (signal) => {
      signalled = signal
      return 1
    })
    await clock.advance(100)
    expect([done, signalled?.aborted]).toEqual([1, false])
  })

  test('listens to its signal no longer than it lasts', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners += 1
      addEventListener.apply(signal, given)
    }
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listeners -= 1
      removeEventListener.apply(signal, given)
    }
    await within(virtualClock(), { signal }, 'The wait', async () => expect(listeners).toBe(1))
    expect(listeners).toBe(0)
  })
})
