/**
 * Matching after the lobby: which participant an entry belongs to, case by case.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, type Script, user, withRinging, type Shown } from './script.ts'

describe('a former lobby id of a participant who is present under another one', () => {
  const waiting = on('bob', { id: 'lobby-bob', lobby: true })

  /** Bob and Carol waited in the lobby and were admitted under other ids, both by the same report. */
  function withAdmitted(): Script {
    const script = established()
    script.delta(1, bot, waiting, on('carol', { id: 'lobby-carol', lobby: true }))
    script.snapshot(bot, waiting, on('carol', { id: 'lobby-carol', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'), on('carol'))
    script.wait(5_000)
    return script.forgetSoFar()
  }

  test.each([
    ['before', [waiting, on('bob')]],
    ['after', [on('bob'), waiting]],
  ])('is another participant if a full report shows it %s that one', (_, entries) => {
    const script = withAdmitted()
    script.full(bot, ...entries, on('carol'))
    expect(script.all('bob')).toEqual(['active', 'lobby'])
    expect(script.get('lobby-bob').id).toBe('r-bob')
  })

  test.each([
    ['before', [waiting, on('bob', { muted: true })]],
    ['after', [on('bob', { muted: true }), waiting]],
  ])('is late evidence if a change shows it %s that one, and hides nothing of it', (_, entries) => {
    const script = withAdmitted()
    script.delta(2, ...entries)
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('lobby-bob')).toMatchObject({ id: 'r-bob', isMuted: true })
  })

  test('and a participant before, who has ended, is restored beside that one only by a snapshot', () => {
    const script = established()
    script.full(bot, waiting)
    script.wait(5_000)
    script.full(bot)
    script.full(bot, waiting)
    script.snapshot(bot, waiting)
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.wait(5_000)
    script.forgetSoFar()
    script.full(bot, on('bob'), waiting)
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'), waiting)
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active', 'lobby'])
  })

  test('is late evidence if a full report shows it alone', () => {
    const script = withAdmitted()
    expect(script.full(bot, waiting, on('carol'))).toBe('duplicate')
    expect(script.all('bob')).toEqual(['active'])
  })
})

describe('a participant in the lobby whom a complete report does not show', () => {
  const waiting = (more: Shown = {}): RosterEntry => on('bob', { id: 'lobby-bob', lobby: true, ...more })

  /** A report of everybody, and time enough after it. */
  function withEverybody(...entries: readonly RosterEntry[]): Script {
    const script = established()
    script.full(bot, ...entries)
    script.wait(5_000)
    return script
  }

  test('continues as the one admitted since the last one', () => {
    const script = withEverybody(waiting())
    script.delta(1, on('bob'))
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.told()).toEqual(['lobby-bob: nobody → lobby', 'r-bob: nobody → active', 'lobby-bob: lobby → removed'])
  })

  test.each([
    ['never waited', [on('bob', { id: 'lobby-bob' })]],
    ['was admitted under the id they had waited under', [waiting(), on('bob', { id: 'lobby-bob' })]],
  ])('does not continue as another participant if they %s', (_, story) => {
    const script = established()
    for (const entry of story) script.full(bot, entry)
    script.wait(5_000)
    script.delta(1, on('bob'))
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('does not continue as one who joined and left meanwhile', () => {
    const script = withEverybody(waiting())
    script.delta(1, on('bob'))
    script.delta(2, on('bob', { gone: true }))
    script.full(bot)
    expect(script.all('bob')).toEqual(['removed: left by remote', 'removed: left by remote'])
  })

  test('does not continue as one who was invited', () => {
    const guest: IdentitySet = { guest: { id: 'g' } }
    const script = withEverybody(waiting({ identity: guest }))
    script.invite('bob')
    script.delta(1, on('bob', { identity: { ...user('bob'), ...guest } }))
    script.full(bot, on('bob', { identity: { ...user('bob'), ...guest } }))
    expect([script.is('lobby-bob'), script.is('bob')]).toEqual(['removed: left by remote', 'active'])
  })

  test('does not continue as one whom the last report showed beside it, whichever others are new', () => {
    const script = withEverybody(waiting())
    script.delta(1, on('bob'))
    script.full(bot, waiting(), on('bob'))
    script.delta(2, on('zoe'))
    script.full(bot, on('bob'), on('zoe'))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('does not continue as one who was present before it waited', () => {
    const script = withEverybody()
    script.delta(1, on('bob'))
    script.delta(2, waiting())
    script.wait(5_000)
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['active', 'removed: left by remote'])
  })
})

describe('a lobby id that a change removes from the roster', () => {
  test('is the invitee whom the same change shows as admitted, if the invite response gave the id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.delta(1, bot, on('bob'))
    script.snapshot({ ...bot, sequence: 1 }, on('bob', { sequence: 1 }))
    script.delta(2, on('bob', { id: 'p-bob', lobby: true, gone: true, sequence: 3 }), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
  })

  test('without a lobby flag, and unknown, is a participant who joined and left', () => {
    const script = established()
    script.delta(1, bot, { id: 'r-zoe', identity: user('zoe'), removed: {} })
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
  })
})

describe('the participant that continues another one', () => {
  const phone: IdentitySet = { phone: { id: '+15550100' } }
  const stranger: IdentitySet = { guest: { id: 'g' } }

  /** An unknown participant joins after an invite and turns out to be the invitee. */
  function withHeir(entry: RosterEntry, ...later: readonly ((script: Script) => void)[]): Script {
    const script = established()
    script.invite([{ identity: phone }], { as: 'bob' })
    script.delta(1, bot, entry)
    for (const tell of later) tell(script)
    script.invited('bob', {
      verdict: 'done',
      value: { status: 'running', participants: [{ identity: phone, participantId: 'r-x' }] },
    })
    return script
  }

  test.each([
    ['in the lobby', { lobby: true }, { state: 'lobby', isMuted: false }],
    ['admitted, and muted', { muted: true }, { state: 'active', isMuted: true }],
  ])('is where the other was: %s', (_, shown, expected) => {
    const script = withHeir(on('x', { identity: stranger, ...shown }))
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.get('bob')).toMatchObject({ id: 'r-x', ...expected })
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual([])
  })

  test.each([
    ['inherits the removal of the other', []],
    [
      'has gone as the other had',
      [(script: Script) => script.delta(2, on('x', { identity: stranger, gone: 'hung up' }))],
    ],
  ])('%s, and every piece of evidence has text', (_, later) => {
    const script = withHeir(on('x', { identity: stranger }), (told) => told.remove('r-x'), ...later)
    const notes = script.call.trails.get('bob')?.map(({ note }) => note) ?? []
    expect([notes.length > 2, notes.includes('')]).toEqual([true, false])
  })
})
