import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 5, a full report', () => {
  test('that contains the bot is complete: who is not in it is gone', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })

  test('that contains the bot alone is complete too', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('without the bot only adds and updates', () => {
    const script = withPresent('bob', 'carol')
    script.full(on('carol', { muted: true }), on('dave'))
    expect([script.is('r-bob'), script.is('r-carol'), script.is('r-dave')]).toEqual(['active', 'active', 'active'])
    expect(script.get('r-carol').isMuted).toBe(true)
    expect(script.told()).toEqual(['r-dave: nobody → active'])
  })

  test('that is empty removes nobody', () => {
    const script = withPresent('bob')
    expect(script.full()).toBe('duplicate')
    expect(script.is('r-bob')).toBe('active')
  })

  test('that says what is known already changes nothing', () => {
    const script = withPresent('bob')
    expect(script.full(bot, on('bob'))).toBe('duplicate')
    expect(script.full(on('bob'), bot)).toBe('duplicate')
  })

  test('that lists somebody twice is about them once', () => {
    const script = established()
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.full(bot, on('bob'), on('bob'))).toBe('duplicate')
  })

  test('that lists the bot twice is about it once', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), { ...bot, isMuted: true })
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.isMuted).toBe(true)
  })

  test('that lists an invitee twice is about them once', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
  })

  test('has no reason field: who is gone has an ending without a message', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.get('r-bob').ending).toEqual({ cause: 'left', by: 'remote', at: script.at })
  })

  test('updates mute and identity of those it shows without telling of a change of state', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { muted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } }))
    expect(script.get('r-bob')).toMatchObject({ isMuted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } })
    expect(script.told()).toEqual([])
    expect(script.changes.at(-1)).toMatchObject({ key: 'r-bob', from: 'active', to: 'active', isAnnounced: false })
  })
})

describe('rule 5, removes nobody:', () => {
  test('an operation notification', () => {
    const script = withPresent('bob')
    script.operation('something', 'failed', { code: 500 })
    script.tell({ type: 'operation.reported', operationId: 'x', status: 'completed' })
    expect(script.is('r-bob')).toBe('active')
  })

  test.each([
    ['refused', refused(500)], ['not found', refused(404)], ['not confirmed', unconfirmed()], ['throttled', refused(429)],
  ])('a fetch that is %s', (_, answer) => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(answer)
    expect(script.is('r-bob')).toBe('active')
  })

  test('a fetch that answers with an empty list', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot()
    expect(script.is('r-bob')).toBe('active')
  })
})

describe('rule 5, a fetch that is answered 404', () => {
  test('asks whether the call itself is still there', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.forgetSoFar()
    script.fetched(refused(404))
    script.tell({ type: 'deadline.passed', deadline: 'keepAlive' })
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: lost by service')
  })
})
