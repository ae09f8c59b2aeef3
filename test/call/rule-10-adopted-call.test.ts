import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/call/model/events.ts'
import { bot, done, established, on, refused, Script, unconfirmed } from './script.ts'

describe('rule 10, a host that takes a call up again', () => {
  test('asks for the roster when anybody is remembered, or the call is established', () => {
    const ringing = new Script()
    ringing.invite('bob')
    ringing.tell({ type: 'host.resumed' })
    expect(ringing.requests()).toEqual(['POST bob', 'GET call', 'GET roster'])
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('asks for nothing of a call of which nothing is known', () => {
    const script = new Script()
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })

  test('asks again for a call that was adopted and never heard of', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: unconfirmed() })
    script.forgetSoFar()
    script.wait(1_000)
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET call'])
  })

  test('does not ask twice at a time', () => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })
})

test('rule 10, adopting a call asks for it, and for its roster once that is answered', () => {
  const script = new Script()
  script.tell({ type: 'call.adopted' })
  expect(script.requests()).toEqual(['GET call'])
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  script.tell({ type: 'call.fetched', answer: unconfirmed() })
  expect(script.requests()).toEqual(['GET roster'])
})

describe('rule 10, a call that was taken in by its name', () => {
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
  ])('is over when the service denies it twice (%i, %i), after two questions and no more', (first, second) => {
    const script = adopted(refused(first), refused(second))
    expect(script.call.state).toBe('terminated')
    expect(script.requests()).toEqual(['GET call', 'GET roster'])
    script.wait(24 * 3_600_000)
    expect(script.requests()).toEqual([])
  })

  test('is over then also when notifications have named participants', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.full(bot, on('ann'))
    script.tell({ type: 'call.fetched', answer: refused(403) })
    script.fetched(refused(403))
    expect(script.call.state).toBe('terminated')
  })

  test.each([
    ['not answered', unconfirmed()],
    ['refused otherwise', refused(500)],
  ])('goes on when one of the questions is %s', (_, answer) => {
    expect(adopted(refused(404), answer).call.state).toBe('unknown')
    expect(adopted(answer, refused(404)).call.state).toBe('unknown')
  })

  test('goes on when its roster is shown: the service does not answer the other question at all', () => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [bot] } })
    script.tell({ type: 'host.resumed' })
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.call.state).toBe('unknown')
  })

  test('has a heartbeat sent when its roster is empty, which says whether there is such a call', () => {
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

test('rule 10, adopting a call that the service has told of asks for nothing', () => {
  const script = established()
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  expect(script.requests()).toEqual([])
})
