/**
 * The promises of a closing host: each settles, and a definite rejection was neither stored nor sent.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { RollcallError } from '../../src/call/model/errors.ts'
import type { CallHandle } from '../../src/host/api/call-handle.ts'
import type { Rollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import {
  fallibleStore,
  type FallibleStore,
  type StoreFault,
  type StoreMethod,
} from '../../src/testing/host/fallible-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { done, fakeTransport } from './fake-transport.ts'
import { callId, callIs, entry, roster, stage as anyStage } from './stage.ts'

const body = { callbackUri: 'https://bot.example/callback' }

/** Longer than everything that a host waits for when it closes, one after the other. */
const CLOSING_MS = 60_000

const stores: FallibleStore[] = []

afterEach(() => {
  for (const store of stores.splice(0)) store.goOn()
})

async function stage(kept = memoryStore()) {
  const set = { store: fallibleStore(kept), transport: fakeTransport(), clock: virtualClock() }
  stores.push(set.store)
  const { rollcall, errors } = anyStage(set)
  await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
  await set.clock.advance(3_000)
  const close = async (): Promise<void> => {
    const closed = rollcall.close()
    await set.clock.advance(CLOSING_MS)
    await closed
  }
  return { ...set, rollcall, errors, call: rollcall.call(callId), close }
}

/** What a promise has come to by now. */
function outcomes(promises: Readonly<Record<string, Promise<unknown>>>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, promise] of Object.entries(promises)) {
    found[name] = 'pending'
    promise.then(
      () => {
        found[name] = 'done'
      },
      ({ code, definite }: RollcallError) => {
        found[name] = `${code} ${definite ? 'definite' : 'indefinite'}`
      },
    )
  }
  return found
}

function requests(call: CallHandle, rollcall: Rollcall) {
  return {
    invite: call.invite({ user: { id: 'bob' } }),
    cancel: call.cancel('ann'),
    remove: call.remove('ann'),
    mute: call.mute('ann'),
    hangUp: call.hangUp(),
    receive: rollcall.receive([roster(entry('ann'), entry('cy'))]),
  }
}

describe('a request whose commit ends while the host closes', () => {
  test.each(['remove', 'mute', 'hangUp'] as const)('is not rejected as definitely not made: %s', async (name) => {
    const { store, clock, call, rollcall } = await stage()
    store.faults = [{ method: 'commit', how: 'hangs' }]
    const found = outcomes({ asked: name === 'hangUp' ? call.hangUp() : call[name]('ann') })
    await clock.settle()
    const closed = rollcall.close()
    store.goOn()
    await closed
    expect(found).toEqual({ asked: 'HOST_CLOSED indefinite' })
    expect((await store.load(callId))?.outbox.map(({ effect }) => effect.type)).toContain(
      { remove: 'participant.delete', mute: 'participant.mute', hangUp: 'call.hangUp' }[name],
    )
  })
})

describe('a host whose store hangs', () => {
  test.each(['commit', 'load', 'readJournal', 'claim'] as const)(
    'settles every promise when it is closed: %s',
    async (method) => {
      const { store, transport, clock, call, rollcall, close } = await stage()
      store.faults = [{ method, how: 'hangs' }]
      const other = rollcall.call('other')
      const pair = [callIs('established', { callId: 'one' }), callIs('established', { callId: 'two' })]
      const found = outcomes({
        ...requests(call, rollcall),
        createCall: rollcall.createCall(body),
        refuseUnknown: rollcall.receive(pair, { unknownCalls: 'refuse' }),
        waitFor: call.waitFor('ann', 'removed'),
        read: call.read(),
        explain: call.explain('ann'),
        readOther: other.read(),
        explainOther: other.explain('eve'),
        established: other.established(),
      })
      await clock.settle()
      const sent = transport.requests.length
      await close()
      expect(Object.entries(found).filter(([, outcome]) => outcome === 'pending')).toEqual([])
      const asked = store.asked.length
      store.goOn()
      await clock.advance(CLOSING_MS)
      expect(store.asked.slice(asked)).toEqual([])
      expect(transport.requests.length).toBe(sent)
    },
  )

  test('rejects the request under way as possibly stored, and those behind it as definitely not stored', async () => {
    const { store, clock, call, close } = await stage()
    store.faults = [{ method: 'commit', how: 'hangs' }]
    const first = outcomes({ invite: call.invite({ user: { id: 'first' } }) })
    await clock.settle()
    const second = outcomes({ invite: call.invite({ user: { id: 'second' } }) })
    await close()
    expect([first, second]).toEqual([{ invite: 'HOST_CLOSED indefinite' }, { invite: 'HOST_CLOSED definite' }])
    store.goOn()
    await clock.settle()
    const stored = JSON.stringify([...((await store.load(callId))?.participants ?? [])])
    expect([stored.includes('first'), stored.includes('second')]).toEqual([true, false])
  })

  test('stores nothing for a call that it could not load, and says so', async () => {
    const { store, clock, rollcall, close } = await stage()
    store.faults = [{ method: 'load', how: 'hangs' }]
    const found = outcomes({
      invite: rollcall.call('other').invite({ user: { id: 'bob' } }),
      remove: rollcall.call('other').remove('eve'),
    })
    await clock.settle()
    await close()
    expect(found).toEqual({ invite: 'HOST_CLOSED definite', remove: 'HOST_CLOSED definite' })
    store.goOn()
    await clock.settle()
    expect(await store.load('other')).toBeUndefined()
  })

  test('sends nothing that it could not claim, and says that it is stored', async () => {
    const { store, transport, clock, call, close } = await stage()
    store.faults = [{ method: 'claim', how: 'hangs once done' }]
    const found = outcomes({ remove: call.remove('ann') })
    await clock.settle()
    await close()
    store.goOn()
    await clock.advance(CLOSING_MS)
    expect(found).toEqual({ remove: 'HOST_CLOSED indefinite' })
    expect(transport.count('deleteParticipant')).toBe(0)
    expect(store.asked.at(-1)).toBe('close')
  })

  test('renews no lease once it is closed, even if the call of a cancel cannot be read', async () => {
    const kept = memoryStore()
    const { store, clock, call, close } = await stage(kept)
    const { key } = await call.invite({ user: { id: 'bob' } }, { participantId: 'bob' })
    await clock.advance(100)
    store.faults = [{ method: 'claim', how: 'hangs once done' }]
    call.cancel(key).catch(() => undefined)
    await clock.settle()
    // Another host is the last to commit: the call has to be loaded before the cancel is sent.
    store.faults = [{ method: 'load', how: 'hangs' }]
    await anyStage({ store: kept }).rollcall.receive([roster(entry('ann'), entry('cy'))])
    store.goOn('claim')
    await clock.settle()
    await close()
    const asked = store.asked.length
    await clock.advance(CLOSING_MS)
    expect([store.asked.slice(asked), clock.pending]).toEqual([[], 0])
  })
})

describe('what a closing host does not accept', () => {
  const untaken = ['invite', 'cancel', 'remove', 'mute', 'hangUp', 'receive', 'createCall', 'read', 'explain'].map(
    (name) => [name, 'HOST_CLOSED definite'],
  )
  const waiting = ['waitFor', 'established'].map((name) => [name, 'HOST_CLOSED indefinite'])

  test.each(['is closing', 'is closed'])(
    'is definite where something was asked for, and not where something was waited for: it %s',
    async (moment) => {
      const { rollcall, call, clock } = await stage()
      const closed = rollcall.close()
      if (moment === 'is closed') await closed
      const found = outcomes({
        ...requests(call, rollcall),
        createCall: rollcall.createCall(body),
        read: call.read(),
        explain: call.explain('ann'),
        waitFor: call.waitFor('ann', 'removed'),
        established: call.established(),
      })
      await closed
      await clock.settle()
      expect(found).toEqual(Object.fromEntries([...untaken, ...waiting]))
    },
  )
})

test('a wait that a closing host refuses leaves no timer', async () => {
  const { rollcall, call, clock } = await stage()
  const closed = rollcall.close()
  const found = outcomes({
    invite: call.invite({ user: { id: 'bob' } }, { timeoutMs: 60_000 }),
    waitFor: call.waitFor('ann', 'removed', { timeoutMs: 60_000 }),
  })
  await closed
  expect([found, clock.pending]).toEqual([{ invite: 'HOST_CLOSED definite', waitFor: 'HOST_CLOSED indefinite' }, 0])
})

describe('a call that the service made and that is not stored', () => {
  test.each<[StoreMethod, StoreFault]>([
    ['commit', 'rejects'],
    ['commit', 'throws'],
    ['load', 'rejects'],
  ])('is named by an error that is not definite: %s %s', async (method, how) => {
    const { store, rollcall } = await stage()
    store.faults = [{ method, how }]
    await expect(rollcall.createCall(body)).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
      definite: false,
      details: { callId: 'call-1' },
      cause: { code: 'STORE_FAILED' },
    })
  })

  test('is found as well when other hosts were always first', async () => {
    const { store, rollcall, transport } = anyStage()
    const racing = {
      ...store,
      commit: (commit: Parameters<typeof store.commit>[0]) =>
        store.commit({ ...commit, expectedVersion: commit.expectedVersion + 1 }),
    }
    const racer = anyStage({ store: racing, transport }).rollcall
    await expect(racer.createCall(body)).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
      definite: false,
      details: { callId: 'call-1' },
      cause: { code: 'STORE_CONFLICT', definite: true },
    })
    await rollcall.close()
  })

  test('is found as well if the service gave it an id that no URL can hold', async () => {
    const { rollcall, transport } = anyStage()
    transport.script('createCall', done({ callId: 'a/b', state: 'establishing' }))
    await expect(rollcall.createCall(body)).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
      definite: false,
      details: { callId: 'a/b' },
    })
  })

  test('ends the wait for it in time, even if the store hangs', async () => {
    const { store, rollcall, clock } = await stage()
    store.faults = [{ method: 'commit', how: 'hangs' }]
    const found = outcomes({ createCall: rollcall.createCall(body, { timeoutMs: 1_000 }) })
    await clock.advance(1_000)
    expect(found).toEqual({ createCall: 'WAIT_TIMEOUT indefinite' })
    store.goOn()
    await clock.settle()
    expect(await store.load('call-1')).toBeDefined()
  })
})

test('events for several calls are not definitely refused if some are stored, or may be', async () => {
  const { store, rollcall, clock, close } = await stage()
  store.faults = [{ method: 'commit', how: 'hangs' }]
  const blocked = outcomes({ receive: rollcall.receive([roster(entry('ann'), entry('bob'))]) })
  await clock.settle()
  store.faults = []
  const found = outcomes({
    receive: rollcall.receive([callIs('established'), callIs('established', { callId: 'other' })]),
  })
  await close()
  expect([blocked, found]).toEqual([{ receive: 'HOST_CLOSED indefinite' }, { receive: 'HOST_CLOSED indefinite' }])
  expect(await store.load('other')).toBeDefined()
})

describe('a store that fails while it is closed', () => {
  test.each<[StoreMethod, StoreFault]>([
    ['release', 'throws'],
    ['release', 'rejects'],
    ['close', 'throws'],
    ['close', 'rejects'],
  ])('is closed once, and the fault is told: %s %s', async (method, how) => {
    const { store, rollcall, errors } = await stage()
    store.faults = [{ method, how }]
    await rollcall.close()
    expect(store.asked.filter((name) => name === 'close')).toHaveLength(1)
    expect(errors).toContainEqual(expect.objectContaining({ message: expect.stringContaining('the disk is') }))
  })

  test('is closed once, even if it cannot end its watch', async () => {
    const store = fallibleStore()
    const { rollcall, errors } = anyStage({
      store: {
        ...store,
        watch: () => () => {
          throw new Error('no such watcher')
        },
      },
    })
    await rollcall.close()
    await rollcall.close()
    expect(store.asked.filter((name) => name === 'close')).toHaveLength(1)
    expect(errors).toContainEqual(expect.objectContaining({ message: 'no such watcher' }))
  })

  test('harms no timer of the host when it throws over a lease', async () => {
    const { store, transport, clock, call, errors } = await stage()
    transport.hold('deleteParticipant')
    call.remove('ann').catch(() => undefined)
    await clock.advance(100)
    store.faults = [{ method: 'renew', how: 'throws' }]
    await clock.advance(10_000)
    expect(errors).toContainEqual(expect.objectContaining({ message: 'the disk is gone' }))
  })
})
