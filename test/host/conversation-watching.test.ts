/**
 * The documented conversation through the façade: wait, read, subscribe.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../src/host/ports/call-view.ts'
import { refused } from './fake-transport.ts'
import { bot, callId, callIs, entry, operation, roster, stage, told } from './stage.ts'
import { bob, established, withBob } from './conversation.ts'

describe('a wait', () => {
  test('ends when the participant is present', async () => {
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

  test('does not see "active" of a participant who answers during their removal', async () => {
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

  test('for a state that has passed rejects instead of hanging', async () => {
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

  test('ends with its timeout, with its signal, and with the host', async () => {
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

  test('is frozen', async () => {
    const { call, key } = await withBob()
    const now = await call.read()
    const participant = now.participants.get(key)
    for (const frozen of [now, now.participants, participant, participant?.identity, participant?.identity['user']])
      expect(Object.isFrozen(frozen)).toBe(true)
  })

  test('is a snapshot: later changes are in the next one', async () => {
    const { call, key, rollcall } = await withBob()
    const before = await call.read()
    await rollcall.receive([roster()])
    expect(before.participants.get(key)?.state).toBe('active')
    expect((await call.read()).participants.get(key)?.state).toBe('removed')
  })

  test('explains a participant, and reports an unknown key', async () => {
    const { call, key } = await withBob()
    const { evidence, sentence } = await call.explain(key)
    expect(evidence.map(({ source }) => source)).toContain('roster.full')
    expect(sentence).toContain('active')
    await expect(call.explain('stranger')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
  })
})

describe('a subscriber', () => {
  test('receives every announced change and the call, once, in order, after the commit', async () => {
    const { changes, rollcall, key } = await withBob()
    await rollcall.receive([roster(), roster(), callIs('terminated')])
    expect(told(changes)).toEqual([
      'call: - → establishing',
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

  test('that throws or rejects is reported and affects nothing else', async () => {
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
    expect(told(changes)).toEqual(['call: - → establishing'])
    expect(late).toEqual(['establishing'])
    expect(errors.map(String)).toEqual(['Error: sync', 'Error: async'])
  })

  test('receives nothing after it has stopped', async () => {
    const { rollcall } = stage()
    const heard: unknown[] = []
    const off = rollcall.subscribe((change) => void heard.push(change))
    await rollcall.receive([callIs('establishing')])
    off()
    await rollcall.receive([callIs('established')])
    expect(heard).toHaveLength(1)
  })

  test('receives nothing after another subscriber has stopped it, also for the same change', async () => {
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
