/**
 * Draft: one step in progress. Holds the writable call with the effects and changes collected so far, and the
 * functions that change them and keep the indexes consistent.
 *
 * Rule 1: a participant changes only through `send`, by an event of the statechart.
 * Rule 2: the consequences of a state change (indexes, deadlines, tombstones) are applied only here.
 * @module
 */
import type { ParticipantEvent } from '../participant/events.ts'
import { changedFacts } from '../participant/facts.ts'
import { createParticipant, type NewParticipant } from '../participant/create-participant.ts'
import {
  isAwaitingId,
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type Participant,
} from '../participant/participant.ts'
import { transition } from '../participant/transition.ts'
import type { Call, WritableCall, Change, Counters, Evidence, IgnoredReason, StepResult } from './model/call.ts'
import type { Effect } from './model/effects.ts'
import { evidenceOf, appendToTrail } from './model/evidence.ts'
import { withIdentity, withoutIdentity } from './model/identity-index.ts'
import { withInvitation, withoutInvitation } from './model/invitation-index.ts'
import { bindId, formerIds, recordAlias, inheritId, isFree, type FormerIds } from './model/known-ids.ts'
import { findAnswerable, findRinging } from './model/removal-lifetime.ts'
import { backoffMs } from '../time/backoff.ts'

/** The longest time between two roster fetches that check one removal, in milliseconds. */
export const LONGEST_CONFIRM_MS = 60_000

/** One step in progress. */
export interface CallDraft {
  readonly at: number
  /** The call that was passed to the step. */
  readonly original: Call
  /** The original call without the expired tombstones. */
  readonly before: Call
  readonly call: WritableCall
  readonly effects: Effect[]
  readonly changes: Change[]
  /** The tombstone list that this step created. Nothing else refers to it, so it may be changed in place. */
  ownTombstones?: string[]
  /** The reason to report if nothing changes. */
  reason: IgnoredReason
}

/** The source of a piece of evidence, and its text. */
export interface EvidenceSource {
  readonly source: string
  readonly note: string
}

/**
 * Begins a step. Expired tombstones are removed first, so that an event and its repetition at the same time are applied
 * to the same call.
 */
export function openDraft(call: Call, at: number): CallDraft {
  const draft: CallDraft = {
    at,
    original: call,
    before: call,
    call: { ...call },
    effects: [],
    changes: [],
    reason: 'duplicate',
  }
  forgetOld(draft)
  return draft.changes.length === 0 ? draft : { ...draft, before: Object.freeze({ ...draft.call }) }
}

/** Ends a step. Returns the original call, the same object, when nothing changed. */
export function finishDraft(draft: CallDraft): StepResult {
  if (!hasChanged(draft))
    return { call: draft.original, effects: [], changes: [], outcome: { type: 'ignored', reason: draft.reason } }
  forgetOld(draft)
  draft.call.at = draft.at
  return {
    call: Object.freeze(draft.call),
    effects: draft.effects,
    changes: draft.changes,
    outcome: { type: 'applied' },
  }
}

/** True when the step changed the call or added an effect. Every change alters the call; an effect may not. */
export function hasChanged({ before, call, effects }: CallDraft): boolean {
  if (effects.length > 0) return true
  for (const field in call) if (call[field as keyof Call] !== before[field as keyof Call]) return true
  return false
}

/** Sets the reason to report if the event changes nothing. */
export function ignore(draft: CallDraft, reason: IgnoredReason): void {
  draft.reason = reason
}

/** Adds a participant in state `invited`. An arrival, if there is one, is sent as the next event. */
export function addParticipant(
  draft: CallDraft,
  key: string,
  introduction: Omit<NewParticipant, 'key' | 'ordinal' | 'at'>,
  source: EvidenceSource,
): Participant {
  const { call } = draft
  const isInvited = introduction.invitedAt !== undefined
  const participant = createParticipant({
    ...introduction,
    key,
    ordinal: call.introduced,
    at: draft.at,
    announcedState: isInvited ? undefined : null,
  })
  call.introduced += 1
  call.participants = call.participants.set(key, participant)
  call.byIdentity = withIdentity(call.byIdentity, key, participant.identity)
  call.byInvitation = withInvitation(call.byInvitation, participant)
  if (participant.participantId !== undefined) bindId(call, participant.participantId, participant)
  if (isInvited) {
    call.pending = [...call.pending, key]
    const evidence = { at: draft.at, ...source, state: participant.state }
    call.trails = call.trails.set(key, [evidence])
    draft.changes.push({
      type: 'participant.changed',
      at: draft.at,
      key,
      to: participant.state,
      participant,
      evidence,
      isAnnounced: true,
    })
  }
  return participant
}

/** The participant of a key that an index lists. Throws a `TypeError` when the index is wrong. */
function participantOf(call: Call, key: string): Participant {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new TypeError(`no participant ${key}`)
  return participant
}

/**
 * Sends an event to a participant's statechart and applies the consequences. `isPast` marks an arrival that is known to
 * be over: only the ending is announced to the application.
 */
export function send(
  draft: CallDraft,
  key: string,
  event: ParticipantEvent,
  source: EvidenceSource,
  { isPast = false } = {},
): Participant {
  const before = participantOf(draft.call, key)
  const { participant: moved, actions } = transition(before, event)
  if (moved === before) return before
  const announced = before.announcedState === undefined ? before.state : before.announcedState
  const isUnannounced = isPresent(moved) && moved.state !== announced && (isPast || isBeingRemoved(moved))
  const isSilent = isUnannounced || (announced === null && isPending(moved))
  const announcedState = isSilent ? announced : undefined
  const next = moved.announcedState === announcedState ? moved : Object.freeze({ ...moved, announcedState })
  draft.call.participants = draft.call.participants.set(key, next)
  const isMove = next.state !== before.state || next.removal !== before.removal
  const facts = changedFacts(before, next)
  const evidence = evidenceOf(draft.at, source, next, { facts, isMove })
  if (isMove || facts.length > 0) addToTrail(draft.call, key, evidence)
  draft.changes.push({
    type: 'participant.changed',
    at: draft.at,
    key,
    ...(announced === null ? {} : { from: announced }),
    to: next.state,
    ...(next.ending === undefined ? {} : { ending: next.ending }),
    participant: next,
    evidence,
    ...(facts.length > 0 && announcedState === undefined && next.state === announced ? { facts } : {}),
    isAnnounced: !isSilent && next.state !== announced,
  })
  if (actions.length > 0 && next.removalTarget !== undefined) {
    draft.effects.push({
      type: 'participant.delete',
      id: `delete/${next.ordinal}/${next.removalAttempts}`,
      key,
      participantId: next.removalTarget,
      attempt: next.removalAttempts,
      ...(next.isCancelOnly === true ? { isCancelOnly: true } : {}),
    })
  }
  updateIndexes(draft, before, next)
  return next
}

/** Adds a piece of evidence that changed no state, unless the trail has it already. */
export function addEvidence(draft: CallDraft, participant: Participant, { source, note }: EvidenceSource): void {
  if (trailOf(draft.call, participant.key).some((known) => known.source === source && known.note === note)) return
  const evidence: Evidence = { at: draft.at, source, state: participant.state, removal: participant.removal, note }
  addToTrail(draft.call, participant.key, evidence)
  draft.changes.push({
    type: 'participant.changed',
    at: draft.at,
    key: participant.key,
    from: participant.state,
    to: participant.state,
    participant,
    evidence,
    isAnnounced: false,
  })
}

function addToTrail(call: WritableCall, key: string, evidence: Evidence): void {
  call.trails = call.trails.set(key, appendToTrail(trailOf(call, key), evidence))
}

function trailOf(call: Call, key: string): readonly Evidence[] {
  return call.trails.get(key) ?? []
}

/** Applies the consequences of a participant's change: ids, pending list, identities, deadlines, tombstones. */
function updateIndexes(draft: CallDraft, before: Participant, next: Participant): void {
  const { call } = draft
  const { key } = next
  if (next.id !== undefined) bindId(call, next.id, next)
  if (next.participantId !== undefined && next.participantId !== before.participantId)
    bindId(call, next.participantId, next)
  // A replaced roster id becomes a former id, even when it is also the id from the invite.
  for (const id of [before.id, before.participantId === next.participantId ? undefined : before.participantId]) {
    if (id !== undefined && id !== next.id && call.byId.get(id) === key) recordAlias(call, id, key)
  }
  if (isPending(before) && !isPending(next)) {
    call.pending = call.pending.filter((other) => other !== key)
    unschedule(draft, `ring/${key}`)
    unschedule(draft, `grace/${key}`)
  }
  if (next.identity !== before.identity)
    call.byIdentity = withIdentity(call.byIdentity, key, next.identity, before.identity)
  if (next.invitation !== undefined && isOpen(before) && next.state !== before.state)
    settleInvitation(draft, next.invitation)
  if (isUnproved(next)) {
    if (!isUnproved(before)) schedule(draft, `confirm/${key}`, draft.at + call.options.confirmTimeoutMs)
  } else if (isAwaitingId(next)) {
    if (!isAwaitingId(before)) schedule(draft, `confirm/${key}`, draft.at)
  } else unschedule(draft, `confirm/${key}`)
  if (next.removal !== 'held') unschedule(draft, `retry/${key}`)
  if (!isOpen(next) && isOpen(before)) addTombstone(draft, next)
}

/** True when the service accepted a DELETE, or an answer crossed a cancel, and a roster has to show the outcome. */
function isUnproved({ removal }: Participant): boolean {
  return removal === 'accepted' || removal === 'crossed'
}

function endedAt({ ending }: Participant): number {
  return ending?.at ?? 0
}

/** Inserts a tombstone. The list is ordered by time of ending, then by ordinal. */
function addTombstone(draft: CallDraft, ended: Participant): void {
  const { call } = draft
  const { key, ordinal } = ended
  const at = endedAt(ended)
  let place = call.tombstones.length
  for (; place > 0; place -= 1) {
    const other = participantOf(call, call.tombstones[place - 1] as string)
    if (endedAt(other) < at || (endedAt(other) === at && other.ordinal < ordinal)) break
  }
  const { tombstones } = call
  // A list that this step created may be changed in place.
  const own = draft.ownTombstones === tombstones ? draft.ownTombstones : [...tombstones]
  own.splice(place, 0, key)
  draft.ownTombstones = own
  call.tombstones = own
}

/**
 * Deletes an invitation that is no longer needed. It is needed until its request is answered, and while at least one
 * invitee is pending, is in the lobby, joined another way and may still answer, was ended by a deadline and may still
 * be reported, or was cancelled and may have answered.
 */
export function settleInvitation(draft: CallDraft, id: string): void {
  const { call } = draft
  const invitation = call.invitations.get(id)
  const isNeeded = invitation?.keys.some((key) => {
    const participant = call.participants.get(key)
    if (participant === undefined) return false
    if (invitation.request === 'sent' || isPending(participant) || participant.state === 'lobby') return true
    if (isOpen(participant)) return findRinging(call, participant) !== undefined
    return participant.ending?.by === 'deadline' || findAnswerable(call, participant) !== undefined
  })
  if (isNeeded) return
  call.invitations = call.invitations.delete(id)
  unschedule(draft, `complete/${id}`)
}

/** The wait before an accepted DELETE without effect is sent again, in milliseconds. It doubles with each attempt. */
export function repeatDelay(call: Call, participant: Participant): number {
  const { confirmTimeoutMs } = call.options
  const backoff = { firstMs: confirmTimeoutMs, longestMs: LONGEST_CONFIRM_MS }
  return Math.max(confirmTimeoutMs, backoffMs(participant.removalAttempts, backoff))
}

/** Sets a deadline, or moves it. */
export function schedule(draft: CallDraft, deadline: string, at: number): void {
  if (draft.call.deadlines.get(deadline) === at) return
  draft.call.deadlines = draft.call.deadlines.set(deadline, at)
  draft.effects.push({ type: 'timer.schedule', deadline, at })
}

/** Drops a deadline, if it is set. */
export function unschedule(draft: CallDraft, deadline: string): void {
  if (!draft.call.deadlines.has(deadline)) return
  draft.call.deadlines = draft.call.deadlines.delete(deadline)
  draft.effects.push({ type: 'timer.cancel', deadline })
}

/** Increments a counter. */
export function count(draft: CallDraft, counter: keyof Counters): void {
  draft.call.counters = { ...draft.call.counters, [counter]: draft.call.counters[counter] + 1 }
}

/** Deletes a participant from the call. If its key is also an id, `successor` keeps it as a former id. */
export function forget(draft: CallDraft, key: string, successor?: string): void {
  const { call } = draft
  if (!isOpen(participantOf(call, key))) call.tombstones = call.tombstones.filter((other) => other !== key)
  erase(draft, key, formerIds(call), successor)
}

function erase(draft: CallDraft, key: string, former: FormerIds, successor?: string): void {
  const { call } = draft
  const participant = participantOf(call, key)
  call.participants = call.participants.delete(key)
  call.byIdentity = withoutIdentity(call.byIdentity, key, participant.identity)
  call.byInvitation = withoutInvitation(call.byInvitation, participant)
  call.trails = call.trails.delete(key)
  const aliases = (former.ofKeys.get(key) ?? []).filter((id) => call.aliases.get(id) === key)
  for (const id of [participant.id, participant.participantId, ...aliases]) {
    if (id !== undefined && call.byId.get(id) === key) call.byId = call.byId.delete(id)
  }
  for (const id of aliases) call.aliases = call.aliases.delete(id)
  for (const id of aliases) inheritId(call, id, former)
  const isFormerId = key === participant.id || aliases.includes(key)
  if (successor !== undefined && isFormerId && (call.byId.get(key) ?? successor) === successor)
    recordAlias(call, key, successor)
  if (isFree(call, key)) call.forgotten += 1
  if (participant.invitation !== undefined) settleInvitation(draft, participant.invitation)
  draft.changes.push({ type: 'participant.forgotten', at: draft.at, key })
}

/** Deletes the tombstones that are over the limit or older than `tombstoneMs`. */
function forgetOld(draft: CallDraft): void {
  const { call } = draft
  const {
    tombstones,
    options: { tombstoneMs, tombstoneLimit },
  } = call
  const tooMany = tombstones.length - tombstoneLimit
  const first = tombstones.findIndex(
    (key, place) => place >= tooMany && endedAt(participantOf(call, key)) + tombstoneMs >= draft.at,
  )
  const count = first < 0 ? tombstones.length : first
  if (count === 0) return
  call.tombstones = tombstones.slice(count)
  const former = formerIds(call)
  for (const key of tombstones.slice(0, count)) erase(draft, key, former)
}
