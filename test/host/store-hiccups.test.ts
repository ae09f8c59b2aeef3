/**
 * A store that fails once: the next read finds what the failed one would have found.
 */
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { callId, callIs, entry, roster, stage } from './stage.ts'

const bob = { user: { id: 'bob' } }
const established = [callIs('establishing'), callIs('established')]

test('a wait ends with the last commit of another host, even if reading it failed once', async () => {
  const store = memoryStore()
  const clock = virtualClock()
  const faulty = faultyStore(store)
  const one = stage({ store: faulty, clock })
  await one.rollcall.receive(established)
  await one.rollcall.receive([roster(entry('carol'))])
  const other = stage({ store, clock })
  await other.rollcall.ready
  const states: string[] = []
  void one.rollcall
    .call(callId)
    .waitFor('carol', 'ended')
    .then(({ state }) => states.push(state))
  await clock.settle()
  Object.assign(faulty, { failing: 'before', method: 'readJournal' })
  await other.rollcall.receive([callIs('terminated')])
  await clock.settle()
  faulty.failing = undefined
  await clock.advance(2_000)
  expect(states).toEqual(['removed'])
})

test('a call whose host died is resumed, even if reading its first commit failed once', async () => {
  const store = memoryStore()
  const clock = virtualClock()
  const faulty = faultyStore(store)
  const one = stage({ store: faulty, clock })
  await one.rollcall.ready
  const dying = faultyStore(store)
  const other = stage({ store: dying, clock })
  await other.rollcall.ready
  Object.assign(faulty, { failing: 'before', method: 'readJournal' })
  other.transport.hold('invite')
  await other.rollcall.receive(established)
  const { key } = await other.rollcall.call(callId).invite(bob)
  dying.failing = 'before'
  await clock.settle()
  faulty.failing = undefined
  await clock.advance(300_000)
  expect((await one.rollcall.call(callId).read()).participants.get(key)?.state).toBe('cancelled')
})

test('a host that starts publishes no old change, also when it reads a call before its feed has started', async () => {
  const store = memoryStore()
  const clock = virtualClock()
  const first = stage({ store, clock })
  await first.rollcall.receive(established)
  await first.rollcall.receive([roster(entry('carol'))])
  await first.rollcall.close()
  const slow: Store = {
    ...store,
    async journalEnd() {
      const end = await store.journalEnd()
      await new Promise((resolve) => setImmediate(resolve))
      return end
    },
  }
  const second = stage({ store: slow, clock })
  await second.rollcall.call(callId).read()
  await clock.settle()
  expect(second.changes).toEqual([])
})

test('a new durable reader starts where it subscribed, also when its position could not be read at once', async () => {
  const faulty = faultyStore(memoryStore())
  const { rollcall, clock } = stage({ store: faulty })
  await rollcall.receive(established)
  Object.assign(faulty, { failing: 'before', method: 'readCursor' })
  const seen: PublishedChange[] = []
  rollcall.subscribe((change) => void seen.push(change), { cursor: 'new' })
  await clock.settle()
  faulty.failing = undefined
  await rollcall.receive([roster(entry('carol'))])
  await clock.advance(10_000)
  expect(seen.map(({ key, to }) => [key, to])).toEqual([['carol', 'active']])
})

test('the name of a durable reader is a string, and a closed host accepts no subscribers', async () => {
  const { rollcall, clock } = stage()
  expect(() => rollcall.subscribe(() => undefined, { cursor: 5 as never })).toThrow(TypeError)
  await rollcall.close()
  expect(() => rollcall.subscribe(() => undefined, { cursor: 'late' })).toThrow('closed')
  expect(clock.pending).toBe(0)
})

test('an invite is not posted if its ring time passed while its host was dead', async () => {
  const store = memoryStore()
  const clock = virtualClock()
  const dying = faultyStore(store)
  const transport = fakeTransport()
  transport.hold('invite')
  const first = stage({
    store: dying,
    clock,
    transport: { ...transport, fencesSends: true, invite: () => new Promise(() => {}) },
  })
  await first.rollcall.receive(established)
  await first.rollcall.call(callId).invite(bob, { ringTimeoutMs: 20_000 })
  dying.failing = 'before'
  await clock.settle()
  const next = fakeTransport()
  next.hold('listParticipants')
  const later = virtualClock(clock.now() + 3_600_000)
  const second = stage({ store, clock: later, transport: next })
  await second.rollcall.ready
  await later.settle()
  expect(next.count('invite')).toBe(0)
})
