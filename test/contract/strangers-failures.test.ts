/**
 * Failures that a new user of the library meets: hosts that die, waits that cannot end, tokens that are refused.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore, present } from '../../src/index.ts'
import { graphError, GraphByTheFacts } from './graph-by-the-facts.ts'
import {
  annId,
  bobId,
  callId,
  callIs,
  establishedStage,
  handClock,
  itself,
  person,
  roster,
  settle,
  stage,
} from './stage.ts'

describe('a host that dies', () => {
  test('in the middle of a removal leaves a store on which another host finishes it, with the answers that it missed', async () => {
    const graph = new GraphByTheFacts()
    const hand = handClock()
    const store = memoryStore()
    const first = await establishedStage({ graph, hand, store })
    const { key } = await first.call.invite({ user: { id: bobId } })
    await settle()
    graph.roster = [itself(), person('p-bob', bobId)]
    await first.post(roster(...graph.roster))
    await hand.advance(3_000)
    graph.next('DELETE', /p-bob/, () => new Promise<never>(() => undefined))
    first.call.remove(key).catch(() => undefined)
    await settle()
    // It is not closed: nobody hears of it any more, and its requests are never answered.
    const second = stage({ graph, hand, store })
    const wait = second.rollcall.call(callId).waitFor(key, 'removed')
    await hand.advance(8_000)
    graph.roster = [itself()]
    await hand.advance(30_000)
    expect((await wait).ending).toMatchObject({ cause: 'removed', by: 'local' })
  })

  test('that is closed accepts no notification, and rejects waits', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite({ user: { id: bobId } })
    const wait = set.call.waitFor(key, 'active').catch((error: unknown) => error)
    await set.rollcall.close()
    expect(await wait).toMatchObject({ code: 'HOST_CLOSED' })
    expect(await set.post(callIs('established'))).toBe(503)
    await expect(set.rollcall.createCall({ callbackUri: 'https://bot.contoso.com/' })).rejects.toMatchObject({
      code: 'HOST_CLOSED',
    })
    expect(set.clock.pending()).toBe(0)
  })
})

describe('a wait that cannot be fulfilled', () => {
  test('rejects at once: a state that has passed, a removal whose invite was refused', async () => {
    const set = await establishedStage()
    let answer = (): void => undefined
    set.graph.next('POST', /invite$/, async () => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return graphError(403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.')
    })
    const { key } = await set.call.invite({ user: { id: bobId } })
    await settle()
    const removal = set.call.remove(key)
    await settle()
    answer()
    expect(await removal).toMatchObject({ key, state: 'cancelled' })
    expect(set.graph.count('DELETE', /./)).toBe(0)
    await set.post(roster(itself(), person('p-ann', annId)))
    const [ann] = present(await set.call.read())
    await expect(set.call.waitFor(ann?.key ?? '', 'ringing')).rejects.toMatchObject({
      code: 'STATE_PASSED',
      details: { state: 'active' },
    })
    await expect(set.call.waitFor(key, 'active')).rejects.toMatchObject({
      code: 'PARTICIPANT_ENDED',
      details: { ending: { cause: expect.any(String) } },
    })
    expect((await set.call.waitFor(key, ['cancelled', 'removed'])).state).toBe('cancelled')
  })

  test('rejects for participants who are forgotten after ten minutes, and not before', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-ann', annId)))
    const [ann] = present(await set.call.read())
    await set.clock.advance(3_000)
    await set.post(roster(itself()))
    await set.clock.advance(9 * 60_000)
    expect(await set.call.waitFor(ann?.key ?? '', 'removed')).toMatchObject({ ending: { cause: 'left' } })
    await set.clock.advance(2 * 60_000)
    await set.post(roster(itself(), person('p-bob', bobId)))
    await expect(set.call.waitFor(ann?.key ?? '', 'removed')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
  })

  test('does not depend on returned records: they are frozen', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-ann', annId)))
    const [ann] = present(await set.call.read())
    expect(() => {
      Object.assign(ann ?? {}, { state: 'removed' })
    }).toThrow(TypeError)
    expect(() => {
      Object.assign(ann?.identity['user'] ?? {}, { id: 'x' })
    }).toThrow(TypeError)
    expect(Object.isFrozen(await set.call.read())).toBe(true)
  })
})

describe('a token that cannot be obtained', () => {
  test('is not an answer of the service', async () => {
    const set = stage({
      wire: {
        token: async () => {
          throw new Error('no token')
        },
      },
    })
    const create = set.rollcall
      .createCall({ callbackUri: 'https://bot.contoso.com/callback' })
      .catch((error: unknown) => error)
    await set.clock.advance(120_000)
    expect(await create).toMatchObject({ code: expect.stringMatching(/REQUEST_/) })
    expect(set.graph.asked).toHaveLength(0)
  })

  test('that the service refuses is requested again once', async () => {
    let tokens = 0
    const set = stage({
      wire: {
        token: async () => {
          tokens += 1
          return tokens === 1 ? 'stale' : 'secret'
        },
      },
    })
    const create = set.rollcall.createCall({ callbackUri: 'https://bot.contoso.com/callback' })
    await set.clock.advance(5_000)
    expect((await create).id).toMatch(/^2e1a0b00/)
  })
})
