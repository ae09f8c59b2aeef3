import { describe, expect, test } from 'vitest'
import {
  decodeCall,
  decodeParts,
  encodeCall,
  encodeCore,
  encodeParticipant,
  SCHEMA,
} from '../../src/call/codec/codec.ts'
import { step } from '../../src/call/step.ts'
import { BEGINNING, bot, established, on, Script, type user } from './script.ts'
import { type Json, rich, goOn, encoded } from './encoded-calls.ts'

describe('an encoded call', () => {
  test('is plain JSON that shares nothing with the call', () => {
    const { call } = rich()
    const value = encodeCall(call)
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    encoded(call).core['id'] = 'changed'
    expect(call.id).toBe('the-call')
  })

  test('decodes to a call that encodes the same and continues the same', () => {
    const { call } = rich()
    const restored = decodeCall(JSON.parse(JSON.stringify(encodeCall(call))))
    expect(encodeCall(restored)).toEqual(encodeCall(call))
    for (const index of ['pending', 'tombstones'] as const) expect(restored[index]).toEqual(call[index])
    for (const map of [
      'byId',
      'byIdentity',
      'byInvitation',
      'aliases',
      'deadlines',
      'trails',
      'invitations',
      'unmatchedOperations',
    ] as const) {
      expect(new Map<string, unknown>(restored[map])).toEqual(new Map<string, unknown>(call[map]))
    }
    expect(encodeCall(goOn(restored))).toEqual(encodeCall(goOn(call)))
  })

  test('has the version of its schema', () => {
    expect(encoded(rich().call).core['schema']).toBe(SCHEMA)
  })

  test('consists of parts: a core that does not grow with the roster, and one row for each participant', () => {
    const script = established()
    script.full(bot, on('ann'))
    const small = JSON.stringify(encodeCore(script.call)).length
    script.full(bot, on('ann'), ...Array.from({ length: 200 }, (_, index) => on(`guest-${index}`)))
    expect(JSON.stringify(encodeCore(script.call)).length - small).toBeLessThan(10)
    const rows = [...script.call.participants.keys()].map((key) => [key, encodeParticipant(script.call, key)] as const)
    expect(encodeCall(decodeParts(encodeCore(script.call), rows))).toEqual(encodeCall(script.call))
  })

  test('decodes to the same call from its parts in any order', () => {
    const { call } = rich()
    const rows = [...call.participants.keys()].map((key) => [key, encodeParticipant(call, key)] as const)
    const restored = decodeParts(encodeCore(call), rows.toReversed())
    expect(encodeCall(restored)).toEqual(encodeCall(call))
    for (const index of ['pending', 'tombstones'] as const) expect(restored[index]).toEqual(call[index])
  })

  test('keeps participants with the same end time in order of introduction, whatever the order of its parts', () => {
    const script = established()
    script.delta(1, bot, on('ann'), on('ben'), on('cy'))
    script.snapshot(bot, ...['ann', 'ben', 'cy'].map((name) => on(name, { sequence: 1 })))
    script.wait(5_000)
    script.delta(2, on('cy', { gone: true }))
    script.wait(5_000)
    script.delta(3, on('ben', { gone: true }), on('ann', { gone: true }))
    const rows = ['r-ben', 'r-ann', 'r-cy'].map((key) => [key, encodeParticipant(script.call, key)] as const)
    for (const some of [rows, rows.toReversed()])
      expect(decodeParts(encodeCore(script.call), some).tombstones).toEqual(['r-cy', 'r-ann', 'r-ben'])
  })

  test('has its named entries in the order of their names, whatever the order of their arrival', () => {
    const script = established()
    for (const name of ['bob', 'carol', 'ann']) script.invite(name)
    const { invitations, deadlines } = encoded(script.call).core as {
      invitations: [string, Json][]
      deadlines: [string, Json][]
    }
    expect(invitations.map(([id]) => id)).toEqual(['ann', 'bob', 'carol'])
    expect(deadlines.map(([name]) => name)).toEqual(['keepAlive', 'ring/ann', 'ring/bob', 'ring/carol'])
  })

  test('of an unknown participant is a programming error', () => {
    expect(() => encodeParticipant(established().call, 'nobody')).toThrow(
      new TypeError('the call has no participant nobody'),
    )
  })

  test.each(['__proto__', 'constructor', 'toString', '', ' '])(
    'keeps "%s" as an ordinary key, id and kind of identity',
    (id) => {
      const script = established()
      script.invite([{ identity: JSON.parse(`{"${id}":{"id":"${id}"}}`) as ReturnType<typeof user> }], { as: id })
      const restored = decodeCall(JSON.parse(JSON.stringify(encodeCall(script.call))))
      expect(Object.keys(restored.participants.get(id)?.identity ?? {})).toEqual([id])
      expect(restored.invitations.get(id)?.keys).toEqual([id])
    },
  )
})

test('a decoded call can be stepped at once', () => {
  const restored = decodeCall(encodeCall(established().call))
  expect(step(restored, { type: 'host.resumed', at: restored.at ?? 0 }).effects).toEqual([
    { type: 'roster.fetch', id: 'fetch/1', fetch: 1 },
  ])
})

describe('a stored call in a state that no step produces is safe to step:', () => {
  const later = 1_000_000

  /** Ann is there, Bob rings; changed as it lies in the store. */
  function altered(
    change: (parts: {
      core: Record<string, Json>
      ann: Record<string, Json>
      bob: Record<string, Json>
      participants: Record<string, Json>[]
    }) => void,
  ): Script {
    const script = established()
    script.full(bot, on('ann'))
    script.invite('bob')
    script.taken('bob', { bob: 'p-bob' })
    const { core, participants } = encoded(script.call)
    const [ann = {}, one = {}] = participants
    change({ core, ann, bob: one, participants })
    const restored = new Script({}, { isChecked: false })
    restored.call = decodeCall(JSON.parse(JSON.stringify({ core, participants })))
    restored.at = script.at + later
    return restored
  }

  test.each(['complete/nothing', 'retry/nobody', 'confirm/nobody', 'ring/nobody', 'grace/nobody'])(
    'the deadline %s has no participant',
    (deadline) => {
      const script = altered(({ core }) => (core['deadlines'] as Json[]).push([deadline, 0]))
      expect(script.tell({ type: 'deadline.passed', deadline })).toBe('applied')
      expect(script.call.deadlines.has(deadline)).toBe(false)
    },
  )

  test('a pending participant has no invitation', () => {
    const uninvited = (): Script => {
      const script = altered(({ core, bob: { invitation: _, participantId: __, ...facts }, participants }) => {
        participants.push({ ...facts, key: 'zed', ordinal: 2, identity: { user: { id: 'zed' } } })
        core['introduced'] = 3
        ;(core['deadlines'] as Json[]).push(['ring/zed', 0])
      })
      // The invitations have been looked at before.
      script.operation('bob', 'running')
      return script
    }
    const expired = uninvited()
    expect(expired.tell({ type: 'deadline.passed', deadline: 'ring/zed' })).toBe('applied')
    expect(expired.call.deadlines.has('grace/zed')).toBe(true)
    const proved = uninvited()
    proved.full(bot)
    proved.full(bot)
    proved.tell({ type: 'deadline.passed', deadline: 'ring/zed' })
    proved.operation('bob', 'running')
    proved.snapshot(bot, on('ann'))
    expect(proved.is('zed')).toBe('cancelled: noAnswer by deadline')
  })

  test("an accepted removal without a requester counts as the application's", () => {
    const script = altered(({ ann }) =>
      Object.assign(ann, {
        removal: 'accepted',
        removalRequestedAt: 1,
        removalTarget: 'r-ann',
        removalAttempts: 1,
        isRemovalEarly: false,
        removalAcceptedAt: 2,
      }),
    )
    script.full(bot)
    expect(script.is('r-ann')).toBe('removed: removed by local')
  })

  test("an inherited removal without a requester counts as the application's", () => {
    const script = altered(({ ann }) =>
      Object.assign(ann, {
        state: 'removed',
        removal: 'confirmed',
        removalRequestedAt: 1,
        removalTarget: 'r-ann',
        removalAttempts: 1,
        isRemovalEarly: false,
        removalAcceptedAt: 2,
        removalConfirmedAt: 3,
        ending: { cause: 'removed', by: 'local', at: BEGINNING + later },
      }),
    )
    script.full(bot, on('ann'))
    script.snapshot(bot, on('ann'))
    expect(
      [...script.call.participants.values()]
        .filter(({ state }) => state === 'active')
        .map(({ removal, removalBy }) => [removal, removalBy]),
    ).toEqual([['sent', 'local']])
  })
})
