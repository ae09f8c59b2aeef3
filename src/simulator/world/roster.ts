/**
 * Roster: who joins and leaves a conversation, and the rosters the service sends for that.
 *
 * Rule 1: every change sends one roster to every bot in the conversation; a two-party conversation has none.
 * Rule 2: a departure is an absence; full rosters give no reason (observed).
 * Rule 3: rejoining gives a new id (observed).
 * Rule 4: gathered changes are sent in one roster. A list is never ahead of the rosters: gathered changes are sent
 * before a list is answered.
 * @module
 */
import { castDraft } from 'immer'
import type { Stay, Stream } from './callee.ts'
import type { Departure } from './departure.ts'
import type { Identities } from './identities.ts'
import { currentOf, newId, recordFact, planAfter, type Tick } from './tick.ts'
import type { DepartedMember, Member } from './world-state.ts'

const talking: Stream = { mediaType: 'audio', direction: 'sendReceive' }

/** A new member of a conversation. */
export interface Joiner {
  readonly id?: string | undefined
  readonly identity: Identities
  readonly callId?: string | undefined
  readonly hiddenBy?: string | undefined
  readonly isOrganizer?: boolean | undefined
}

/** Adds a member to a conversation and plans its stay. Returns its id. */
export function join(tick: Tick, conversationId: string, joiner: Joiner, stay: Stay = {}): string {
  const conversation = tick.draft.conversations.get(conversationId)
  const id = joiner.id ?? newId(tick)
  if (conversation === undefined) return id
  conversation.sources += 1
  const isInLobby = stay.lobby !== undefined
  conversation.members.set(id, {
    id,
    identity: joiner.identity,
    isInLobby,
    isMuted: false,
    endpoint: stay.endpoint ?? 'default',
    streams: [talking],
    isOrganizer: joiner.isOrganizer ?? false,
    sequence: 0,
    source: conversation.sources,
    callId: joiner.callId,
    hiddenBy: joiner.hiddenBy,
  })
  if (joiner.callId !== undefined) conversation.callIds.push(joiner.callId)
  recordFact(tick, { type: 'joined', conversationId, participantId: id, identity: joiner.identity, isInLobby })
  if (isInLobby) planLobby(tick, conversationId, id, stay)
  else planStay(tick, conversationId, id, joiner.identity, stay)
  reportRoster(tick, conversationId, [id])
  return id
}

/** Admits a member from the lobby. */
export function admit(tick: Tick, conversationId: string, id: string, stay: Stay = {}): void {
  const conversation = tick.draft.conversations.get(conversationId)
  const member = conversation?.members.get(id)
  if (conversation === undefined || member === undefined || !member.isInLobby) return
  const identity = currentOf(member).identity
  if (tick.base.settings.switches.lobbyAdmission === 'keeps-id') {
    member.isInLobby = false
    recordFact(tick, { type: 'admitted', conversationId, participantId: id })
    planStay(tick, conversationId, id, identity, stay)
    reportRoster(tick, conversationId, [id])
    return
  }
  const before = currentOf(member)
  const admitted = { ...before, id: newId(tick), isInLobby: false }
  conversation.members.delete(id)
  conversation.members.set(admitted.id, admitted)
  recordFact(tick, { type: 'departed', conversationId, participantId: id, identity, by: 'readmitted' })
  recordFact(tick, { type: 'joined', conversationId, participantId: admitted.id, identity, isInLobby: false })
  planStay(tick, conversationId, admitted.id, identity, stay)
  reportRoster(tick, conversationId, [admitted.id], [{ member: before, by: 'readmitted' }])
}

/** Removes a member from a conversation. Returns the member; undefined if it is not in the conversation. */
export function depart(tick: Tick, conversationId: string, id: string, by: Departure): Member | undefined {
  const conversation = tick.draft.conversations.get(conversationId)
  const found = conversation?.members.get(id)
  if (conversation === undefined || found === undefined) return undefined
  const member = currentOf(found)
  conversation.members.delete(id)
  if (member.callId !== undefined)
    conversation.callIds = conversation.callIds.filter((callId) => callId !== member.callId)
  recordFact(tick, { type: 'departed', conversationId, participantId: id, identity: member.identity, by })
  reportRoster(tick, conversationId, [], [{ member, by }])
  if (tick.base.settings.switches.emptyCall === 'ends') planEmptyCallEnd(tick, conversationId)
  discardIfEmpty(tick, conversationId)
  return member
}

/** Deletes a conversation without members and without legs being established. */
export function discardIfEmpty(tick: Tick, conversationId: string): void {
  const conversation = tick.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.members.size > 0) return
  for (const leg of tick.draft.legs.values()) {
    if (leg.conversationId === conversationId && leg.state !== 'terminated') return
  }
  tick.draft.conversations.delete(conversationId)
}

/** Mutes or unmutes members. */
export function setMuted(tick: Tick, conversationId: string, ids: readonly string[], isMuted: boolean): void {
  const members = tick.draft.conversations.get(conversationId)?.members
  const changed = ids.filter((id) => members?.has(id) === true && members.get(id)?.isMuted !== isMuted)
  for (const id of changed) {
    const member = members?.get(id)
    if (member !== undefined) member.isMuted = isMuted
  }
  if (changed.length > 0) reportRoster(tick, conversationId, changed)
}

/** Sends a roster to every bot in the conversation, or gathers the change. */
function reportRoster(
  tick: Tick,
  conversationId: string,
  changed: readonly string[],
  removed: readonly DepartedMember[] = [],
): void {
  const conversation = tick.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.kind === 'peer') return
  const { rosterGatherMs } = tick.base.settings.timing
  if (rosterGatherMs > 0) {
    if (conversation.gathered === undefined)
      planAfter(tick, rosterGatherMs, { type: 'roster.gathered', conversationId })
    const known = currentOf(conversation.gathered) ?? { changed: [], removed: [] }
    conversation.gathered = castDraft({
      changed: [...known.changed, ...changed],
      removed: [...known.removed, ...removed],
    })
  } else sendRoster(tick, conversationId, changed, removed)
}

/** Sends the gathered changes, if any. */
export function sendGathered(tick: Tick, conversationId: string): void {
  const conversation = tick.draft.conversations.get(conversationId)
  const gathered = currentOf(conversation?.gathered)
  if (conversation === undefined || gathered === undefined) return
  conversation.gathered = undefined
  sendRoster(tick, conversationId, gathered.changed, gathered.removed)
}

function sendRoster(
  tick: Tick,
  conversationId: string,
  changed: readonly string[],
  removed: readonly DepartedMember[],
): void {
  const conversation = tick.draft.conversations.get(conversationId)
  if (conversation === undefined) return
  conversation.sequence += 1
  const { sequence } = conversation
  for (const id of changed) {
    const member = conversation.members.get(id)
    if (member !== undefined) member.sequence = sequence
  }
  const gone = removed.map(({ member, by }) => ({ member: { ...member, sequence }, by }))
  for (const callId of conversation.callIds) {
    const leg = tick.draft.legs.get(callId)
    if (leg === undefined || leg.state === 'terminated') continue
    const isWhole = !leg.isDelta || !leg.isDeltaBegun
    if (leg.isDelta) leg.isDeltaBegun = true
    tick.notices.push({ type: 'roster', callId: leg.id, isDelta: leg.isDelta, isWhole, changed, removed: gone })
  }
}

/** Replaces a member's media streams. */
export function setStreams(tick: Tick, conversationId: string, id: string, streams: readonly Stream[]): void {
  const member = tick.draft.conversations.get(conversationId)?.members.get(id)
  if (member === undefined || JSON.stringify(currentOf(member).streams) === JSON.stringify(streams)) return
  member.streams = streams.map(({ mediaType, direction }) => ({ mediaType, direction }))
  reportRoster(tick, conversationId, [id])
}

/** Puts a member's call on hold, or resumes it: only the audio direction changes (assumed). */
export function setHeld(tick: Tick, conversationId: string, id: string, isHeld: boolean): void {
  const member = tick.draft.conversations.get(conversationId)?.members.get(id)
  if (member === undefined) return
  const direction = isHeld ? 'inactive' : 'sendReceive'
  setStreams(
    tick,
    conversationId,
    id,
    currentOf(member).streams.map((stream) => (stream.mediaType === 'audio' ? { ...stream, direction } : stream)),
  )
}

/** A two-party conversation becomes a group; from now on it has rosters (observed). */
export function escalate(tick: Tick, conversationId: string): void {
  const conversation = tick.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.kind === 'group') return
  conversation.kind = 'group'
  for (const callId of conversation.callIds) {
    const news = { type: 'thread', threadId: conversation.threadId } as const
    tick.notices.push({ type: 'call', callId, change: 'changed', news })
  }
  reportRoster(tick, conversationId, [...conversation.members.keys()])
}

function planLobby(tick: Tick, conversationId: string, id: string, { lobby, ...stay }: Stay): void {
  if (lobby?.admittedAfterMs === undefined) {
    planAfter(tick, tick.base.settings.timing.lobbyMs, {
      type: 'member.leaves',
      conversationId,
      id,
      by: 'lobbyTimeout',
    })
  } else {
    planAfter(tick, lobby.admittedAfterMs, { type: 'member.admitted', conversationId, id, stay })
  }
}

function planStay(tick: Tick, conversationId: string, id: string, identity: Identities, stay: Stay): void {
  const { leaves, removedByHuman, secondDevice, mutes, holds } = stay
  if (mutes !== undefined) planAfter(tick, mutes.afterMs, { type: 'member.muted', conversationId, id })
  if (holds !== undefined) {
    planAfter(tick, holds.afterMs, {
      type: 'member.held',
      conversationId,
      id,
      isHeld: true,
      ...(holds.resumesAfterMs === undefined ? {} : { thenAfterMs: holds.resumesAfterMs }),
    })
  }
  if (removedByHuman !== undefined)
    planAfter(tick, removedByHuman.afterMs, { type: 'member.leaves', conversationId, id, by: 'human' })
  if (secondDevice !== undefined)
    planAfter(tick, secondDevice.afterMs, { type: 'person.joins', conversationId, identity, stay: secondDevice })
  if (leaves !== undefined) {
    const { rejoins } = leaves
    const returns = rejoins && {
      afterMs: rejoins.afterMs,
      stay: leaves.repeats === true ? { ...rejoins, leaves } : rejoins,
    }
    planAfter(tick, leaves.afterMs, { type: 'member.leaves', conversationId, id, by: 'self', returns })
  }
}

/** If only bots are left in a conversation, plans the end of their calls. */
function planEmptyCallEnd(tick: Tick, conversationId: string): void {
  const conversation = tick.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.members.size > conversation.callIds.length) return
  for (const callId of conversation.callIds)
    planAfter(tick, tick.base.settings.timing.emptyCallMs, { type: 'leg.leftAlone', callId })
}
