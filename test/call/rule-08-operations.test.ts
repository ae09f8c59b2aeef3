import { describe, expect, test } from 'vitest'
import type { OperationReport } from '../../src/call/model/events.ts'
import { bot, established, on, refused, user, withRinging, type Script } from './script.ts'

const declined = { code: 603, subcode: 8538, message: 'Callee declined.' }

describe('rule 8, an operation', () => {
  test('that completed is no proof of anything but the roster has the last word', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed', { code: 200, subcode: 0 })
    expect(script.is('bob')).toBe('ringing')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('that completed before or after the roster showed them makes no difference', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    expect(script.operation('bob', 'completed')).not.toBe('applied')
    expect(script.is('bob')).toBe('active')
  })

  test('that completed in the HTTP response needs no notification', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob', {}, 'completed')
    expect(script.is('bob')).toBe('ringing')
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that failed in the HTTP response ends the invitee there and then', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', { verdict: 'done', value: { operationId: 'op', status: 'failed', result: declined } })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('that completed without a roster entry after 10 s, and not sooner, is followed by a fetch', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.wait(9_999)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('that completed and is followed by a roster entry is followed by no fetch', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.full(bot, on('bob'))
    script.wait(60_000)
    expect(script.requests()).toEqual([])
  })

  test('that completed, with nobody ever seen, ends by the deadline, and nobody claims to know why', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing')
    script.wait(80_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: unknown by deadline')
  })

  test('that failed ends its single invitee, with the cause of its code, and the raw result is kept', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect(script.get('bob').ending).toMatchObject(declined)
    expect(script.told()).toEqual(['bob: ringing → cancelled'])
  })

  test('that failed does not end somebody the roster shows: what is seen beats what is said', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('active')
  })

  test('that failed for somebody the roster shows is no evidence of what they are', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.full(bot, on('bob'))
    const before = script.call.trails.get('team/0')
    expect(
      script.operation('team', 'failed', { ...declined, message: 'addParticipants failed for participant bob.' }),
    ).toBe('applied')
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['active', 'invited'])
    expect(script.call.trails.get('team/0')).toBe(before)
  })

  test('that failed before the answer to the POST came ends them as well', () => {
    const script = established()
    script.invite('bob')
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect(script.taken('bob', { bob: 'p-bob' })).not.toBe('unknownParticipant')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('that runs while it was said to have completed brings nobody back to ringing', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'running')
    expect(script.is('bob')).toBe('active')
  })

  test('that is said twice is one', () => {
    const script = withRinging('bob')
    expect(script.operation('bob', 'running')).toBe('duplicate')
    script.operation('bob', 'completed')
    expect(script.operation('bob', 'completed')).toBe('duplicate')
    script.operation('bob', 'failed', declined)
    expect(script.operation('bob', 'failed', declined)).not.toBe('applied')
  })

  test("that is nobody's invitation, such as a prompt or a mute, is none of our business", () => {
    const script = withRinging('bob')
    expect(script.operation('a prompt', 'failed', { code: 500 })).toBe('unknownInvitation')
    expect(script.tell({ type: 'operation.reported', operationId: 'else', status: 'failed' })).toBe('unknownInvitation')
    expect(script.is('bob')).toBe('ringing')
  })

  test('without clientContext is known by its id', () => {
    const script = withRinging('bob')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test.each(['', 'BOB', 'something else'])(
    'with the clientContext "%s", which is nobody\'s, is known by its id',
    (clientContext) => {
      const script = withRinging('bob')
      script.tell({
        type: 'operation.reported',
        clientContext,
        operationId: 'op-bob',
        status: 'failed',
        result: declined,
      })
      expect(script.is('bob')).toBe('cancelled: declined by remote')
    },
  )

  test("with the clientContext of one invitation and the id of another is the former's", () => {
    const script = withRinging('bob')
    script.invite('carol')
    script.taken('carol')
    script.tell({
      type: 'operation.reported',
      clientContext: 'carol',
      operationId: 'op-bob',
      status: 'failed',
      result: declined,
    })
    expect([script.is('bob'), script.is('carol')]).toEqual(['ringing', 'cancelled: declined by remote'])
  })

  test("with an empty clientContext waits for the answer to its POST, or is known by its people; with somebody else's, it is theirs", () => {
    for (const [clientContext, outcome] of [
      ['', 'applied'],
      ['a prompt', 'unknownInvitation'],
    ] as const) {
      const script = established()
      script.invite('bob')
      const report = {
        type: 'operation.reported',
        clientContext,
        operationId: 'op-bob',
        status: 'failed',
        result: declined,
      } as const
      expect(script.tell(report)).toBe(outcome)
      script.taken('bob')
      expect(script.is('bob')).toBe(outcome === 'applied' ? 'cancelled: declined by remote' : 'ringing')
      script.invite('carol')
      expect(script.tell({ ...report, operationId: undefined, participants: [{ identity: user('carol') }] })).toBe(
        outcome,
      )
    }
  })

  test('without clientContext and id is known by the people it repeats', () => {
    const script = established()
    script.invite('bob')
    script.invite('carol')
    script.tell({
      type: 'operation.reported',
      status: 'failed',
      result: declined,
      participants: [{ identity: user('carol') }],
    })
    expect([script.is('bob'), script.is('carol')]).toEqual(['invited', 'cancelled: declined by remote'])
  })

  test('for several, without clientContext and id, is known by the people it repeats, in any order', () => {
    const script = established()
    script.invite('erin')
    script.invite(['bob', 'carol'], { as: 'team' })
    script.tell({
      type: 'operation.reported',
      operationId: 'op',
      status: 'running',
      participants: [{ identity: user('carol') }, { identity: user('bob') }],
    })
    expect([script.is('team/0'), script.is('team/1'), script.is('erin')]).toEqual(['ringing', 'ringing', 'invited'])
  })

  test('for as many people, of whom one is somebody else, is none of our business', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    const participants = [{ identity: user('bob') }, { identity: user('mallory') }]
    script.tell({ type: 'operation.reported', status: 'failed', result: declined, participants })
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['invited', 'invited'])
  })

  test('with a code the table has is not counted', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', declined)
    expect(script.call.counters.unclassified).toBe(0)
  })

  test('with a code nobody knows is failed, and counted', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 500, subcode: 3003 })
    expect(script.is('bob')).toBe('cancelled: failed by service')
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('with code 200 that failed did not answer', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 200, subcode: 5013 })
    expect(script.is('bob')).toBe('cancelled: noAnswer by remote')
  })
})

describe('rule 8, an operation told of before the answer to its POST', () => {
  test('without clientContext is kept until the answer says whose it is', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.is('bob')).toBe('invited')
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('that ran first and failed then has failed', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('is not kept when every invitation knows its operation', () => {
    const script = withRinging('bob')
    expect(script.tell({ type: 'operation.reported', operationId: 'other', status: 'failed' })).toBe(
      'unknownInvitation',
    )
    expect(script.call.unmatchedOperations.size).toBe(0)
  })

  test('is dropped, and counted, when too many wait already', () => {
    const script = established()
    script.invite('bob')
    for (let i = 0; i < 70; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'completed' })
    expect(script.call.unmatchedOperations.size).toBe(64)
    expect(script.call.counters.unmatchedDropped).toBe(6)
  })

  test('keeps the ids it brought, whatever else is told of it', () => {
    const script = established()
    script.invite('bob')
    script.tell({
      type: 'operation.reported',
      operationId: 'op-bob',
      status: 'running',
      participants: [{ identity: {}, participantId: 'p-bob' }],
    })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'completed' })
    script.taken('bob')
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('is kept while the answer to another POST comes', () => {
    const script = established()
    script.invite('bob')
    script.invite('carol')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    script.taken('carol')
    script.taken('bob')
    expect([script.is('bob'), script.is('carol')]).toEqual(['cancelled: declined by remote', 'ringing'])
  })

  test('is forgotten when no invitation waits for its operation any more', () => {
    const script = established()
    script.invite('bob')
    for (let i = 0; i < 70; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'completed' })
    script.taken('bob')
    expect(script.call.unmatchedOperations.size).toBe(0)
    script.invite('carol')
    script.tell({ type: 'operation.reported', operationId: 'op-carol', status: 'failed', result: declined })
    script.taken('carol')
    expect(script.is('carol')).toBe('cancelled: declined by remote')
  })
})

describe('rule 8, an operation for several', () => {
  const inviting = () => {
    const script = established()
    script.invite(['bob', 'carol', 'dave'], { as: 'team' })
    script.taken('team')
    return script.forgetSoFar()
  }
  const all = (script: ReturnType<typeof inviting>) => ['team/0', 'team/1', 'team/2'].map((key) => script.is(key))

  test('that failed ends nobody by itself: the roster is fetched, and those absent end', () => {
    const script = inviting()
    script.full(bot, on('bob'))
    script.operation('team', 'failed', { code: 500, subcode: 9999 })
    expect(all(script)).toEqual(['active', 'ringing', 'ringing'])
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'), on('carol'))
    expect(all(script)).toEqual(['active', 'active', 'cancelled: failed by service'])
  })

  test('that failed with a code nobody knows is counted once, however often it is told', () => {
    const script = inviting()
    for (let i = 0; i < 3; i += 1) script.operation('team', 'failed', { code: 500, subcode: 3003 })
    expect(script.call.counters.unclassified).toBe(1)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that failed is not settled by a fetch that was asked for before the failure', () => {
    const script = inviting()
    script.tell({ type: 'host.resumed' })
    script.operation('team', 'failed', { code: 500, subcode: 9999 })
    script.snapshot(bot)
    expect(all(script)).toEqual(['ringing', 'ringing', 'ringing'])
    script.wait(500)
    script.snapshot(bot)
    expect(all(script)).toEqual(Array(3).fill('cancelled: failed by service'))
  })

  test('whose message names one of them ends that one', () => {
    const script = established()
    script.invite([{ identity: { user: { id: 'bob' }, phone: { id: '+61400000000' } } }, { identity: user('carol') }], {
      as: 'team',
    })
    script.taken('team')
    script.operation('team', 'failed', {
      code: 412,
      subcode: 9999,
      message:
        'addParticipants failed for participant 4:+61400000000. Underlying reason: no route. DiagCode: 403#10151.@',
    })
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['cancelled: forbidden by service', 'ringing'])
  })

  test('whose message names one by an upper-case organisation id ends that one', () => {
    const script = inviting()
    script.operation('team', 'failed', {
      code: 412,
      subcode: 9999,
      message: 'addParticipants failed for participant 8:orgid:CAROL. Underlying reason: busy.',
    })
    expect(all(script)).toEqual(['ringing', 'cancelled: failed by service', 'ringing'])
  })

  const naming = { code: 603, subcode: 0, message: 'addParticipants failed for participant bob.' }
  const namingNobody = { code: 500, subcode: 9999 }

  test.each([
    ['first', [naming, namingNobody]],
    ['last', [namingNobody, naming]],
  ])('that failed twice, naming one %s, ends that one, and of the others those a fetch does not show', (_, results) => {
    const script = inviting()
    for (const result of results) script.operation('team', 'failed', result)
    expect(script.is('team/0')).toBe('cancelled: declined by remote')
    expect(script.requests()).toEqual(['GET roster'])
    expect(script.operation('team', 'failed', namingNobody)).toBe('duplicate')
    script.snapshot(bot, on('dave'))
    expect(all(script)).toEqual(['cancelled: declined by remote', 'cancelled: failed by service', 'active'])
  })

  test('gives each the id at their place', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.invited('team', {
      verdict: 'done',
      value: {
        status: 'running',
        participants: [
          { identity: {}, participantId: 'p-1' },
          { identity: {}, participantId: 'p-2' },
        ],
      },
    })
    script.remove('team/1')
    script.remove('team/0')
    expect(script.requests()).toEqual(['POST bob carol', 'DELETE p-2', 'DELETE p-1'])
  })

  test('gives each the id beside their identity when the order is another', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.taken('team', { carol: 'p-carol', bob: 'p-bob' })
    script.remove('team/0')
    expect(script.requests()).toEqual(['POST bob carol', 'DELETE p-bob'])
  })

  test('that completed with some not seen after 10 s is followed by a fetch', () => {
    const script = inviting()
    script.full(bot, on('bob'))
    script.operation('team', 'completed')
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('with a cancel of one of them cancels that one', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.taken('team', { bob: 'p-bob', carol: 'p-carol' })
    script.remove('team/1')
    script.deleted('team/1')
    script.wait(10_000)
    script.snapshot(bot)
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['ringing', 'cancelled: cancelled by local'])
  })
})

describe('rule 8, a failure later than our own deadline', () => {
  const expired = () => {
    const script = withRinging('bob')
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    return script.forgetSoFar()
  }

  test('adds evidence, not a second ending', () => {
    const script = expired()
    const { ending } = script.get('bob')
    expect(script.operation('bob', 'failed', { code: 408, subcode: 8544 })).toBe('applied')
    expect(script.get('bob').ending).toEqual(ending)
    expect(script.told()).toEqual([])
    expect(script.call.trails.get('bob')?.at(-1)).toMatchObject({ source: 'operation.failed', state: 'cancelled' })
  })

  test('is forgotten with those it ended', () => {
    const script = expired()
    expect(script.call.invitations.has('bob')).toBe(true)
    script.wait(600_001)
    script.full(bot, on('ann'))
    expect(script.call.invitations.size).toBe(0)
  })

  test('adds it once', () => {
    const script = expired()
    script.operation('bob', 'failed', { code: 408, subcode: 8544 })
    expect(script.operation('bob', 'failed', { code: 408, subcode: 8544 })).not.toBe('applied')
  })
})

describe('rule 8, whose operation it is', () => {
  const ringing = (): Script => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    return script.forgetSoFar()
  }

  test.each([
    ['one of the people', ['bob']],
    ['one of the people and somebody else', ['bob', 'mallory']],
    ['the people and somebody else', ['bob', 'carol', 'mallory']],
    ['nobody', []],
  ])('is not known by %s', (_, names) => {
    const script = ringing()
    expect(
      script.tell({
        type: 'operation.reported',
        status: 'running',
        participants: names.map((name) => ({ identity: user(name) })),
      }),
    ).toBe('unknownInvitation')
  })

  test('is not known by the people when those have an operation already', () => {
    const script = withRinging('bob')
    const report = {
      type: 'operation.reported',
      operationId: 'another',
      status: 'failed',
      result: declined,
      participants: [{ identity: user('bob') }],
    } as const
    expect(script.tell(report)).toBe('unknownInvitation')
    expect(script.is('bob')).toBe('ringing')
  })

  test('is known by the id it was given first', () => {
    const script = withRinging('bob')
    script.tell({ type: 'operation.reported', clientContext: 'bob', operationId: 'another', status: 'running' })
    expect(
      script.tell({ type: 'operation.reported', operationId: 'another', status: 'failed', result: declined }),
    ).toBe('unknownInvitation')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  const pairs = Array.from({ length: 24 }, (_, index) => ({
    name: `name-${index}`,
    number: `+61 ${index}`,
    isSwapped: index % 2 === 1,
  }))
  const identityOf = {
    person: (name: string) => user(name),
    phone: (_: string, number: string) => ({ phone: { id: number } }),
  }

  test.each([
    ['at once, that of the lesser clientContext', 0],
    ['one after the other, that of the earlier', 1],
  ])('of two that were asked for %s', (_, apartMs) => {
    const script = established()
    for (const [kind, prefix] of [
      ['person', 'x'],
      ['phone', 'y'],
    ] as const) {
      for (const { name, number, isSwapped } of pairs) {
        const as = `${(prefix === 'x') === isSwapped ? 'b' : 'a'} ${name}`
        script.invite([{ identity: identityOf[kind](name, number) }], { as })
      }
      script.at += apartMs
    }
    for (const { name, number, isSwapped } of pairs) {
      script.tell({
        type: 'operation.reported',
        status: 'running',
        participants: [{ identity: { ...user(name), phone: { id: number } } }],
      })
      const first = apartMs === 0 || !isSwapped ? 'a' : 'b'
      expect([script.is(`${first} ${name}`), script.is(`${first === 'a' ? 'b' : 'a'} ${name}`)], name).toEqual([
        'ringing',
        'invited',
      ])
    }
  })
})

describe('rule 8, an operation that completed', () => {
  test('is in the evidence as such', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    expect(script.changes.at(-1)).toMatchObject({ key: 'bob', evidence: { source: 'operation.completed' } })
  })

  test('has the roster fetched when it is due, however often it is told', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.wait(9_000)
    expect(script.operation('bob', 'completed')).toBe('duplicate')
    script.wait(1_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('sets no deadline when everybody is there', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'completed')
    expect([...script.call.deadlines.keys()]).toEqual(['keepAlive'])
  })
})

describe('rule 8, what waits for the answer to a POST', () => {
  const waiting = (...reports: readonly Partial<OperationReport>[]): Script => {
    const script = established()
    script.invite('bob')
    for (const report of reports)
      script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running', ...report })
    return script.forgetSoFar()
  }

  test('may still change when as many wait as can', () => {
    const script = waiting({})
    for (let i = 0; i < 63; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'running' })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.call.counters.unmatchedDropped).toBe(0)
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('holds by its first word when it is told otherwise', () => {
    const script = waiting({ status: 'failed', result: declined })
    expect(
      script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: { code: 486 } }),
    ).toBe('duplicate')
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test.each([
    ['with the same word', [{}, { participants: [{ identity: {}, participantId: 'p-bob' }] }]],
    ['with an earlier word', [{ status: 'completed' }, { participants: [{ identity: {}, participantId: 'p-bob' }] }]],
  ] as const)('takes the ids that come later %s', (_, reports) => {
    const script = waiting(...reports)
    script.taken('bob')
    script.remove('bob')
    expect(script.requests()).toContain('DELETE p-bob')
  })

  test('is of no use when the answer itself says that it failed', () => {
    const script = waiting({})
    script.invited('bob', { verdict: 'done', value: { operationId: 'op-bob', status: 'failed', result: declined } })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect([script.call.unmatchedOperations.size, script.call.invitations.size]).toEqual([0, 0])
  })

  test('waits on when the answer does not say which operation it started', () => {
    const script = waiting({}, {})
    script.invited('bob', { verdict: 'done', value: { status: 'running' } })
    expect([script.is('bob'), script.call.unmatchedOperations.size]).toEqual(['ringing', 1])
  })

  test("is nobody's once the request was refused", () => {
    const script = established()
    script.invite('bob')
    script.wait(120_000, { isRosterLost: true })
    script.invited('bob', refused(500, '9999'))
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    expect(script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })).toBe(
      'unknownInvitation',
    )
  })
})

describe('rule 8, a failure that names somebody', () => {
  test.each([
    ['28:the-app.', { application: { id: 'the-app' } }],
    ['8:orgid:bob.', user('bob')],
    ['bob', user('bob')],
    ['bob at last', user('bob')],
    ['4:+61400000000', { phone: { id: '+61400000000' } }],
  ])('as %s ends them, and nobody else', (name, identity) => {
    const script = established()
    script.invite([{ identity: user('carol') }, { identity }], { as: 'team' })
    script.operation('team', 'failed', { ...declined, message: `addParticipants failed for participant ${name}` })
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['invited', 'cancelled: declined by remote'])
  })
})
