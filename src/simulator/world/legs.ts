/**
 * Legs: the bots' calls, from creation to termination.
 *
 * Rule 1: a call for one target is a two-party call; it has no roster until another person is invited (documented).
 * Rule 2: ending a leg ends only that leg; the other participants continue (documented for group calls).
 * Rule 3: the end is the last notification of a call.
 * @module
 */
import { castDraft } from 'immer'
import type { Departure } from './departure.ts'
import { startOperation } from './invites.ts'
import type { Identities } from './identities.ts'
import { outcomeOf, type Detail, type Outcome } from './outcomes.ts'
import { depart, discardIfEmpty, join } from './roster.ts'
import { currentOf, newId, recordFact, planAfter, type Tick } from './tick.ts'
import { ENDED_LEGS_LIMIT, type Leg } from './world-state.ts'

/** Parameters of a new leg. */
export interface NewLeg {
  readonly callId?: string | undefined
  readonly appId: string
  readonly callbackUri: string
  /** Default: the service's own. */
  readonly tenantId?: string | undefined
  readonly targets?: readonly Identities[] | undefined
  readonly threadId?: string | undefined
  /** A call to a meeting is a group call, however few its targets are. */
  readonly isMeeting?: boolean | undefined
  /** The bot asks for rosters as deltas. */
  readonly isDelta?: boolean | undefined
  /** What the face keeps of the request. */
  readonly kept?: Detail | undefined
}

/** Creates an outgoing leg in state `establishing`. Returns its id. */
export function createLeg(
  tick: Tick,
  { callId, appId, callbackUri, tenantId, targets = [], threadId, isMeeting = false, isDelta = false, kept }: NewLeg,
): string {
  const { settings } = tick.base
  const isPeer = targets.length === 1 && threadId === undefined && !isMeeting
  const conversationId = openConversation(tick, threadId, isPeer ? 'peer' : 'group')
  const id = addLeg(tick, {
    callId,
    appId,
    callbackUri,
    conversationId,
    direction: 'outgoing',
    state: 'establishing',
    targets,
    threadId,
    kept,
    tenantId: tenantId ?? settings.tenant.id,
    isDelta: settings.switches.rosterMode === 'delta' || isDelta,
  })
  planAfter(tick, settings.timing.establishingMs, { type: 'leg.establishing', callId: id })
  if (!isPeer) planAfter(tick, settings.timing.establishedMs, { type: 'leg.established', callId: id })
  return id
}

/** Creates a leg for an incoming call, in state `incoming`. Returns its id. */
export function callBot(
  tick: Tick,
  { callId, appId, callbackUri }: Pick<NewLeg, 'callId' | 'appId' | 'callbackUri'>,
  identity: Identities,
): string {
  const conversationId = openConversation(tick, undefined, 'peer')
  const participantId = newId(tick)
  const id = addLeg(tick, {
    callId,
    appId,
    callbackUri,
    conversationId,
    direction: 'incoming',
    state: 'incoming',
    tenantId: tick.base.settings.tenant.id,
    targets: [],
    isDelta: tick.base.settings.switches.rosterMode === 'delta',
    caller: { participantId, identity },
  })
  tick.notices.push({ type: 'call', callId: id, change: 'began' })
  planAfter(tick, tick.base.settings.timing.answerWithinMs, { type: 'leg.unanswered', callId: id })
  return id
}

/** Reports that the call is being established, and rings its targets. */
export function establishing(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state !== 'establishing') return
  tick.notices.push({ type: 'call', callId, change: 'changed' })
  const isPeer = tick.draft.conversations.get(leg.conversationId)?.kind === 'peer'
  if (isPeer && leg.direction === 'outgoing') ringTargets(tick, callId)
}

/** Establishes the call: the bot joins the conversation, and rosters start. */
export function establish(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state !== 'establishing') return
  leg.state = 'established'
  if (tick.base.settings.switches.botAdmission === 'new-id') leg.myParticipantId = newId(tick)
  leg.aliveUntil = tick.draft.now + tick.base.settings.timing.keepAliveMs
  planAfter(tick, tick.base.settings.timing.keepAliveMs, { type: 'leg.expires', callId })
  tick.notices.push({ type: 'call', callId, change: 'changed' })
  // Media comes up with a second `established` (observed): a repeated state is normal.
  tick.notices.push({ type: 'call', callId, change: 'changed', news: { type: 'media' } })
  join(tick, leg.conversationId, { id: leg.myParticipantId, identity: { application: { id: leg.appId } }, callId })
  if (leg.caller !== undefined)
    join(tick, leg.conversationId, { id: leg.caller.participantId, identity: currentOf(leg.caller).identity })
  if (tick.draft.conversations.get(leg.conversationId)?.kind === 'group') ringTargets(tick, callId)
  planTimeline(tick, leg.number)
}

/** Plans the timeline entries that count from this call's establishment. */
function planTimeline(tick: Tick, number: number): void {
  for (const { afterMs, since, act } of tick.base.timeline) {
    const about = 'callId' in act && act.callId !== undefined ? act.callId : '#1'
    if (since !== 'start' && about === `#${number}`) planAfter(tick, afterMs, { type: 'act', act })
  }
}

/** Ends a leg: the bot leaves the conversation, its invitees stop ringing, and the bot receives the reason. */
export function endLeg(tick: Tick, callId: string, outcome: Outcome, by: Departure): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  const { conversationId, myParticipantId } = leg
  const isPeer = tick.draft.conversations.get(conversationId)?.kind === 'peer'
  leg.state = 'terminated'
  leg.outcome = outcome
  for (const { id, identity } of ofCall(currentOf(tick.draft.invitees), callId)) {
    tick.draft.invitees.delete(id)
    recordFact(tick, { type: 'uninvited', callId, participantId: id, identity, by: 'callEnded' })
  }
  for (const { id } of ofCall(currentOf(tick.draft.operations), callId)) tick.draft.operations.delete(id)
  depart(tick, conversationId, myParticipantId, by)
  if (isPeer) {
    for (const id of [...(tick.draft.conversations.get(conversationId)?.members.keys() ?? [])])
      depart(tick, conversationId, id, 'callEnded')
  }
  discardIfEmpty(tick, conversationId)
  tick.notices.push({ type: 'call', callId, change: 'ended' })
  recordFact(tick, { type: 'callEnded', callId, outcome })
  rememberEnded(tick, callId)
}

/** Ends the leg of a bot that is alone, unless a person has rejoined. */
export function endIfAlone(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  const conversation = tick.base.conversations.get(leg?.conversationId ?? '')
  if (conversation !== undefined && conversation.members.size === conversation.callIds.length)
    endLeg(tick, callId, outcomeOf('leftAlone'), 'callEnded')
}

/** Ends a leg whose keepAlives stopped; otherwise checks again when the current one expires. */
export function expireLeg(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  if (leg.aliveUntil > tick.draft.now) tick.plans.push({ at: leg.aliveUntil, what: { type: 'leg.expires', callId } })
  else endLeg(tick, callId, outcomeOf('keepAliveMissed'), 'keepAlive')
}

function ringTargets(tick: Tick, callId: string): void {
  const leg = tick.base.legs.get(callId)
  if (leg === undefined || leg.targets.length === 0) return
  const invitees = leg.targets.map((identity) => ({ identity, isHidden: false }))
  startOperation(tick, { callId, purpose: 'call', clientContext: null, invitees })
}

function openConversation(tick: Tick, threadId: string | undefined, kind: 'peer' | 'group'): string {
  if (threadId !== undefined) {
    for (const conversation of tick.base.conversations.values()) {
      if (conversation.threadId === threadId) return conversation.id
    }
  }
  const id = newId(tick)
  tick.draft.conversations.set(id, {
    id,
    kind,
    members: new Map(),
    callIds: [],
    sequence: 0,
    sources: 0,
    threadId: threadId ?? tick.terms.nameThread(id),
  })
  return id
}

type LegParts = Omit<Leg, 'id' | 'number' | 'myParticipantId' | 'chainId' | 'isDeltaBegun' | 'aliveUntil'> & {
  readonly callId?: string | undefined
}

function addLeg(tick: Tick, { callId, ...parts }: LegParts): string {
  const id = callId ?? newId(tick)
  tick.draft.legsMade += 1
  tick.draft.legs.set(id, {
    ...castDraft(parts),
    id,
    number: tick.draft.legsMade,
    myParticipantId: newId(tick),
    chainId: newId(tick),
    isDeltaBegun: false,
    aliveUntil: tick.draft.now + tick.base.settings.timing.keepAliveMs,
  })
  return id
}

function ofCall<T extends { readonly callId: string }>(records: ReadonlyMap<string, T>, callId: string): T[] {
  return [...records.values()].filter((record) => record.callId === callId)
}

function rememberEnded(tick: Tick, callId: string): void {
  tick.draft.ended.push(callId)
  if (tick.draft.ended.length <= ENDED_LEGS_LIMIT) return
  const oldest = tick.draft.ended.shift()
  if (oldest !== undefined) tick.draft.legs.delete(oldest)
}
