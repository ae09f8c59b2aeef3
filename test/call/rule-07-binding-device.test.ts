import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, withRinging, type Script } from './script.ts'

describe('rule 7, a removal of one device', () => {
  const waiting = on('bob', { id: 'phone', lobby: true })
  const tablet = on('bob', { id: 'tablet' })

  /**
   * Bob waits in the lobby on his phone and is in the call on his tablet; the phone has left, which is not reported
   * yet.
   */
  function withTwoDevices(): Script {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, waiting)
    script.delta(3, tablet)
    script.wait(5_000)
    script.remove('phone')
    script.forgetSoFar()
    script.deleted('phone', refused(404))
    return script
  }

  test('that has left the lobby causes no DELETE of the other device, which was not removed', () => {
    const script = withTwoDevices()
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, tablet)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('that has left the lobby by the late roster change causes no DELETE of the other device', () => {
    const script = withTwoDevices()
    script.delta(4, { ...waiting, removed: {} })
    script.wait(60_000)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual([])
  })

  test('is not transferred to the other device by a roster change with the departure of the one and a mute of the other', () => {
    const script = withTwoDevices()
    script.delta(4, { ...waiting, removed: {} }, { ...tablet, isMuted: true })
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.get('tablet').isMuted).toBe(true)
  })

  test('is not transferred to the other device that joined first', () => {
    const script = established()
    script.delta(1, bot, tablet)
    script.snapshot({ ...bot, sequence: 1 }, on('bob', { id: 'tablet', sequence: 1 }))
    script.delta(2, waiting)
    script.wait(5_000)
    script.remove('phone')
    script.deleted('phone', refused(404))
    script.forgetSoFar()
    script.delta(3, { ...waiting, removed: {} }, { ...tablet, isMuted: true })
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('is not transferred to the device that a roster without ids shows after the first one has left', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, on('bob', { id: null }))
    script.remove('bob')
    script.deleted('bob')
    script.delta(3, on('bob', { id: null, gone: true }))
    expect(script.is('bob')).toBe('removed: removed by local')
    script.forgetSoFar()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { id: null, sequence: 4 }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
    expect(script.told()).toEqual(['nameless/1: nobody → active'])
  })

  test('is not transferred to a device that was known at the request, although a lost roster change may have admitted the first one', () => {
    const script = established()
    script.full(bot, waiting)
    script.wait(5_000)
    script.delta(7, tablet)
    script.remove('phone')
    script.deleted('phone', refused(404))
    script.forgetSoFar()
    script.snapshot(bot, tablet)
    script.wait(500)
    if (script.call.roster.fetch !== undefined) script.snapshot(bot, tablet)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
  })
})
