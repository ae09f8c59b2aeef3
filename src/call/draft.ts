/**
 * The turn: one step in the making. A draft of the call, what it will ask for and what it will tell, and the few
 * ways to change them that keep the indexes true.
 *
 * Rule 1: a participant changes only through `tell`, by an event of their statechart.
 * Rule 2: what follows from a change of state (indexes, deadlines, tombstones) is done here and nowhere else.
 * @module
 */
import type { ParticipantEvent } from '../participant/events.ts'
import { changedFacts } from '../participant/facts.ts'
import { introduce, type Introduction } from '../participant/introduce.ts'
import {
  isAwaitingId,
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type Participant,
} from '../participant/participant.ts'
import { transition } from '../participant/transition.ts'
import type { Call, CallDraft, Change, Counters, Evidence, IgnoredReason, StepResult } from './model/call.ts'
import type { Effect } from './model/effects.ts'
import { evidenceOf, extendTrail } from './model/evidence.ts'
import { withIdentity, withoutIdentity } from './model/identity-index.ts'
import { claimId, formerIds, giveId, inheritId, isFree, type FormerIds } from './model/known-ids.ts'
import { findAnswerable, findRinging } from './model/removal-lifetime.ts'

/** The longest time between two looks at the roster for the sake of one removal. */
export const LONGEST_CONFIRM_MS = 60_000

/** One step in the making. */
export interface Turn {
  readonly at: number
  /** The call the step was given. */
  readonly original: Call
  /** The same without the participants whose time to be remembered is over. */
  readonly before: Call
  readonly call: CallDraft
  readonly effects: Effect[]
  readonly changes: Change[]
  /** The list of tombstones that this step made: nothing else has seen it yet. */
  ownTombstones?: string[]
  /** Why nothing changed, should that be so. */
  reason: IgnoredReason
}

/** Where a piece of evidence comes from, and what it says in words. */
export interface Source {
  readonly source: string
  readonly note: string
}

/**
 * Begins a step. Tombstones whose time is over are forgotten first: the event, and its repetition at the same time, then
 * meet the same call.
 */
export function beginTurn(call: Call, at: number): Turn {
  const turn: Turn = {
    at,
    original: call,
    before: call,
    call: { ...call },
    effects: [],
    changes: [],
    reason: 'duplicate',
  }
  forgetOld(turn)
  return turn.changes.length === 0 ? turn : { ...turn, before: Object.freeze({ ...turn.call }) }
}

/** Ends a step: the very call it began with when nothing came of it. */
export function endTurn(turn: Turn): StepResult {
  if (!hasChanged(turn))
    return { call: turn.original, effects: [], changes: [], outcome: { type: 'ignored', reason: turn.reason } }
  forgetOld(turn)
  turn.call.at = turn.at
  return { call: Object.freeze(turn.call), effects: turn.effects, changes: turn.changes, outcome: { type: 'applied' } }
}

/** What is told of is a change of the call; what is asked for need not be one. */
export function hasChanged({ before, call, effects }: Turn): boolean {
  if (effects.length > 0) return true
  for (const field in call) if (call[field as keyof Call] !== before[field as keyof Call]) return true
  return false
}

/** Says why an event came to nothing, should nothing come of it. */
export function ignore(turn: Turn, reason: IgnoredReason): void {
  turn.reason = reason
}

/** Adds a participant in `invited`. Their arrival, if any, is told next. */
export function introduceParticipant(
  turn: Turn,
  key: string,
  introduction: Omit<Introduction, 'key' | 'ordinal' | 'at'>,
  source: Source,
): Participant {
  const { call } = turn
  const isInvited = introduction.invitedAt !== undefined
  const participant = introduce({
    ...introduction,
    key,
    ordinal: call.introduced,
    at: turn.at,
    toldState: isInvited ? undefined : null,
  })
  call.introduced += 1
  call.participants = call.participants.set(key, participant)
  call.byIdentity = withIdentity(call.byIdentity, key, participant.identity)
  if (participant.participantId !== undefined) claimId(call, participant.participantId, participant)
  if (isInvited) {
    call.pending = [...call.pending, key]
    const evidence = { at: turn.at, ...source, state: participant.state }
    call.trails = call.trails.set(key, [evidence])
    turn.changes.push({
      type: 'participant.changed',
      at: turn.at,
      key,
      to: participant.state,
      participant,
      evidence,
      isAnnounced: true,
    })
  }
  return participant
}

/** Whose key is listed is there. */
function participantOf(call: Call, key: string): Participant {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new TypeError(`no participant ${key}`)
  return participant
}

/**
 * Tells a participant's statechart what happened, and draws the consequences. `isPast` is true of an arrival that is
 * known to be over: the application is told of the ending alone.
 */
export function tell(
  turn: Turn,
  key: string,
  event: ParticipantEvent,
  source: Source,
  { isPast = false } = {},
): Participant {
  const before = participantOf(turn.call, key)
  const { participant: moved, actions } = transition(before, event)
  if (moved === before) return before
  const told = before.toldState === undefined ? before.state : before.toldState
  const isUnannounced = isPresent(moved) && moved.state !== told && (isPast || isBeingRemoved(moved))
  const isSilent = isUnannounced || (told === null && isPending(moved))
  const toldState = isSilent ? told : undefined
  const next = moved.toldState === toldState ? moved : Object.freeze({ ...moved, toldState })
  turn.call.participants = turn.call.participants.set(key, next)
  const isMove = next.state !== before.state || next.removal !== before.removal
  const facts = changedFacts(before, next)
  const evidence = evidenceOf(turn.at, source, next, { facts, isMove })
  if (isMove || facts.length > 0) addToTrail(turn.call, key, evidence)
  turn.changes.push({
    type: 'participant.changed',
    at: turn.at,
    key,
    ...(told === null ? {} : { from: told }),
    to: next.state,
    ...(next.ending === undefined ? {} : { ending: next.ending }),
    participant: next,
    evidence,
    ...(facts.length > 0 && toldState === undefined && next.state === told ? { facts } : {}),
    isAnnounced: !isSilent && next.state !== told,
  })
  if (actions.length > 0 && next.removalTarget !== undefined) {
    turn.effects.push({
      type: 'participant.delete',
      id: `delete/${next.ordinal}/${next.removalAttempts}`,
      key,
      participantId: next.removalTarget,
      attempt: next.removalAttempts,
      ...(next.isCancelOnly === true ? { isCancelOnly: true } : {}),
    })
  }
  follow(turn, before, next)
  return next
}

/** Adds a piece of evidence that moved nobody, once. */
export function note(turn: Turn, participant: Participant, { source, note }: Source): void {
  if (trailOf(turn.call, participant.key).some((known) => known.source === source && known.note === note)) return
  const evidence: Evidence = { at: turn.at, source, state: participant.state, removal: participant.removal, note }
  addToTrail(turn.call, participant.key, evidence)
  turn.changes.push({
    type: 'participant.changed',
    at: turn.at,
    key: participant.key,
    from: participant.state,
    to: participant.state,
    participant,
    evidence,
    isAnnounced: false,
  })
}

function addToTrail(call: CallDraft, key: string, evidence: Evidence): void {
  call.trails = call.trails.set(key, extendTrail(trailOf(call, key), evidence))
}

function trailOf(call: Call, key: string): readonly Evidence[] {
  return call.trails.get(key) ?? []
}

/** What a change of somebody brings with it. */
function follow(turn: Turn, before: Participant, next: Participant): void {
  const { call } = turn
  const { key } = next
  if (next.id !== undefined) claimId(call, next.id, next)
  if (next.participantId !== undefined && next.participantId !== before.participantId)
    claimId(call, next.participantId, next)
  // A roster id they had before is a former one, though the invite gave it to them, too.
  for (const id of [before.id, before.participantId === next.participantId ? undefined : before.participantId]) {
    if (id !== undefined && id !== next.id && call.byId.get(id) === key) giveId(call, id, key)
  }
  if (isPending(before) && !isPending(next)) {
    call.pending = call.pending.filter((other) => other !== key)
    unschedule(turn, `ring/${key}`)
    unschedule(turn, `grace/${key}`)
  }
  if (next.identity !== before.identity)
    call.byIdentity = withIdentity(call.byIdentity, key, next.identity, before.identity)
  if (next.invitation !== undefined && isOpen(before) && next.state !== before.state)
    settleInvitation(turn, next.invitation)
  if (isUnproved(next)) {
    if (!isUnproved(before)) schedule(turn, `confirm/${key}`, turn.at + call.options.confirmTimeoutMs)
  } else if (isAwaitingId(next)) {
    if (!isAwaitingId(before)) schedule(turn, `confirm/${key}`, turn.at)
  } else unschedule(turn, `confirm/${key}`)
  if (next.removal !== 'held') unschedule(turn, `retry/${key}`)
  if (!isOpen(next) && isOpen(before)) bury(turn, next)
}

/** A DELETE went out, or was taken, and a roster has to say what came of it. */
function isUnproved({ removal }: Participant): boolean {
  return removal === 'accepted' || removal === 'crossed'
}

function endedAt({ ending }: Participant): number {
  return ending?.at ?? 0
}

/** Tombstones are kept in the order of their endings, by introduction where those are equal. */
function bury(turn: Turn, ended: Participant): void {
  const { call } = turn
  const { key, ordinal } = ended
  const at = endedAt(ended)
  let place = call.tombstones.length
  for (; place > 0; place -= 1) {
    const other = participantOf(call, call.tombstones[place - 1] as string)
    if (endedAt(other) < at || (endedAt(other) === at && other.ordinal < ordinal)) break
  }
  const { tombstones } = call
  // Made in this very step, it is this step's own to change.
  const own = turn.ownTombstones === tombstones ? turn.ownTombstones : [...tombstones]
  own.splice(place, 0, key)
  turn.ownTombstones = own
  call.tombstones = own
}

/**
 * An invitation is kept while its answer is to come, while an invitee is pending, waits in the lobby, has joined by another
 * way and may answer, too, or was given up by a deadline and may yet be heard of, and while an invitee whom the application
 * wanted out may have answered.
 */
export function settleInvitation(turn: Turn, id: string): void {
  const { call } = turn
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
  unschedule(turn, `complete/${id}`)
}

/** How long a DELETE that was taken may take before it is sent again: longer after each that came to nothing. */
export function repeatDelay(call: Call, participant: Participant): number {
  const { confirmTimeoutMs } = call.options
  return Math.max(
    confirmTimeoutMs,
    Math.min(confirmTimeoutMs * 2 ** (participant.removalAttempts - 1), LONGEST_CONFIRM_MS),
  )
}

/** Sets a deadline, or moves it. */
export function schedule(turn: Turn, deadline: string, at: number): void {
  if (turn.call.deadlines.get(deadline) === at) return
  turn.call.deadlines = turn.call.deadlines.set(deadline, at)
  turn.effects.push({ type: 'timer.schedule', deadline, at })
}

/** Drops a deadline, if it is set. */
export function unschedule(turn: Turn, deadline: string): void {
  if (!turn.call.deadlines.has(deadline)) return
  turn.call.deadlines = turn.call.deadlines.delete(deadline)
  turn.effects.push({ type: 'timer.cancel', deadline })
}

/** Counts something that would otherwise go unseen. */
export function count(turn: Turn, counter: keyof Counters): void {
  turn.call.counters = { ...turn.call.counters, [counter]: turn.call.counters[counter] + 1 }
}

/** Forgets a participant altogether. A key that is an id of their heir remains known as that. */
export function forget(turn: Turn, key: string, heir?: string): void {
  const { call } = turn
  if (!isOpen(participantOf(call, key))) call.tombstones = call.tombstones.filter((other) => other !== key)
  erase(turn, key, formerIds(call), heir)
}

function erase(turn: Turn, key: string, former: FormerIds, heir?: string): void {
  const { call } = turn
  const participant = participantOf(call, key)
  call.participants = call.participants.delete(key)
  call.byIdentity = withoutIdentity(call.byIdentity, key, participant.identity)
  call.trails = call.trails.delete(key)
  const aliases = (former.ofKeys.get(key) ?? []).filter((id) => call.aliases.get(id) === key)
  for (const id of [participant.id, participant.participantId, ...aliases]) {
    if (id !== undefined && call.byId.get(id) === key) call.byId = call.byId.delete(id)
  }
  for (const id of aliases) call.aliases = call.aliases.delete(id)
  for (const id of aliases) inheritId(call, id, former)
  const isFormerId = key === participant.id || aliases.includes(key)
  if (heir !== undefined && isFormerId && (call.byId.get(key) ?? heir) === heir) giveId(call, key, heir)
  if (isFree(call, key)) call.forgotten += 1
  if (participant.invitation !== undefined) settleInvitation(turn, participant.invitation)
  turn.changes.push({ type: 'participant.forgotten', at: turn.at, key })
}

/** Ended participants are remembered for a while, and only so many. */
function forgetOld(turn: Turn): void {
  const { call } = turn
  const {
    tombstones,
    options: { tombstoneMs, tombstoneLimit },
  } = call
  const tooMany = tombstones.length - tombstoneLimit
  const first = tombstones.findIndex(
    (key, place) => place >= tooMany && endedAt(participantOf(call, key)) + tombstoneMs >= turn.at,
  )
  const count = first < 0 ? tombstones.length : first
  if (count === 0) return
  call.tombstones = tombstones.slice(count)
  const former = formerIds(call)
  for (const key of tombstones.slice(0, count)) erase(turn, key, former)
}
