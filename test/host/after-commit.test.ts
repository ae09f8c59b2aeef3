/**
 * What follows a commit happens in order, and not before the commit.
 */
import { expect, test } from 'vitest'
import { afterCommit } from '../../src/host/actor/after-commit.ts'
import { CallRepository } from '../../src/host/actor/call-repository.ts'
import { CommitLoop } from '../../src/host/actor/commit-loop.ts'
import type { HostContext } from '../../src/host/actor/host-context.ts'
import type { Envelope } from '../../src/host/actor/mailbox.ts'
import { Ownership } from '../../src/host/actor/ownership.ts'
import { Waiters } from '../../src/host/actor/waiters.ts'
import { createLog } from '../../src/host/api/host-log.ts'
import { ChangeFeed } from '../../src/host/feed/change-feed.ts'
import { StepListeners } from '../../src/host/feed/listeners.ts'
import { OutboxDispatcher } from '../../src/host/outbox/dispatcher.ts'
import { createEffectRunner } from '../../src/host/outbox/effect-runner.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { callId, callIs, entry, roster, stage } from './stage.ts'

const ORDER = ['commit', 'log', 'onStep', 'change feed', 'waiters', 'reply', 'ownership']

const onError = (error: unknown): never => {
  throw error
}

test('after the commit: log, onStep, change feed, waiters, reply, ownership', async () => {
  const happened: string[] = []
  const note = (what: string): void => void (happened.at(-1) === what || happened.push(what))
  const inner = memoryStore()
  const store: typeof inner = {
    ...inner,
    async commit(commit) {
      note('commit')
      return inner.commit(commit)
    },
  }
  const real = virtualClock()
  const clock: typeof real = {
    ...real,
    schedule(atMs, run) {
      note('ownership')
      return real.schedule(atMs, run)
    },
  }
  const feed = new ChangeFeed({ store, clock, instanceId: 'one', onForeign: () => {}, onLost: () => {}, onError })
  await feed.start()
  feed.subscribe(() => note('change feed'))
  const stepListeners = new StepListeners(onError)
  stepListeners.add(() => note('onStep'))
  const take = (): void => note('log')
  const log = createLog({ debug: take, info: take, warn: take, error: take })
  const host: HostContext = {
    store,
    clock,
    instanceId: 'one',
    onError,
    callOptions: {},
    log,
    resuming: new Set(),
    feed,
    stepListeners,
    outbox: new OutboxDispatcher({
      store,
      transport: fakeTransport(),
      clock,
      runner: createEffectRunner(real, onError),
      instanceId: 'one',
      leaseMs: 5_000,
      log: undefined,
      onError,
    }),
    ready: async () => {},
    owns: () => note('ownership'),
    used: () => {},
    retire: () => {},
  }
  const waiters = new Waiters()
  waiters.add({ look: () => note('waiters'), answered: () => {}, closed: () => {} })
  const repository = new CallRepository(callId, host)
  const commitLoop = new CommitLoop(callId, repository, host)
  const owner = {
    callId,
    isOver: false,
    reference: undefined,
    whyPointless: async () => undefined,
    answered: async () => {},
    returned: async () => {},
    settledElsewhere: () => {},
    emptied: () => {},
  }
  const ownership = new Ownership(owner, host.outbox, clock, () => {})
  const envelope: Envelope = {
    message: {
      type: 'events',
      events: [{ type: 'call.reported', state: 'established', myParticipantId: 'bot', at: clock.now() }],
      unknownCall: 'adopt',
    },
    resolve: () => note('reply'),
    reject: onError,
  }

  const committed = await commitLoop.run([envelope.message])
  expect(happened).toEqual(['commit'])
  await afterCommit({ callId, host, repository, waiters, ownership, commitLoop, mayOwn: () => true }, committed, [
    envelope,
  ])
  expect(happened).toEqual(ORDER)
})

test('while a commit is under way nothing is logged, shown, told, answered or sent', async () => {
  const happened: string[] = []
  const inner = memoryStore()
  let commit = Promise.resolve()
  const record = (name: string): void => {
    if (name === 'participant.changed') happened.push('log')
  }
  const { rollcall, clock, transport } = stage({
    store: {
      ...inner,
      async commit(asked) {
        await commit
        return inner.commit(asked)
      },
    },
    logger: { debug: record, info: record, warn: record, error: record },
  })
  const call = rollcall.call(callId)
  await rollcall.receive([callIs('establishing'), callIs('established')])
  const { key } = await call.invite({ user: { id: 'ann' } })
  await clock.settle()
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = call.waitFor(key, ({ state }) => state === 'active' && happened.push('waiters') > 0)
  await clock.settle()
  happened.length = 0
  commit = promise
  rollcall.onStep(({ event }) => void (event.type === 'roster.reported' && happened.push('onStep')))
  rollcall.subscribe(() => void happened.push('change feed'))
  const received = rollcall.receive([roster(entry('ann'))]).then(() => void happened.push('reply'))
  const removing = call.remove(key)
  await clock.settle()
  expect(happened).toEqual([])
  expect(transport.count('deleteParticipant')).toBe(0)
  resolve()
  await Promise.all([received, waiting])
  expect(happened.slice(0, 5)).toEqual(['log', 'onStep', 'change feed', 'waiters', 'reply'])
  await rollcall.close()
  await removing.catch(() => undefined)
})
