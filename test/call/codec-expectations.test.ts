import { describe, expect, test } from 'vitest'
import { decodeParts, SCHEMA } from '../../src/call/codec/codec.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { type Json, rich, encoded, put } from './encoded-calls.ts'

describe('a missing expectation of a stored call is reported:', () => {
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

  test('a sound call misses none', () => {
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
