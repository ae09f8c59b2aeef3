/**
 * The memory store: the reference of what a store does, for tests and for bots that may forget.
 *
 * Rule 1: it behaves as if everything were written to a disk: nothing that is handed in or out is shared.
 * Rule 2: what has ended is kept for a while, so that late evidence finds it, and no longer than the limits below,
 * which count both calls or commits and bytes.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { ClaimResult, Commit, JournalEntry, Json, Lease, Store, StoredCall } from './ports.ts'
import type { PublishedChange } from './published-change.ts'

/** How many ended calls are kept; the oldest are deleted first. A restart deletes all of them anyway. */
export const ENDED_CALLS_LIMIT = 1_000

/**
 * How many bytes of ended calls are kept: 64 kB (a call of 150 participants) for each of `ENDED_CALLS_LIMIT` calls. The
 * latest is always kept.
 */
export const ENDED_CALLS_BYTES = 64 * 2 ** 20

/** How many commits are kept for later readers. The journal is trimmed when it has twice as many. */
const JOURNAL_LIMIT = 10_000

/** How many bytes of commits are kept: 3 kB for each of twice `JOURNAL_LIMIT` commits. The latest is always kept. */
export const JOURNAL_BYTES = 64 * 2 ** 20

/** The bytes per character of a text, as V8 stores it unless all of it is Latin-1. */
const BYTES_PER_CHARACTER = 2

interface Row {
  version: number
  core: string
  readonly participants: Map<string, string>
  readonly outbox: Map<string, OutboxRow>
  nextDeadlineAt: number
  isEnded: boolean
}

interface OutboxRow {
  readonly effect: string
  readonly addedAt: number
  claimedBy?: string
  lease?: Lease | undefined
}

interface JournalRow extends Omit<JournalEntry, 'changes'> {
  readonly changes: string
  readonly bytes: number
}

interface Watcher {
  readonly instanceId: string
  readonly listener: () => void
}

/**
 * A store that lives as long as the process. Hosts of one process may share it.
 * @example
 * ```ts
 * import { createRollcall, memoryStore } from 'rollcall'
 *
 * const store = memoryStore()
 * const [one, other] = [createRollcall({ transport, store }), createRollcall({ transport, store })]
 * ```
 */
export function memoryStore(): Store {
  const calls = new Map<string, Row>()
  /** Ended calls and their bytes, those that ended first before the others. */
  const ended = new Map<string, number>()
  let endedBytes = 0
  const journal: JournalRow[] = []
  let journalBytes = 0
  const cursors = new Map<string, number>()
  const watchers = new Set<Watcher>()
  let position = 0

  const write = (commit: Commit): number => {
    const known = calls.get(commit.callId)
    const version = known?.version ?? 0
    if (version !== commit.expectedVersion) throw conflict(commit, version)
    // Everything is serialised before anything is written, so a value that JSON cannot represent changes nothing.
    const next = serialised(commit)
    const row = known ?? {
      version,
      core: '',
      participants: new Map(),
      outbox: new Map(),
      nextDeadlineAt: Infinity,
      isEnded: false,
    }
    apply(row, commit, next)
    calls.set(commit.callId, row)
    position += 1
    const { callId, instanceId, isEnded } = commit
    const bytes = bytesOf(callId, instanceId, next.changes)
    journal.push({ position, callId, version: row.version, instanceId, isEnded, changes: next.changes, bytes })
    journalBytes += bytes
    trimJournal()
    if (isEnded) rememberEnded(callId, bytesOfRow(row))
    for (const watcher of watchers) if (watcher.instanceId !== instanceId) watcher.listener()
    return position
  }

  /** Deletes half of the commits, or of the bytes, when the journal is full. */
  const trimJournal = (): void => {
    if (journal.length < 2 * JOURNAL_LIMIT && journalBytes <= JOURNAL_BYTES) return
    let dropped = 0
    while (
      dropped < journal.length - 1 &&
      (journal.length - dropped > JOURNAL_LIMIT || journalBytes > JOURNAL_BYTES / 2)
    ) {
      journalBytes -= journal[dropped]?.bytes ?? 0
      dropped += 1
    }
    journal.splice(0, dropped)
  }

  const rememberEnded = (callId: string, bytes: number): void => {
    endedBytes += bytes - (ended.get(callId) ?? 0)
    ended.set(callId, bytes)
    for (const [oldest, oldestBytes] of ended) {
      if (ended.size <= ENDED_CALLS_LIMIT && endedBytes <= ENDED_CALLS_BYTES) return
      // One that still asks for something counts as open.
      if (oldest === callId || (calls.get(oldest)?.outbox.size ?? 0) > 0) continue
      ended.delete(oldest)
      calls.delete(oldest)
      endedBytes -= oldestBytes
    }
  }

  return {
    async load(callId) {
      const row = calls.get(callId)
      return row === undefined ? undefined : stored(row)
    },
    async commit(commit) {
      return write(commit)
    },
    async reserve(callId, effectId, lease) {
      return takeLease(calls.get(callId)?.outbox.get(effectId), lease)
    },
    async claim(callId, effectId, lease) {
      const entry = calls.get(callId)?.outbox.get(effectId)
      const beginning = takeLease(entry, lease)
      if (entry !== undefined && beginning.state === 'granted') entry.claimedBy ??= lease.instanceId
      return beginning
    },
    async renew(lease) {
      for (const entry of entriesOf(calls, lease.instanceId)) entry.lease = { ...lease }
    },
    async release(instanceId) {
      for (const entry of entriesOf(calls, instanceId)) entry.lease = undefined
    },
    async listOpen() {
      return [...calls].filter(([, row]) => !row.isEnded || row.outbox.size > 0).map(([callId]) => callId)
    },
    async listDue(before) {
      return [...calls].filter(([, row]) => isDue(row, before)).map(([callId]) => callId)
    },
    async readJournal(after, limit) {
      const first = journal[0]?.position ?? 0
      const start = Math.max(0, after + 1 - first)
      return journal
        .slice(start, start + limit)
        .map(({ changes, bytes: _, ...entry }) => ({ ...entry, changes: JSON.parse(changes) as PublishedChange[] }))
    },
    async journalEnd() {
      return position
    },
    async readCursor(name) {
      return cursors.get(name)
    },
    async writeCursor(name, reached) {
      cursors.set(name, reached)
    },
    watch(instanceId, listener) {
      const watcher = { instanceId, listener }
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    async close() {},
  }
}

/** A commit written out. */
interface Serialised {
  readonly core: string
  readonly participants: readonly (readonly [string, string])[]
  readonly effects: readonly (readonly [string, string])[]
  readonly changes: string
}

function serialised({ core, participants, effects, changes }: Commit): Serialised {
  return {
    core: JSON.stringify(core),
    participants: [...participants].map(([key, participant]) => [key, JSON.stringify(participant)] as const),
    effects: effects.map((effect) => [effect.id, JSON.stringify(effect)] as const),
    changes: JSON.stringify(changes),
  }
}

function apply(row: Row, commit: Commit, { core, participants, effects }: Serialised): void {
  row.version += 1
  row.core = core
  row.isEnded = commit.isEnded
  for (const [key, participant] of participants) row.participants.set(key, participant)
  for (const key of commit.deletedParticipants) row.participants.delete(key)
  for (const id of commit.acknowledgedEffects) row.outbox.delete(id)
  for (const [id, effect] of effects) row.outbox.set(id, { effect, addedAt: commit.at })
  row.nextDeadlineAt = commit.nextDeadlineAt ?? Infinity
}

function takeLease(entry: OutboxRow | undefined, lease: Lease): ClaimResult {
  if (entry === undefined) return { state: 'settled' }
  const { lease: held, claimedBy } = entry
  if (held !== undefined && held.instanceId !== lease.instanceId && held.until > lease.at)
    return { state: 'held', until: held.until, lengthMs: held.until - held.at }
  entry.lease = { ...lease }
  return { state: 'granted', wasClaimed: claimedBy !== undefined && claimedBy !== lease.instanceId }
}

/** What the texts of a call take. */
function bytesOfRow({ core, participants, outbox }: Row): number {
  let bytes = bytesOf(core)
  for (const [key, participant] of participants) bytes += bytesOf(key, participant)
  for (const [id, { effect }] of outbox) bytes += bytesOf(id, effect)
  return bytes
}

function bytesOf(...texts: readonly string[]): number {
  return texts.reduce((bytes, { length }) => bytes + length * BYTES_PER_CHARACTER, 0)
}

function stored(row: Row): StoredCall {
  return {
    version: row.version,
    core: JSON.parse(row.core) as Json,
    participants: new Map([...row.participants].map(([key, participant]) => [key, JSON.parse(participant) as Json])),
    outbox: [...row.outbox.values()].map(({ effect, claimedBy }) => ({
      effect: JSON.parse(effect) as RequestEffect,
      isClaimed: claimedBy !== undefined,
    })),
  }
}

function isDue(row: Row, before: number): boolean {
  if (!row.isEnded && row.nextDeadlineAt < before) return true
  for (const { addedAt, lease } of row.outbox.values()) if ((lease?.until ?? addedAt) < before) return true
  return false
}

function* entriesOf(calls: ReadonlyMap<string, Row>, instanceId: string): Iterable<OutboxRow> {
  for (const { outbox } of calls.values())
    for (const entry of outbox.values()) if (entry.lease?.instanceId === instanceId) yield entry
}

function conflict({ callId, expectedVersion }: Commit, version: number): RollcallError {
  return new RollcallError(
    'STORE_CONFLICT',
    `The call ${callId} is at version ${version}, not at ${expectedVersion}.`,
    { callId },
  )
}
