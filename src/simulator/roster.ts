/**
 * Roster: who comes into a conversation and who goes, and which rosters that makes the service send.
 *
 * Rule 1: every change is one roster to every bot in the conversation; a conversation of two has none.
 * Rule 2: a departure is absence; full rosters say nothing about why (observed).
 * Rule 3: coming back is a new id (observed).
 * Rule 4: where changes are gathered, one roster tells them all. A list is never ahead of the rosters: what was gathered
 * is told before it is answered.
 * @module
 */
import { castDraft } from 'immer'
import type { Stay, Stream } from './callee.ts'
import { finished, newId, note, planAfter, type Departure, type Tick } from './tick.ts'
import type { WireObject } from './wire-object.ts'
import type { Gone, Member } from './world-state.ts'

/** The two texts the sibling feed uses; the enumeration is not published (FACTS 3.4). */
const LEFT = 'Participant has left the meeting call.'

/** Diagnoses of the official termination table, for a service that gives one as the reason. */
const diagnoses: { readonly [D in Departure]?: string } = {
  lobbyTimeout: '200#5855',
  human: '200#5300',
  bot: '200#5300',
}

const talking: Stream = { mediaType: 'audio', direction: 'sendReceive' }

/** Somebody who is about to be on the roster. */
export interface Joiner {
  readonly id?: string | undefined
  readonly identity: WireObject
  readonly callId?: string | undefined
  readonly hiddenBy?: string | undefined
  readonly isOrganizer?: boolean | undefined
}

/** Puts somebody into a conversation and plans their stay. Returns their id. */
export function join(stage: Tick, conversationId: string, joiner: Joiner, stay: Stay = {}): string {
  const conversation = stage.draft.conversations.get(conversationId)
  const id = joiner.id ?? newId(stage)
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
  note(stage, { type: 'joined', conversationId, participantId: id, identity: joiner.identity, isInLobby })
  if (isInLobby) planLobby(stage, conversationId, id, stay)
  else planStay(stage, conversationId, id, joiner.identity, stay)
  reportRoster(stage, conversationId, [id])
  return id
}

/** Lets somebody in from the lobby. */
export function admit(stage: Tick, conversationId: string, id: string, stay: Stay = {}): void {
  const conversation = stage.draft.conversations.get(conversationId)
  const member = conversation?.members.get(id)
  if (conversation === undefined || member === undefined || !member.isInLobby) return
  const identity = finished(member).identity
  if (stage.base.settings.switches.lobbyAdmission === 'keeps-id') {
    member.isInLobby = false
    note(stage, { type: 'admitted', conversationId, participantId: id })
    planStay(stage, conversationId, id, identity, stay)
    reportRoster(stage, conversationId, [id])
    return
  }
  const before = finished(member)
  const admitted = { ...before, id: newId(stage), isInLobby: false }
  conversation.members.delete(id)
  conversation.members.set(admitted.id, admitted)
  note(stage, { type: 'departed', conversationId, participantId: id, identity, by: 'readmitted' })
  note(stage, { type: 'joined', conversationId, participantId: admitted.id, identity, isInLobby: false })
  planStay(stage, conversationId, admitted.id, identity, stay)
  reportRoster(stage, conversationId, [admitted.id], [{ member: before, by: 'readmitted' }])
}

/** Takes somebody out of a conversation. Returns who it was; undefined when they are not in it. */
export function depart(stage: Tick, conversationId: string, id: string, by: Departure): Member | undefined {
  const conversation = stage.draft.conversations.get(conversationId)
  const found = conversation?.members.get(id)
  if (conversation === undefined || found === undefined) return undefined
  const member = finished(found)
  conversation.members.delete(id)
  if (member.callId !== undefined)
    conversation.callIds = conversation.callIds.filter((callId) => callId !== member.callId)
  note(stage, { type: 'departed', conversationId, participantId: id, identity: member.identity, by })
  reportRoster(stage, conversationId, [], [{ member, by }])
  if (stage.base.settings.switches.emptyCall === 'ends') watchForEmptiness(stage, conversationId)
  discardIfEmpty(stage, conversationId)
  return member
}

/** A conversation nobody is in, and no leg is on its way into, is over. */
export function discardIfEmpty(stage: Tick, conversationId: string): void {
  const conversation = stage.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.members.size > 0) return
  for (const leg of stage.draft.legs.values()) {
    if (leg.conversationId === conversationId && leg.state !== 'terminated') return
  }
  stage.draft.conversations.delete(conversationId)
}

/** Mutes or unmutes. */
export function setMuted(stage: Tick, conversationId: string, ids: readonly string[], isMuted: boolean): void {
  const members = stage.draft.conversations.get(conversationId)?.members
  const changed = ids.filter((id) => members?.has(id) === true && members.get(id)?.isMuted !== isMuted)
  for (const id of changed) {
    const member = members?.get(id)
    if (member !== undefined) member.isMuted = isMuted
  }
  if (changed.length > 0) reportRoster(stage, conversationId, changed)
}

/** Tells every bot in the conversation what its roster is now. */
export function reportRoster(
  stage: Tick,
  conversationId: string,
  changed: readonly string[],
  removed: readonly { readonly member: Member; readonly by: Departure }[] = [],
): void {
  const conversation = stage.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.kind === 'peer') return
  const gone = removed.map(({ member, by }) => ({ member, reason: reasonOf(stage, by) }))
  const { rosterGatherMs } = stage.base.settings.timing
  if (rosterGatherMs > 0) {
    if (conversation.gathered === undefined)
      planAfter(stage, rosterGatherMs, { type: 'roster.gathered', conversationId })
    const known = finished(conversation.gathered) ?? { changed: [], removed: [] }
    conversation.gathered = castDraft({ changed: [...known.changed, ...changed], removed: [...known.removed, ...gone] })
  } else sendRoster(stage, conversationId, changed, gone)
}

/** Tells what was gathered, if anything was. */
export function tellGathered(stage: Tick, conversationId: string): void {
  const conversation = stage.draft.conversations.get(conversationId)
  const gathered = finished(conversation?.gathered)
  if (conversation === undefined || gathered === undefined) return
  conversation.gathered = undefined
  sendRoster(stage, conversationId, gathered.changed, gathered.removed)
}

function sendRoster(stage: Tick, conversationId: string, changed: readonly string[], removed: readonly Gone[]): void {
  const conversation = stage.draft.conversations.get(conversationId)
  if (conversation === undefined) return
  conversation.sequence += 1
  const { sequence } = conversation
  for (const id of changed) {
    const member = conversation.members.get(id)
    if (member !== undefined) member.sequence = sequence
  }
  const gone = removed.map(({ member, reason }) => ({ member: { ...member, sequence }, reason }))
  for (const callId of conversation.callIds) {
    const leg = stage.draft.legs.get(callId)
    if (leg === undefined || leg.state === 'terminated') continue
    const isWhole = !leg.isDelta || !leg.isDeltaBegun
    if (leg.isDelta) leg.isDeltaBegun = true
    stage.notices.push({ type: 'roster', callId: leg.id, isDelta: leg.isDelta, isWhole, changed, removed: gone })
  }
}

function reasonOf(stage: Tick, by: Departure): string {
  const diagnosis = stage.base.settings.switches.removalReason === 'diagnosed' ? diagnoses[by] : undefined
  return diagnosis === undefined ? LEFT : `${LEFT} DiagCode: ${diagnosis}.@`
}

/** Gives a member's media other streams. */
export function setStreams(stage: Tick, conversationId: string, id: string, streams: readonly Stream[]): void {
  const member = stage.draft.conversations.get(conversationId)?.members.get(id)
  if (member === undefined || JSON.stringify(finished(member).streams) === JSON.stringify(streams)) return
  member.streams = streams.map(({ mediaType, direction }) => ({ mediaType, direction }))
  reportRoster(stage, conversationId, [id])
}

/** Puts the call on hold for a member, or takes it up again: their audio stops in both directions, the rest goes on (assumed). */
export function setHeld(stage: Tick, conversationId: string, id: string, isHeld: boolean): void {
  const member = stage.draft.conversations.get(conversationId)?.members.get(id)
  if (member === undefined) return
  const direction = isHeld ? 'inactive' : 'sendReceive'
  setStreams(
    stage,
    conversationId,
    id,
    finished(member).streams.map((stream) => (stream.mediaType === 'audio' ? { ...stream, direction } : stream)),
  )
}

/** A conversation of two becomes one of several; from now on it has rosters (observed). */
export function escalate(stage: Tick, conversationId: string): void {
  const conversation = stage.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.kind === 'group') return
  conversation.kind = 'group'
  for (const callId of conversation.callIds) {
    stage.notices.push({
      type: 'call',
      callId,
      changeType: 'updated',
      more: {
        chatInfo: { '@odata.type': '#microsoft.graph.chatInfo', threadId: conversation.threadId, messageId: '0' },
      },
    })
  }
  reportRoster(stage, conversationId, [...conversation.members.keys()])
}

function planLobby(stage: Tick, conversationId: string, id: string, { lobby, ...stay }: Stay): void {
  if (lobby?.admittedAfterMs === undefined) {
    planAfter(stage, stage.base.settings.timing.lobbyMs, {
      type: 'member.leaves',
      conversationId,
      id,
      by: 'lobbyTimeout',
    })
  } else {
    planAfter(stage, lobby.admittedAfterMs, { type: 'member.admitted', conversationId, id, stay })
  }
}

function planStay(stage: Tick, conversationId: string, id: string, identity: WireObject, stay: Stay): void {
  const { leaves, removedByHuman, secondDevice, mutes, holds } = stay
  if (mutes !== undefined) planAfter(stage, mutes.afterMs, { type: 'member.muted', conversationId, id })
  if (holds !== undefined) {
    planAfter(stage, holds.afterMs, {
      type: 'member.held',
      conversationId,
      id,
      isHeld: true,
      ...(holds.resumesAfterMs === undefined ? {} : { thenAfterMs: holds.resumesAfterMs }),
    })
  }
  if (removedByHuman !== undefined)
    planAfter(stage, removedByHuman.afterMs, { type: 'member.leaves', conversationId, id, by: 'human' })
  if (secondDevice !== undefined)
    planAfter(stage, secondDevice.afterMs, { type: 'person.joins', conversationId, identity, stay: secondDevice })
  if (leaves !== undefined) {
    const { rejoins } = leaves
    const returns = rejoins && {
      afterMs: rejoins.afterMs,
      stay: leaves.repeats === true ? { ...rejoins, leaves } : rejoins,
    }
    planAfter(stage, leaves.afterMs, { type: 'member.leaves', conversationId, id, by: 'self', returns })
  }
}

/** A conversation with nobody but bots left in it ends for them a moment later. */
function watchForEmptiness(stage: Tick, conversationId: string): void {
  const conversation = stage.draft.conversations.get(conversationId)
  if (conversation === undefined || conversation.members.size > conversation.callIds.length) return
  for (const callId of conversation.callIds)
    planAfter(stage, stage.base.settings.timing.emptyCallMs, { type: 'leg.leftAlone', callId })
}
