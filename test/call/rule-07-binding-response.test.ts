import { describe, expect, test } from 'vitest'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { OperationReport } from '../../src/call/model/events.ts'
import { bot, established, on, refused, user, withRinging, type Script } from './script.ts'

describe('rule 7, an invite response that arrives after the roster', () => {
  const phone: IdentitySet = { phone: { id: '+15550100' } }
  const asPhone = (id: string): OperationReport => ({
    status: 'running',
    participants: [{ identity: phone, participantId: id }],
  })

  /** After an invite an unknown participant joins, and the application removes that one. */
  function withStrangerUnwanted(): Script {
    const script = established()
    script.invite([{ identity: phone }], { as: 'bob' })
    script.full(bot, on('x', { identity: { guest: { id: 'g' } } }))
    script.remove('r-x')
    return script.forgetSoFar()
  }

  test('and identifies a participant to be removed as the invitee: the invitee is to be removed, and not announced', () => {
    const script = withStrangerUnwanted()
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-x'])
    expect(script.told()).toEqual(['bob: invited → ringing', 'r-x: active → removed'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test.each([
    ['had left', [], 'removed: left by remote'],
    ['had been removed', ['remove'], 'removed: removed by local'],
  ])('and identifies a participant who %s by then as the invitee: it joined and left', (_, intents, ending) => {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.invite([{ identity: phone }], { as: 'bob' })
    script.delta(2, on('x', { identity: { guest: { id: 'g' } } }))
    for (const _intent of intents) script.remove('r-x')
    script.delta(3, on('x', { identity: { guest: { id: 'g' } }, gone: 'hung up' }))
    script.forgetSoFar()
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe(ending)
    expect(script.get('bob').id).toBe('r-x')
    expect(script.requests()).toEqual([])
    script.operation('bob', 'completed')
    expect(script.is('bob')).toBe(ending)
    expect(script.delta(2, on('x', { identity: { guest: { id: 'g' } } }))).not.toBe('applied')
    expect([...script.call.participants.keys()]).toEqual(['bob'])
  })

  test('and has the id of a participant who had left before the invite: that was an earlier presence', () => {
    const script = established()
    script.full(bot, on('x', { identity: { guest: { id: 'g' } } }))
    script.wait(3_000)
    script.full(bot)
    script.wait(1)
    script.invite([{ identity: phone }], { as: 'bob' })
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([script.is('r-x'), script.is('bob')]).toEqual(['removed: left by remote', 'ringing'])
  })

  test('and identifies a participant whose removal was refused as the invitee: that answer stands', () => {
    const script = withStrangerUnwanted()
    script.deleted('r-x', refused(403))
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect(script.is('bob')).toBe('active')
    expect(script.requests()).toEqual([])
  })

  test('binds the invitee to the participant whom the roster showed under that id', () => {
    const script = established()
    script.invite([{ identity: user('bob') }], { as: 'bob' })
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    expect(script.call.participants.size).toBe(2)
    script.taken('bob', { bob: 'p-bob' })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('p-bob')
  })

  test('and after a cancel removes the participant whom the roster showed under that id', () => {
    const script = established()
    script.invite([{ identity: user('bob') }], { as: 'bob' })
    script.remove('bob')
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })
})

test('rule 7, an invitee present under another id than the response gave, and then under that one beside it, is present twice', () => {
  const script = withRinging('bob', { bob: 'p-bob' })
  script.full(bot, on('bob'))
  script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
  expect(script.all('bob')).toEqual(['active', 'active'])
  expect([script.get('bob').id, script.get('p-bob').id]).toEqual(['r-bob', 'p-bob'])
})

test('rule 7, an id in an invite response that is the roster id of another invitee stays with that one', () => {
  const script = established()
  script.invite('carol')
  script.full(bot, on('carol', { id: 'x' }))
  script.invite('bob')
  script.taken('bob', { bob: 'x' })
  expect([script.is('carol'), script.is('bob')]).toEqual(['active', 'ringing'])
  script.forgetSoFar()
  script.full(bot, on('carol', { id: 'x' }))
  expect([script.requests(), script.told()]).toEqual([[], []])
  script.full(bot, on('carol', { id: 'x', muted: true }))
  expect([script.get('carol').isMuted, script.is('bob')]).toEqual([true, 'ringing'])
})

describe('rule 7, an invitee who joined with another device first', () => {
  test('and left with it before the invited one answered, is present with the invited one', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.full(bot)
    script.full(bot, { ...on('bob'), id: 'p-bob' })
    // The first answer was overtaken by a report; the second counts.
    script.snapshot(bot, { ...on('bob'), id: 'p-bob' })
    script.wait(1_000)
    script.snapshot(bot, { ...on('bob'), id: 'p-bob' })
    const open = [...script.call.participants.values()].filter(({ ending }) => ending === undefined)
    expect(open.map(({ id, state, missingSince }) => ({ id, state, missingSince }))).toEqual([
      { id: 'p-bob', state: 'active', missingSince: undefined },
    ])
    script.remove(open[0]?.key as string)
    expect(script.requests().at(-1)).toBe('DELETE p-bob')
  })
})
