/**
 * A host follows the traits of its transport, refuses invalid ones, and stores the reference of a call.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { openCall } from '../../src/call/step.ts'
import { decodeParts } from '../../src/call/codec/codec.ts'
import { REFERENCE_LIMIT } from '../../src/call/model/reference.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { LEAST_RESYNC_MS } from '../../src/host/ports/limits.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { Store, TransportTraits } from '../../src/host/ports/ports.ts'
import { simulatedTransport } from '../../src/simulator/graph/transport.ts'
import { referenceOf, roomTraits, roomTransport } from '../laws/room-transport.ts'
import { done, fakeTransport } from './fake-transport.ts'
import { callId, stage } from './stage.ts'

/** The name of a room, which looks like a GUID of Graph and is none. */
const ROOM = '3F2B0C1D4E5F60718293A4B5C6D7E8F9'

async function storedCall(store: Store, id: string): Promise<ReturnType<typeof openCall>> {
  const stored = await store.load(id)
  if (stored === undefined) throw new TypeError(`no call ${id}`)
  return decodeParts(stored.core, stored.participants)
}

describe('invalid traits are refused when the host is created', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['traits', 'room'],
    ['traits', null],
    ['inviteesPerRequest', { inviteesPerRequest: 0 }],
    ['inviteesPerRequest', { inviteesPerRequest: 1.5 }],
    ['inviteesPerRequest', { inviteesPerRequest: Infinity }],
    ['inviteesPerRequest', { inviteesPerRequest: '5' }],
    ['ringTimeoutMs', { ringTimeoutMs: 5_000 }],
    ['ringTimeoutMs', { ringTimeoutMs: [5_000] }],
    ['ringTimeoutMs', { ringTimeoutMs: [0, 5_000] }],
    ['ringTimeoutMs', { ringTimeoutMs: [6_000, 5_000] }],
    ['ringTimeoutMs', { ringTimeoutMs: [5_000, Infinity] }],
    ['ringTimeoutMs', { ringTimeoutMs: [5_000, '6000'] }],
    ['liveness', { liveness: 'told' }],
    ['isBotOnRoster', { isBotOnRoster: 'no' }],
    ['resyncMs', { resyncMs: LEAST_RESYNC_MS - 1 }],
    ['resyncMs', { resyncMs: Infinity }],
    ['resyncMs', { resyncMs: '5000' }],
    ['normaliseId', { normaliseId: 'lower' }],
  ]
  test.each(wrong)('%s: %j', (name, traits) => {
    const transport = { ...fakeTransport(), traits: traits as TransportTraits }
    const make = (): unknown => createRollcall({ transport, store: memoryStore() })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(name)
  })

  test('and valid traits are accepted', () => {
    stage({ transport: fakeTransport({ ...roomTraits, ringTimeoutMs: [5_000, 5_000], resyncMs: LEAST_RESYNC_MS }) })
  })
})

describe('ids', () => {
  test('of a transport that does not normalise them stay as they are', async () => {
    const { rollcall, transport, store, clock } = stage({ transport: fakeTransport({ inviteesPerRequest: 5 }) })
    const call = rollcall.call(ROOM)
    expect(call.id).toBe(ROOM)
    const invitee = await call.invite({ user: { id: ROOM, tenantId: ` ${ROOM} ` } }, { participantId: ROOM })
    expect(invitee.identity).toEqual({ user: { id: ROOM, tenantId: ` ${ROOM} ` } })
    await rollcall.receive([{ callId: ROOM, event: { type: 'call.reported', state: 'established' } }])
    await clock.settle()
    expect(await store.listOpen()).toEqual([ROOM])
    expect(new Set(transport.requests.map((request) => request.callId))).toEqual(new Set([ROOM]))
    expect(transport.requests.find(({ method }) => method === 'invite')?.invitees).toMatchObject([
      { identity: { user: { id: ROOM } }, participantId: ROOM },
    ])
  })

  test('that no store can hold are refused', async () => {
    const { rollcall } = stage({ transport: fakeTransport({}) })
    expect(() => rollcall.call('room-\ud800')).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    const call = rollcall.call(ROOM)
    await expect(call.invite({ user: { id: 'bob-\ud800' } })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(call.invite({ user: { id: 'bob' } }, { participantId: '\udc00' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    })
  })

  test('are normalised by the transport, wherever they come in', async () => {
    const transport = fakeTransport({ normaliseId: (id) => id.toLowerCase() })
    const { rollcall, store, clock } = stage({ transport, applicationId: 'The-App' })
    await rollcall.receive([{ callId: 'ROOM', event: { type: 'call.reported', state: 'establishing' } }])
    expect(rollcall.call('Room').id).toBe('room')
    const bob = await rollcall.call('rOOM').invite({ user: { id: 'BOB' } })
    expect(bob.identity).toEqual({ user: { id: 'bob' } })
    await clock.settle()
    expect(await store.listOpen()).toEqual(['room'])
    expect((await storedCall(store, 'room')).options.applicationId).toBe('the-app')
  })

  test('are not normalised by a function that returns something else', () => {
    const { rollcall } = stage({ transport: fakeTransport({ normaliseId: (() => 7) as never }) })
    expect(() => rollcall.call('room')).toThrow(TypeError)
  })
})

describe('invitees of one request', () => {
  const people = (count: number) => Array.from({ length: count }, (_, index) => ({ user: { id: `person-${index}` } }))

  test.each([
    ['1 without the trait', {}, 1],
    ['as many as the trait says', { inviteesPerRequest: 3 }, 3],
  ])('are %s', async (_, traits, most) => {
    const { rollcall, transport, clock } = stage({ transport: fakeTransport(traits) })
    const call = rollcall.call(callId)
    await expect(call.invite(people(most + 1))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { limit: most },
      message: expect.stringContaining(`at most ${most} can be invited in one request, not ${most + 1}`),
    })
    expect(await call.invite(people(most))).toHaveLength(most)
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })
})

describe('the ring time', () => {
  test('reaches the transport when the application set it, and only then', async () => {
    const { rollcall, transport, clock } = stage({ transport: fakeTransport({ ringTimeoutMs: [5_000, 60_000] }) })
    const call = rollcall.call(callId)
    await call.invite({ user: { id: 'ann' } }, { ringTimeoutMs: 60_000 })
    await call.invite({ user: { id: 'bob' } })
    await clock.settle()
    const invites = transport.requests.filter(({ method }) => method === 'invite')
    expect(invites.map(({ ringTimeoutMs }) => ringTimeoutMs)).toEqual([60_000, undefined])
  })

  test.each([
    [4_999, 5_000],
    [60_000.5, 60_000],
  ])('of %d ms is out of bounds, and the error names %d', async (ringTimeoutMs, limit) => {
    const { rollcall } = stage({ transport: fakeTransport({ ringTimeoutMs: [5_000, 60_000] }) })
    await expect(rollcall.call(callId).invite({ user: { id: 'bob' } }, { ringTimeoutMs })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      definite: true,
      details: { limit },
    })
  })
})

describe('what is stored with a call', () => {
  test('are the traits that differ from the defaults', async () => {
    const { rollcall, store } = stage({ transport: fakeTransport(roomTraits) })
    await rollcall.call(callId).read()
    expect((await storedCall(store, callId)).options).toMatchObject({
      liveness: 'poll',
      isBotOnRoster: false,
      resyncMs: roomTraits.resyncMs,
    })
  })

  test('are no traits for a transport like Graph', async () => {
    const { rollcall, store } = stage()
    await rollcall.call(callId).read()
    expect(JSON.stringify((await store.load(callId))?.core)).not.toMatch(/liveness|isBotOnRoster|resyncMs|reference/)
  })

  test('are not traits that the application sets in place of its transport: those are refused', () => {
    expect(() => stage({ resyncMs: 5_000 } as object)).toThrow("createRollcall: no option 'resyncMs'")
    expect(() => stage({ liveness: 'poll' } as object)).toThrow("createRollcall: no option 'liveness'")
  })
})

describe('the reference', () => {
  test('of a created call is stored, and passed to every request about it', async () => {
    const { rollcall, transport, store, clock } = stage()
    transport.script('createCall', done({ callId: 'made', state: 'establishing', reference: 'room-1' }))
    const call = await rollcall.createCall({ topic: 'anything' })
    await call.invite({ user: { id: 'bob' } })
    await clock.settle()
    expect((await storedCall(store, 'made')).reference).toBe('room-1')
    expect(transport.requests.filter(({ method }) => method !== 'createCall')).toMatchObject([
      { method: 'invite', reference: 'room-1' },
    ])
  })

  test('is not in requests of a call without one', async () => {
    const { rollcall, transport, clock } = stage()
    await rollcall.call(callId).invite({ user: { id: 'bob' } })
    await clock.settle()
    expect(transport.requests.length).toBeGreaterThan(1)
    for (const request of transport.requests) expect(request).not.toHaveProperty('reference')
  })

  test.each([7, '', 'x'.repeat(REFERENCE_LIMIT + 1)])('%j breaks the contract of transports', async (reference) => {
    const { rollcall, transport, errors, clock } = stage()
    transport.script('getCall', done({ state: 'established', reference }))
    await rollcall.call(callId).read()
    await clock.settle()
    expect(errors).toContainEqual(expect.objectContaining({ name: 'TypeError' }))
  })
})

test('a call of a service unlike Graph in every trait: invited, answered, left, and over, without a notification', async () => {
  const service = simulatedTransport({ seed: 'room', defaultScript: { type: 'answer', afterMs: 2_000 } })
  const { clock } = service
  let keptAlive = 0
  const transport = roomTransport(service, () => {
    keptAlive += 1
  })
  const store = memoryStore()
  const rollcall = createRollcall({ transport, clock, store, keepAliveMs: 60_000 })
  const { callId: id = '' } = service.act({ act: 'placeCall', callbackUri: 'https://bot.example/callback' })
  const call = rollcall.call(id)
  const bob = await call.invite({ user: { id: 'bob' } }, { ringTimeoutMs: 30_000 })
  await clock.advance(10_000)
  expect((await call.read()).participants.get(bob.key)?.state).toBe('active')
  expect((await storedCall(store, id)).reference).toBe(referenceOf(id))
  service.act({ act: 'join', callId: id, person: 'ann' })
  await clock.advance(10_000)
  service.act({ act: 'leave', callId: id, who: 'bob' })
  await clock.advance(10_000)
  const { participants } = await call.read()
  expect([...participants.values()].map(({ state }) => state)).toEqual(['removed', 'active'])
  service.act({ act: 'endCall', callId: id })
  await clock.advance(120_000)
  expect((await call.read()).state).toBe('terminated')
  expect(keptAlive).toBe(0)
  await rollcall.close()
})
