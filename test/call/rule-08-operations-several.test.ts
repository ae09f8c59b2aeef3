import { describe, expect, test } from 'vitest'
import { bot, established, on, user, withRinging, type Script } from './script.ts'
import { declined } from './operation-results.ts'

describe('rule 8, an operation for several', () => {
  const inviting = () => {
    const script = established()
    script.invite(['bob', 'carol', 'dave'], { as: 'team' })
    script.taken('team')
    return script.forgetSoFar()
  }
  const all = (script: ReturnType<typeof inviting>) => ['team/0', 'team/1', 'team/2'].map((key) => script.is(key))

  test('that failed ends no invitee by itself: the roster is fetched, and absent invitees end', () => {
    const script = inviting()
    script.full(bot, on('bob'))
    script.operation('team', 'failed', { code: 500, subcode: 9999 })
    expect(all(script)).toEqual(['active', 'ringing', 'ringing'])
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'), on('carol'))
    expect(all(script)).toEqual(['active', 'active', 'cancelled: failed by service'])
  })

  test('that failed with an unknown code is counted once, however often it is reported', () => {
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

  test('whose message names one invitee ends that one', () => {
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

  test('whose message names one invitee by an upper-case organisation id ends that one', () => {
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

  test('gives each invitee the id at its place', () => {
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

  test('gives each invitee the id beside its identity if the order is another', () => {
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

describe("rule 8, a failure later than the bot's own deadline", () => {
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

  test('is forgotten with its invitees', () => {
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

describe('rule 8, the invitation of an operation', () => {
  const ringing = (): Script => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    return script.forgetSoFar()
  }

  test.each([
    ['one of the people', ['bob']],
    ['one of the invitees and another person', ['bob', 'mallory']],
    ['the invitees and another person', ['bob', 'carol', 'mallory']],
    ['no invitee', []],
  ])('is not found by %s', (_, names) => {
    const script = ringing()
    expect(
      script.tell({
        type: 'operation.reported',
        status: 'running',
        participants: names.map((name) => ({ identity: user(name) })),
      }),
    ).toBe('unknownInvitation')
  })

  test('is not found by invitees that have an operation already', () => {
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

  test('is found by the id it was given first', () => {
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
  ])('is found for two invitations made %s', (_, apartMs) => {
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

describe('rule 8, a failure that names an invitee', () => {
  test.each([
    ['28:the-app.', { application: { id: 'the-app' } }],
    ['8:orgid:bob.', user('bob')],
    ['bob', user('bob')],
    ['bob at last', user('bob')],
    ['4:+61400000000', { phone: { id: '+61400000000' } }],
  ])('as %s ends that one, and no other', (name, identity) => {
    const script = established()
    script.invite([{ identity: user('carol') }, { identity }], { as: 'team' })
    script.operation('team', 'failed', { ...declined, message: `addParticipants failed for participant ${name}` })
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['invited', 'cancelled: declined by remote'])
  })
})
