/**
 * Service traits as options of a call: a service that is polled, one that does not show the bot, one whose
 * notifications get lost; and the reference that a service gives a call.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import type { CallReport, Verdict } from '../../src/call/model/events.ts'
import { REFERENCE_LIMIT } from '../../src/call/model/reference.ts'
import { HANG_UP_BACKOFF_MS, KEEP_ALIVE_RETRY_MS } from '../../src/call/lifecycle.ts'
import { bot, BOT, done, established, on, refused, Script, unconfirmed } from './script.ts'

const QUARTER = 15 * 60_000
const up: Verdict<CallReport> = { verdict: 'done', value: { state: 'established' } }

/** An established call of a service like that, with these people in it. */
function callOf(options: ConstructorParameters<typeof Script>[0], ...names: readonly string[]): Script {
  const script = new Script(options)
  script.reported({ state: 'established', ...(options?.isBotOnRoster === false ? {} : { myParticipantId: BOT }) })
  if (names.length > 0) {
    script.full(...(options?.isBotOnRoster === false ? [] : [bot]), ...names.map((name) => on(name)))
    script.wait(5_000)
  }
  return script.forgetSoFar()
}

/** The answer to the question for the call. */
function got(script: Script, answer: Verdict<CallReport>): string {
  return script.tell({ type: 'call.fetched', answer })
}

describe('rule 12 for a service whose calls are polled', () => {
  const polled = (...names: readonly string[]): Script => callOf({ liveness: 'poll' }, ...names)

  test('the call is queried every 15 min, and no keepAlive is sent', () => {
    const script = polled()
    for (let round = 0; round < 4; round += 1) {
      script.wait(QUARTER - 1)
      expect(script.requests()).toEqual([])
      script.wait(1)
      expect(script.requests()).toEqual(['GET call'])
      got(script, up)
    }
    expect(script.effects.some(({ type }) => type === 'call.keepAlive')).toBe(false)
  })

  test('each query has its own id', () => {
    const script = polled()
    script.wait(4 * QUARTER)
    const ids = script.effects.flatMap((effect) => (effect.type === 'call.fetch' ? [effect.id] : []))
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(4)
  })

  test('a 404 to it ends the call', () => {
    const script = polled('bob')
    script.wait(QUARTER)
    got(script, refused(404))
    expect(script.call.state).toBe('terminated')
    expect(script.is('r-bob')).toBe('removed: lost by service')
  })

  test('an answer that reports the end ends the call', () => {
    const script = polled('bob')
    script.wait(QUARTER)
    got(script, { verdict: 'done', value: { state: 'terminated' } })
    expect(script.is('r-bob')).toMatch(/^removed: callEnded/)
  })

  test('without an answer it is queried again soon, and a refusal ends nothing', () => {
    const script = polled('bob')
    script.wait(QUARTER)
    got(script, unconfirmed())
    script.forgetSoFar()
    script.wait(KEEP_ALIVE_RETRY_MS)
    expect(script.requests()).toEqual(['GET call'])
    got(script, refused(403))
    expect(script.call.state).toBe('established')
    script.wait(QUARTER)
    expect(script.requests()).toEqual(['GET call'])
  })

  test('a request that is not found is checked by the same query', () => {
    const script = polled('bob')
    script.delta(5, on('ann'))
    script.fetched(refused(404))
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toEqual(['GET call'])
    got(script, refused(404))
    expect(script.is('r-bob')).toBe('removed: lost by service')
  })

  test('a hang-up without effect is sent again once the query finds the call', () => {
    const script = polled()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: done })
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET call'])
    got(script, up)
    script.wait(HANG_UP_BACKOFF_MS)
    expect(script.requests()).toEqual(['hang up'])
    script.tell({ type: 'hangUp.answered', answer: done })
    script.wait(10_000)
    got(script, refused(404))
    expect(script.call.ending).toMatchObject({ cause: 'callEnded', by: 'local' })
  })

  test('a call that was adopted by its name is over if it is denied twice, not once', () => {
    const script = new Script({ liveness: 'poll' })
    script.tell({ type: 'call.adopted' })
    got(script, refused(404))
    expect(script.call.state).toBe('unknown')
    script.fetched(refused(404))
    expect(script.call.state).toBe('terminated')
  })

  test('a call that is not established yet is lost by one 404', () => {
    const script = new Script({ liveness: 'poll' })
    script.reported({ state: 'establishing' })
    script.wait(60_000)
    expect(script.requests()).toEqual(['GET call'])
    got(script, refused(404))
    expect(script.call.state).toBe('terminated')
  })
})

describe('rule 13 for a service that never shows the bot', () => {
  const unseen = (...names: readonly string[]): Script =>
    callOf({ isBotOnRoster: false, applicationId: 'the-app' }, ...names)

  test('its id is not requested', () => {
    const script = unseen('bob', 'ann')
    script.wait(QUARTER - 10_000)
    expect(script.requests()).toEqual([])
  })

  test('a report that shows participants is complete without it', () => {
    const script = unseen('bob', 'ann')
    script.full(on('ann'))
    expect(script.is('r-bob')).toMatch(/^removed/)
  })

  test("the service's name for the bot makes no difference", () => {
    const script = unseen('bob', 'ann')
    script.reported({ state: 'established', myParticipantId: 'r-ann' })
    expect(script.is('r-ann')).toBe('active')
    expect(script.call.self.participantId).toBeUndefined()
    script.full(on('ann'))
    expect(script.is('r-bob')).toMatch(/^removed/)
  })

  test('an instance of the application on the roster is a participant', () => {
    const script = unseen('bob')
    script.full(on('bob'), { ...bot, id: 'r-agent' })
    expect(script.is('r-agent')).toBe('active')
  })
})

describe('resync, for a service whose notifications get lost', () => {
  const EVERY = 30_000
  const lossy = (...names: readonly string[]): Script => callOf({ resyncMs: EVERY }, ...names)

  test('a snapshot is asked for at the interval while a participant is present', () => {
    const script = lossy('bob')
    for (let round = 0; round < 3; round += 1) {
      script.wait(EVERY)
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob'))
    }
    script.wait(EVERY)
    script.snapshot(bot, on('ann'))
    expect(script.is('r-bob')).toMatch(/^removed/)
  })

  test('and while an invitee is pending', () => {
    const script = lossy()
    script.wait(4 * EVERY)
    expect(script.requests()).toEqual([])
    script.invite('bob')
    script.taken('bob')
    script.forgetSoFar()
    script.wait(EVERY)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('not if none is left', () => {
    const script = lossy('bob')
    script.wait(EVERY)
    script.snapshot(bot)
    script.forgetSoFar()
    expect(script.call.deadlines.has('resync')).toBe(false)
    script.wait(4 * EVERY)
    expect(script.requests()).toEqual([])
  })

  test('a slow one is sufficient, and is not requested twice', () => {
    const script = lossy('bob')
    script.wait(3 * EVERY)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('the interval is stored with the call, and continues after a restart', () => {
    const script = lossy('bob')
    const restored = decodeCall(JSON.parse(JSON.stringify(encodeCall(script.call))))
    expect(restored.options.resyncMs).toBe(EVERY)
    expect(restored.deadlines.get('resync')).toBe(script.call.deadlines.get('resync'))
  })

  test('a call of any other service has no such deadline', () => {
    const script = established()
    script.full(bot, on('bob'))
    expect(script.call.deadlines.has('resync')).toBe(false)
  })
})

describe('the reference of a call', () => {
  test('comes with a report, is stored, and survives a restart', () => {
    const script = new Script()
    script.reported({ state: 'established', myParticipantId: BOT, reference: 'room-1' })
    expect(script.call.reference).toBe('room-1')
    expect(decodeCall(JSON.parse(JSON.stringify(encodeCall(script.call)))).reference).toBe('room-1')
  })

  test('is absent, not undefined, if it was not given', () => {
    const script = established()
    expect(Object.hasOwn(script.call, 'reference')).toBe(false)
    expect(JSON.stringify(encodeCall(script.call))).not.toContain('reference')
  })

  test('comes with an answer, too', () => {
    const script = established()
    script.wait(QUARTER)
    got(script, { verdict: 'done', value: { state: 'established', reference: 'room-1' } })
    expect(script.call.reference).toBe('room-1')
  })

  test('a report with another one is about another call', () => {
    const script = new Script()
    script.reported({ state: 'established', myParticipantId: BOT, reference: 'room-1' })
    expect(script.reported({ state: 'terminated', reference: 'room-2' })).toBe('outOfDate')
    expect(script.call.state).toBe('established')
    expect(script.reported({ state: 'terminated', reference: 'room-1' })).toBe('applied')
  })

  test('an answer with another one means that the call is gone', () => {
    const script = new Script({ liveness: 'poll' })
    script.reported({ state: 'established', reference: 'room-1' })
    script.wait(QUARTER)
    got(script, { verdict: 'done', value: { state: 'established', reference: 'room-2' } })
    expect(script.call.ending).toMatchObject({ cause: 'lost' })
  })

  test.each(['', 'x'.repeat(REFERENCE_LIMIT + 1), 'room-\ud800'])('%j is none', (reference) => {
    const script = new Script()
    script.reported({ state: 'established', reference })
    expect(script.call.reference).toBeUndefined()
  })
})

test('the ring time that the application set goes out with the invite', () => {
  const script = established()
  script.invite('bob', { ringTimeoutMs: 20_000 })
  script.invite('ann')
  const invites = script.effects.filter(({ type }) => type === 'participants.invite')
  expect(invites).toMatchObject([{ ringTimeoutMs: 20_000 }, {}])
  expect(Object.hasOwn(invites[1] ?? {}, 'ringTimeoutMs')).toBe(false)
})
