import { describe, expect, test } from 'vitest'
import { bot, established, on, user, withRinging } from './script.ts'
import { declined } from './operation-results.ts'

describe('rule 8, an operation', () => {
  test('that completed proves nothing until the roster confirms it', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed', { code: 200, subcode: 0 })
    expect(script.is('bob')).toBe('ringing')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('that completed before or after the roster showed the invitee makes no difference', () => {
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

  test('that failed in the HTTP response ends the invitee at once', () => {
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

  test('that completed, without an arrival, ends at the deadline with an unknown cause', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing')
    script.wait(80_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: unknown by deadline')
  })

  test('that failed ends its single invitee, with the cause of its code, and keeps the raw result', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect(script.get('bob').ending).toMatchObject(declined)
    expect(script.told()).toEqual(['bob: ringing → cancelled'])
  })

  test('that failed does not end a participant whom the roster shows: the roster outranks the operation', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('active')
  })

  test('that failed for a participant whom the roster shows is not evidence of its state', () => {
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

  test('that failed before the answer to the POST arrived ends the invitee as well', () => {
    const script = established()
    script.invite('bob')
    script.operation('bob', 'failed', declined)
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect(script.taken('bob', { bob: 'p-bob' })).not.toBe('unknownParticipant')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('that is reported running after it completed does not return the invitee to ringing', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'running')
    expect(script.is('bob')).toBe('active')
  })

  test('that is reported twice counts once', () => {
    const script = withRinging('bob')
    expect(script.operation('bob', 'running')).toBe('duplicate')
    script.operation('bob', 'completed')
    expect(script.operation('bob', 'completed')).toBe('duplicate')
    script.operation('bob', 'failed', declined)
    expect(script.operation('bob', 'failed', declined)).not.toBe('applied')
  })

  test('of no invitation, such as a prompt or a mute, is ignored', () => {
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
    'with the clientContext "%s", which has no invitation, is known by its id',
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

  test('with an empty clientContext waits for the answer to its POST, or is known by its invitees; with that of another invitation, it belongs to that one', () => {
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

  test('without clientContext and id is known by its invitees', () => {
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

  test('for several, without clientContext and id, is known by its invitees, in any order', () => {
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

  test('for as many invitees, of whom one is another person, is ignored', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    const participants = [{ identity: user('bob') }, { identity: user('mallory') }]
    script.tell({ type: 'operation.reported', status: 'failed', result: declined, participants })
    expect([script.is('team/0'), script.is('team/1')]).toEqual(['invited', 'invited'])
  })

  test('with a code in the table is not counted', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', declined)
    expect(script.call.counters.unclassified).toBe(0)
  })

  test('with an unknown code is failed, and counted', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 500, subcode: 3003 })
    expect(script.is('bob')).toBe('cancelled: failed by service')
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('with code 200 that failed was not answered', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 200, subcode: 5013 })
    expect(script.is('bob')).toBe('cancelled: noAnswer by remote')
  })
})

describe('rule 8, an operation that completed', () => {
  test('is evidence as such', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    expect(script.changes.at(-1)).toMatchObject({ key: 'bob', evidence: { source: 'operation.completed' } })
  })

  test('has the roster fetched when it is due, however often it is reported', () => {
    const script = withRinging('bob')
    script.operation('bob', 'completed')
    script.wait(9_000)
    expect(script.operation('bob', 'completed')).toBe('duplicate')
    script.wait(1_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('sets no deadline if all invitees are present', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.operation('bob', 'completed')
    expect([...script.call.deadlines.keys()]).toEqual(['keepAlive'])
  })
})
