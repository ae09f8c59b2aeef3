/**
 * Roster view: the members whom one bot may see.
 * @module
 */
import type { Notice } from './tick.ts'
import type { Conversation, DepartedMember, Member, WorldState } from './world-state.ts'

/** What a roster notice says. */
export interface RosterView {
  /** The members it names: all of them, or those that changed. Newest first. */
  readonly shown: readonly Member[]
  readonly gone: readonly DepartedMember[]
  /** The roster's number. */
  readonly sequence: number
}

/** The members on a call's roster, newest first (observed: a joining user comes before the bot). */
export function visibleMembers(
  conversation: Conversation,
  callId: string,
  { switches }: WorldState['settings'],
): readonly Member[] {
  const members: Member[] = []
  for (const member of conversation.members.values()) {
    if (member.hiddenBy === undefined || (member.hiddenBy === callId && switches.hiddenInvitee === 'shown'))
      members.push(member)
  }
  return members.reverse()
}

/** What a roster notice says once its event is complete; undefined if the conversation is over. */
export function viewRoster(
  state: WorldState,
  { callId, isWhole, changed, removed }: Extract<Notice, { type: 'roster' }>,
): RosterView | undefined {
  const conversation = state.conversations.get(state.legs.get(callId)?.conversationId ?? '')
  if (conversation === undefined) return undefined
  const visible = visibleMembers(conversation, callId, state.settings)
  return {
    shown: isWhole ? visible : visible.filter(({ id }) => changed.includes(id)),
    gone: isWhole ? [] : removed.filter(({ member }) => member.hiddenBy === undefined || member.hiddenBy === callId),
    sequence: conversation.sequence,
  }
}
