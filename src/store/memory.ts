/**
 * The memory store: the reference of what a store does, for tests and for bots that may forget.
 *
 * Rule 1: it behaves as if everything were written out: nothing handed in or out is shared with anybody.
 * Rule 2: what has ended is kept for a while, so that late evidence finds it, and no longer than the limits below.
 * @module
 */
import { RollcallError } from '../call/errors.ts'
import type { RequestEffect } from '../call/effects.ts'
import type { Beginning, Commit, JournalEntry, Json, Lease, PublishedChange, Store, StoredCall } from '../host/ports.ts'

/** How many ended calls are kept; the oldest go first. A restart forgets them all anyway. */
export const ENDED_CALLS_LIMIT = 1_000

/** How many characters ended calls may have together, as JSON: calls of 10,000 participants have millions. */
export const ENDED_SIZE_LIMIT = 64 * 1024 * 1024

/** How many commits are kept for readers that come later. */
export const JOURNAL_LIMIT = 10_000

/** How many characters their changes may have together, as JSON. */
export const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024

interface Row {
  version: number
  core: string
  readonly participants: Map<string, string>
  readonly outbox: Map<string, OutboxRow>
  readonly deadlines: Map<string, number>
  isEnded: boolean
  /** Characters of the call and its participants. */
  size: number
}

interface OutboxRow {
  readonly effect: string
  readonly addedAt: number
  begunBy?: string
  lease?: Lease | undefined
}

interface JournalRow extends Omit<JournalEntry, 'changes'> {
  readonly changes: string
}

interface Watcher {
  readonly holder: string
  readonly listener: () => void
}

/** What a memory store keeps at most of what is over; of what is under way it keeps all. */
export interface MemoryLimits {
  readonly endedCalls: number
  readonly endedSize: number
  readonly journal: number
  readonly journalSize: number
}

const defaultLimits: MemoryLimits = { endedCalls: ENDED_CALLS_LIMIT, endedSize: ENDED_SIZE_LIMIT, journal: JOURNAL_LIMIT, journalSize: JOURNAL_SIZE_LIMIT }

/** A store that lives as long as the process. Hosts of one process may share it. */
export function memoryStore(): Store {
  return boundedMemoryStore(defaultLimits)
}

/** The same with other limits. */
export function boundedMemoryStore(limits: MemoryLimits): Store {
  const calls = new Map<string, Row>()
  const ended = new Set<string>()
  const journal: JournalRow[] = []
  const cursors = new Map<string, number>()
  const watchers = new Set<Watcher>()
  let position = 0
  let journalSize = 0
  let endedSize = 0

  const write = (commit: Commit): number => {
    const known = calls.get(commit.callId)
    const version = known?.version ?? 0
    if (version !== commit.expectedVersion) throw conflict(commit, version)
    // All of it is read before anything is written: a value that is no JSON changes nothing.
    const next = serialised(commit)
    const row = known ?? { version, core: '', participants: new Map(), outbox: new Map(), deadlines: new Map(), isEnded: false, size: 0 }
    if (ended.has(commit.callId)) endedSize -= row.size
    apply(row, commit, next)
    if (ended.has(commit.callId)) endedSize += row.size
    calls.set(commit.callId, row)
    position += 1
    const { callId, holder, isEnded } = commit
    journal.push({ position, callId, version: row.version, holder, isEnded, changes: next.changes })
    journalSize += next.changes.length
    if (journal.length >= 2 * limits.journal || journalSize >= 2 * limits.journalSize) shortenJournal()
    if (isEnded) rememberEnded(callId)
    for (const watcher of watchers) if (watcher.holder !== holder) watcher.listener()
    return position
  }

  /** Down to the limits; the latest entry stays, however large. */
  const shortenJournal = (): void => {
    let count = 0
    for (; count < journal.length - 1 && (journal.length - count > limits.journal || journalSize > limits.journalSize); count += 1) journalSize -= journal[count]?.changes.length ?? 0
    journal.splice(0, count)
  }

  const rememberEnded = (callId: string): void => {
    if (!ended.has(callId)) endedSize += calls.get(callId)?.size ?? 0
    ended.add(callId)
    for (const oldest of ended) {
      if (oldest === callId || (ended.size <= limits.endedCalls && endedSize <= limits.endedSize)) return
      endedSize -= calls.get(oldest)?.size ?? 0
      ended.delete(oldest)
      calls.delete(oldest)
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
    async begin(callId, effectId, lease) {
      const entry = calls.get(callId)?.outbox.get(effectId)
      const beginning = takeLease(entry, lease)
      if (entry !== undefined && beginning.state === 'granted') entry.begunBy ??= lease.holder
      return beginning
    },
    async renew(lease) {
      for (const entry of entriesOf(calls, lease.holder)) entry.lease = { ...lease }
    },
    async release(holder) {
      for (const entry of entriesOf(calls, holder)) entry.lease = undefined
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
      return journal.slice(start, start + limit).map(({ changes, ...entry }) => ({ ...entry, changes: JSON.parse(changes) as PublishedChange[] }))
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
    watch(holder, listener) {
      const watcher = { holder, listener }
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
  row.size += core.length - row.core.length
  row.core = core
  row.isEnded = commit.isEnded
  for (const [key, participant] of participants) {
    row.size += participant.length - (row.participants.get(key)?.length ?? 0)
    row.participants.set(key, participant)
  }
  for (const key of commit.forgotten) {
    row.size -= row.participants.get(key)?.length ?? 0
    row.participants.delete(key)
  }
  for (const id of commit.settled) row.outbox.delete(id)
  for (const [id, effect] of effects) row.outbox.set(id, { effect, addedAt: commit.at })
  for (const [deadline, at] of commit.scheduled) row.deadlines.set(deadline, at)
  for (const deadline of commit.cancelled) row.deadlines.delete(deadline)
}

function stored(row: Row): StoredCall {
  return {
    version: row.version,
    core: JSON.parse(row.core) as Json,
    participants: new Map([...row.participants].map(([key, participant]) => [key, JSON.parse(participant) as Json])),
    outbox: [...row.outbox.values()].map(({ effect, begunBy }) => ({ effect: JSON.parse(effect) as RequestEffect, isBegun: begunBy !== undefined })),
    deadlines: new Map(row.deadlines),
  }
}

function takeLease(entry: OutboxRow | undefined, lease: Lease): Beginning {
  if (entry === undefined) return { state: 'settled' }
  const { lease: held, begunBy } = entry
  if (held !== undefined && held.holder !== lease.holder && held.until > lease.at) return { state: 'held', until: held.until }
  entry.lease = { ...lease }
  return { state: 'granted', wasBegun: begunBy !== undefined && begunBy !== lease.holder }
}

function isDue(row: Row, before: number): boolean {
  if (!row.isEnded) for (const at of row.deadlines.values()) if (at < before) return true
  for (const { addedAt, lease } of row.outbox.values()) if ((lease?.until ?? addedAt) < before) return true
  return false
}

function* entriesOf(calls: ReadonlyMap<string, Row>, holder: string): Iterable<OutboxRow> {
  for (const { outbox } of calls.values()) for (const entry of outbox.values()) if (entry.lease?.holder === holder) yield entry
}

function conflict({ callId, expectedVersion }: Commit, version: number): RollcallError {
  return new RollcallError('STORE_CONFLICT', `The call ${callId} is at version ${version}, not at ${expectedVersion}.`, { callId })
}
