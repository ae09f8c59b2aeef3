import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/call/model/call.ts'
import {
  decodeCall,
  decodeParts,
  encodeCall,
  encodeCore,
  encodeParticipant,
  SCHEMA,
} from '../../src/call/codec/codec.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { step } from '../../src/call/step.ts'
import { runs } from '../effort/runs.ts'
import { BEGINNING, bot, BOT, established, on, refused, Script, user } from './script.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A call with something in every part of it. */
function rich(): Script {
  const script = new Script({ applicationId: 'the-app', liveness: 'poll', isBotOnRoster: true, resyncMs: 600_000 })
  script.tell({ type: 'call.adopted' })
  script.tell({ type: 'call.bound', tenant: 'the-tenant' })
  script.reported({ state: 'established', myParticipantId: BOT, reference: 'the-room' })
  script.delta(1, bot, on('ann', { muted: true }), on('lea', { id: 'lobby-lea', lobby: true }), on('nia', { id: null }))
  script.snapshot(bot, on('ann'), on('lea'), on('nia', { id: null }))
  script.invite([{ identity: user('bob'), participantId: 'supplied', isHidden: true }], {
    as: 'bob',
    ringTimeoutMs: 30_000,
  })
  script.taken('bob', { bob: 'p-bob' })
  script.invite(['carol', 'dave'], { as: 'team' })
  script.remove('bob')
  script.deleted('bob', refused(403, '7504'))
  script.remove('r-ann')
  script.remove('lobby-lea')
  script.deleted('lobby-lea')
  script.operation('team', 'failed', { code: 500, subcode: 9999, message: 'no' })
  script.tell({ type: 'mute.requested', key: 'r-ann', clientContext: 'mute-1' })
  script.invite('erin')
  script.tell({ type: 'operation.reported', operationId: 'orphan', status: 'running' })
  script.invite('fred')
  script.operation('fred', 'failed', { code: 603, subcode: 0, message: 'DiagCode: 603#0' })
  script.delta(9, on('gus'), on('gus', { gone: 'left' }))
  script.tell({ type: 'notification.unrecognised', resource: '/x', what: 'y' })
  return script
}

/** What may follow in any call: enough to touch every part of it. */
function goOn(call: Call): Call {
  const script = new Script({}, { isChecked: false })
  script.call = call
  script.at += 1_000
  script.remove('bob')
  script.full(bot, on('ann'), on('bob', { id: 'p-bob' }), on('zoe'))
  script.operation('bob', 'completed')
  script.taken('erin', { erin: 'p-erin' })
  script.tell({ type: 'operation.reported', operationId: 'orphan', status: 'failed' })
  script.delta(10, on('zoe', { gone: true }))
  for (let fetch = 1; fetch < 6; fetch += 1)
    script.tell({ type: 'roster.fetched', fetch, answer: { verdict: 'done', value: { entries: [bot, on('ann')] } } })
  for (const key of ['bob', 'r-ann', 'lobby-lea'])
    for (const attempt of [1, 2]) script.tell({ type: 'removal.answered', key, attempt, answer: refused(404) })
  script.invite('hal')
  script.tell({ type: 'host.resumed' })
  script.at += 3_600_000
  for (const deadline of [...call.deadlines.keys()]) script.tell({ type: 'deadline.passed', deadline })
  script.tell({ type: 'hangUp.requested' })
  script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
  return script.call
}

function encoded(call: Call): { core: Record<string, Json>; participants: Record<string, Json>[] } {
  return encodeCall(call) as ReturnType<typeof encoded>
}

/** The error a decoding ends with, or undefined. */
function faultOf(decode: () => unknown): { code: string; path: string | undefined } | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (!isRollcallError(error)) throw error
    expect(error.message).not.toContain('undefined')
    return { code: error.code, path: error.details.path }
  }
}

describe('an encoded call', () => {
  test('is plain JSON that shares nothing with the call', () => {
    const { call } = rich()
    const value = encodeCall(call)
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    encoded(call).core['id'] = 'changed'
    expect(call.id).toBe('the-call')
  })

  test('decodes to a call that encodes the same and goes on the same', () => {
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

  test('says which schema it has', () => {
    expect(encoded(rich().call).core['schema']).toBe(SCHEMA)
  })

  test('comes in parts: a core that does not grow with the roster, and one row for each participant', () => {
    const script = established()
    script.full(bot, on('ann'))
    const small = JSON.stringify(encodeCore(script.call)).length
    script.full(bot, on('ann'), ...Array.from({ length: 200 }, (_, index) => on(`guest-${index}`)))
    expect(JSON.stringify(encodeCore(script.call)).length - small).toBeLessThan(10)
    const rows = [...script.call.participants.keys()].map((key) => [key, encodeParticipant(script.call, key)] as const)
    expect(encodeCall(decodeParts(encodeCore(script.call), rows))).toEqual(encodeCall(script.call))
  })

  test('comes back the same from its parts in any order', () => {
    const { call } = rich()
    const rows = [...call.participants.keys()].map((key) => [key, encodeParticipant(call, key)] as const)
    const restored = decodeParts(encodeCore(call), rows.toReversed())
    expect(encodeCall(restored)).toEqual(encodeCall(call))
    for (const index of ['pending', 'tombstones'] as const) expect(restored[index]).toEqual(call[index])
  })

  test('comes back with those who ended in one moment in the order of their introduction, whatever the order of its parts', () => {
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

  test('has what it files under names in the order of the names, whatever order it came in', () => {
    const script = established()
    for (const name of ['bob', 'carol', 'ann']) script.invite(name)
    const { invitations, deadlines } = encoded(script.call).core as {
      invitations: [string, Json][]
      deadlines: [string, Json][]
    }
    expect(invitations.map(([id]) => id)).toEqual(['ann', 'bob', 'carol'])
    expect(deadlines.map(([name]) => name)).toEqual(['keepAlive', 'ring/ann', 'ring/bob', 'ring/carol'])
  })

  test('of a participant nobody knows is a mistake of the program', () => {
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

describe('a stored call that cannot be read', () => {
  test.each([
    [undefined, '$'],
    [null, '$'],
    ['a string', '$'],
    [7, '$'],
    [[], '$'],
    [{}, '$.participants'],
    [{ participants: [] }, '$.core'],
    [{ core: [], participants: [] }, '$.core'],
    [{ core: {}, participants: {} }, '$.participants'],
    [{ core: {}, participants: [7] }, '$.participants[0]'],
    [{ core: {}, participants: [{}] }, '$.participants[0].key'],
    [{ core: {}, participants: [] }, '$.core.schema'],
    [{ core: { schema: 0 }, participants: [] }, '$.core.schema'],
    [{ core: { schema: '1' }, participants: [] }, '$.core.schema'],
    [{ core: { schema: 1.5 }, participants: [] }, '$.core.schema'],
  ])('%j is SNAPSHOT_INVALID at %s', (value, path) => {
    expect(faultOf(() => decodeCall(value))).toEqual({ code: 'SNAPSHOT_INVALID', path })
  })

  test('of a newer schema is SNAPSHOT_NEWER, whatever else it has', () => {
    expect(faultOf(() => decodeCall({ core: { schema: SCHEMA + 1 }, participants: [] }))).toEqual({
      code: 'SNAPSHOT_NEWER',
      path: '$.core.schema',
    })
  })

  test('without any one part is SNAPSHOT_INVALID there, unless a call may be without it', () => {
    const optional = new Set(['tenant', 'reference', 'ending', 'hangUpRequestedAt', 'hangUps', 'forgotten', 'at'])
    for (const part of Object.keys(encoded(rich().call).core)) {
      if (optional.has(part)) continue
      const { core, participants } = encoded(rich().call)
      delete core[part]
      expect(
        faultOf(() => decodeCall({ core, participants })),
        part,
      ).toEqual({ code: 'SNAPSHOT_INVALID', path: `$.core.${part}` })
    }
  })

  test('with an invitation filed under another id is SNAPSHOT_INVALID there', () => {
    const { core, participants } = encoded(rich().call)
    const [first] = core['invitations'] as [string, unknown][]
    if (first !== undefined) first[0] = 'another'
    expect(faultOf(() => decodeCall({ core, participants }))).toEqual({
      code: 'SNAPSHOT_INVALID',
      path: '$.core.invitations[0][0]',
    })
  })

  test('from before hang-ups were counted is read, and none is counted', () => {
    const { core, participants } = encoded(rich().call)
    delete core['hangUps']
    expect(decodeCall({ core, participants }).hangUps).toBe(0)
  })

  test('with something else in any one place is SNAPSHOT_INVALID at a path, or goes on without harm', () => {
    const { call } = rich()
    const intact = JSON.stringify(encodeCall(call))
    let refusals = 0
    const others: readonly Json[] = [null, 'something else', -1.5, true, [], {}, [7]]
    // The quick suite takes them in turns, every one in every third place.
    const turns = runs(3, 1)
    for (const [place, path] of pathsOf(JSON.parse(intact) as Json).entries()) {
      for (const other of others.filter((_, index) => (place + index) % turns === 0)) {
        const value = JSON.parse(intact) as Json
        put(value, path, other)
        let fault: ReturnType<typeof faultOf>
        let decoded: Call | undefined
        fault = faultOf(() => {
          decoded = decodeCall(value)
        })
        if (fault !== undefined) {
          expect(fault.code, path.join('.')).toBe('SNAPSHOT_INVALID')
          expect(fault.path, path.join('.')).toBeTruthy()
          refusals += 1
        } else {
          expect(() => goOn(decoded as Call), `${path.join('.')} = ${JSON.stringify(other)}`).not.toThrow()
        }
      }
    }
    expect(refusals * turns).toBeGreaterThan(200)
  })
})

describe('what is expected of a stored call is said where it is missing:', () => {
  const text = [
    [7, 'a string'],
    [null, 'a string'],
  ] as const
  const number = [
    ['7', 'a number'],
    [null, 'a number'],
  ] as const
  const count = [
    [-1, 'a whole number, 0 or more'],
    [0.5, 'a whole number, 0 or more'],
    ['1', 'a whole number, 0 or more'],
  ] as const
  const flag = [
    [1, 'true or false'],
    ['true', 'true or false'],
  ] as const
  const object = [
    [7, 'an object'],
    [null, 'an object'],
    [[], 'an object'],
    ['x', 'an object'],
  ] as const
  const array = [
    [{}, 'an array'],
    [null, 'an array'],
    ['x', 'an array'],
  ] as const
  const oneOfStates = 'one of invited, ringing, lobby, active, removed, cancelled'
  const oneOfPhases = 'one of held, sent, accepted, refused, crossed, confirmed'
  const oneOfCallStates =
    'one of unknown, incoming, ringing, redirecting, establishing, established, hold, transferring, transferAccepted, terminating, terminated'
  const oneOfCauses =
    'one of cancelled, declined, busy, noAnswer, unreachable, forbidden, failed, removed, left, lobbyTimeout, replaced, transferred, callEnded, lost, unknown'
  const oneOfEnders = 'one of local, remote, service, deadline, unknown'
  const oneOfOperationStates = 'one of running, completed, failed'
  const state = [
    ['gone', oneOfStates],
    [7, oneOfStates],
    ['toString', oneOfStates],
  ] as const
  const phase = [
    ['idle', oneOfPhases],
    [7, oneOfPhases],
    [null, oneOfPhases],
  ] as const

  const ofParticipant: Readonly<Record<string, readonly (readonly [unknown, string])[]>> = {
    key: text,
    state,
    removal: phase,
    identity: object,
    'identity.user': object,
    'identity.user.id': text,
    'identity.user.displayName': text,
    'identity.user.tenantId': text,
    id: text,
    participantId: text,
    invitation: text,
    ordinal: count,
    isMuted: flag,
    isHidden: flag,
    sequence: number,
    introducedAt: number,
    invitedAt: number,
    ringsUntil: number,
    ringingAt: number,
    lobbyAt: number,
    activeAt: number,
    completedAt: number,
    expiredAt: number,
    missingSince: number,
    isIdUnconfirmed: flag,
    removalRequestedAt: number,
    removalBy: [['remote', 'one of local, deadline']],
    knownAtRemoval: count,
    removalTarget: text,
    isRemovalEarly: flag,
    removalAcceptedAt: number,
    removalConfirmedAt: number,
    removalAttempts: count,
    refusal: object,
    'refusal.status': number,
    'refusal.code': text,
    'refusal.message': text,
    'refusal.requestId': text,
    'refusal.at': number,
    announcedState: state.slice(0, 2),
    trail: array,
    'trail.0': object,
    'trail.0.at': number,
    'trail.0.source': text,
    'trail.0.state': state,
    'trail.0.removal': phase,
    'trail.0.note': text,
  }
  const ofCore: typeof ofParticipant = {
    id: text,
    state: [
      ['gone', oneOfCallStates],
      [7, oneOfCallStates],
    ],
    tenant: text,
    reference: [
      [7, 'a reference'],
      ['', 'a reference'],
    ],
    options: object,
    ...Object.fromEntries(
      [
        'ringTimeoutMs',
        'graceMs',
        'confirmTimeoutMs',
        'reorderWindowMs',
        'keepAliveMs',
        'tombstoneMs',
        'tombstoneLimit',
      ].map((name) => [`options.${name}`, number]),
    ),
    'options.applicationId': text,
    'options.liveness': [['gone', 'one of push, poll']],
    'options.isBotOnRoster': flag,
    'options.resyncMs': number,
    self: object,
    'self.participantId': text,
    'self.formerId': text,
    'self.isInLobby': flag,
    'self.isMuted': flag,
    'self.isOnRoster': flag,
    ending: object,
    'ending.cause': [['boredom', oneOfCauses]],
    'ending.by': [['me', oneOfEnders]],
    'ending.at': number,
    'ending.code': number,
    'ending.subcode': number,
    'ending.message': text,
    'ending.requestId': text,
    aliases: array,
    'aliases.0': array,
    'aliases.0.0': text,
    'aliases.0.1': text,
    invitations: array,
    'invitations.0': array,
    'invitations.0.0': text,
    'invitations.0.1': object,
    'invitations.0.1.id': text,
    'invitations.0.1.keys': array,
    'invitations.0.1.keys.0': text,
    'invitations.0.1.invitees': array,
    'invitations.0.1.invitees.0': object,
    'invitations.0.1.invitees.0.identity': object,
    'invitations.0.1.invitees.0.participantId': text,
    'invitations.0.1.requestedAt': number,
    'invitations.0.1.cancelsOnExpiry': flag,
    'invitations.0.1.operationId': text,
    'invitations.0.1.request': [['gone', 'one of sent, accepted, unconfirmed, refused']],
    'invitations.0.1.operation': [['gone', oneOfOperationStates]],
    'invitations.0.1.completedAt': number,
    'invitations.0.1.over': array,
    'invitations.0.1.over.0': text,
    'invitations.0.1.failure': object,
    'invitations.0.1.failure.code': number,
    'invitations.0.1.failure.subcode': number,
    'invitations.0.1.failure.message': text,
    'invitations.0.1.failure.requestId': text,
    unmatchedOperations: array,
    'unmatchedOperations.0.0': text,
    'unmatchedOperations.0.1': object,
    'unmatchedOperations.0.1.operationId': text,
    'unmatchedOperations.0.1.clientContext': text,
    'unmatchedOperations.0.1.status': [['gone', oneOfOperationStates]],
    'unmatchedOperations.0.1.result': object,
    'unmatchedOperations.0.1.result.code': number,
    'unmatchedOperations.0.1.participants': array,
    roster: object,
    'roster.sequence': number,
    'roster.baseline': number,
    'roster.isOrdered': flag,
    'roster.completeThrough': number,
    'roster.introducedBefore': count,
    'roster.settledBefore': count,
    'roster.fetches': count,
    'roster.attempts': count,
    'roster.fetch': object,
    'roster.fetch.number': count,
    'roster.fetch.requestedAt': number,
    'roster.fetch.attempt': count,
    'roster.fetch.isFenceBroken': flag,
    deadlines: array,
    'deadlines.0': array,
    'deadlines.0.0': text,
    'deadlines.0.1': number,
    hangUpRequestedAt: number,
    hangUps: count,
    mutes: array,
    'mutes.0': text,
    introduced: count,
    forgotten: count,
    keepAlives: count,
    counters: object,
    'counters.unrecognised': count,
    'counters.unclassified': count,
    'counters.suspected': count,
    'counters.unmatchedDropped': count,
    'counters.uninvitedDropped': count,
  }

  /** Something valid in every place the tables name. */
  const whole = (): { core: Record<string, Json>; participants: Record<string, Json>[] } => {
    const { core, participants } = encoded(rich().call)
    const result = { code: 1, subcode: 2, message: 'no', requestId: 'r' }
    const [first] = participants as [Record<string, Json>]
    Object.assign(first, {
      identity: { user: { id: 'x', displayName: 'X', tenantId: 't' } },
      refusal: { status: 403, code: 'c', message: 'm', requestId: 'r', at: 1 },
      announcedState: null,
      trail: [{ at: 1, source: 's', state: 'active', removal: 'sent', note: 'n' }],
    })
    const { invitations } = core as { invitations: [[string, Record<string, Json>]] }
    Object.assign(invitations[0][1], {
      operation: 'running',
      completedAt: 1,
      over: ['k'],
      failure: { ...result },
      invitees: (invitations[0][1]['invitees'] as Json[]).map((one) => ({ ...(one as object), participantId: 'p' })),
    })
    Object.assign(core, {
      aliases: [['former', 'bob']],
      mutes: ['mute-1'],
      ending: { cause: 'left', by: 'remote', at: 1, ...result },
      unmatchedOperations: [
        ['o', { operationId: 'o', clientContext: 'c', status: 'running', result: { ...result }, participants: [] }],
      ],
    })
    Object.assign(core['roster'] as object, { fetch: { number: 1, requestedAt: 1, attempt: 1, isFenceBroken: false } })
    return { core, participants }
  }

  const written = (path: string): string => path.replaceAll(/\.(?<index>\d+)/g, '[$<index>]')
  const faultAt = (
    where: 'core' | 'participants',
    path: string,
    other: unknown,
  ): { message: string; path: string | undefined } => {
    const value = whole()
    put(
      value as unknown as Json,
      [...(where === 'core' ? ['core'] : ['participants', 0]), ...path.split('.')],
      other as Json,
    )
    try {
      decodeParts(
        value.core,
        value.participants.map((row) => ['somebody', row]),
      )
    } catch (error) {
      if (isRollcallError(error)) return { message: error.message, path: error.details.path }
      throw error
    }
    return { message: 'nothing is wrong', path: undefined }
  }

  test('nothing is, where all is well', () => {
    const { core, participants } = whole()
    expect(
      decodeParts(
        core,
        participants.map((row, index) => [`somebody-${index}`, row]),
      ).participants.size,
    ).toBe(participants.length)
  })

  test.each(Object.entries(ofCore))('core %s', (path, wrong) => {
    for (const [other, expected] of wrong) {
      expect(faultAt('core', path, other)).toEqual({
        message: `The stored call is not readable: expected ${expected} at $.core.${written(path)}.`,
        path: `$.core.${written(path)}`,
      })
    }
  })

  test.each(Object.entries(ofParticipant))('participant %s', (path, wrong) => {
    for (const [other, expected] of wrong) {
      const at = `participant "somebody".${written(path)}`
      expect(faultAt('participants', path, other)).toEqual({
        message: `The stored call is not readable: expected ${expected} at ${at}.`,
        path: at,
      })
    }
  })

  test('an ending of an ended participant, and none of an open one', () => {
    const at = 'at participant "somebody".ending.'
    expect(faultAt('participants', 'ending', { cause: 'left', by: 'remote', at: 1 }).message).toBe(
      `The stored call is not readable: expected no ending of an open participant ${at}`,
    )
    expect(faultAt('participants', 'state', 'removed').message).toBe(
      `The stored call is not readable: expected an ending ${at}`,
    )
  })

  test('a key for each invitee, and an invitation under its own id', () => {
    expect(faultAt('core', 'invitations.0.1.keys', []).message).toMatch(
      /expected a key for each invitee at \$\.core\.invitations\[0\]\[1\]\.keys\.$/,
    )
    expect(faultAt('core', 'invitations.0.0', 'other').message).toBe(
      'The stored call is not readable: expected the id of the invitation at $.core.invitations[0][0].',
    )
  })

  test('the version of the schema', () => {
    expect(faultAt('core', 'schema', 0).message).toBe(
      'The stored call is not readable: expected a whole number, 1 or more at $.core.schema.',
    )
    expect(faultAt('core', 'schema', SCHEMA + 1).message).toBe(
      `The stored call has schema ${SCHEMA + 1}, this version reads up to ${SCHEMA}: update rollcall.`,
    )
  })
})

test('a decoded call can be stepped at once', () => {
  const restored = decodeCall(encodeCall(established().call))
  expect(step(restored, { type: 'host.resumed', at: restored.at ?? 0 }).effects).toEqual([
    { type: 'roster.fetch', id: 'fetch/1', fetch: 1 },
  ])
})

describe('a stored call that says what no step makes it say is safe to step:', () => {
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
    'the deadline %s is of nobody',
    (deadline) => {
      const script = altered(({ core }) => (core['deadlines'] as Json[]).push([deadline, 0]))
      expect(script.tell({ type: 'deadline.passed', deadline })).toBe('applied')
      expect(script.call.deadlines.has(deadline)).toBe(false)
    },
  )

  test('somebody pending was asked for by no invitation', () => {
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

  test("nobody asked for a removal that was taken: it counts as the application's", () => {
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

  test("nobody asked for a removal that another inherits: it counts as the application's", () => {
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

function pathsOf(value: Json, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
      : []
  return path.length === 0 ? inner : [path, ...inner]
}

function put(value: Json, path: readonly (string | number)[], other: Json): void {
  let place = value as Record<string | number, Json>
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, Json>
  place[path.at(-1) as string] = other
}
