/**
 * Commands about the participants of a call: invite, list, remove, mute.
 *
 * Rule 1: a removal that is done is a promise; the roster proves it (documented).
 * Rule 2: a list is never ahead of the rosters: gathered changes are reported before it.
 * @module
 */
import { nameIdentity } from '../identities.ts'
import { answerInvitee, cancelInvitee, isInvitedOrPresent, startOperation, type Callee } from '../invites.ts'
import { sendGathered, setMuted } from '../roster.ts'
import { visibleMembers } from '../roster-view.ts'
import { currentOf, newId, planAfter, type Tick } from '../tick.ts'
import type { Conversation, Leg, Member } from '../world-state.ts'
import { isSameId } from './calls.ts'
import { done, doneWith, refused, type CommandResult } from './result.ts'

/** An invite: one operation for all its invitees. */
export interface Invite {
  readonly clientContext: string | null
  readonly invitees: readonly Callee[]
}

/** What an invite started. */
export interface StartedInvite {
  readonly operationId: string
  /** The ids that the invitees will have on the roster, in order. */
  readonly participantIds: readonly string[]
}

/** One page of a call's members. */
export interface MemberPage {
  readonly members: readonly Member[]
  /** How many members to skip for the next page; undefined on the last one. */
  readonly nextSkip: number | undefined
}

/** An operation that is completed by its answer. */
export interface CompletedOperation {
  readonly operationId: string
}

/** Invites people. */
export function inviteParticipants(
  tick: Tick,
  leg: Leg,
  { clientContext, invitees }: Invite,
): CommandResult<StartedInvite> {
  if (!mayInvite(tick, leg)) return refused('notEstablished')
  const names = invitees.map(({ identity }) => nameIdentity(identity)?.id)
  if (names.includes(undefined)) return refused('noTarget')
  if (new Set(names).size < names.length || invitees.some(({ identity }) => isInvitedOrPresent(tick, leg.id, identity)))
    return refused('alreadyInvited')
  const { id, participantIds } = startOperation(tick, { callId: leg.id, purpose: 'invite', clientContext, invitees })
  return doneWith({ operationId: id, participantIds })
}

/** The members that a bot may see, or a page of them; none in a two-party call. */
export function listParticipants(
  tick: Tick,
  leg: Leg,
  { top, skip = 0 }: { readonly top?: number | undefined; readonly skip?: number | undefined } = {},
): CommandResult<MemberPage> {
  const members = membersOf(tick, leg)
  const page = members.slice(skip, top === undefined ? undefined : skip + top)
  const end = skip + page.length
  return doneWith({ members: page, nextSkip: end < members.length ? end : undefined })
}

/** One member that a bot may see. */
export function getParticipant(tick: Tick, leg: Leg, participantId: string): CommandResult<Member> {
  const member = membersOf(tick, leg).find(({ id }) => id === participantId)
  return member === undefined ? refused('participantNotFound') : doneWith(member)
}

/** Removes a member, or cancels the invite of a person who rings. */
export function removeParticipant(
  tick: Tick,
  leg: Leg,
  { participantId, appId }: { readonly participantId: string; readonly appId: string },
): CommandResult {
  const { switches, tenant, timing } = tick.base.settings
  if (tenant.removers !== 'everyone' && !tenant.removers.some((id) => isSameId(id, appId))) return refused('forbidden')
  const member = tick.base.conversations.get(leg.conversationId)?.members.get(participantId)
  if (member !== undefined) {
    if (member.isOrganizer) return refused('organizer')
    const { conversationId } = leg
    planAfter(tick, timing.removalMs, { type: 'member.leaves', conversationId, id: member.id, by: 'bot' })
    return done
  }
  const invitee = tick.base.invitees.get(participantId)
  if (invitee === undefined || invitee.callId !== leg.id) return refused('participantNotFound')
  if (switches.cancelBeforeAnswer === 'supported') {
    cancelInvitee(tick, invitee.id)
    return done
  }
  if (invitee.script.answersOnCancel !== undefined && invitee.script.answersOnCancel !== false)
    answerInvitee(tick, invitee.id)
  return refused('participantNotFound')
}

/** Mutes or unmutes members. */
export function muteParticipants(
  tick: Tick,
  leg: Leg,
  ids: readonly string[],
  isMuted: boolean,
): CommandResult<CompletedOperation> {
  if (ids.some((id) => !isMember(tick, leg, id))) return refused('participantNotFound')
  setMuted(tick, leg.conversationId, ids, isMuted)
  return completeOperation(tick)
}

/** Mutes the named members; all but the bot if none is named. */
export function muteAll(tick: Tick, leg: Leg, named: readonly string[]): CommandResult<CompletedOperation> {
  const members = [...(tick.base.conversations.get(leg.conversationId)?.members.keys() ?? [])]
  const ids = named.length > 0 ? named : members.filter((id) => id !== leg.myParticipantId)
  return muteParticipants(tick, leg, ids, true)
}

/** Starts or stops hold music for a member: there is no media here. */
export function setHoldMusic(tick: Tick, leg: Leg, participantId: string): CommandResult<CompletedOperation> {
  return isMember(tick, leg, participantId) ? completeOperation(tick) : refused('participantNotFound')
}

/** An operation without effect in a world without media. */
export function completeOperation(tick: Tick): CommandResult<CompletedOperation> {
  return doneWith({ operationId: newId(tick) })
}

/** Whether an invite must wait for the call is not documented: a switch. Only group calls accept early invites. */
function mayInvite({ base }: Tick, { state, conversationId }: Leg): boolean {
  const isEarly = state === 'establishing' && base.conversations.get(conversationId)?.kind === 'group'
  return state === 'established' || (isEarly && base.settings.switches.earlyInvite === 'taken')
}

function membersOf(tick: Tick, leg: Leg): readonly Member[] {
  const conversation = reportedConversation(tick, leg)
  return conversation?.kind === 'group' ? visibleMembers(conversation, leg.id, tick.base.settings) : []
}

/** The conversation, after its gathered roster changes are reported. */
function reportedConversation(tick: Tick, { conversationId }: Leg): Conversation | undefined {
  const known = tick.base.conversations.get(conversationId)
  if (known?.gathered === undefined) return known
  sendGathered(tick, conversationId)
  return currentOf(tick.draft.conversations.get(conversationId))
}

function isMember(tick: Tick, { conversationId }: Leg, id: string): boolean {
  return tick.base.conversations.get(conversationId)?.members.has(id) === true
}
