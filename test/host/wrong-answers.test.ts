/**
 * Answers and events that do not match their types: nothing of them is stored that could not be read again, and no events
 * of other calls are lost with them.
 */
import { describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { Store } from '../../src/host/ports/ports.ts'

import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { notJson, objectsOf, oddJson, placesOf, withOther } from '../call/places.ts'
import { runs } from '../effort/runs.ts'
import { done, type Method } from './fake-transport.ts'
import { bot, callId, callIs, entry, operation, roster, stage } from './stage.ts'

const bob = { user: { id: 'bob' } }

/** Resolves with the state of the call as another host reads it. */
async function readElsewhere(store: Store, clock: VirtualClock): Promise<string> {
  return (await stage({ store, clock }).rollcall.call(callId).read()).state
}

const result = { code: 486, subcode: 0, message: 'busy', requestId: 'q', cause: 'busy', by: 'remote' }
const details = { languageId: 'en', more: [1] }
const answers: readonly (readonly [Method, object])[] = [
  [
    'invite',
    done({ status: 'failed', operationId: 'o', result, participants: [{ identity: bob, participantId: 'p' }] }),
  ],
  ['listParticipants', done({ entries: [bot, entry('carol', { details, endpoint: 'default' })], isComplete: true })],
  ['getCall', done({ state: 'hold', myParticipantId: 'bot', result, reference: 'room' })],
]

/** Everything a transport may make of an answer by writing something else in one place. */
function wrong(answer: object): readonly object[] {
  const odd = [...oddJson, ...notJson]
  return [
    ...placesOf(answer).flatMap((place) => odd.map((other) => withOther(answer, place, other))),
    ...objectsOf(answer).flatMap((place) => notJson.map((other) => withOther(answer, [...place, 'inAddition'], other))),
  ]
}

describe.each(answers)('whatever is in one place of an answer to %s', (method, answer) => {
  test('the call accepts events, is stored, and is read by another host', async () => {
    // The quick suite takes every seventh.
    const some = wrong(answer).filter((_, index) => index % runs(7, 1) === 0)
    for (const changed of some) {
      const store = memoryStore()
      const clock = virtualClock()
      const first = stage({ store, clock })
      first.transport.script(method, changed as never)
      await first.rollcall.receive([callIs('established'), roster(entry('dave'))])
      await clock.settle()
      await first.rollcall.call(callId).invite(bob)
      await clock.settle()
      await first.rollcall.receive([callIs('terminated')])
      expect(await readElsewhere(store, clock)).toBe('terminated')
      await first.rollcall.close()
    }
    expect(some.length).toBeGreaterThan(10)
  })
})

describe('an answer of another shape counts as unconfirmed, and the error says where it is wrong', () => {
  test.each<readonly [Method, object, string]>([
    ['invite', done({ status: 'failed', result: { code: '486' } }), 'expected a number at answer.value.result.code'],
    [
      'invite',
      done({ status: 'failed', result: { requestId: 5 } }),
      'expected a string at answer.value.result.requestId',
    ],
    [
      'listParticipants',
      done({ entries: [entry('z', { details: { big: 10n } })] }),
      'expected a JSON value at answer.value.entries[0].details.big',
    ],
    [
      'listParticipants',
      done({ entries: [entry('z', { identity: { user: { id: 'z', since: new Date(0) } } })] }),
      'expected a plain object at answer.value.entries[0].identity.user.since',
    ],
    ['listParticipants', done({ isComplete: true }), 'expected an array at answer.value.entries'],
    ['listParticipants', { verdict: 'maybe' }, 'expected one of done, refused, unconfirmed at answer.verdict'],
    ['getCall', done({ state: 'toString' }), 'expected one of unknown, incoming, ringing, '],
    ['getCall', done({ reference: '' }), 'expected a reference at answer.value.reference'],
    ['keepAlive', { verdict: 'refused', failure: { code: 'c', message: 'm' } }, 'expected one of gone, forbidden, '],
  ])('%s: %o: %s', async (method, answer, message) => {
    const { rollcall, transport, clock, errors } = stage()
    transport.script(method, answer as never)
    await rollcall.receive([callIs('established'), roster(entry('dave'))])
    if (method === 'getCall') await rollcall.call('never-heard-of').read()
    await rollcall.call(callId).invite(bob)
    await clock.advance(20 * 60_000)
    expect(errors.map(String)).toContainEqual(
      expect.stringContaining(`TypeError: the transport gave a wrong answer: ${message}`),
    )
    expect((await rollcall.call(callId).read()).state).toBe('established')
  })
})

describe('events passed to receive', () => {
  const code = (value: unknown): InboundEvent =>
    ({ ...operation('i', 'failed'), event: { ...operation('i', 'failed').event, result: { code: value } } }) as never

  test('and are not events are refused with the path of what is wrong', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const { rollcall, errors } = stage({ store, clock })
    await rollcall.receive([callIs('established')])
    await rollcall.call(callId).invite(bob, { clientContext: 'i' })
    const before = (await store.load(callId))?.version
    await expect(rollcall.receive([callIs('hold'), code('486')])).rejects.toMatchObject({
      code: 'NOTIFICATION_INVALID',
      definite: true,
      details: { path: 'events[1].event.result.code', expected: 'a number', callId },
      message: 'Expected a number at events[1].event.result.code.',
    })
    expect((await store.load(callId))?.version).toBe(before)
    expect(errors).toEqual([])
    expect(await readElsewhere(store, clock)).toBe('established')
  })

  test.each<readonly [unknown, string]>([
    [undefined, 'events[0].event'],
    [{ type: 'call.dreamt' }, 'events[0].event.type'],
    [{ type: 'call.reported', state: 'toString' }, 'events[0].event.state'],
    [{ type: 'call.reported', extra: 10n }, 'events[0].event.extra'],
    [{ type: 'roster.reported', kind: 'full', entries: 'all' }, 'events[0].event.entries'],
  ])('%o is refused at %s', async (event, path) => {
    for (const about of [callId, '']) {
      const { rollcall } = stage()
      await expect(rollcall.receive([{ callId: about, event } as never])).rejects.toMatchObject({
        code: 'NOTIFICATION_INVALID',
        details: { path },
      })
    }
  })

  test('do not affect other calls: their events are stored, and the error names them', async () => {
    const store = memoryStore()
    const { rollcall, clock } = stage({ store })
    const failure: unknown = await rollcall
      .receive([code('486'), callIs('established', { callId: 'b' }), { callId: '', event: 7 } as never])
      .catch((error: unknown) => error)
    expect(isRollcallError(failure) && failure).toMatchObject({
      code: 'NOTIFICATION_INVALID',
      definite: false,
      details: { path: 'events[0].event.result.code', callId, stored: ['b'] },
    })
    expect(await store.listOpen()).toEqual(['b'])
    await clock.settle()
  })

  test('of white space alone are of no call, as those of an empty id', async () => {
    const { rollcall, store } = stage()
    await rollcall.receive([{ ...callIs('hold'), callId: ' ' }, callIs('established')])
    expect(await store.listOpen()).toEqual([callId])
  })

  test('of an id that is not a string are a mistake of the program', async () => {
    await expect(stage().rollcall.receive([{ ...callIs('hold'), callId: 7 } as never])).rejects.toThrow(
      new TypeError('callId: expected a string'),
    )
  })
})

describe('options of an invite', () => {
  test('that are null count as absent, and the call is read again', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const { rollcall, transport } = stage({ store, clock })
    await rollcall.receive([callIs('established')])
    const absent = {
      hidden: null,
      removeFromDefaultAudioRoutingGroup: null,
      ringTimeoutMs: null,
      participantId: null,
      replacesCallId: null,
      clientContext: null,
    }
    await rollcall.call(callId).invite(bob, absent as never)
    await clock.settle()
    expect(transport.requests.find(({ method }) => method === 'invite')?.invitees).toEqual([{ identity: bob }])
    expect(await readElsewhere(store, clock)).toBe('established')
  })

  test.each(['hidden', 'removeFromDefaultAudioRoutingGroup'])('%s is true or false', async (name) => {
    const { rollcall } = stage()
    await rollcall.receive([callIs('established')])
    for (const value of ['yes', 1, {}])
      await expect(rollcall.call(callId).invite(bob, { [name]: value } as never)).rejects.toEqual(
        expect.objectContaining({
          name: 'TypeError',
          message: expect.stringContaining(`invite: ${name}: expected true or false; found `),
        }),
      )
  })
})
