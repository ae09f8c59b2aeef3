import { describe, expect, test } from 'vitest'
import { invitedKeys } from '../../src/call/invitations.ts'
import type { ServiceFailure } from '../../src/call/model/events.ts'
import { bot, established, on, refused, unconfirmed, user, withPresent, withRinging } from './script.ts'
import { readFailure } from '../../src/graph/wire/result-codes.ts'

describe('rule 11, an invite', () => {
  test('is posted once, and the participant exists at once as invited', () => {
    const script = established()
    script.invite('bob')
    expect(script.is('bob')).toBe('invited')
    expect(script.requests()).toEqual(['POST bob'])
    expect(script.told()).toEqual(['bob: nobody → invited'])
  })

  test('requested twice with one clientContext is posted once', () => {
    const script = established()
    script.invite('bob')
    expect(script.invite('bob')).toBe('alreadyRequested')
    expect(script.invite('carol', { as: 'bob' })).toBe('alreadyRequested')
    expect(script.requests()).toEqual(['POST bob'])
    expect(script.call.participants.size).toBe(1)
  })

  test('whose clientContext was used by an ended participant is not posted again', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 603 })
    expect(script.invite('bob')).toBe('alreadyRequested')
    expect(script.requests()).toEqual([])
  })

  test('contains everything the application gave for its invitees', () => {
    const script = established()
    const invitee = {
      identity: user('bob'),
      participantId: 'p',
      replacesCallId: 'other-call',
      isHidden: true,
      removeFromDefaultAudioRoutingGroup: true,
    }
    script.invite([invitee], { as: 'bob' })
    expect(script.effects).toContainEqual({
      type: 'participants.invite',
      id: 'invite/bob',
      invitation: 'bob',
      invitees: [invitee],
    })
    expect(script.get('bob')).toMatchObject({ participantId: 'p', isHidden: true })
  })
})

describe('rule 11, a POST whose answer was lost', () => {
  test('is never repeated, and ends no invitee', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    expect(script.is('bob')).toBe('invited')
    script.wait(89_999)
    script.tell({ type: 'host.resumed' })
    expect(script.requests().filter((request) => request.startsWith('POST'))).toEqual(['POST bob'])
    expect(script.is('bob')).toBe('invited')
  })

  test('is correlated by clientContext', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    script.operation('bob', 'running')
    expect(script.is('bob')).toBe('ringing')
    script.operation('bob', 'failed', { code: 603 })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('is correlated by the invitees of its operation', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    script.tell({
      type: 'operation.reported',
      operationId: 'op',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'p-bob' }],
    })
    expect(script.is('bob')).toBe('ringing')
    script.remove('bob')
    expect(script.requests()).toEqual(['POST bob', 'DELETE p-bob'])
  })

  test('is correlated by the roster', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('is ended by the deadline, with a fetch, if no further evidence arrives', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })
})

describe('rule 11, a definite refusal', () => {
  test.each([
    [403, '7504', 'cancelled: forbidden by service'],
    [400, '8523', 'cancelled: failed by service'],
    [500, '9999', 'cancelled: failed by service'],
    [400, 'BadRequest', 'cancelled: failed by service'],
  ])('with %i and %s ends the invitee', (status, code, outcome) => {
    const script = established()
    script.invite('bob')
    script.invited('bob', refused(status, code))
    expect(script.is('bob')).toBe(outcome)
    expect(script.get('bob').ending?.code).toBe(status)
  })

  test('ends every invitee of the request', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.invited('team', refused(403, '7505'))
    expect([script.is('team/0'), script.is('team/1')]).toEqual(Array(2).fill('cancelled: forbidden by service'))
  })

  test.each<[string, Partial<ServiceFailure>, string, number]>([
    ['of an unknown status and code', { status: 418, code: '8999' }, 'cancelled: failed by service', 1],
    ['of an unknown code, without a status', { code: '8999' }, 'cancelled: failed by unknown', 1],
    ['of a known code', { status: 403, code: '7505' }, 'cancelled: forbidden by service', 0],
    ['of a known code, without a status', { code: '7505' }, 'cancelled: forbidden by service', 0],
    [
      'of an unknown status, with a code in words',
      { status: 418, code: 'ImATeapot' },
      'cancelled: failed by service',
      1,
    ],
    ['that never reached the service', { code: 'ECONNREFUSED' }, 'cancelled: failed by unknown', 0],
    ['for want of a token', { code: 'tokenUnavailable' }, 'cancelled: failed by unknown', 0],
  ])('%s is a failure, and counted if its code is not in the table', (_, failure, outcome, unclassified) => {
    const script = established()
    script.invite('bob')
    script.invited('bob', { verdict: 'refused', failure: readFailure({ code: '', message: 'no', ...failure }) })
    expect(script.is('bob')).toBe(outcome)
    expect(script.call.counters.unclassified).toBe(unclassified)
  })

  test('with 404 makes the heartbeat due, which shows whether the call itself is gone', () => {
    const script = withPresent('ann')
    script.invite('bob')
    script.invited('bob', refused(404, '8522'))
    expect([script.is('bob'), script.call.state]).toEqual(['cancelled: lost by service', 'established'])
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-ann')).toBe('removed: lost by service')
  })

  test('with another status leaves the heartbeat unchanged', () => {
    const script = withPresent('ann')
    script.invite('bob')
    script.invited('bob', refused(410))
    script.forgetSoFar()
    script.wait(60_000)
    expect(script.requests()).toEqual([])
  })

  test('that is reported again is not counted again', () => {
    const script = established()
    script.invite('bob')
    script.wait(120_000, { isRosterLost: true })
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    for (let i = 0; i < 2; i += 1) script.invited('bob', refused(418, '8999'))
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('does not end a participant whom the roster shows', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.invited('bob', refused(500))
    expect(script.is('bob')).toBe('active')
  })
})

describe('rule 11, inviting a person who', () => {
  test('is pending already returns the existing participant', () => {
    const script = withRinging('bob')
    expect(script.invite('bob', { as: 'again' })).toBe('alreadyRequested')
    expect(invitedKeys(script.call, [{ identity: user('bob') }])).toEqual(['bob'])
    expect(script.requests()).toEqual([])
  })

  test('is present returns the existing participant, invited or not', () => {
    const script = withPresent('bob')
    expect(script.invite('bob', { as: 'again' })).toBe('alreadyRequested')
    expect(invitedKeys(script.call, [{ identity: user('bob') }])).toEqual(['r-bob'])
  })

  test('has ended is a new participant', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 603 })
    expect(script.invite('bob', { as: 'again' })).toBe('applied')
    expect(script.all('bob')).toEqual(['cancelled: declined by remote', 'invited'])
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['cancelled: declined by remote', 'active'])
  })

  test('is pending, together with others, invites the others only', () => {
    const script = withRinging('bob')
    script.invite(['bob', 'carol'], { as: 'both' })
    expect(script.requests()).toEqual(['POST carol'])
    expect(invitedKeys(script.call, [{ identity: user('bob') }, { identity: user('carol') }])).toEqual([
      'bob',
      'both/1',
    ])
  })

  test('is named twice in one request is one participant', () => {
    const script = established()
    script.invite(['bob', 'bob'], { as: 'twice' })
    expect(script.requests()).toEqual(['POST bob'])
    expect(invitedKeys(script.call, [{ identity: user('bob') }, { identity: user('bob') }])).toEqual([
      'twice/0',
      'twice/0',
    ])
  })

  test('left and is invited again is bound to the new invitation on arrival', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.invite('bob', { as: 'again' })
    script.full(bot, on('bob', { id: 'new-bob' }))
    expect(script.is('again')).toBe('active')
    expect(script.get('again').id).toBe('new-bob')
  })
})

test('rule 11, a person who was not invited has no key', () => {
  expect(invitedKeys(established().call, [{ identity: user('bob') }])).toBeUndefined()
})

describe('rule 11, inviting a person by a known id', () => {
  test('returns the existing participant, whatever the identity', () => {
    const script = withPresent('ann', 'bob')
    const invitee = { identity: user('robert'), participantId: 'r-bob' }
    expect(script.invite([invitee], { as: 'again' })).toBe('alreadyRequested')
    expect(invitedKeys(script.call, [invitee])).toEqual(['r-bob'])
  })

  test('returns the one of two of that identity that has the id', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('bob', { id: 'other-bob' }))
    expect(script.all('bob')).toEqual(['active', 'active'])
    expect(invitedKeys(script.call, [{ identity: user('bob'), participantId: 'other-bob' }])).toEqual(['other-bob'])
    expect(invitedKeys(script.call, [{ identity: user('bob') }])).toEqual(['r-bob'])
  })

  test('posts the invite if the id belongs to a departed participant', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.invite([{ identity: user('bob'), participantId: 'r-bob' }], { as: 'again' })).toBe('applied')
    expect(script.is('again')).toBe('invited')
  })
})

test('rule 11, of two participants of one identity the earlier one matches an invitation, however many are in the call', () => {
  const script = established()
  const names = Array.from({ length: 24 }, (_, index) => `name-${index}`)
  const second = names.map((name, index) => on(name, { id: index % 2 === 0 ? `a-${name}` : `z-${name}` }))
  script.full(bot, ...names.map((name) => on(name)))
  script.full(bot, ...names.map((name) => on(name)), ...second)
  expect(script.call.participants.size).toBe(48)
  expect(
    invitedKeys(
      script.call,
      names.map((name) => ({ identity: user(name) })),
    ),
  ).toEqual(names.map((name) => `r-${name}`))
})

describe('rule 11, an answer to a POST', () => {
  test('that was not sent is ignored, with a reason', () => {
    expect(established().taken('nobody')).toBe('unknownInvitation')
  })

  test('that is given twice counts once', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob', { bob: 'p-bob' })
    expect(script.taken('bob', { bob: 'p-bob' })).toBe('duplicate')
  })

  test('that was given cannot be lost any more', () => {
    const script = withRinging('bob')
    expect(script.invited('bob', unconfirmed())).toBe('duplicate')
    expect(script.call.invitations.get('bob')?.request).toBe('accepted')
  })

  test('that was lost is awaited no longer than its invitees', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    expect(script.call.invitations.get('bob')?.request).toBe('unconfirmed')
    script.full(bot, on('bob'))
    expect(script.call.invitations.size).toBe(0)
  })

  test('that arrives last completes the invitation', () => {
    const script = established()
    script.invite('bob')
    script.operation('bob', 'failed', { code: 603 })
    expect(script.call.invitations.size).toBe(1)
    script.taken('bob')
    expect(script.call.invitations.size).toBe(0)
  })

  test.each([
    ['8522', { code: 418, subcode: 8522 }],
    ['x8522', { code: 418 }],
    ['8522x', { code: 418 }],
    ['1234567890', { code: 418 }],
  ])('that refuses it with the code %s has that as its subcode only if it is a number', (code, kept) => {
    const script = established()
    script.invite('bob')
    script.invited('bob', refused(418, code))
    const { cause, by, at, message, ...rest } = script.get('bob').ending ?? {}
    expect([at, message, rest]).toEqual([script.at, 'refused', kept])
  })

  test.each([{}, { requestId: 'request-1' }])('that refuses it has the id of the request: %j', (request) => {
    const script = established()
    script.invite('bob')
    script.invited('bob', {
      verdict: 'refused',
      failure: readFailure({ status: 403, code: '7504', message: 'no', ...request }),
    })
    expect(script.get('bob').ending).toStrictEqual({
      cause: 'forbidden',
      by: 'service',
      at: script.at,
      code: 403,
      subcode: 7504,
      message: 'no',
      ...request,
    })
  })
})

describe('rule 11, a ring time', () => {
  test.each([
    [undefined, { isLonger: false, requests: ['GET roster'] }],
    [89_999, { isLonger: false, requests: ['DELETE p-bob'] }],
    [90_000, { isLonger: false, requests: ['GET roster'] }],
    [90_001, { isLonger: true, requests: ['GET roster'] }],
  ])("of %s ms is cancelled only if it is shorter than the service's 90 s", (ringTimeoutMs, { isLonger, requests }) => {
    const script = withRinging('bob', { bob: 'p-bob' }, ringTimeoutMs === undefined ? {} : { ringTimeoutMs })
    expect(script.get('bob').ringsUntil).toBe(isLonger ? script.at + 90_001 : undefined)
    script.wait(ringTimeoutMs ?? 90_000)
    expect(script.requests()).toEqual(requests)
  })
})
