/**
 * The documented conversation through the façade: invite, wait, remove, read, explain.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../src/host/ports/call-view.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { until } from '../waiting/waiting.ts'
import { done, lost, refused } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, operation, roster, stage, told } from './stage.ts'

const bob = { user: { id: 'bob' } }

async function established(given = {}) {
  const set = stage(given)
  await set.rollcall.receive([callIs('establishing'), callIs('established')])
  return { ...set, call: set.rollcall.call(callId) }
}

async function withBob(given = {}) {
  const set = await established(given)
  const invited = await set.call.invite(bob)
  set.transport.roster = [bot, entry('bob')]
  await set.rollcall.receive([roster(entry('bob'))])
  // Past the time in which a roster without them would be older than their joining.
  await set.clock.advance(3_000)
  return { ...set, key: invited.key }
}

describe('the establishment of a call', () => {
  test('can be waited for after it was created', async () => {
    const { rollcall } = stage()
    await rollcall.receive([callIs('establishing')])
    const up = rollcall.call(callId).established()
    await rollcall.receive([callIs('established')])
    expect(await up).toMatchObject({ id: callId, state: 'established' })
    expect(await rollcall.call(callId).established()).toMatchObject({ state: 'established' })
  })

  test('that does not come is a call that ended, or a wait that was too long', async () => {
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

describe('an invite', () => {
  test('is durable and invited before the service has heard of it', async () => {
    const { call, transport, store } = await established()
    const answer = transport.hold('invite')
    const participant = await call.invite(bob)
    expect(participant).toMatchObject({ key: 'id-1', state: 'invited', identity: bob })
    expect((await store.load(callId))?.outbox.map(({ effect }) => effect.type)).toEqual(['participants.invite'])
    await until('the invite is sent', () => transport.count('invite'), 1)
    answer(done({ status: 'running' }))
  })

  test('of several comes back in the order it was given', async () => {
    const { call, transport, clock } = await established()
    const people = await call.invite(['a', 'b', 'c'].map((id) => ({ user: { id } })))
    expect(people.map(({ identity }) => identity['user']?.id)).toEqual(['a', 'b', 'c'])
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })

  test('of somebody who is present returns them', async () => {
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

  test('that was given up before it began changes nothing', async () => {
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

  test('of somebody who rings ends them as cancelled', async () => {
    const { call, rollcall, transport, clock } = await established()
    const { key } = await call.invite(bob, { participantId: 'bob-leg' })
    const removing = call.remove(key)
    await clock.settle()
    await rollcall.receive([operation('id-1', 'failed', { code: 487, subcode: 0 })])
    expect(await removing).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
    expect(transport.count('deleteParticipant')).toBe(1)
  })

  test('of somebody who has ended resolves at once and asks for nothing', async () => {
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

  test('can be asked for again after it was refused', async () => {
    const { call, key, transport, rollcall, clock } = await withBob()
    transport.script('deleteParticipant', refused(403))
    await expect(call.remove(key)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' })
    transport.script('deleteParticipant', done(undefined))
    const again = call.remove(key)
    await clock.settle()
    await rollcall.receive([roster()])
    expect(await again).toMatchObject({ state: 'removed' })
  })

  test('of nobody is told', async () => {
    const { call } = await established()
    await expect(call.remove('__proto__')).rejects.toMatchObject({
      code: 'PARTICIPANT_UNKNOWN',
      details: { key: '__proto__' },
    })
  })

  test('never hangs past its time, and goes on all the same', async () => {
    const { call, key, rollcall, clock } = await withBob()
    const removing = call.remove(key, { timeoutMs: 5_000 })
    const rejected = expect(removing).rejects.toMatchObject({ code: 'WAIT_TIMEOUT', definite: false })
    await clock.advance(5_000)
    await rejected
    await rollcall.receive([roster()])
    expect((await call.read()).participants.get(key)).toMatchObject({ state: 'removed', ending: { by: 'local' } })
  })

  test('of somebody who turns out to be an invitee is the removal of the invitee', async () => {
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

describe('a wait', () => {
  test('ends when the participant is there', async () => {
    const { call, rollcall } = await established()
    const { key } = await call.invite(bob)
    const waiting = call.waitFor(key, 'active')
    await rollcall.receive([roster(entry('bob'))])
    expect(await waiting).toMatchObject({ key, id: 'bob', state: 'active' })
    expect(await call.waitFor(key, ['lobby', 'active'])).toMatchObject({ state: 'active' })
    expect(await call.waitFor(key, ({ isMuted }) => !isMuted)).toMatchObject({ state: 'active' })
  })

  test('says how the participant ended instead', async () => {
    const { call, rollcall } = await established()
    const { key } = await call.invite(bob)
    const rejected = expect(call.waitFor(key, 'active')).rejects.toMatchObject({
      code: 'PARTICIPANT_ENDED',
      message: expect.stringContaining('ended declined'),
      details: { ending: { cause: 'declined' } },
    })
    await rollcall.receive([operation('id-1', 'failed', { code: 603, subcode: 0 })])
    await rejected
  })

  test('says that the call ended instead', async () => {
    const { call, rollcall } = await established()
    const { key } = await call.invite(bob)
    const rejected = expect(call.waitFor(key, 'active')).rejects.toMatchObject({
      code: 'CALL_ENDED',
      details: { callId, key },
    })
    await rollcall.receive([callIs('terminated')])
    await rejected
  })

  test('for an end says that the removal was refused instead', async () => {
    const { call, key, transport, clock } = await withBob()
    transport.script('deleteParticipant', refused(403))
    const rejected = expect(call.waitFor(key, 'removed')).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' })
    await expect(call.remove(key)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' })
    await clock.settle()
    await rejected
  })

  test('is not told "active" of somebody who answers while they are being removed', async () => {
    const { call, rollcall, transport, clock, changes } = await established()
    const { key } = await call.invite(bob)
    const rejected = expect(call.waitFor(key, 'active')).rejects.toMatchObject({
      code: 'PARTICIPANT_ENDED',
      details: { ending: { cause: 'removed', by: 'local' } },
    })
    const removing = call.remove(key)
    await clock.settle()
    transport.roster = [bot, entry('bob')]
    await rollcall.receive([roster(entry('bob'))])
    await clock.settle()
    expect((await call.read()).participants.get(key)).toMatchObject({ state: 'active', removal: 'accepted' })
    transport.roster = [bot]
    await clock.advance(15_000)
    await rejected
    expect(await removing).toMatchObject({ state: 'removed' })
    expect(transport.count('deleteParticipant')).toBe(1)
    expect(told(changes).filter((line) => line.includes('active'))).toEqual([])
  })

  test('sees a state that the same commit leaves again', async () => {
    const { call, rollcall } = await established()
    const { key } = await call.invite(bob)
    const waiting = call.waitFor(key, 'lobby')
    await rollcall.receive([roster(entry('bob', { isInLobby: true })), roster(entry('bob'))])
    expect(await waiting).toMatchObject({ state: 'lobby' })
  })

  test('for a state that is over says so instead of hanging', async () => {
    const { call, key } = await withBob()
    await expect(call.waitFor(key, 'ringing')).rejects.toMatchObject({
      code: 'STATE_PASSED',
      details: { state: 'active' },
    })
  })

  test.each([['lobby'], [['ringing', 'lobby']], [['invited', 'ringing', 'lobby', 'cancelled']]] as const)(
    'for %j of somebody who was admitted says so, too',
    async (wanted) => {
      const { call, key } = await withBob()
      await expect(call.waitFor(key, wanted)).rejects.toMatchObject({
        code: 'STATE_PASSED',
        details: { state: 'active' },
      })
    },
  )

  test('ends with its time, with its signal, and with the host', async () => {
    const { call, clock, rollcall } = await established()
    const { key } = await call.invite(bob)
    const late = expect(call.waitFor(key, 'active', { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
    })
    const given = new AbortController()
    const givenUp = expect(call.waitFor(key, 'active', { signal: given.signal })).rejects.toThrow('enough')
    const closed = expect(call.waitFor(key, 'active')).rejects.toMatchObject({ code: 'HOST_CLOSED' })
    await clock.advance(1_000)
    await late
    given.abort(new Error('enough'))
    await givenUp
    await rollcall.close()
    await closed
    expect(clock.pending).toBe(0)
  })

  test('rejects with what its predicate throws', async () => {
    const { call, key } = await withBob()
    await expect(
      call.waitFor(key, () => {
        throw new Error('mine')
      }),
    ).rejects.toThrow('mine')
  })

  test.each(['gone', [], ['active', 'left'], undefined])('for %j is a programmer error', async (wanted) => {
    const { call, key } = await withBob()
    await expect(call.waitFor(key, wanted as never)).rejects.toThrow(TypeError)
  })
})

describe('muting', () => {
  test('resolves when the service has taken it', async () => {
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

  test('resolves with what is known when the answer came, not when it was asked for', async () => {
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

  test('needs somebody on the roster', async () => {
    const { call } = await established()
    const { key } = await call.invite(bob)
    await expect(call.mute(key)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(call.mute('nobody')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
  })
})

describe('hanging up', () => {
  test('resolves when the end is proved, and ends everybody', async () => {
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

  test('finds the end out when nobody tells it', async () => {
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

  test('of a call that is over resolves at once', async () => {
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

describe('a reading', () => {
  test('shows participants in the order they were introduced, ended ones too', async () => {
    const { call, rollcall, clock } = await established()
    await rollcall.receive([roster(...['z', 'y', 'a', '__proto__', 'constructor'].map((id) => entry(id)))])
    await clock.advance(5_000)
    await rollcall.receive([roster(...['y', 'a', '__proto__'].map((id) => entry(id)))])
    const { participants, self, state } = await call.read()
    expect(state).toBe('established')
    expect(self).toMatchObject({ participantId: 'bot' })
    expect([...participants.values()].map(({ id }) => id)).toEqual(['z', 'y', 'a', '__proto__', 'constructor'])
    expect([...participants].map(([key]) => key)).toEqual([...participants.keys()])
    expect(
      [...participants.entries()].every(
        ([key, participant]) => participants.get(key) === participant && participants.has(key),
      ),
    ).toBe(true)
    expect(participants.size).toBe(5)
    expect(participants.has('toString')).toBe(false)
    expect(participants.get('toString')).toBeUndefined()
    expect(present({ participants }).map(({ id }) => id)).toEqual(['y', 'a', '__proto__'])
  })

  test('cannot be written to', async () => {
    const { call, key } = await withBob()
    const now = await call.read()
    const participant = now.participants.get(key)
    for (const frozen of [now, now.participants, participant, participant?.identity, participant?.identity['user']])
      expect(Object.isFrozen(frozen)).toBe(true)
  })

  test('is a moment: what happens later is in the next one', async () => {
    const { call, key, rollcall } = await withBob()
    const before = await call.read()
    await rollcall.receive([roster()])
    expect(before.participants.get(key)?.state).toBe('active')
    expect((await call.read()).participants.get(key)?.state).toBe('removed')
  })

  test('explains a participant, and does not know a stranger', async () => {
    const { call, key } = await withBob()
    const { evidence, sentence } = await call.explain(key)
    expect(evidence.map(({ source }) => source)).toContain('roster.full')
    expect(sentence).toContain('active')
    await expect(call.explain('stranger')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
  })
})

describe('a subscriber', () => {
  test('is told every announced change and the call, once, in order, after the commit', async () => {
    const { changes, rollcall, key } = await withBob()
    await rollcall.receive([roster(), roster(), callIs('terminated')])
    expect(told(changes)).toEqual([
      'call: unknown → establishing',
      'call: establishing → established',
      `${key}: - → invited`,
      `${key}: invited → active`,
      `${key}: active → removed`,
      'call: established → terminated',
    ])
    expect(changes.at(-2)).toMatchObject({
      callId,
      key,
      ending: { cause: 'left', by: 'remote' },
      participant: { key, state: 'removed' },
    })
    expect(changes.at(-1)).not.toHaveProperty('key')
  })

  test('that throws, or rejects, harms nobody and is reported', async () => {
    const { rollcall, changes, errors, clock } = stage()
    rollcall.subscribe(() => {
      throw new Error('sync')
    })
    rollcall.subscribe(async () => {
      throw new Error('async')
    })
    const late: string[] = []
    rollcall.subscribe(({ to }) => void late.push(to))
    await rollcall.receive([callIs('establishing')])
    await clock.settle()
    expect(told(changes)).toEqual(['call: unknown → establishing'])
    expect(late).toEqual(['establishing'])
    expect(errors.map(String)).toEqual(['Error: sync', 'Error: async'])
  })

  test('is told nothing any more once it has stopped', async () => {
    const { rollcall } = stage()
    const heard: unknown[] = []
    const off = rollcall.subscribe((change) => void heard.push(change))
    await rollcall.receive([callIs('establishing')])
    off()
    await rollcall.receive([callIs('established')])
    expect(heard).toHaveLength(1)
  })

  test('is told nothing any more once another one has stopped it, over the same change', async () => {
    const { rollcall } = stage()
    const heard: unknown[] = []
    let stopLater = (): void => undefined
    rollcall.subscribe(() => stopLater())
    stopLater = rollcall.subscribe((change) => void heard.push(change))
    await rollcall.receive([callIs('establishing'), callIs('established')])
    expect(heard).toEqual([])
  })

  test('finds the change in a reading', async () => {
    const { rollcall } = stage()
    const states: Promise<string>[] = []
    rollcall.subscribe(
      () =>
        void states.push(
          rollcall
            .call(callId)
            .read()
            .then(({ state }) => state),
        ),
    )
    await rollcall.receive([callIs('establishing')])
    await rollcall.receive([callIs('established')])
    expect(await Promise.all(states)).toEqual(['establishing', 'established'])
  })
})
