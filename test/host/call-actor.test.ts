/**
 * An actor with nothing to do and nothing to remember is dropped.
 */
import { expect, test } from 'vitest'
import { ChangeFeed } from '../../src/host/feed/change-feed.ts'
import type { HostContext } from '../../src/host/actor/host-context.ts'
import { CallActor } from '../../src/host/actor/call-actor.ts'
import { StepListeners } from '../../src/host/feed/listeners.ts'
import { OutboxDispatcher } from '../../src/host/outbox/dispatcher.ts'
import { createEffectRunner } from '../../src/host/outbox/effect-runner.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'

test('an actor whose call another host owns is dropped after commits of others were missed', async () => {
  const { store, clock, instanceId, leaseMs } = {
    store: memoryStore(),
    clock: virtualClock(),
    instanceId: 'one',
    leaseMs: 5_000,
  }
  const onError = (error: unknown): never => {
    throw error
  }
  const retired: string[] = []
  const host: HostContext = {
    store,
    clock,
    instanceId,
    onError,
    callOptions: {},
    log: undefined,
    resuming: new Set(),
    feed: new ChangeFeed({ store, clock, instanceId, onForeign: () => undefined, onLost: () => undefined, onError }),
    stepListeners: new StepListeners(onError),
    outbox: new OutboxDispatcher({
      store,
      transport: fakeTransport(),
      clock,
      runner: createEffectRunner(clock, onError),
      instanceId,
      leaseMs,
      log: undefined,
      onError,
    }),
    ready: async () => undefined,
    owns: () => undefined,
    used: () => undefined,
    retire: ({ callId }) => void retired.push(callId),
  }
  const actor = new CallActor('call', host)
  await actor.deliver({
    type: 'events',
    events: [{ type: 'call.reported', state: 'established', myParticipantId: 'bot', at: clock.now() }],
    unknownCall: 'adopt',
  })
  await clock.settle()
  const version = (await store.load('call'))?.version ?? 0
  actor.onForeignCommit({
    position: version + 1,
    callId: 'call',
    version: version + 1,
    instanceId: 'another',
    changes: [],
    isEnded: false,
  })
  // Its deadlines go on measuring, for the case that it carries the call again.
  expect(retired).toEqual([])
  actor.onCommitsLost()
  expect(retired).toEqual(['call'])
})
