import { describe, expect, test } from 'vitest'
import { BOT, bot, on, refused, Script, unconfirmed } from './script.ts'

describe('rule 9, an open call', () => {
  test.each([
    ['created', (script: Script) => script.reported({ state: 'establishing', myParticipantId: BOT })],
    ['incoming', (script: Script) => script.reported({ state: 'incoming' })],
    ['ringing', (script: Script) => script.reported({ state: 'ringing' })],
    ['adopted', (script: Script) => script.tell({ type: 'call.adopted' })],
    ['invited into', (script: Script) => script.invite('bob')],
  ])('without further notifications, %s, is queried: whether it is established and who is present', (_, begin) => {
    const script = new Script()
    begin(script)
    script.forgetSoFar()
    for (let round = 0; round < 3; round += 1) {
      script.wait(15 * 60_000)
      expect(
        script.requests().filter((request) => request === 'GET call'),
        `round ${round}`,
      ).toHaveLength(1)
      script.tell({ type: 'call.fetched', answer: unconfirmed() })
    }
    script.wait(60_000)
    if (script.call.roster.fetch !== undefined) script.fetched(unconfirmed())
    script.forgetSoFar()
    script.tell({
      type: 'call.fetched',
      answer: { verdict: 'done', value: { state: 'established', myParticipantId: BOT } },
    })
    expect(script.call.state).toBe('established')
    script.wait(60_000)
    expect(script.requests()).toContain('GET roster')
    script.snapshot(bot, on('ann'))
    expect(script.all('ann')).toEqual(['active'])
  })

  test('that is being established is queried each minute, one request at a time', () => {
    const script = new Script()
    script.reported({ state: 'establishing' })
    const asked: number[] = []
    const began = script.at
    for (; script.at - began < 600_000; script.wait(1_000)) {
      for (const request of script.requests()) {
        asked.push((script.at - began) / 1_000)
        expect(request).toBe('GET call')
        script.at += 30_000
        script.tell({ type: 'call.fetched', answer: { verdict: 'done', value: { state: 'establishing' } } })
      }
    }
    expect(asked).toEqual([60, 150, 240, 330, 420, 510])
  })

  test('that ended without a notification while it was being established is detected', () => {
    const script = new Script()
    script.reported({ state: 'incoming' })
    script.wait(60_000)
    script.tell({ type: 'call.fetched', answer: refused(404) })
    script.wait(0)
    expect(script.requests()).toEqual(['GET call', 'keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.call.state).toBe('terminated')
  })

  test.each(['incoming', 'establishing', 'ringing', 'redirecting'] as const)(
    'that is %s is queried after a restart',
    (state) => {
      const script = new Script()
      script.reported({ state })
      script.forgetSoFar().wait(1_000)
      script.tell({ type: 'host.resumed' })
      expect(script.requests()).toEqual(['GET call'])
    },
  )

  test('that goes from being established to its end without having been established is queried, too', () => {
    const script = new Script()
    script.reported({ state: 'establishing' })
    script.reported({ state: 'terminating' })
    script.forgetSoFar().wait(15 * 60_000)
    expect(script.requests()).toEqual(['keepAlive'])
  })
})
