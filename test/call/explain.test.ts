import { describe, expect, test } from 'vitest'
import { explain } from '../../src/call/explain.ts'
import { TRAIL_LIMIT } from '../../src/call/model/evidence.ts'
import { bot, established, on, refused, Script, withRinging } from './script.ts'

function sentence(script: Script, key: string): string | undefined {
  return explain(script.call, key)?.sentence
}

describe('an explanation', () => {
  test('covers a cancelled invite from the first piece of evidence to the proof', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.wait(4_000)
    script.remove('bob')
    script.wait(1_000)
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    expect(sentence(script, 'bob')).toBe(
      'bob is cancelled (cancelled by local, code 400/8508): ' +
        '2026-01-01T00:00:00.000Z the application asked for them → invited; ' +
        '2026-01-01T00:00:00.000Z the service took the invite → ringing; ' +
        '2026-01-01T00:00:04.000Z the application asked for their removal → ringing (removal sent); ' +
        '2026-01-01T00:00:05.000Z the service took the removal → ringing (removal accepted); ' +
        '2026-01-01T00:00:05.000Z the invite operation failed (400/8508) → cancelled (removal confirmed).',
    )
  })

  test('says that a participant is present, and since which evidence', () => {
    const script = established()
    script.full(bot, on('ann'))
    expect(sentence(script, 'r-ann')).toBe(
      'r-ann is active: 2026-01-01T00:00:00.000Z a full roster shows them → active.',
    )
  })

  test('says how far a removal has come, and that one was refused', () => {
    const script = established()
    script.full(bot, on('ann'))
    script.remove('r-ann')
    expect(sentence(script, 'r-ann')).toMatch(/^r-ann is active with a removal sent: /)
    script.deleted('r-ann', refused(403))
    expect(sentence(script, 'r-ann')).toMatch(
      /^r-ann is active, their removal was refused: .*the service refused the removal → active \(removal refused\)\.$/,
    )
  })

  test('names a deadline as its evidence', () => {
    const script = withRinging('bob')
    script.wait(120_000, { isRosterLost: true })
    expect(sentence(script, 'bob')).toMatch(
      /^bob is cancelled \(noAnswer by deadline\): .*no proof came within the grace of the ring deadline → cancelled\.$/,
    )
  })

  test('is available as data: the evidence in order, each with its source, state and removal', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.wait(1)
    script.remove('bob')
    script.wait(1)
    script.full(bot, on('bob'))
    const { evidence = [], participant } = explain(script.call, 'bob') ?? {}
    expect(participant).toBe(script.get('bob'))
    expect(evidence.map(({ source, state, removal }) => [source, state, removal])).toEqual([
      ['invite.requested', 'invited', undefined],
      ['invite.answered', 'ringing', undefined],
      ['removal.requested', 'ringing', 'sent'],
      ['roster.full', 'active', 'sent'],
    ])
    expect(evidence.map(({ at }) => at)).toEqual([...evidence.map(({ at }) => at)].sort((one, other) => one - other))
    expect(evidence.at(-1)).toMatchObject({ state: participant?.state, removal: participant?.removal })
  })

  test('does not exist for an unknown participant', () => {
    expect(explain(established().call, 'nobody')).toBeUndefined()
    expect(explain(established().call, '__proto__')).toBeUndefined()
  })

  test('does not exist for a forgotten participant', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 603 })
    script.wait(600_001)
    script.full(bot, on('ann'))
    expect(explain(script.call, 'bob')).toBeUndefined()
  })

  test('contains no display name, no phone number and no message of the service', () => {
    const script = established()
    const identity = { phone: { id: '+15550100', displayName: 'Bob Secret' } }
    script.invite([{ identity }], { as: 'the-phone' })
    script.operation('the-phone', 'failed', {
      code: 412,
      subcode: 9999,
      message: 'addParticipants failed for participant 4:+15550100. DiagCode: 412#10073.@',
    })
    script.full(bot, on('x', { identity: { user: { id: 'x', displayName: 'Ann Secret' } } }))
    for (const key of ['the-phone', 'r-x']) {
      expect(sentence(script, key)).not.toMatch(/Secret|5550100|addParticipants/)
      expect(JSON.stringify(explain(script.call, key)?.evidence)).not.toMatch(/Secret|5550100|addParticipants/)
    }
  })

  test('is bounded: the first piece of evidence and the latest ones of a long history', () => {
    const script = established()
    script.full(bot, on('ann'))
    for (let i = 0; i < 40; i += 1) {
      script.remove('r-ann')
      script.deleted('r-ann', refused(403))
      script.wait(10)
    }
    const { evidence = [] } = explain(script.call, 'r-ann') ?? {}
    expect(evidence).toHaveLength(TRAIL_LIMIT)
    expect(evidence[0]).toMatchObject({ source: 'roster.full', at: script.history[1]?.at })
    expect(evidence.at(-1)).toMatchObject({ source: 'removal.answered', at: script.at - 10 })
    expect(evidence.map(({ at }) => at)).toEqual([...evidence.map(({ at }) => at)].sort((one, other) => one - other))
  })

  test('of a time beyond the calendar contains its number', () => {
    const script = new Script()
    script.at = 2 ** 53 - 1
    script.full(bot, on('ann'))
    expect(sentence(script, 'r-ann')).toBe('r-ann is active: 9007199254740991 a full roster shows them → active.')
  })
})
