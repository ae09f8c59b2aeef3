/**
 * A stage for host tests: a host on a hand-made clock, a scripted transport, a store, and everything it said.
 * @module
 */
import { afterEach } from 'vitest'
import type { CallState, InboundEvent, RosterEntry } from '../../src/call/model/events.ts'
import type { RollcallOptions } from '../../src/host/api/options.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport, type FakeTransport } from './fake-transport.ts'
import { readResult } from '../../src/graph/wire/result-codes.ts'

/** A host and all around it. */
export interface Stage {
  readonly rollcall: Rollcall
  readonly transport: FakeTransport
  readonly clock: VirtualClock
  readonly store: Store
  readonly changes: readonly PublishedChange[]
  readonly errors: readonly unknown[]
}

/** The call most tests are about. */
export const callId = 'call'

const running = new Set<Rollcall>()

afterEach(async () => {
  for (const rollcall of running) await rollcall.close()
  running.clear()
})

/** Sets one up; what is not given is new. It is closed after the test. */
export function stage(
  given: Partial<Pick<Stage, 'transport' | 'clock' | 'store'>> &
    Partial<Omit<RollcallOptions, 'transport' | 'clock' | 'store'>> = {},
): Stage {
  const { transport = fakeTransport(), clock = virtualClock(), store = memoryStore(), ...options } = given
  const changes: PublishedChange[] = []
  const errors: unknown[] = []
  let ids = 0
  const rollcall = createRollcall({
    transport,
    clock,
    store,
    createId: () => {
      ids += 1
      return `id-${ids}`
    },
    onError: (error) => void errors.push(error),
    ...options,
  })
  running.add(rollcall)
  rollcall.subscribe((change) => void changes.push(change))
  return { rollcall, transport, clock, store, changes, errors }
}

/** A roster entry of a user. */
export function entry(id: string, more: Partial<RosterEntry> = {}): RosterEntry {
  return { id, identity: { user: { id } }, isInLobby: false, isMuted: false, ...more }
}

/** The bot's own entry. */
export const bot = entry('bot', { identity: { application: { id: 'bot-application' } } })

/** A full roster with the bot and these. */
export function roster(...entries: readonly RosterEntry[]): InboundEvent {
  return { callId, event: { type: 'roster.reported', kind: 'full', entries: [bot, ...entries] } }
}

/** What the service says of the call. */
export function callIs(state: CallState, more: { readonly callId?: string } = {}): InboundEvent {
  return { callId: more.callId ?? callId, event: { type: 'call.reported', state, myParticipantId: 'bot' } }
}

/** An operation that ended well or not. */
export function operation(
  clientContext: string,
  status: 'completed' | 'failed',
  result?: { code: number; subcode: number },
): InboundEvent {
  return {
    callId,
    event: {
      type: 'operation.reported',
      clientContext,
      operationId: `operation-${clientContext}`,
      status,
      ...(result === undefined ? {} : { result: readResult(result) }),
    },
  }
}

/** Changes as short texts: key, from, to. */
export function told(changes: readonly PublishedChange[]): readonly string[] {
  return changes.map(({ key, from, to }) => `${key ?? 'call'}: ${from ?? '-'} → ${to}`)
}
