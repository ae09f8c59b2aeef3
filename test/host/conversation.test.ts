/**
 * The documented conversation through the façade: invite, remove, mute.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { until } from '../waiting/waiting.ts'
import { done, lost, refused } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, operation, roster } from './stage.ts'
import { bob, established, withBob } from './conversation.ts'

describe('an invite', () => {
  test('is durable and invited before the request reaches the service', async () => {
    const { call, transport, store } = await established()
    const answer = transport.hold('invite')
    const participant = await call.invite(bob)
    expect(participant).toMatchObject({ key: 'id-1', state: 'invited', identity: bob })
    expect((await store.load(callId))?.outbox.map(({ effect }) => effect.type)).toEqual(['participants.invite'])
    await until('the invite is sent', () => transport.count('invite'), 1)
    answer(done({ status: 'running' }))
  })

  test('of several returns the invitees in the given order', async () => {
    const { call, transport, clock } = await established()
    const people = await call.invite(['a', 'b', 'c'].map((id) => ({ user: { id } })))
    expect(people.map(({ identity }) => identity['user']?.id)).toEqual(['a', 'b', 'c'])
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })

  test('of a participant who is present returns them', async () => {
    const { call, key, transport, clock } = await withBob()
    const again = await call.invite(bob)
    expect(again).toMatchObject({ key, state: 'active' })
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })

  test('spells ids as the edge does', async () => {
    const { call } = await established()
    const { identity } = await call.invite({
      user: { id: 'ABB33D04B7D14E5AA1CB2C4F1D3D0F11', tenantId: 'ABB33D04B7D14E5AA1CB2C4F1D3D0F12' },
    })
    expect(identity).toEqual({
      user: { id: 'abb33d04-b7d1-4e5a-a1cb-2c4f1d3d0f11', tenantId: 'abb33d04-b7d1-4e5a-a1cb-2c4f1d3d0f12' },
    })
  })

  test.each([
    ['nobody', [], {}],
    ['six at once', Array.from({ length: 6 }, (_, index) => ({ user: { id: `u${index}` } })), {}],
    ['somebody without an id', { user: { displayName: 'Bob' } }, {}],
    ['several who replace one call', [{ user: { id: 'a' } }, { user: { id: 'b' } }], { replacesCallId: 'other' }],
    ['no time to ring', { user: { id: 'a' } }, { ringTimeoutMs: 0 }],
  ])('of %s is refused before anything is stored', async (_, identities, options) => {
    const { call, store } = await established()
    const before = await store.load(callId)
    await expect(call.invite(identities as never, options)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    expect(await store.load(callId)).toEqual(before)
  })

  test.each([undefined, null, 7, 'bob', [['bob']], { user: [{ id: 'bob' }] }])(
    'of %j is a programmer error',
    async (identities) => {
      const { call } = await established()
      await expect(call.invite(identities as never)).rejects.toThrow(TypeError)
    },
  )

  test('passes on what the service should know, and what the ring time is', async () => {
    const { call, transport, clock } = await established()
    await call.invite(bob, { ringTimeoutMs: 20_000, participantId: 'p', replacesCallId: 'C', hidden: true })
    await clock.settle()
    expect(transport.requests.find(({ method }) => method === 'invite')?.invitees).toEqual([
      { identity: bob, participantId: 'p', replacesCallId: 'C', isHidden: true },
    ])
    expect(transport.count('deleteParticipant')).toBe(0)
    await clock.advance(20_000)
    expect(transport.requests.filter(({ method }) => method === 'deleteParticipant')).toMatchObject([
      { participantId: 'p' },
    ])
  })

  test('into a call that has ended says so', async () => {
    const { call, rollcall } = await established()
    await rollcall.receive([callIs('terminated')])
    await expect(call.invite(bob)).rejects.toMatchObject({ code: 'CALL_ENDED' })
  })

  test('that was aborted before it started changes nothing', async () => {
    const { call, store } = await established()
    await expect(call.invite(bob, { signal: AbortSignal.abort(new Error('changed my mind')) })).rejects.toThrow(
      'changed my mind',
    )
    expect((await store.load(callId))?.participants.size).toBe(0)
  })
})

describe('a removal', () => {
  test('of an active participant sends one DELETE and resolves when the roster shows it', async () => {
    const { call, key, transport, rollcall, clock } = await withBob()
    const removing = call.remove(key)
    await clock.settle()
    expect(transport.requests.filter(({ method }) => method === 'deleteParticipant')).toMatchObject([
      { callId, participantId: 'bob' },
    ])
    await rollcall.receive([roster()])
    expect(await removing).toMatchObject({ key, state: 'removed', ending: { cause: 'removed', by: 'local' } })
  })

  test('of an invitee who rings ends them as cancelled', async () => {
    const { call, rollcall, transport, clock } = await established()
    const { key } = await call.invite(bob, { participantId: 'bob-leg' })
    const removing = call.remove(key)
    await clock.settle()
    await rollcall.receive([operation('id-1', 'failed', { code: 487, subcode: 0 })])
    expect(await removing).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
    expect(transport.count('deleteParticipant')).toBe(1)
  })

  test('of an ended participant resolves at once without a request', async () => {
    const { call, key, transport, rollcall } = await withBob()
    await rollcall.receive([
      {
        callId,
        event: { type: 'roster.reported', kind: 'delta', sequence: 1, entries: [entry('bob', { removed: {} })] },
      },
    ])
    expect(await call.remove(key)).toMatchObject({ state: 'removed', ending: { cause: 'left' } })
    expect(transport.count('deleteParticipant')).toBe(0)
  })

  test('that the service refuses rejects with what it said', async () => {
    const { call, key, transport } = await withBob()
    transport.script('deleteParticipant', refused(403, '7504'))
    await expect(call.remove(key)).rejects.toMatchObject({
      code: 'REMOVAL_REFUSED',
      definite: true,
      details: { key, status: 403, serviceCode: '7504' },
    })
  })

  test('can be requested again after a refusal', async () => {
    const { call, key, transport, rollcall, clock } = await withBob()
    transport.script('deleteParticipant', refused(403))
    await expect(call.remove(key)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' })
    transport.script('deleteParticipant', done(undefined))
    const again = call.remove(key)
    await clock.settle()
    await rollcall.receive([roster()])
    expect(await again).toMatchObject({ state: 'removed' })
  })

  test('of an unknown participant is an error', async () => {
    const { call } = await established()
    await expect(call.remove('__proto__')).rejects.toMatchObject({
      code: 'PARTICIPANT_UNKNOWN',
      details: { key: '__proto__' },
    })
  })

  test('never hangs past its timeout, and continues in the background', async () => {
    const { call, key, rollcall, clock } = await withBob()
    const removing = call.remove(key, { timeoutMs: 5_000 })
    const rejected = expect(removing).rejects.toMatchObject({ code: 'WAIT_TIMEOUT', definite: false })
    await clock.advance(5_000)
    await rejected
    await rollcall.receive([roster()])
    expect((await call.read()).participants.get(key)).toMatchObject({ state: 'removed', ending: { by: 'local' } })
  })

  test('of a participant who turns out to be an invitee is the removal of the invitee', async () => {
    const { call, rollcall, clock, transport } = await established()
    const answerInvite = transport.hold('invite')
    const invited = await call.invite({ phone: { id: '+61400000000' } })
    const stranger = entry('leg', { identity: { guest: { id: 'somebody' } } })
    transport.roster = [bot, stranger]
    await rollcall.receive([roster(stranger)])
    await clock.advance(3_000)
    const removing = call.remove('leg')
    await clock.settle()
    answerInvite(
      done({
        operationId: 'op',
        clientContext: 'id-1',
        status: 'running',
        participants: [{ identity: invited.identity, participantId: 'leg' }],
      }),
    )
    await clock.settle()
    expect((await call.read()).participants.get(invited.key)).toMatchObject({ state: 'active', id: 'leg' })
    expect(transport.requests.filter(({ method }) => method === 'deleteParticipant')).toMatchObject([
      { participantId: 'leg' },
      { participantId: 'leg' },
    ])
    transport.roster = [bot]
    await rollcall.receive([roster()])
    expect(await removing).toMatchObject({
      key: invited.key,
      state: 'removed',
      ending: { cause: 'removed', by: 'local' },
    })
  })

  test('ends with the call', async () => {
    const { call, key, rollcall, clock } = await withBob()
    const removing = call.remove(key)
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    expect(await removing).toMatchObject({ state: 'removed', ending: { cause: 'callEnded' } })
  })
})

describe('muting', () => {
  test('resolves when the service has accepted it', async () => {
    const { call, key, transport } = await withBob()
    expect(await call.mute(key)).toMatchObject({ key })
    expect(transport.requests.at(-1)).toMatchObject({ method: 'muteParticipant', participantId: 'bob' })
  })

  test('rejects with what the service said, or did not say', async () => {
    const { call, key, transport } = await withBob()
    transport.script('muteParticipant', refused(403))
    await expect(call.mute(key)).rejects.toMatchObject({ code: 'REQUEST_REFUSED', details: { status: 403 } })
    transport.script('muteParticipant', lost)
    await expect(call.mute(key)).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED', definite: false })
  })

  test('resolves with the state at the time of the answer, not of the request', async () => {
    const { call, key, transport, rollcall, clock } = await withBob()
    const answer = transport.hold('muteParticipant')
    const muting = call.mute(key)
    await clock.settle()
    await rollcall.receive([roster(entry('bob', { isMuted: true }))])
    answer(done({ status: 'completed' }))
    expect(await muting).toMatchObject({ key, isMuted: true })
  })

  test('says that the call ended in the same commit', async () => {
    const { call, key, rollcall, transport } = await withBob()
    const rejected = expect(call.mute(key)).rejects.toMatchObject({ code: 'CALL_ENDED' })
    await rollcall.receive([callIs('terminated')])
    await rejected
    expect(transport.count('muteParticipant')).toBe(0)
  })

  test('says that the call ended before it was sent', async () => {
    const store = faultyStore(memoryStore())
    const { call, key, rollcall, transport, clock } = await withBob({ store })
    store.failing = 'before'
    store.method = 'claim'
    const rejected = expect(call.mute(key)).rejects.toMatchObject({ code: 'CALL_ENDED' })
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    store.failing = undefined
    await clock.advance(1_000)
    await rejected
    expect(transport.count('muteParticipant')).toBe(0)
    expect(await store.listOpen()).toEqual([])
  })

  test('needs a participant who is on the roster', async () => {
    const { call } = await established()
    const { key } = await call.invite(bob)
    await expect(call.mute(key)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(call.mute('nobody')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
  })
})
