import { describe, expect, test } from 'vitest'
import { done, established, refused, unconfirmed, withPresent } from './script.ts'

describe('rule 10, hanging up', () => {
  test('is requested once', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    expect(script.tell({ type: 'hangUp.requested' })).toBe('alreadyRequested')
    expect(script.requests()).toEqual(['hang up'])
  })

  test('that is answered 404 ends the call', () => {
    const script = withPresent('bob')
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: callEnded by local')
  })

  test('that is accepted is not proof: without a notification, a keepAlive detects the end', () => {
    const script = withPresent('bob')
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: done })
    script.forgetSoFar()
    expect(script.is('r-bob')).toBe('active')
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: callEnded by local')
  })

  test('that is not confirmed is checked in the same way', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: unconfirmed() })
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive'])
  })

  test.each([
    ['was accepted', done],
    ['was not confirmed', unconfirmed()],
  ])('that %s and had no effect is sent again if a keepAlive finds the call, later each time', (_, answer) => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    const sentAt: number[] = []
    for (let i = 0; i < 9; i += 1) {
      const [request] = script.requests()
      expect(request).toBe('hang up')
      sentAt.push(script.at)
      script.tell({ type: 'hangUp.answered', answer })
      script.wait(9_999)
      expect(script.requests()).toEqual([])
      script.wait(1)
      expect(script.requests()).toEqual(['keepAlive'])
      script.tell({ type: 'keepAlive.answered', answer: done })
      expect(script.tell({ type: 'keepAlive.answered', answer: done })).toBe('duplicate')
      script.wait(Math.min(1_000 * 2 ** i, 60_000) - 1)
      expect(script.requests()).toEqual([])
      script.wait(1)
    }
    expect(sentAt.slice(1).map((at, i) => at - (sentAt[i] as number) - 10_000)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ])
    const ids = script.effects.flatMap((effect) => (effect.type === 'call.hangUp' ? [effect.id] : []))
    expect(ids).toEqual(Array.from({ length: 10 }, (_unused, i) => `hangUp/${i + 1}`))
    script.tell({ type: 'hangUp.answered', answer: refused(404) })
    expect(script.call.ending).toMatchObject({ cause: 'callEnded', by: 'local' })
  })

  test.each([500, 403, 429])(
    'is sent again if a keepAlive is refused with %i, which does not prove the end of the call',
    (status) => {
      const script = established()
      script.tell({ type: 'hangUp.requested' })
      script.tell({ type: 'hangUp.answered', answer: done })
      script.wait(10_000)
      script.tell({ type: 'keepAlive.answered', answer: refused(status) })
      script.forgetSoFar()
      script.wait(1_000)
      expect(script.requests()).toEqual(['hang up'])
    },
  )

  test('is not sent again after the answer to a keepAlive from before it was accepted', () => {
    const script = established()
    script.wait(15 * 60_000)
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.tell({ type: 'hangUp.answered', answer: done })
    script.forgetSoFar()
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive', 'keepAlive'])
  })

  test('that was refused is not sent again by itself, whatever a keepAlive finds', () => {
    const script = established()
    script.wait(15 * 60_000)
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.tell({ type: 'hangUp.answered', answer: refused(500) })
    script.forgetSoFar()
    script.wait(15 * 60_000 + 1_000)
    expect(script.requests()).toEqual(['keepAlive', 'keepAlive'])
    expect(script.call.hangUpRequestedAt).toBeUndefined()
  })

  test('that is refused when it is repeated is given up, and heartbeats continue', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: unconfirmed() })
    script.wait(10_000)
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.wait(1_000)
    script.tell({ type: 'hangUp.answered', answer: refused(403) })
    expect(script.call.hangUpRequestedAt).toBeUndefined()
    script.forgetSoFar()
    script.wait(15 * 60_000 - 1)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['keepAlive'])
  })

  test('that was refused can be requested again, with another effect', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: refused(500) })
    script.wait(10)
    expect(script.tell({ type: 'hangUp.requested' })).toBe('applied')
    expect(script.requests()).toEqual(['hang up', 'hang up'])
    const ids = script.effects
      .filter(({ type }) => type === 'call.hangUp')
      .map((effect) => ('id' in effect ? effect.id : ''))
    expect(new Set(ids).size).toBe(2)
  })
})
