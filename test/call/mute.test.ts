import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, withPresent, withRinging, type Script } from './script.ts'

const mute = (script: Script, key: string, clientContext = 'mute-1') =>
  script.tell({ type: 'mute.requested', key, clientContext })
const muted = (script: Script, key: string, clientContext = 'mute-1') =>
  script.tell({
    type: 'mute.answered',
    key,
    clientContext,
    answer: { verdict: 'done', value: { status: 'completed' } },
  })

describe('a mute', () => {
  test('is sent to the roster id, and the roster shows when it took effect', () => {
    const script = withPresent('bob')
    mute(script, 'r-bob')
    expect(script.requests()).toEqual(['mute r-bob'])
    muted(script, 'r-bob')
    expect(script.get('r-bob').isMuted).toBe(false)
    script.full(bot, on('bob', { muted: true }))
    expect(script.get('r-bob').isMuted).toBe(true)
  })

  test('requested twice with one clientContext is sent once', () => {
    const script = withPresent('bob')
    mute(script, 'r-bob')
    expect(mute(script, 'r-bob')).toBe('alreadyRequested')
    expect(script.requests()).toEqual(['mute r-bob'])
  })

  test('that was answered leaves the others in flight, each a separate effect', () => {
    const script = withPresent('bob')
    mute(script, 'r-bob', 'mute-1')
    mute(script, 'r-bob', 'mute-2')
    expect(
      new Set(script.effects.flatMap((effect) => (effect.type === 'participant.mute' ? [effect.id] : []))).size,
    ).toBe(2)
    muted(script, 'r-bob', 'mute-1')
    expect(script.call.mutes).toEqual(['mute-2'])
    expect(mute(script, 'r-bob', 'mute-2')).toBe('alreadyRequested')
  })

  test('that was answered, or refused, leaves no record', () => {
    const script = withPresent('bob')
    mute(script, 'r-bob')
    muted(script, 'r-bob')
    expect(muted(script, 'r-bob')).toBe('duplicate')
    mute(script, 'r-bob', 'mute-2')
    script.tell({ type: 'mute.answered', key: 'r-bob', clientContext: 'mute-2', answer: refused(403) })
    expect(script.call.mutes).toEqual([])
    expect(script.is('r-bob')).toBe('active')
  })

  test('of a participant without a roster id, of an ended one, or of an unknown one is ignored with a reason', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    expect(mute(script, 'bob')).toBe('notPossible')
    script.operation('bob', 'failed', { code: 603 })
    expect(mute(script, 'bob')).toBe('participantEnded')
    expect(mute(script, 'nobody')).toBe('unknownParticipant')
    expect(script.requests()).toEqual([])
  })
})

test('a report of an unrecognised notification is counted, and changes nothing else', () => {
  const script = established()
  expect(
    script.tell({
      type: 'notification.unrecognised',
      resource: '/calls/x/contentsharingsessions',
      what: 'no known shape',
    }),
  ).toBe('applied')
  expect(script.call.counters).toEqual({
    unrecognised: 1,
    unclassified: 0,
    suspected: 0,
    unmatchedDropped: 0,
    uninvitedDropped: 0,
  })
  expect(script.changes).toHaveLength(1)
})
