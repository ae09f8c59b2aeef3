import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 2, a cancel that crosses the answer', () => {
  test('ends as removed by local, never as cancelled, and the answer is not announced', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    script.deleted('bob')
    script.wait(2_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → removed'])
  })

  test('that was accepted before the invitee appears sends exactly one DELETE to its roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.full(bot, on('bob'))
    script.deleted('bob')
    script.full(bot, on('bob', { muted: true }))
    expect(script.requests()).toEqual([])
    expect(script.is('bob')).toBe('active, removal accepted')
  })

  test('that was not found before the invitee appears sends exactly one DELETE to its roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('ringing, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('that is answered 404 after the invitee appeared proves nothing, and a DELETE is sent to its roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test("that was sent to the invitee's later roster id, and not found, is sent once more: then a 404 is proof", () => {
    const script = withRinging('bob', { bob: 'r-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('that was refused for the early id is sent to the roster id nevertheless', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(403))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('that was accepted after the invitee appeared under another id is sent to that one at once', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob')
    expect(script.requests()).toEqual(['DELETE p-bob', 'DELETE r-bob'])
  })

  test("that was accepted for the invitee's later roster id is sent once, and checked", () => {
    const script = withRinging('bob', { bob: 'r-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('that was held without an address is sent once when the invitee appears', () => {
    const script = withRinging('bob')
    script.remove('bob')
    expect(script.requests()).toEqual([])
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('and finds the invitee in the lobby removes it from there', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('bob')).toBe('lobby, removal sent')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    script.wait(2_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → removed'])
  })

  test('and is refused for good announces the invitee as active', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob'))
    expect(script.told()).toEqual([])
    script.deleted('bob', refused(403))
    expect(script.is('bob')).toBe('active, removal refused')
    expect(script.told()).toEqual(['bob: ringing → active'])
  })

  test('and whose DELETE is not confirmed is sent again after a wait, and stays one removal', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob', unconfirmed({ retryAfterMs: 2_128 }))
    script.forgetSoFar()
    script.wait(2_127)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })
})

test.each([500, 429])(
  'rule 2, a DELETE that is never confirmed (%i) is repeated later each time, up to five minutes, while the participant is present',
  (status) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    const waits: number[] = []
    for (let i = 0; i < 12; i += 1) {
      expect(script.requests()).toEqual(['DELETE r-bob'])
      script.deleted('r-bob', unconfirmed({ status }))
      waits.push((script.call.deadlines.get('retry/r-bob') as number) - script.at)
      script.wait((waits.at(-1) as number) - 1)
      expect(script.requests().filter((request) => request !== 'keepAlive')).toEqual([])
      script.wait(1)
    }
    expect(waits).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ])
  },
)

test.each([
  [0, 1_000],
  [999, 1_000],
  [1_001, 1_001],
  [300_000, 300_000],
  [300_001, 300_000],
  [1e300, 300_000],
  [Infinity, 300_000],
  [Number.NaN, 1_000],
  [-5, 1_000],
])('rule 2, a DELETE that the service asks to repeat after %d ms is repeated after %d ms', (retryAfterMs, waitMs) => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', unconfirmed({ status: 429, retryAfterMs }))
  expect(script.call.deadlines.get('retry/r-bob')).toBe(script.at + waitMs)
  expect(script.is('r-bob')).toBe('active, removal held')
})

test('rule 2, a DELETE that waits to be repeated is not sent sooner because the roster shows the participant again', () => {
  const script = withRinging('bob')
  script.full(bot, on('bob'))
  script.remove('bob')
  script.deleted('bob', unconfirmed())
  script.forgetSoFar()
  script.full(bot, on('bob', { muted: true }))
  expect(script.requests()).toEqual([])
  script.wait(1_000)
  expect(script.requests()).toEqual(['DELETE r-bob'])
})

test('rule 2, an answer before the cancel is not glare: both are announced', () => {
  const script = withRinging('bob')
  script.full(bot, on('bob'))
  script.remove('bob')
  script.wait(3_000)
  script.full(bot)
  expect(script.told()).toEqual(['bob: ringing → active', 'bob: active → removed'])
})

test('rule 2, a removal that is requested twice is sent once', () => {
  const script = established()
  script.invite('bob')
  script.taken('bob', { bob: 'p-bob' })
  script.remove('bob')
  expect(script.remove('bob')).toBe('alreadyRequested')
  expect(script.requests()).toEqual(['POST bob', 'DELETE p-bob'])
})
