/**
 * What follows a commit, in one order: log · `onStep` · change feed · waiters · reply · ownership.
 *
 * Rule: nothing of this happens before the commit. A batch that had nothing to write goes the same way without the feed.
 * @module
 */
import { isOver, publishedChanges, type CachedCall } from './batch.ts'
import type { CallRepository } from './call-repository.ts'
import type { CommitLoop, CommittedBatch } from './commit-loop.ts'
import type { HostContext } from './host-context.ts'
import { eventsOf, isFromHost, type Envelope } from './mailbox.ts'
import type { Ownership } from './ownership.ts'
import type { Waiters } from './waiters.ts'

/** The parts of an actor that act on a commit. */
export interface ActorParts {
  readonly callId: string
  readonly host: HostContext
  readonly repository: CallRepository
  readonly waiters: Waiters
  readonly ownership: Ownership
  readonly commitLoop: CommitLoop
  /** False once the host begins to close: it arms no timer and sends nothing new. */
  readonly mayOwn: () => boolean
}

/** A batch that was committed, and the call after it. */
interface Committed extends CommittedBatch {
  readonly envelopes: readonly Envelope[]
  /** The call as this instance has it after the batch; undefined when it has none, or another instance was faster. */
  readonly after: CachedCall | undefined
  /** The version of the call after the batch. */
  readonly version: number
}

type Stage = (parts: ActorParts, committed: Committed) => void | Promise<void>

/** The stages, in their order. */
const stages: readonly Stage[] = [writeLog, showSteps, announceChanges, showWaiters, sendReplies, updateOwnership]

/** Runs every stage for a batch. */
export async function afterCommit(
  parts: ActorParts,
  batch: CommittedBatch,
  envelopes: readonly Envelope[],
): Promise<void> {
  const version = (batch.batch.cached?.version ?? 0) + (batch.position === undefined ? 0 : 1)
  const committed = { ...batch, envelopes, after: parts.repository.cached, version }
  for (const stage of stages) {
    const done = stage(parts, committed)
    if (done !== undefined) await done
  }
}

function writeLog({ callId, host: { log } }: ActorParts, committed: Committed): void {
  if (log === undefined) return
  const { batch, envelopes, isResuming, position, after } = committed
  for (const [place, reply] of batch.replies.entries()) {
    const message = envelopes[place]?.message
    if (message === undefined || 'error' in reply) continue
    for (const [index, event] of eventsOf(message).entries()) {
      const outcome = reply.outcomes[index]
      if (outcome?.type === 'ignored') log.ignored(callId, event.type, outcome.reason)
    }
  }
  if (isResuming) log.resumed(callId)
  if (position === undefined || after === undefined) return
  log.committed(callId, after.version, position, batch.steps.length)
  for (const { changes } of batch.steps) log.changed(callId, changes)
}

function showSteps({ host }: ActorParts, { batch }: Committed): void {
  host.stepListeners.show(batch.seen)
}

async function announceChanges({ callId, host }: ActorParts, { batch, position, after }: Committed): Promise<void> {
  if (position === undefined || after === undefined) return
  await host.feed.announce({
    position,
    callId,
    version: after.version,
    instanceId: host.instanceId,
    changes: batch.steps.flatMap(({ changes }) => publishedChanges(callId, changes)),
    isEnded: isOver(after.call),
  })
}

function showWaiters({ waiters }: ActorParts, { batch, envelopes, after, version }: Committed): void {
  for (const { message } of envelopes)
    if (message.type === 'answer') waiters.answer(message.effectId, message.event, batch.call)
  waiters.show(batch, version)
  if (after !== undefined) waiters.dropUnanswerable(after.outbox, after.call)
}

function sendReplies({ callId, host }: ActorParts, { batch, envelopes }: Committed): void {
  for (const [place, { message, resolve, reject }] of envelopes.entries()) {
    const reply = batch.replies[place]
    if (reply !== undefined && !('error' in reply)) {
      resolve(reply)
      continue
    }
    if (isFromHost(message)) host.onError(reply?.error, callId)
    reject(reply?.error)
  }
}

function updateOwnership(parts: ActorParts, { batch, isResuming, position, after }: Committed): void {
  const { callId, host, repository, ownership, commitLoop, mayOwn } = parts
  if (isResuming) host.resuming.delete(callId)
  if (repository.isOver) host.outbox.end(callId)
  // Another instance may have committed meanwhile; it owns the call then.
  if (after === undefined || after.version !== repository.version || !mayOwn()) return
  ownership.update(batch, after, {
    isOurs: position !== undefined || isResuming || commitLoop.isInDoubt,
    isResuming,
  })
  commitLoop.endDoubt()
  if (ownership.isOwner) host.owns(callId)
}
