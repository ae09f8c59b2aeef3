/**
 * Sleeping by a clock, and giving up by a signal: nothing is left behind.
 * @module
 */
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { onAbort, unlessAborted } from '../../src/time/abort.ts'
import { sleep } from '../../src/time/sleep.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('a sleep', () => {
  test('is over when its time has passed, and not before', async () => {
    const clock = virtualClock(0)
    const seen: unknown[] = []
    const { signal } = new AbortController()
    void sleep(clock, 100, signal).then((isOver) => seen.push(isOver, clock.now()))
    await clock.advance(99)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect([seen, listenersOf(signal), clock.pending]).toEqual([[true, 100], 0, 0])
  })

  test('ends as soon as it is aborted', async () => {
    const clock = virtualClock(0)
    const giveUp = new AbortController()
    const slept = sleep(clock, 100, giveUp.signal)
    await clock.advance(40)
    giveUp.abort()
    expect([await slept, clock.now(), clock.pending, listenersOf(giveUp.signal)]).toEqual([false, 40, 0, 0])
  })

  test('does not begin when it is aborted already', async () => {
    const clock = virtualClock(0)
    expect([await sleep(clock, 100, AbortSignal.abort()), clock.pending]).toEqual([false, 0])
  })

  test('needs no signal', async () => {
    const clock = virtualClock(0)
    const slept = sleep(clock, 5)
    await clock.advance(5)
    expect(await slept).toBe(true)
  })
})

describe('a promise under a signal', () => {
  test('resolves and rejects as it would, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1)
    await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    expect(listenersOf(signal)).toBe(0)
  })

  test('rejects with the reason of the signal, before it or during it; what it rejects with later is dropped', async () => {
    const giveUp = new AbortController()
    const late = Promise.withResolvers<never>()
    const waiting = unlessAborted(late.promise, giveUp.signal)
    giveUp.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    await expect(unlessAborted(late.promise, giveUp.signal)).rejects.toBe('enough')
    late.reject(new Error('late'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(listenersOf(giveUp.signal)).toBe(0)
  })

  test('is itself when there is no signal', () => {
    const promise = Promise.resolve(1)
    expect(unlessAborted(promise, undefined)).toBe(promise)
  })
})

describe('onAbort', () => {
  test('calls back once, at once when it is aborted already, and not after it was stopped', () => {
    const ran: string[] = []
    const giveUp = new AbortController()
    onAbort(giveUp.signal, () => void ran.push('stopped'))()
    onAbort(giveUp.signal, () => void ran.push('first'))
    onAbort(undefined, () => void ran.push('never'))()
    giveUp.abort()
    onAbort(giveUp.signal, () => void ran.push('already'))
    expect([ran, listenersOf(giveUp.signal)]).toEqual([['first', 'already'], 0])
  })
})
