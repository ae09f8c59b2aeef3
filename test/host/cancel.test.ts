/**
 * `cancel`: cancels an invitation unless it is answered, and says what happened instead.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { done, fakeTransport, refused } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, operation, roster, stage, told, type Stage } from './stage.ts'

const bob = { user: { id: 'bob' } }

/** A call in which Bob rings and can be deleted by the id his roster entry will have. */
async function withRingingBob(given: Parameters<typeof stage>[0] = {}) {
  const set = stage(given)
  await set.rollcall.receive([callIs('establishing'), callIs('established')])
  const call = set.rollcall.call(callId)
  const { key } = await call.invite(bob, { participantId: 'bob' })
  await set.clock.settle()
  return { ...set, call, key }
}

function deletes({ transport }: Stage): readonly (string | undefined)[] {
  return transport.requests
    .filter(({ method }) => method === 'deleteParticipant')
    .map(({ participantId }) => participantId)
}

describe('a cancel', () => {
  test('of an invitee who rings resolves with the cancelled participant', async () => {
    const set = await withRingingBob()
    const cancelling = set.call.cancel(set.key)
    await set.clock.settle()
    expect(deletes(set)).toEqual(['bob'])
    await set.rollcall.receive([operation('id-1', 'failed', { code: 400, subcode: 8508 })])
    expect(await cancelling).toMatchObject({
      key: set.key,
      state: 'cancelled',
      ending: { cause: 'cancelled', by: 'local' },
    })
  })

  test('resolves with how the invitation ended when the invitee declines first', async () => {
    const set = await withRingingBob()
    set.transport.hold('deleteParticipant')
    const cancelling = set.call.cancel(set.key)
    await set.rollcall.receive([operation('id-1', 'failed', { code: 603, subcode: 0 })])
    expect(await cancelling).toMatchObject({ state: 'cancelled', ending: { cause: 'declined', by: 'remote' } })
  })

  test('of a participant who has answered rejects, and leaves them in the call', async () => {
    const set = await withRingingBob()
    await set.rollcall.receive([roster(entry('bob'))])
    await expect(set.call.cancel(set.key)).rejects.toMatchObject({
      code: 'STATE_PASSED',
      details: { key: set.key, state: 'active' },
    })
    expect(deletes(set)).toEqual([])
  })

  test.each([
    ['not found', refused(404)],
    ['refused', refused(403)],
  ])(
    'that crosses the answer and is %s rejects, and the participant stays and is told as active',
    async (_, answer) => {
      const set = await withRingingBob()
      const answerDelete = set.transport.hold('deleteParticipant')
      const rejected = expect(set.call.cancel(set.key)).rejects.toMatchObject({
        code: 'STATE_PASSED',
        details: { state: 'active' },
      })
      await set.clock.settle()
      await set.rollcall.receive([roster(entry('bob'))])
      expect(told(set.changes).at(-1)).toBe(`${set.key}: ringing → active`)
      answerDelete(answer)
      await rejected
      await set.clock.advance(60_000)
      expect((await set.call.read()).participants.get(set.key)).toMatchObject({ state: 'active' })
      expect(deletes(set)).toEqual(['bob'])
    },
  )

  test('that crosses the answer and is accepted reports the outcome that a roster shows', async () => {
    for (const stays of [true, false]) {
      const set = await withRingingBob()
      const answerDelete = set.transport.hold('deleteParticipant')
      const rejected = expect(set.call.cancel(set.key)).rejects.toMatchObject(
        stays
          ? { code: 'STATE_PASSED', details: { state: 'active' } }
          : { code: 'PARTICIPANT_ENDED', details: { ending: { cause: 'removed', by: 'local' } } },
      )
      await set.clock.settle()
      await set.rollcall.receive([roster(entry('bob'))])
      answerDelete(done(undefined))
      set.transport.roster = stays ? [bot, entry('bob')] : [bot]
      await set.clock.advance(20_000)
      await rejected
      expect(deletes(set)).toEqual(['bob'])
    }
  })

  test('that the service refuses for good while the invitee rings rejects', async () => {
    const set = await withRingingBob()
    set.transport.script('deleteParticipant', refused(403, '7504'))
    await expect(set.call.cancel(set.key)).rejects.toMatchObject({
      code: 'REMOVAL_REFUSED',
      details: { state: 'ringing', status: 403 },
    })
  })

  test('of an ended participant resolves when the invitation was cancelled, and rejects when they were in the call', async () => {
    const set = await withRingingBob()
    await set.rollcall.receive([operation('id-1', 'failed', { code: 603, subcode: 0 })])
    expect(await set.call.cancel(set.key)).toMatchObject({ state: 'cancelled' })
    const other = await withRingingBob()
    await other.rollcall.receive([roster(entry('bob'))])
    await other.clock.advance(3_000)
    await other.rollcall.receive([roster()])
    await expect(other.call.cancel(other.key)).rejects.toMatchObject({
      code: 'PARTICIPANT_ENDED',
      details: { ending: { cause: 'left' } },
    })
  })

  test('of an unknown participant is an error', async () => {
    const { call } = await withRingingBob()
    await expect(call.cancel('__proto__')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
    await expect(call.cancel(7 as never)).rejects.toThrow(TypeError)
  })

  test('whose DELETE waits for its turn is not sent to a participant who answers meanwhile', async () => {
    const set = await withRingingBob()
    const answerMute = set.transport.hold('muteParticipant')
    const others = Array.from({ length: 8 }, (_, place) => entry(`other-${place}`))
    await set.rollcall.receive([roster(...others)])
    // As many requests of one call as may be under way.
    const mutes = others.map(({ id = '' }) => set.call.mute(id))
    await set.clock.settle()
    const rejected = expect(set.call.cancel(set.key)).rejects.toMatchObject({ code: 'STATE_PASSED' })
    await set.clock.settle()
    await set.rollcall.receive([roster(...others, entry('bob'))])
    for (const _ of mutes) answerMute(done({ status: 'completed' }))
    await rejected
    await Promise.all(mutes)
    expect(deletes(set)).toEqual([])
  })

  test.each(['sent', 'not sent'])(
    'that was %s when the process died is not sent by the next one to a participant who has answered meanwhile',
    async (how) => {
      const [kept, clock] = [memoryStore(), virtualClock()]
      const store = faultyStore(kept)
      const first = await withRingingBob({ store, clock })
      first.transport.script('deleteParticipant', () => new Promise(() => undefined))
      if (how === 'not sent') Object.assign(store, { method: 'claim', failing: 'before' })
      first.call.cancel(first.key).catch(() => undefined)
      await clock.settle()
      expect(deletes(first)).toEqual(how === 'sent' ? ['bob'] : [])
      Object.assign(store, { method: undefined, failing: 'before' })
      await clock.advance(20_000)
      const transport = fakeTransport()
      transport.roster = [bot, entry('bob')]
      const next = stage({ store: kept, clock, transport })
      await next.rollcall.ready
      await clock.advance(60_000)
      expect(deletes(next)).toEqual([])
      expect((await next.rollcall.call(callId).read()).participants.get(first.key)).toMatchObject({ state: 'active' })
      await expect(next.rollcall.call(callId).cancel(first.key)).rejects.toMatchObject({ code: 'STATE_PASSED' })
    },
  )
})
