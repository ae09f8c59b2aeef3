import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/call/model/events.ts'
import { bot, done, established, on, refused, Script, unconfirmed } from './script.ts'

describe('rule 10, a host that resumes a call', () => {
  test('requests the roster if any participant is remembered, or the call is established', () => {
    const ringing = new Script()
    ringing.invite('bob')
    ringing.tell({ type: 'host.resumed' })
    expect(ringing.requests()).toEqual(['POST bob', 'GET call', 'GET roster'])
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('requests nothing about a call of which nothing is known', () => {
    const script = new Script()
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })

  test('queries again a call that was adopted without any notification', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: unconfirmed() })
    script.forgetSoFar()
    script.wait(1_000)
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET call'])
  })

  test('does not query twice at a time', () => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })
})

test('rule 10, adopting a call queries it, and then its roster', () => {
  const script = new Script()
  script.tell({ type: 'call.adopted' })
  expect(script.requests()).toEqual(['GET call'])
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  script.tell({ type: 'call.fetched', answer: unconfirmed() })
  expect(script.requests()).toEqual(['GET roster'])
})

describe('rule 10, a call that was adopted by its name', () => {
  function adopted(...answers: readonly Verdict<never>[]): Script {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    for (const [place, answer] of answers.entries()) {
      if (place === 0) script.tell({ type: 'call.fetched', answer })
      else script.fetched(answer)
    }
    return script
  }

  test.each([
    [404, 404],
    [403, 403],
    [403, 404],
    [404, 403],
  ])('is over if the service denies it twice (%i, %i), after two queries and no more', (first, second) => {
    const script = adopted(refused(first), refused(second))
    expect(script.call.state).toBe('terminated')
    expect(script.requests()).toEqual(['GET call', 'GET roster'])
    script.wait(24 * 3_600_000)
    expect(script.requests()).toEqual([])
  })

  test('is over then also if notifications have named participants', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.full(bot, on('ann'))
    script.tell({ type: 'call.fetched', answer: refused(403) })
    script.fetched(refused(403))
    expect(script.call.state).toBe('terminated')
  })

  test.each([
    ['not answered', unconfirmed()],
    ['refused for another reason', refused(500)],
  ])('continues if one of the queries is %s', (_, answer) => {
    expect(adopted(refused(404), answer).call.state).toBe('unknown')
    expect(adopted(answer, refused(404)).call.state).toBe('unknown')
  })

  test('continues if its roster is shown, although the other query is not answered', () => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [bot] } })
    script.tell({ type: 'host.resumed' })
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.call.state).toBe('unknown')
  })

  test('has a heartbeat sent if its roster is empty, which shows whether the call exists', () => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [] } })
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toContain('keepAlive')
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.call.state).toBe('terminated')
  })

  test.each([
    ['a heartbeat', { type: 'keepAlive.answered', answer: done }],
    [
      'an invite',
      { type: 'invite.answered', invitation: 'none', answer: { verdict: 'done', value: { status: 'running' } } },
    ],
  ] as const)('is not over by denials once %s was answered', (_, proof) => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [] } })
    script.tell(proof)
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.call.state).toBe('unknown')
  })

  test('once it was answered, is not over by denials', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: { verdict: 'done', value: { state: 'establishing' } } })
    script.fetched(refused(403))
    script.tell({ type: 'host.resumed' })
    script.tell({ type: 'call.fetched', answer: refused(403) })
    expect(script.call.state).toBe('establishing')
  })
})

test('rule 10, adopting a call that the service has reported requests nothing', () => {
  const script = established()
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  expect(script.requests()).toEqual([])
})
