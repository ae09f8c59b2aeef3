/**
 * Helpers for the store laws: small commits to write, and comparisons that report differences.
 * @module
 */
import type { RequestEffect } from '../../call/model/effects.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { Commit, Json, Lease, Store, StoredCall } from '../../host/ports/ports.ts'
import type { PublishedParticipantChange } from '../../host/ports/published-change.ts'
import type { Participant } from '../../participant/participant.ts'
import type { Clock } from '../../time/clock.ts'
import { LawBroken } from '../laws.ts'
import { giveWay, systemClock } from '../../time/system-clock.ts'

/** Unusual names that stores must handle. */
export const oddNames = [
  '__proto__',
  'constructor',
  '',
  ' ',
  'a\u0000b',
  'ä',
  'e\u0308',
  '😀',
  '\ud800',
  '\ufffd',
  '"',
  '\\',
  "'; DROP TABLE calls; --",
  '%',
  'x'.repeat(4_096),
]

/** A commit of one call, with these properties. */
export function commit(given: Partial<Commit> = {}): Commit {
  return {
    callId: 'call',
    expectedVersion: 0,
    instanceId: 'host',
    at: 0,
    core: null,
    participants: new Map(),
    deletedParticipants: [],
    effects: [],
    acknowledgedEffects: [],
    changes: [],
    isEnded: false,
    ...given,
  }
}

/** Participants with those keys. */
export function people(...names: readonly string[]): ReadonlyMap<string, Json> {
  return new Map(names.map((name) => [name, { is: name.toWellFormed() }]))
}

/** An effect with that id. */
export function fetch(id: string): RequestEffect {
  return { type: 'call.fetch', id }
}

/** A lease. */
export function lease(instanceId: string, at: number, until: number): Lease {
  return { instanceId, at, until }
}

/** A change to publish. */
export function change(callId: string, at: number): PublishedParticipantChange {
  const key = `p${at}`
  const participant: Participant = {
    key,
    state: 'active',
    identity: { user: { id: key } },
    ordinal: 0,
    isMuted: false,
    isOnHold: false,
    isAnonymous: false,
    introducedAt: 0,
    removalAttempts: 0,
  }
  return { callId, key, from: 'ringing', to: 'active', participant, at }
}

/** The stored call. @throws LawBroken if it is not stored */
export async function loaded(store: Store, callId = 'call'): Promise<StoredCall> {
  const stored = await store.load(callId)
  if (stored === undefined) throw new LawBroken(`the call ${JSON.stringify(callId)} was committed and cannot be loaded`)
  return stored
}

/** Everything a store shows of the one call and of the journal. */
export async function everything(store: Store): Promise<unknown> {
  const stored = await store.load('call')
  return [
    stored && { ...stored, participants: sorted(stored.participants) },
    await store.listOpen(),
    await Promise.all([2, 500, 1e9].map((before) => store.listDue(before))),
    await store.readJournal(0, 100),
    await store.journalEnd(),
  ]
}

/** The entries, sorted by key. */
export function sorted<V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}

/** The error of the promise. @throws LawBroken if it resolves */
export async function rejected(act: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await act
  } catch (error) {
    return error
  }
  throw new LawBroken(`${what} was accepted`)
}

/** Expects a commit to be refused as a conflict. @throws LawBroken */
export async function conflicting(act: Promise<unknown>, what: string): Promise<void> {
  const error = await rejected(act, what)
  if (!isRollcallError(error) || error.code !== 'STORE_CONFLICT')
    throw new LawBroken(`${what}: expected STORE_CONFLICT, not ${String(error)}`, { cause: error })
}

/** Throws unless both values are equal as JSON, with maps and sets compared by content. @throws LawBroken */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [canonical(actual), canonical(expected)]
  if (is !== should) throw new LawBroken(`${what}: expected ${should}, not ${is}`)
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => {
      if (part instanceof Map) return [...part].sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
      if (part instanceof Set) return [...part].sort()
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
      return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
    }) ?? 'undefined'
  )
}

/** The value after a round trip through JSON. */
export function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** A clock that stands still, and `look`, which runs every alarm that is set. */
export function handClock(): {
  readonly clock: Clock
  readonly look: () => void
  readonly alarms: ReadonlySet<() => void>
} {
  const alarms = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    schedule: (_at, run) => {
      alarms.add(run)
      return () => void alarms.delete(run)
    },
  }
  return {
    clock,
    alarms,
    look: () => {
      for (const run of [...alarms]) if (alarms.delete(run)) run()
    },
  }
}

/** Lets everything finish that needs no time. */
export function nextTurn(): Promise<void> {
  return giveWay(systemClock)
}
