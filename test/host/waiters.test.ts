/**
 * Waiters on one host see every commit, by any host and however this host learns of it.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { done, fakeTransport } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, roster, stage, type Stage } from './stage.ts'

/** How long a store in a file takes to find what other processes wrote. */
const POLL_MS = 200

/** Finds commits of others by looking now and then. */
function polled(store: Store): Store {
  return {
    ...store,
    watch(_holder, listener, clock) {
      let cancel = (): void => undefined
      const look = (): void => {
        cancel = clock.schedule(clock.now() + POLL_MS, look)
        listener()
      }
      cancel = clock.schedule(clock.now() + POLL_MS, look)
      return () => cancel()
    },
  }
}

/** Two hosts on one store, and ann on the roster since long enough. */
async function pair(see: (store: Store) => Store = (store) => store) {
  const inner = memoryStore()
  const clock = virtualClock()
  const transport = fakeTransport()
  transport.roster = [bot, entry('ann')]
  const here = stage({ store: see(inner), clock, transport })
  const there = stage({ store: inner, clock, transport, createId: () => crypto.randomUUID() })
  await there.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
  await clock.advance(5_000)
  await here.rollcall.receive([roster(entry('ann'))])
  const [key = ''] = (await here.rollcall.call(callId).read()).participants.keys()
  return { here, there, clock, transport, inner, key }
}

/** The service shows nobody but the bot any more. */
function emptied({ transport }: Pick<Stage, 'transport'>) {
  transport.roster = [bot]
  return roster()
}

describe('waiters on one host', () => {
  test('for an answer that another host receives are told so', async () => {
    let reading = Promise.resolve()
    const { here, there, clock, transport, key } = await pair((inner) => ({
      ...inner,
      async readJournal(after, limit) {
        await reading
        return inner.readJournal(after, limit)
      },
    }))
    const { promise, resolve } = Promise.withResolvers<void>()
    reading = promise
    // This host has to read what the other did before it tells of the mute, and by then the call is the other's.
    await there.rollcall.receive([callIs('establishing', { callId: 'other' })])
    const muted = expect(here.rollcall.call(callId).mute(key, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
    })
    await clock.settle()
    await there.rollcall.receive([roster(entry('ann'), entry('cy'))])
    await clock.settle()
    resolve()
    await clock.settle()
    await muted
    expect(transport.count('muteParticipant')).toBe(1)
  })

  test('see what another host committed first, when the same roster reaches both', async () => {
    const { here, there, clock, key } = await pair(polled)
    const call = here.rollcall.call(callId)
    const settled: unknown[] = []
    void call.remove(key).then(({ state }) => settled.push(state))
    void call.waitFor(key, 'removed').then(({ state }) => settled.push(state))
    await clock.settle()
    // Both hold the call as it is now.
    await call.read()
    await there.rollcall.call(callId).read()
    const gone = emptied(here)
    await Promise.all([there.rollcall.receive([gone]), here.rollcall.receive([gone])])
    await clock.advance(POLL_MS)
    expect(settled).toEqual(['removed', 'removed'])
  })

  test("see a state that the other host's commit leaves again", async () => {
    const { here, there, clock } = await pair(polled)
    const call = here.rollcall.call(callId)
    const { key } = await call.invite({ user: { id: 'bob' } })
    const waiting = call.waitFor(key, 'lobby')
    await clock.advance(POLL_MS)
    await there.rollcall.call(callId).read()
    const news = [roster(entry('ann'), entry('bob', { isInLobby: true })), roster(entry('ann'), entry('bob'))]
    await Promise.all([there.rollcall.receive(news), here.rollcall.receive(news)])
    await clock.advance(POLL_MS)
    expect(await waiting).toMatchObject({ key, state: 'lobby' })
  })

  test('see it although the store failed when it was loaded', async () => {
    const { here, there, clock, key } = await pair(faultyStore)
    const store = here.store as ReturnType<typeof faultyStore>
    const waiting = here.rollcall.call(callId).waitFor(key, 'removed', { timeoutMs: 60_000 })
    await clock.settle()
    store.failing = 'before'
    store.method = 'load'
    await there.rollcall.receive([emptied(here)])
    await clock.settle()
    expect(here.errors).toContainEqual(expect.objectContaining({ code: 'STORE_FAILED' }))
    store.failing = undefined
    await Promise.all([expect(waiting).resolves.toMatchObject({ state: 'removed' }), clock.advance(60_000)])
  })

  test('see what their own host committed although the store reported a failure', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, transport, clock } = stage({ store })
    transport.roster = [bot, entry('ann')]
    await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    await clock.advance(5_000)
    const [key = ''] = (await rollcall.call(callId).read()).participants.keys()
    transport.script('listParticipants', () => {
      store.failing = 'after'
      store.method = 'commit'
      return done({ entries: [bot] })
    })
    const removing = rollcall.call(callId).remove(key, { timeoutMs: 60_000 })
    await clock.advance(10_000)
    expect(store.failing).toBe('after')
    store.failing = undefined
    await Promise.all([expect(removing).resolves.toMatchObject({ state: 'removed' }), clock.advance(60_000)])
  })

  test('see what is stored although its commit was dropped unread', async () => {
    let dropped: number | undefined
    const { here, there, clock, inner, key } = await pair((store) => ({
      ...store,
      readJournal: async (after, limit) =>
        (await store.readJournal(after, limit)).filter(({ position }) => position !== dropped),
    }))
    const waiting = here.rollcall.call(callId).waitFor(key, 'removed')
    await clock.settle()
    dropped = (await inner.journalEnd()) + 1
    await there.rollcall.receive([emptied(here)])
    await there.rollcall.receive([callIs('establishing', { callId: 'other' })])
    expect(await waiting).toMatchObject({ state: 'removed' })
    expect(here.errors).toMatchObject([{ code: 'CHANGES_LOST' }])
    expect((await here.rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'removed' })
  })

  test('know a participant whom the other host invited, whatever this host still has to publish', async () => {
    const inner = memoryStore()
    const clock = virtualClock()
    let reading = Promise.resolve()
    const slow: Store = {
      ...inner,
      async readJournal(after, limit) {
        const entries = await inner.readJournal(after, limit)
        await reading
        return entries
      },
    }
    const there = stage({ store: inner, clock, createId: () => 'theirs' })
    const here = stage({ store: slow, clock })
    await here.rollcall.receive([callIs('establishing'), callIs('established')])
    await clock.settle()
    const { promise, resolve } = Promise.withResolvers<void>()
    reading = promise
    // This host begins to read what others did, slowly, and commits something that it tells of only afterwards.
    await there.rollcall.receive([callIs('establishing', { callId: 'other' })])
    const telling = here.rollcall.receive([roster(entry('ann'))])
    await clock.settle()
    const { key } = await there.rollcall.call(callId).invite({ user: { id: 'bob' } })
    const waiting = here.rollcall.call(callId).waitFor(key, 'active')
    await clock.settle()
    resolve()
    await telling
    await here.rollcall.receive([roster(entry('ann'), entry('bob'))])
    expect(await waiting).toMatchObject({ key, state: 'active' })
  })
})
