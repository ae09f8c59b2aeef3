import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, type Script } from './script.ts'

/** The entry as a delta may leave it: without a word of the lobby and of being muted. */
function partial({ isInLobby: _lobby, isMuted: _muted, ...entry }: RosterEntry): RosterEntry {
  return entry
}

/** A call with a participant on the roster. */
function withBob(shown: Parameters<typeof on>[1] = {}): Script {
  const script = established()
  script.full(bot, on('bob', shown))
  return script
}

describe('a roster entry without muted or lobby flags', () => {
  test('keeps a participant muted, or not muted', () => {
    for (const muted of [true, false]) {
      const script = withBob({ muted })
      script.delta(1, partial(on('bob', { identity: { user: { id: 'bob', displayName: 'Bob' } } })))
      expect(script.get('r-bob')).toMatchObject({ isMuted: muted, identity: { user: { displayName: 'Bob' } } })
    }
  })

  test('keeps a participant in the lobby, or admitted', () => {
    const waiting = withBob({ lobby: true })
    waiting.delta(1, partial(on('bob')))
    expect(waiting.get('r-bob').state).toBe('lobby')
    const admitted = withBob()
    admitted.delta(1, partial(on('bob')))
    expect(admitted.get('r-bob').state).toBe('active')
  })

  test('admits a participant from the lobby only if it says so', () => {
    const script = withBob({ lobby: true })
    script.delta(1, { ...partial(on('bob')), isMuted: true })
    expect(script.get('r-bob')).toMatchObject({ state: 'lobby', isMuted: true })
    script.delta(2, { ...partial(on('bob')), isInLobby: false })
    expect(script.get('r-bob')).toMatchObject({ state: 'active', isMuted: true })
  })

  test('introduces a new participant as admitted and not muted', () => {
    const script = withBob()
    script.delta(1, partial(on('carol')))
    expect(script.get('r-carol')).toMatchObject({ state: 'active', isMuted: false })
  })

  test('shows an invitee as admitted', () => {
    const script = withBob()
    script.tell({ type: 'invite.requested', invitation: 'i', invitees: [{ identity: { user: { id: 'dan' } } }] })
    script.delta(1, partial(on('dan')))
    expect(script.get('i')).toMatchObject({ state: 'active', id: 'r-dan', isMuted: false })
  })

  test('keeps what is known about the bot itself', () => {
    const script = established()
    script.full({ ...bot, isInLobby: true, isMuted: true })
    script.delta(1, partial(bot))
    expect(script.call.self).toMatchObject({ isInLobby: true, isMuted: true })
  })

  test('removes a participant from the lobby who is admitted under another id by the same delta', () => {
    const script = withBob({ lobby: true })
    script.delta(1, partial(on('bob', { gone: true })), partial(on('bob', { id: 'r-bob-2' })))
    expect(script.get('r-bob')).toMatchObject({ state: 'active', id: 'r-bob-2' })
    expect(script.call.participants.size).toBe(1)
  })

  test('removes a participant', () => {
    const script = withBob({ muted: true })
    script.delta(1, partial(on('bob', { gone: 'left' })))
    expect(script.get('r-bob')).toMatchObject({ state: 'removed', isMuted: false, ending: { cause: 'left' } })
  })
})
