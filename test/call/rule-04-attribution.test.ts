import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging, type Script } from './script.ts'

describe('rule 4, an absent participant', () => {
  test('with a pending removal was removed by local', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.get('r-bob').removal).toBe('confirmed')
  })

  test('without a pending removal left', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    expect(script.get('r-bob').removal).toBeUndefined()
  })

  test('after a refused removal left', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', refused(403))
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('keeps the reason from a delta, and the cause stays local', () => {
    const script = withPresent('bob', 'carol')
    script.delta(1)
    script.snapshot(bot, on('bob'), on('carol'))
    script.remove('r-bob')
    script.delta(
      2,
      on('bob', { gone: 'Participant has left the meeting call.' }),
      on('carol', { gone: 'Participant has left the meeting call.' }),
    )
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.get('r-carol').ending).toMatchObject({
      cause: 'left',
      message: 'Participant has left the meeting call.',
    })
  })
})

/** A roster that was not believed left Bob out, and the application asks for his removal after that. */
function withDoubtedOmission(): Script {
  const script = established()
  script.full(bot, on('bob'))
  script.wait(1_000)
  script.full(bot)
  expect(script.is('r-bob')).toBe('active')
  script.wait(100)
  script.remove('r-bob')
  return script
}

describe('rule 4, an absence that was not believed', () => {
  test.each([
    ['a full roster', (script: Script) => script.full(bot)],
    ['a fetched roster', (script: Script) => script.snapshot(bot)],
    ['a roster change', (script: Script) => script.delta(1, on('bob', { gone: true }))],
  ])(
    'does not explain why %s no longer shows the participant: the pending removal does, and it is local',
    (_, tell) => {
      const script = withDoubtedOmission()
      script.wait(2_000)
      script.tell({ type: 'host.resumed' })
      tell(script)
      expect(script.is('r-bob')).toBe('removed: removed by local')
    },
  )

  test('does not explain a removal whose answer was lost and whose repetition is not found', () => {
    const script = withDoubtedOmission()
    script.deleted('r-bob', unconfirmed())
    script.wait(1_000)
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })
})

describe("rule 4, a 404 on the bot's DELETE", () => {
  test("without earlier evidence of a departure is the bot's removal", () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test("of a participant whom an earlier roster omitted is the bot's removal: that roster was not believed, and is not evidence", () => {
    const script = withDoubtedOmission()
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test("of a participant who was omitted, and shown again since, is the bot's removal", () => {
    const script = established()
    script.full(bot, on('bob'))
    script.wait(1_000)
    script.full(bot)
    script.wait(100)
    script.full(bot, on('bob'))
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test("of a participant omitted only after its removal was requested is the bot's removal", () => {
    const script = established()
    script.full(bot, on('bob'))
    script.remove('r-bob')
    script.wait(1_000)
    script.full(bot)
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })
})

test("rule 4, a 2xx on the bot's DELETE proves a presence: an earlier roster without it was wrong, and the removal is the bot's", () => {
  const script = established()
  script.full(bot, on('bob'))
  script.wait(1_000)
  script.full(bot)
  script.wait(100)
  script.remove('r-bob')
  script.deleted('r-bob')
  script.wait(2_000)
  script.full(bot)
  expect(script.is('r-bob')).toBe('removed: removed by local')
})

describe('rule 4, a participant who joined and left unseen', () => {
  /**
   * Bob was invited and is being removed; his other device is present, and the DELETE to the id of the answer was
   * accepted.
   */
  function withOtherDevice(isWantedOut: boolean): Script {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.delta(1, bot, on('bob', { id: 'tablet' }))
    script.snapshot(bot, on('bob', { id: 'tablet', sequence: 1 }))
    if (isWantedOut) script.remove('bob')
    return script.forgetSoFar()
  }

  test.each([
    [true, 'removed: removed by local'],
    [false, 'removed: left by remote'],
  ])('under the id of an invitee to be removed (%s) has %s', (isWantedOut, story) => {
    const script = withOtherDevice(isWantedOut)
    script.delta(2, on('bob', { id: 'p-bob', gone: true }))
    expect(script.is('p-bob')).toBe(story)
    expect(script.told()).toEqual(['p-bob: nobody → removed'])
    expect(script.requests()).toEqual([])
  })

  test('under an unknown id has left, whichever participant of that identity is to be removed', () => {
    const script = withOtherDevice(true)
    script.delta(2, on('bob', { id: 'phone', gone: true }))
    expect(script.is('phone')).toBe('removed: left by remote')
  })
})
