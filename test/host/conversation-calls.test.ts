/**
 * The documented conversation through the façade: calls that are established, created and hung up.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { lost, refused } from './fake-transport.ts'
import { callId, callIs, stage } from './stage.ts'
import { withBob } from './conversation.ts'

describe('the establishment of a call', () => {
  test('can be waited for after it was created', async () => {
    const { rollcall } = stage()
    await rollcall.receive([callIs('establishing')])
    const up = rollcall.call(callId).established()
    await rollcall.receive([callIs('established')])
    expect(await up).toMatchObject({ id: callId, state: 'established' })
    expect(await rollcall.call(callId).established()).toMatchObject({ state: 'established' })
  })

  test('that does not come ends the wait with the end of the call, or with a timeout', async () => {
    const { rollcall, clock } = stage()
    await rollcall.receive([callIs('establishing')])
    const tooLong = rollcall.call(callId).established({ timeoutMs: 1_000 })
    await Promise.all([expect(tooLong).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' }), clock.advance(1_000)])
    const never = rollcall.call(callId).established()
    await Promise.all([
      expect(never).rejects.toMatchObject({ code: 'CALL_ENDED' }),
      rollcall.receive([callIs('terminated')]),
    ])
  })
})

describe('hanging up', () => {
  test('resolves when the end is proved, and ends all participants', async () => {
    const { call, key, rollcall, clock } = await withBob()
    const hangingUp = call.hangUp()
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    expect(await hangingUp).toMatchObject({ state: 'terminated', ending: { cause: 'callEnded', by: 'local' } })
    expect((await call.read()).participants.get(key)).toMatchObject({
      state: 'removed',
      ending: { cause: 'callEnded' },
    })
  })

  test('finds the end without a notification', async () => {
    const { call, transport, clock } = await withBob()
    const hangingUp = call.hangUp()
    await clock.settle()
    transport.script('keepAlive', refused(404))
    await clock.advance(10_000)
    expect(await hangingUp).toMatchObject({ state: 'terminated' })
  })

  test('rejects when the service refuses', async () => {
    const { call, transport } = await withBob()
    transport.script('hangUp', refused(403, '7504'))
    await expect(call.hangUp()).rejects.toMatchObject({ code: 'REQUEST_REFUSED', details: { serviceCode: '7504' } })
  })

  test('of an ended call resolves at once', async () => {
    const { call, transport, rollcall } = await withBob()
    await rollcall.receive([callIs('terminated')])
    expect(await call.hangUp()).toMatchObject({ state: 'terminated' })
    expect(transport.count('hangUp')).toBe(0)
  })
})

describe('a call that is created', () => {
  test('has a handle, is stored, and knows the bot', async () => {
    const { rollcall } = stage()
    const call = await rollcall.createCall({ callbackUri: 'https://bot.example/calls' })
    expect(call.id).toBe('call-1')
    expect(await call.read()).toMatchObject({ id: 'call-1', state: 'establishing', self: { participantId: 'bot' } })
  })

  test('is refused, or not confirmed, with what the service said', async () => {
    const { rollcall, transport } = stage()
    transport.script('createCall', refused(403, '7503'))
    await expect(rollcall.createCall({ callbackUri: 'x' })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      definite: true,
      details: { status: 403, serviceCode: '7503' },
    })
    transport.script('createCall', lost)
    await expect(rollcall.createCall({ callbackUri: 'x' })).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
      definite: false,
    })
  })
})
