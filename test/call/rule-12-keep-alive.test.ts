import { describe, expect, test } from 'vitest'
import { bot, BOT, done, established, on, refused, Script, unconfirmed, withPresent } from './script.ts'

const QUARTER = 15 * 60_000

test('rule 12, a keepAlive goes out every 15 min while the call is established', () => {
  const script = established()
  for (let i = 0; i < 4; i += 1) {
    script.wait(QUARTER - 1)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: done })
  }
})

test("rule 12, a host that resumes the call with a clock behind the call's time sends one at once", () => {
  const script = established()
  script.wait(QUARTER / 2)
  script.step({ type: 'host.resumed', at: (script.call.at ?? 0) - 1 })
  script.forgetSoFar()
  script.wait(0)
  expect(script.requests()).toEqual(['keepAlive'])
})

test('rule 12, a host that resumes the call with a clock that continues sends none before its time', () => {
  const script = established()
  script.wait(QUARTER / 2)
  script.step({ type: 'host.resumed', at: script.at })
  script.forgetSoFar()
  script.wait(QUARTER / 2 - 1)
  expect(script.requests()).toEqual([])
})

test('rule 12, no keepAlive goes out while the call is not established', () => {
  const script = new Script()
  script.reported({ state: 'establishing' })
  script.wait(2 * QUARTER)
  expect(script.requests()).not.toContain('keepAlive')
})

test('rule 12, a repeated "established" does not put the keepAlive off', () => {
  const script = established()
  script.wait(QUARTER - 1)
  script.reported({ state: 'established' })
  script.reported({ state: 'hold' })
  script.reported({ state: 'established' })
  script.wait(1)
  expect(script.requests()).toEqual(['keepAlive'])
})

test('rule 12, a call that is adopted as transferring has its keepAlive too', () => {
  const script = new Script()
  script.tell({ type: 'call.adopted' })
  script.tell({
    type: 'call.fetched',
    answer: { verdict: 'done', value: { state: 'transferring', myParticipantId: BOT } },
  })
  script.forgetSoFar()
  script.wait(QUARTER)
  expect(script.requests()).toEqual(['keepAlive'])
})

test('rule 12, a keepAlive that is answered 404 ends the call', () => {
  const script = withPresent('bob')
  script.wait(QUARTER)
  script.tell({ type: 'keepAlive.answered', answer: refused(404, '8522') })
  expect(script.call.state).toBe('terminated')
  expect(script.is('r-bob')).toBe('removed: lost by service')
})

test.each([refused(500), refused(403), refused(429)])(
  'rule 12, a keepAlive that is refused otherwise ends nothing, and the next one is due',
  (answer) => {
    const script = withPresent('bob')
    script.wait(QUARTER)
    script.tell({ type: 'keepAlive.answered', answer })
    script.forgetSoFar()
    expect(script.call.state).toBe('established')
    script.wait(QUARTER)
    expect(script.requests().length).toBeGreaterThan(0)
  },
)

test('rule 12, a keepAlive that is not confirmed is repeated soon: the service gives up after 45 min', () => {
  const script = established()
  script.wait(QUARTER)
  script.tell({ type: 'keepAlive.answered', answer: unconfirmed() })
  script.forgetSoFar()
  script.wait(60_000)
  expect(script.requests()).toEqual(['keepAlive'])
})

test('rule 12, no keepAlive is sent after the end', () => {
  const script = established()
  script.reported({ state: 'terminated' })
  script.wait(4 * QUARTER)
  expect(script.requests()).toEqual([])
})

test('rule 12, every keepAlive is a separate effect', () => {
  const script = established()
  script.wait(5 * QUARTER)
  const ids = script.effects
    .filter(({ type }) => type === 'call.keepAlive')
    .map((effect) => ('id' in effect ? effect.id : ''))
  expect(ids).toHaveLength(5)
  expect(new Set(ids).size).toBe(5)
})

describe('rule 12, a keepAlive that finds the call', () => {
  /** A participant has left unseen: every fetch of the roster failed, until no further one was requested. */
  function withFetchesGivenUp(): Script {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    for (let i = 0; i < 6; i += 1) {
      script.fetched(unconfirmed())
      script.wait(60_000)
    }
    expect(script.requests()).toEqual(Array(6).fill('GET roster'))
    expect([...script.call.deadlines.keys()]).toEqual(['keepAlive'])
    return script
  }

  test('has an unavailable roster fetched again: an unseen departure is detected', () => {
    const script = withFetchesGivenUp()
    script.wait(QUARTER)
    script.forgetSoFar()
    script.tell({ type: 'keepAlive.answered', answer: done })
    expect(script.tell({ type: 'keepAlive.answered', answer: done })).toBe('duplicate')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    script.tell({ type: 'keepAlive.answered', answer: done })
    expect(script.requests()).toEqual([])
  })

  test('starts the series of fetches anew', () => {
    const script = withFetchesGivenUp()
    script.tell({ type: 'keepAlive.answered', answer: done })
    for (let i = 0; i < 6; i += 1) {
      script.fetched(unconfirmed())
      script.tell({ type: 'keepAlive.answered', answer: i < 5 ? done : refused(500) })
      script.wait(60_000)
    }
    expect(script.requests()).toEqual(Array(6).fill('GET roster'))
  })

  test.each([refused(500), unconfirmed()])('counts only with a 2xx: otherwise nothing is fetched', (answer) => {
    const script = withFetchesGivenUp()
    script.tell({ type: 'keepAlive.answered', answer })
    expect(script.requests()).toEqual([])
  })

  test('causes no fetch while the roster is known', () => {
    const script = withPresent('bob')
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    script.forgetSoFar()
    script.tell({ type: 'keepAlive.answered', answer: done })
    expect(script.requests()).toEqual([])
  })
})

test('rule 12, a keepAlive that finds the call during the last fetch leaves that fetch valid', () => {
  const script = withPresent('bob')
  script.tell({ type: 'host.resumed' })
  for (let i = 0; i < 5; i += 1) {
    script.fetched(unconfirmed())
    script.wait(60_000)
  }
  expect(script.call.roster.attempts).toBe(6)
  expect(script.tell({ type: 'keepAlive.answered', answer: done })).toBe('duplicate')
  script.snapshot(bot)
  expect(script.is('r-bob')).toBe('removed: left by remote')
})

describe('rule 12, a call that is adopted and not found', () => {
  test.each([
    ['refused', refused(500), [QUARTER, QUARTER, QUARTER]],
    ['not answered', unconfirmed(), [10_000, 10_000, 20_000]],
  ] as const)(
    'is not refused by a query that is %s: no keepAlive is sent, and the query is repeated until the call is established and the id of the bot is known',
    (_, answer, waits) => {
      const script = new Script()
      script.tell({ type: 'call.adopted' })
      script.full(bot)
      script.forgetSoFar()
      const questions = (): readonly string[] => script.requests().filter((request) => request !== 'GET roster')
      for (const waitMs of waits) {
        script.wait(1)
        expect(script.tell({ type: 'call.fetched', answer })).toBe('applied')
        script.wait(waitMs - 1)
        expect(questions()).toEqual([])
        script.wait(1)
        expect(questions()).toEqual(['GET call'])
      }
      script.tell({ type: 'call.fetched', answer })
      script.reported({ state: 'establishing' })
      script.wait(QUARTER)
      expect(script.requests()).toContain('GET call')
      script.reported({ state: 'established', myParticipantId: BOT })
      expect(script.tell({ type: 'call.fetched', answer })).toBe('notPossible')
      script.wait(QUARTER - 1)
      expect(script.requests()).toEqual([])
    },
  )
})

test('rule 12, a heartbeat that is due before a hang-up would be repeated is not put off by it, and is that hang-up', () => {
  const script = established({ keepAliveMs: 800 })
  script.tell({ type: 'hangUp.requested' })
  script.tell({ type: 'hangUp.answered', answer: done })
  script.wait(10_000)
  script.tell({ type: 'keepAlive.answered', answer: done })
  script.forgetSoFar()
  script.wait(799)
  expect(script.requests()).toEqual([])
  script.wait(1)
  expect(script.requests()).toEqual(['hang up'])
})
