/**
 * Strangers: those the roster shows and nobody has heard of, and whom the application may have wanted out all the same.
 *
 * Rule: an invitee whom the application cancelled is removed when they answer all the same. `wishes.ts` says until when.
 * @module
 */
import { isSameIdentity } from '../../participant/identity.ts'
import type { Participant } from '../../participant/participant.ts'
import type { Call } from '../model/call.ts'
import type { RosterEntry } from '../model/events.ts'
import { inheritRemoval } from './reconcile.ts'
import { findById, freshKey } from '../model/known-ids.ts'
import { count, introduceParticipant, type Source, type Turn } from '../draft.ts'
import { isStillWantedOut } from '../model/removal-lifetime.ts'

/** Participants of one call, the ended ones that are remembered included: more than any call has, and what a roster can make a call hold. */
export const PARTICIPANT_LIMIT = 100_000

/** False, and counted, when the call has as many participants as it can: no more are taken in from a roster. */
export function hasRoom(turn: Turn): boolean {
  if (turn.call.participants.size < PARTICIPANT_LIMIT) return true
  count(turn, 'strangersDropped')
  return false
}

/** Introduces somebody uninvited, under their id; nothing is known of where they are yet. */
export function introduceStranger(turn: Turn, entry: RosterEntry, source: Source): string {
  const key = freshKey(turn.call, entry.id ?? `nameless/${turn.call.introduced}`)
  introduceParticipant(turn, key, { identity: entry.identity }, source)
  return key
}

/** Somebody who came and went unseen. By an invitee's own id they were that invitee, there twice: wanted out with them. */
export function introduceGone(turn: Turn, entry: RosterEntry, source: Source): string {
  const invitee = findById(turn, entry)
  const key = introduceStranger(turn, entry, source)
  if (invitee !== undefined) inheritRemoval(turn, key, invitee, source, entry.id)
  return key
}

/** Those who have ended and are remembered, in that order. */
export function remembered(call: Call): readonly Participant[] {
  return call.tombstones.flatMap((key) => call.participants.get(key) ?? [])
}

/** The cancelled invitees, latest first, whose ring a participant who appears may have answered: they are wanted out. */
export function wantedOut({ call, at }: Turn): readonly Participant[] {
  return remembered(call)
    .filter((ended) => ended.state === 'cancelled' && isStillWantedOut(call, ended, at))
    .reverse()
}

/** Of those, the one an appearance belongs to. A person whom the application has invited again is not wanted out. */
export function findWantedOut(turn: Turn, entry: RosterEntry, gone: readonly Participant[]): Participant | undefined {
  // An invitee who had joined by another way, was removed, and answers all the same.
  const invitee = findById(turn, entry)
  if (invitee !== undefined && isStillWantedOut(turn.call, invitee, turn.at, entry.id)) return invitee
  const wanted = gone.find(({ identity }) => isSameIdentity(identity, entry.identity))
  return wanted !== undefined && isInvitedAgain(turn.call, wanted) ? undefined : wanted
}

function isInvitedAgain({ participants }: Call, { ordinal, identity }: Participant): boolean {
  return [...participants.values()].some(
    (later) => later.ordinal > ordinal && later.invitation !== undefined && isSameIdentity(later.identity, identity),
  )
}
