import { describe, expect, test } from 'vitest'
import type { IdentitySet } from '../../src/participant/identity.ts'
import { bot, established, on, user, withPresent, withRinging } from './script.ts'

describe('rule 7, a roster entry is matched', () => {
  test('by id, whatever identity it carries', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { identity: { phone: { id: '+15550100' } }, muted: true }))
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.get('r-bob').isMuted).toBe(true)
  })

  test('of several entries of one identity without ids, in order of introduction: a report that arrives twice changes nothing', () => {
    const script = withPresent('bob')
    const { id: _first, ...muted } = on('bob', { muted: true })
    const { id: _second, ...unmuted } = on('bob')
    script.full(bot, muted, unmuted)
    const { call } = script
    expect([...call.participants.values()].map(({ isMuted }) => isMuted)).toEqual([true, false])
    script.full(bot, muted, unmuted)
    expect(script.call.participants).toEqual(call.participants)
  })

  test('by the participantId of the invite response, whatever identity it carries', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('p-bob')
  })

  test('by identity to a pending invitation', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('r-bob')
  })

  test('by any identity key with the same id: an invited user answers as an application', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { identity: { application: { id: 'bob' } } }))
    expect(script.is('bob')).toBe('active')
  })

  test('by id before identity: an entry with a known id is not matched to the invitee of the same identity', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.invite([{ identity: { user: { id: 'bob' }, guest: { id: 'second' } } }], { as: 'second' })
    expect(script.call.participants.size).toBe(1)
    script.invite('carol')
    script.invite('dave', { as: 'dave' })
    script.full(bot, on('bob'), on('dave'))
    expect([script.is('r-bob'), script.is('carol'), script.is('dave')]).toEqual(['active', 'invited', 'active'])
  })

  test('to the oldest of several pending invitations of one identity', () => {
    const script = established()
    const guest = (id?: string): IdentitySet => ({
      application: { id: 'app' },
      ...(id === undefined ? {} : { guest: { id } }),
    })
    script.invite([{ identity: guest('1') }], { as: 'first' })
    script.invite([{ identity: guest('2') }], { as: 'second' })
    script.full(bot, on('x', { identity: guest() }))
    expect([script.is('first'), script.is('second')]).toEqual(['active', 'invited'])
  })

  test('never by display name', () => {
    const script = established()
    script.invite([{ identity: { user: { id: 'bob', displayName: 'Bob' } } }], { as: 'bob' })
    script.full(
      bot,
      on('x', { identity: { user: { id: 'other', displayName: 'Bob' } } }),
      on('y', { identity: { guest: { displayName: 'Bob' } } }),
    )
    expect(script.is('bob')).toBe('invited')
    expect(script.call.participants.size).toBe(3)
  })

  test('not by identity to a participant present under another id: a second device is a second participant', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('bob', { id: 'phone-bob' }))
    expect(script.all('bob')).toEqual(['active', 'active'])
  })

  test('once in a report: of two devices that answer, one is the invitee and one joined uninvited', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'), on('bob', { id: 'phone-bob' }))
    expect(script.get('bob').id).toBe('r-bob')
    expect(script.get('phone-bob').invitation).toBeUndefined()
  })

  test('to no participant: then it is an uninvited participant with that id', () => {
    const script = established()
    script.full(bot, on('zoe'))
    expect(script.get('r-zoe')).toMatchObject({
      state: 'active',
      id: 'r-zoe',
      invitation: undefined,
      invitedAt: undefined,
    })
    expect(script.told()).toEqual(['r-zoe: nobody → active'])
  })

  test('with all its identity keys: guests of one application are distinguished by their guest id', () => {
    const script = established()
    const guest = (id: string): IdentitySet => ({ application: { id: 'app' }, guest: { id, displayName: `Bot ${id}` } })
    script.invite([{ identity: guest('2') }], { as: 'two' })
    script.full(bot, on('1', { identity: guest('1') }), on('2', { identity: guest('2') }))
    expect(script.get('two').id).toBe('r-2')
    expect(script.call.participants.size).toBe(2)
  })
})

describe('rule 7, an entry without an id', () => {
  test('binds by identity and re-binds once the id appears', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBeUndefined()
    script.full(bot, on('bob'))
    expect(script.get('bob').id).toBe('r-bob')
    expect(script.call.participants.size).toBe(1)
  })

  test('of an uninvited participant is one participant over several reports', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    expect(script.full(bot, on('zoe', { id: null }))).toBe('duplicate')
    script.full(bot, on('zoe'))
    expect(script.all('zoe')).toEqual(['active'])
    expect([...script.call.participants.keys()]).toEqual(['nameless/0'])
  })

  test('of a participant whom an earlier report gave an id is that participant', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { id: null, muted: true }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('r-bob')).toMatchObject({ id: 'r-bob', isMuted: true })
  })

  test('of a departed participant resurrects no participant', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    script.wait(3_000)
    script.full(bot)
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.full(bot, on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.snapshot(bot, on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('of a participant who left under an id is a return', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob', { id: null }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('removed by a delta is the present participant of that identity, once', () => {
    const script = established()
    script.delta(1, bot, on('zoe', { id: null }), on('ann'))
    script.snapshot(bot, on('zoe', { id: null }), on('ann'))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.delta(3, on('zoe', { id: null }))
    script.snapshot(bot, on('zoe', { id: null }))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('removed by a delta, of an unknown identity, is not a participant', () => {
    const script = established()
    script.delta(1, bot, on('zoe', { id: null, gone: true }))
    expect(script.call.participants.size).toBe(0)
  })

  test('twice is two participants of one identity', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }), on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['active', 'active'])
    expect(script.full(bot, on('zoe', { id: null }), on('zoe', { id: null }))).toBe('duplicate')
  })
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '0', 'undefined', 'null'])(
  'rule 7, "%s" is an ordinary id of a participant, an invitation and a person',
  (id) => {
    const script = established()
    expect(script.invite([{ identity: user(id) }], { as: id })).toBe('applied')
    script.taken(id, { [id]: id })
    script.full(bot, on('x', { id, identity: user(id) }), on('zoe'))
    expect(script.is(id)).toBe('active')
    script.remove(id)
    script.deleted(id)
    script.wait(3_000)
    script.full(bot, on('zoe'))
    expect(script.is(id)).toBe('removed: removed by local')
    script.full(
      bot,
      on('zoe'),
      on('y', {
        id: `${id}2`,
        identity: JSON.parse(`{"__proto__":{"id":"q"},"constructor":{"id":"${id}"}}`) as IdentitySet,
      }),
    )
    expect(script.is(`${id}2`)).toBe('active')
    expect(({} as Record<string, unknown>)['id']).toBeUndefined()
  },
)
