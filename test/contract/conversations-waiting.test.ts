/**
 * Waits, mutes and restarts in a conversation, seen through the public entry points only.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { graphError, GraphByTheFacts } from './graph-by-the-facts.ts'
import {
  annId,
  bobId,
  callId,
  establishedStage,
  handClock,
  itself,
  operation,
  person,
  roster,
  settle,
  stage,
  words,
} from './stage.ts'
import { bob, cancelledOperation, withBob, ringing } from './conversation.ts'

describe('waiting', () => {
  test('ends by signal and by timeout, which undoes nothing', async () => {
    const set = await ringing({ names: true })
    const gaveUp = new AbortController()
    const wait = set.call.waitFor(set.key, 'active', { signal: gaveUp.signal }).catch((error: unknown) => error)
    const removal = set.call.remove(set.key, { signal: gaveUp.signal }).catch((error: unknown) => error)
    await settle()
    gaveUp.abort(new Error('enough'))
    expect(await wait).toMatchObject({ message: 'enough' })
    expect(await removal).toMatchObject({ message: 'enough' })
    expect(set.graph.count('DELETE', /./)).toBe(1)
    await expect(set.call.waitFor(set.key, 'active', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    const late = set.call.waitFor(set.key, 'active', { timeoutMs: 1_000 }).catch((error: unknown) => error)
    await set.clock.advance(1_000)
    expect(await late).toMatchObject({ code: 'WAIT_TIMEOUT' })
    await set.post(operation(set.context(), 'failed', cancelledOperation))
    expect(await set.read()).toMatchObject({ state: 'cancelled' })
    await expect(set.call.invite({ user: { id: annId } }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await settle()
    expect((await set.call.read()).participants.size).toBe(1)
  })

  test('a predicate sees every state, and its error rejects the wait', async () => {
    const set = await ringing()
    const seen: string[] = []
    const wait = set.call.waitFor(set.key, ({ state }) => {
      seen.push(state)
      return state === 'active'
    })
    await expect(
      set.call.waitFor(set.key, () => {
        throw new Error('mine')
      }),
    ).rejects.toThrow('mine')
    await set.post(roster(itself(), person('p-bob', bobId, { isInLobby: true })))
    await set.post(roster(itself(), person('p-bob', bobId)))
    expect((await wait).state).toBe('active')
    expect(seen).toContain('lobby')
    await expect(set.call.waitFor(set.key, 'nonsense' as never)).rejects.toThrow(TypeError)
  })

  test('the handle that waits need not be the one that invites', async () => {
    const set = await ringing()
    const wait = set.rollcall.call(callId.toUpperCase()).waitFor(set.key, ['removed', 'cancelled'])
    await set.post(operation(set.context(), 'failed', { code: 603, subcode: 8538 }))
    expect((await wait).ending?.cause).toBe('declined')
  })
})

describe('mute', () => {
  test('is a POST to the roster id and shows on the roster', async () => {
    const set = await withBob()
    await set.call.mute(set.key)
    expect(set.graph.sent('POST', /mute$/)[0]?.path).toMatch(/p-bob\/mute$/)
    await set.post(roster(itself(), person('p-bob', bobId, { isMuted: true })))
    expect(await set.read()).toMatchObject({ state: 'active', isMuted: true })
    set.graph.next('POST', /mute$/, graphError(403, '7504', 'no'))
    await expect(set.call.mute(set.key)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' })
  })

  test('of an invitee who rings is refused as too early', async () => {
    const set = await ringing()
    await expect(set.call.mute(set.key)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})

describe('a restart', () => {
  const moments = [
    'before the POST is answered',
    'while they ring',
    'while a removal is in flight',
    'after the 204',
  ] as const
  const kinds = ['memory', 'sqlite'] as const
  const cases = kinds.flatMap((kind) => moments.map((moment) => [kind, moment] as const))
  test.each(cases)('on the same %s store %s ends the same', async (kind, moment) => {
    const folder = kind === 'sqlite' ? mkdtempSync(join(tmpdir(), 'rollcall-')) : undefined
    const memory = memoryStore()
    const open = () => (folder === undefined ? memory : sqliteStore(join(folder, 'calls.db')))
    try {
      const graph = new GraphByTheFacts()
      graph.namesInvitees = true
      const hand = handClock()
      const first = await establishedStage({ graph, hand, store: open() })
      const never = () => new Promise<never>(() => undefined)
      if (moment === 'before the POST is answered')
        graph.next('POST', /invite$/, (_asked, usual) => {
          usual()
          return never()
        })
      const { key } = await first.call.invite(bob)
      await settle()
      if (moment === 'while a removal is in flight') graph.next('DELETE', /./, never)
      if (moment === 'while a removal is in flight' || moment === 'after the 204')
        void first.call.remove(key).catch(() => undefined)
      await settle()
      await first.rollcall.close()

      const second = stage({ graph, hand, store: open() })
      const call = second.rollcall.call(callId)
      expect((await call.read()).participants.get(key)?.state).toMatch(/invited|ringing/)
      expect(graph.count('POST', /invite$/)).toBe(1)
      const removal = call.remove(key)
      await hand.advance(1_000)
      const context = graph.sent('POST', /invite$/)[0]?.body.clientContext
      await second.post(operation(context, 'failed', cancelledOperation))
      await hand.advance(20_000)
      expect(await removal).toMatchObject({ key, state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
      expect(graph.count('POST', /invite$/)).toBe(1)
      expect([...first.told, ...second.told].filter(({ to }) => to === 'cancelled')).toHaveLength(1)
      await second.rollcall.close()
      expect([...first.errors, ...second.errors]).toEqual([])
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true })
    }
  })

  test('keeps deadlines: one that passed meanwhile fires once, after a fetch', async () => {
    const graph = new GraphByTheFacts()
    const hand = handClock()
    const store = memoryStore()
    const first = await establishedStage({ graph, hand, store })
    const { key } = await first.call.invite(bob)
    await settle()
    await first.rollcall.close()
    await hand.advance(200_000)
    const fetches = graph.count('GET', /participants$/)
    const second = stage({ graph, hand, store })
    await second.rollcall.ready
    await hand.advance(60_000)
    expect((await second.rollcall.call(callId).read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'noAnswer', by: 'deadline' },
    })
    expect(graph.count('GET', /participants$/)).toBeGreaterThan(fetches)
  })

  test('two hosts on one store accept each other’s notifications', async () => {
    const graph = new GraphByTheFacts()
    const hand = handClock()
    const store = memoryStore()
    const first = await establishedStage({ graph, hand, store })
    const second = stage({ graph, hand, store })
    const { key } = await first.call.invite(bob)
    await settle()
    const wait = first.call.waitFor(key, 'active')
    graph.roster = [itself(), person('p-bob', bobId)]
    await second.post(roster(...graph.roster))
    expect((await wait).id).toBe('p-bob')
    await hand.advance(3_000)
    const removal = first.call.remove(key)
    await settle()
    graph.roster = [itself()]
    await second.post(roster(itself()))
    expect((await removal).ending?.by).toBe('local')
    expect(words(first.told)).toEqual(words(second.told))
    expect(graph.count('DELETE', /./)).toBe(1)
  })
})
