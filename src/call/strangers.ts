/**
 * Strangers: those the roster shows and nobody has heard of, and whom the application may have wanted out all the same.
 *
 * Rule: a wish outlives a presence: an invitee who was to be out and comes, or came and went, another time is wanted
 * out again.
 * @module
 */
import { isSameIdentity } from '../participant/identity.ts'
import { isWantedOut, type Participant } from '../participant/participant.ts'
import type { Call } from './call.ts'
import type { RosterEntry } from './events.ts'
import { inheritRemoval } from './heirs.ts'
import { findById, freshKey, introduceParticipant, type Source, type Turn } from './turn.ts'

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
  if (invitee !== undefined) inheritRemoval(turn, key, invitee, source)
  return key
}

/** Those who have ended and are remembered, in that order. */
export function remembered(call: Call): readonly Participant[] {
  return call.tombstones.flatMap((key) => call.participants.get(key) ?? [])
}

/** Those who were asked to be out and have ended, latest first, whom an appearance may still belong to. */
export function wantedOut(turn: Turn): readonly Participant[] {
  return remembered(turn.call).filter((ended) => isWantedOut(ended) && (couldRing(turn, ended) || couldBeAdmitted(turn, ended))).reverse()
}

/** Of those, the one an appearance belongs to. */
export function findWantedOut(turn: Turn, entry: RosterEntry, gone: readonly Participant[]): Participant | undefined {
  // An invitee who had joined by another way, was removed, and answers all the same.
  const invitee = findById(turn, entry)
  if (invitee !== undefined && isWantedOut(invitee)) return invitee
  return gone.find(({ state, identity }) => (state === 'cancelled' || !entry.isInLobby) && isSameIdentity(identity, entry.identity))
}

/** A cancelled invitation could ring until its deadline, not longer. */
function couldRing({ call, at }: Turn, { state, introducedAt, ringsUntil = introducedAt + call.options.ringTimeoutMs }: Participant): boolean {
  return state === 'cancelled' && ringsUntil >= at
}

/** A DELETE that found nobody in the lobby may have crossed their admission under another id, which is told of soon. */
function couldBeAdmitted({ call, at }: Turn, { lobbyAt, activeAt, removalAcceptedAt, ending }: Participant): boolean {
  const wasMissed = lobbyAt !== undefined && activeAt === undefined && removalAcceptedAt === undefined
  return wasMissed && (ending?.at ?? at) + call.options.confirmTimeoutMs >= at
}
