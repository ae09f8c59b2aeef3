/**
 * The batch: messages that waited together, stepped one after the other, and the one commit they make.
 *
 * Rule 1: pure. A batch that met a conflict is stepped again from the stored call.
 * Rule 2: a message counts as a whole or not at all.
 * Rule 3: a call that ended in this batch asks the service for nothing.
 * @module
 */
import type { Call, Change, Outcome } from '../../call/model/call.ts'
import { encodeCore, encodeParticipant } from '../../call/codec/codec.ts'
import { isRequest, type RequestEffect } from '../../call/model/effects.ts'
import type { CallEvent, CallState } from '../../call/model/events.ts'
import type { CallOptions } from '../../call/model/options.ts'
import { newCall, step } from '../../call/step.ts'
import { isOpen, isRemovalWanted } from '../../participant/participant.ts'
import { callUnknown, ofAnotherTenant } from '../ports/errors.ts'
import { eventsOf, type Message, type Reply } from './mailbox.ts'
import type { Pointlessness } from '../outbox/claim.ts'
import type { ObservedStep } from '../feed/listeners.ts'
import type { Commit, Json } from '../ports/ports.ts'
import type { PublishedChange, ReportedCallState } from '../ports/published-change.ts'

/** A call as an instance has it in memory. */
export interface CachedCall {
  readonly call: Call
  readonly version: number
  /** Requests whose answers are not recorded, by effect id. */
  readonly outbox: ReadonlyMap<string, RequestEffect>
}

/** What a batch starts from. */
export interface BatchStart {
  readonly callId: string
  /** Undefined if the call does not exist. */
  readonly cached: CachedCall | undefined
  readonly options: Partial<CallOptions>
  /** This instance resumes the call with this batch. */
  readonly isResuming: boolean
  readonly now: number
}

/** One event that changed something: the call after it, and what it changed. */
interface BatchStep {
  readonly call: Call
  readonly changes: readonly Change[]
}

/** The result of a batch. */
export interface Batch {
  readonly cached: CachedCall | undefined
  /** The call after it; undefined when it is still unknown. */
  readonly call: Call | undefined
  readonly steps: readonly BatchStep[]
  /** Every event of the batch, ignored ones included, for `onStep`. */
  readonly seen: readonly ObservedStep[]
  readonly effects: readonly RequestEffect[]
  /** Names of deadlines that were set, moved, dropped, or passed. */
  readonly deadlines: ReadonlySet<string>
  readonly acknowledgedEffects: readonly string[]
  /** The reply to each message, in their order. */
  readonly replies: readonly (Reply | RefusedMessage)[]
}

/** The reply to a message that was refused. */
interface RefusedMessage {
  readonly error: unknown
}

/** True for a call in which nothing can happen any more. */
export function isOver(call: Call): boolean {
  return call.state === 'terminated'
}

/** Why an effect is not to be sent any more; undefined while it is of use. */
export function whyPointless(
  effect: RequestEffect,
  held: CachedCall | undefined,
  now: number,
): Pointlessness | undefined {
  if (held === undefined) return undefined
  const { call } = held
  if (effect.type === 'participant.delete')
    return call.participants.get(effect.key)?.removal === 'crossed' ? 'answered' : undefined
  if (effect.type !== 'participants.invite') return undefined
  const keys = call.invitations.get(effect.invitation)?.keys ?? []
  const open = keys.filter((key) => !isEnded(call, key))
  if (open.length > 0 && open.every((key) => isWithdrawn(call, key))) return 'withdrawn'
  return open.every((key) => isWithdrawn(call, key) || isRingOver(call, key, now)) ? 'expired' : undefined
}

function isEnded({ participants }: Call, key: string): boolean {
  const participant = participants.get(key)
  return participant === undefined || !isOpen(participant)
}

/**
 * True for an invitee who was cancelled or removed by the application before the service has heard of the invitation.
 */
function isWithdrawn({ participants }: Call, key: string): boolean {
  const participant = participants.get(key)
  return participant?.state === 'invited' && participant.removalBy === 'local' && isRemovalWanted(participant)
}

/** True once an invitee has ended, or the time to ring is over, even if the call has not taken that in yet. */
function isRingOver({ participants, deadlines, roster }: Call, key: string, now: number): boolean {
  const participant = participants.get(key)
  if (participant === undefined || !isOpen(participant) || participant.expiredAt !== undefined) return true
  const deadline = `ring/${key}`
  // A ring deadline that has passed may wait for a fetch of the roster.
  if (roster.fetch?.waiting?.some(([name]) => name === deadline) === true) return true
  return (deadlines.get(deadline) ?? Infinity) <= now
}

/** Steps messages one after the other. */
export function stepBatch(start: BatchStart, messages: readonly Message[]): Batch {
  const { cached } = start
  const replies: (Reply | RefusedMessage)[] = []
  const acknowledgedEffects: string[] = []
  let run = beginRun(cached?.call)
  if (start.isResuming && run.call !== undefined && !isOver(run.call)) {
    const [first] = messages.flatMap(eventsOf)
    advance(run, run.call, { type: 'host.resumed', at: first?.at ?? start.now })
  }
  for (const message of messages) {
    const isReturned = message.type === 'returned' && cached?.outbox.has(message.effect.id) === true
    if (isReturned) {
      // Acknowledged and asked for in one commit, it is in the outbox as an effect that is not claimed.
      acknowledgedEffects.push(message.effect.id)
      run.effects.push(message.effect)
    }
    const tried = beginRun(run.call)
    try {
      stepMessage(start, tried, message)
      run = join(run, tried)
      replies.push({ call: tried.call, outcomes: tried.outcomes, effects: tried.effects })
      if (message.type === 'answer' && cached?.outbox.has(message.effectId)) acknowledgedEffects.push(message.effectId)
    } catch (error) {
      replies.push({ error })
    }
  }
  const { call, steps, seen, effects, deadlines } = run
  return {
    cached,
    call,
    steps,
    seen,
    effects: call !== undefined && isOver(call) ? [] : effects,
    deadlines,
    acknowledgedEffects,
    replies,
  }
}

/** The steps so far. */
interface Run {
  call: Call | undefined
  readonly steps: BatchStep[]
  readonly seen: ObservedStep[]
  readonly effects: RequestEffect[]
  readonly deadlines: Set<string>
  readonly outcomes: Outcome[]
}

function beginRun(call: Call | undefined): Run {
  return { call, steps: [], seen: [], effects: [], deadlines: new Set(), outcomes: [] }
}

function join(run: Run, next: Run): Run {
  for (const taken of next.steps) run.steps.push(taken)
  for (const seen of next.seen) run.seen.push(seen)
  for (const effect of next.effects) run.effects.push(effect)
  for (const deadline of next.deadlines) run.deadlines.add(deadline)
  run.call = next.call
  return run
}

function stepMessage(start: BatchStart, run: Run, message: Message): void {
  const events = eventsOf(message)
  const [first] = events
  if (run.call === undefined) {
    const unknownCall = message.type === 'events' ? message.unknownCall : message.type === 'adopt' ? 'adopt' : 'drop'
    if (unknownCall === 'drop') return
    if (unknownCall === 'refuse') throw callUnknown(start.callId)
    run.call = newCall(start.callId, start.options)
    if (first === undefined || !isBeginning(first))
      advance(run, run.call, { type: 'call.adopted', at: first?.at ?? start.now })
  }
  if (message.type === 'events' && message.tenantId !== undefined)
    bindTenant(start, run, run.call, message.tenantId, first?.at ?? start.now)
  for (const event of events) run.outcomes.push(advance(run, run.call, event))
}

function bindTenant({ callId }: BatchStart, run: Run, call: Call, tenant: string, at: number): void {
  if (call.tenant === undefined) advance(run, call, { type: 'call.bound', tenant, at })
  else if (call.tenant !== tenant) throw ofAnotherTenant(callId)
}

/** True for an event that a call begins with. A call that begins with any other has a past that has to be fetched. */
function isBeginning(event: CallEvent): boolean {
  return (
    event.type === 'call.adopted' ||
    (event.type === 'call.reported' && (event.state === 'incoming' || event.state === 'establishing'))
  )
}

function advance(run: Run, before: Call, event: CallEvent): Outcome {
  const result = step(before, event)
  const { call, effects, changes, outcome } = result
  run.seen.push({ callId: before.id, event, before, result })
  for (const effect of effects) {
    if (isRequest(effect)) run.effects.push(effect)
    else run.deadlines.add(effect.deadline)
  }
  // A timer that has fired is gone: it is armed again if the deadline still stands.
  if (event.type === 'deadline.passed') run.deadlines.add(event.deadline)
  if (call !== before) run.steps.push({ call, changes })
  run.call = call
  return outcome
}

/** True when a batch has something to be written. */
export function needsCommit({ cached, call, acknowledgedEffects }: Batch): boolean {
  return call !== cached?.call || acknowledgedEffects.length > 0
}

/** The commit of a batch. */
export function commitOf(
  batch: Batch,
  call: Call,
  { instanceId, at }: { readonly instanceId: string; readonly at: number },
): Commit {
  const { cached, steps, effects, acknowledgedEffects } = batch
  const participants = new Map<string, Json>()
  const touched = new Set<string>()
  const forgotten = new Set<string>()
  for (const change of steps.flatMap(({ changes }) => changes)) {
    if (change.type === 'call.changed') continue
    if (call.participants.has(change.key)) touched.add(change.key)
    else forgotten.add(change.key)
  }
  for (const key of touched) participants.set(key, encodeParticipant(call, key) as Json)
  const nextDeadlineAt = earliest(call.deadlines.values())
  return {
    callId: call.id,
    expectedVersion: cached?.version ?? 0,
    instanceId,
    at,
    core: encodeCore(call) as Json,
    participants,
    deletedParticipants: [...forgotten],
    effects,
    acknowledgedEffects,
    ...(nextDeadlineAt === undefined ? {} : { nextDeadlineAt }),
    changes: steps.flatMap(({ changes }) => publishedChanges(call.id, changes)),
    isEnded: isOver(call),
  }
}

function earliest(times: Iterable<number>): number | undefined {
  let found: number | undefined
  for (const at of times) if (found === undefined || at < found) found = at
  return found
}

/** The call as the instance has it once the batch is committed. */
export function cachedAfter({ cached, effects, acknowledgedEffects }: Batch, call: Call): CachedCall {
  if (effects.length === 0 && acknowledgedEffects.length === 0 && cached !== undefined)
    return { ...cached, call, version: cached.version + 1 }
  const outbox = new Map(cached?.outbox)
  for (const id of acknowledgedEffects) outbox.delete(id)
  for (const effect of effects) outbox.set(effect.id, effect)
  return { call, version: (cached?.version ?? 0) + 1, outbox }
}

/** The changes that subscribers are shown: announced changes, changes of facts, and changes of the call's state. */
export function publishedChanges(callId: string, changes: readonly Change[]): readonly PublishedChange[] {
  const published: PublishedChange[] = []
  for (const change of changes) {
    if (change.type === 'participant.forgotten') continue
    const { at } = change
    const ending = change.ending === undefined ? {} : { ending: change.ending }
    if (change.type === 'call.changed') {
      const from = isReported(change.from) ? { from: change.from } : {}
      if (isReported(change.to)) published.push(Object.freeze({ callId, ...from, to: change.to, ...ending, at }))
      continue
    }
    const { key, to, participant, facts, evidence } = change
    const from = change.from === undefined ? {} : { from: change.from }
    if (change.isAnnounced && change.from !== to)
      published.push(Object.freeze({ callId, key, ...from, to, ...ending, at, participant }))
    else if (facts !== undefined)
      published.push(Object.freeze({ callId, key, ...from, to, ...ending, at, participant, facts, evidence }))
  }
  return published
}

function isReported(state: CallState): state is ReportedCallState {
  return state !== 'unknown'
}
