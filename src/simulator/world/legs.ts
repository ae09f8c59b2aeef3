/**
 * Legs: the bots' calls, from creation to termination.
 *
 * Rule 1: a call for one target is a two-party call; it has no roster until another person is invited (documented).
 * Rule 2: ending a leg ends only that leg; the other participants continue (documented for group calls).
 * Rule 3: `deleted` is the last notification of a call.
 * @module
 */
import { isObject } from '../../call/codec/schema.ts'
import { readIdentity } from './identities.ts'
import { startOperation } from './invites.ts'
import { callResults, type Result } from '../graph/results.ts'
import { depart, discardIfEmpty, join } from './roster.ts'
import { currentOf, newId, recordFact, planAfter, type Departure, type Tick } from './tick.ts'
import { writeEnum } from '../graph/wire.ts'
import type { WireObject } from '../graph/wire-object.ts'
import { ENDED_LEGS_LIMIT, type LegState } from './world-state.ts'

/** Properties of a create request that the call repeats in its answers (documented). */
const repeatedProperties = ['subject', 'callOptions', 'requestedModalities', 'mediaConfig', 'chatInfo', 'meetingInfo']

/** Parameters of a new leg. */
export interface NewLeg {
  readonly callId?: string | undefined
  readonly appId: string
  readonly callbackUri: string
  readonly body: WireObject
}

/** Creates an outgoing leg in state `establishing`. Returns its id. */
export function createLeg(tick: Tick, { callId, appId, callbackUri, body }: NewLeg): string {
  const { settings } = tick.base
  const targets = readTargets(body['targets'])
  const threadId = readThread(body['chatInfo'])
  const isPeer = targets.length === 1 && threadId === undefined && !isObject(body['meetingInfo'])
  const conversationId = openConversation(tick, threadId, isPeer ? 'peer' : 'group')
  const id = addLeg(tick, {
    callId,
    appId,
    callbackUri,
    conversationId,
    direction: 'outgoing',
    state: 'establishing',
    targets,
    repeated: Object.fromEntries(
      repeatedProperties.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
    ),
    tenantId: typeof body['tenantId'] === 'string' ? body['tenantId'] : settings.tenant.id,
    isDelta: settings.switches.rosterMode === 'delta' || asksForDeltas(body),
  })
  planAfter(tick, settings.timing.establishingMs, { type: 'leg.establishing', callId: id })
  if (!isPeer) planAfter(tick, settings.timing.establishedMs, { type: 'leg.established', callId: id })
  return id
}

/** Creates a leg for an incoming call, in state `incoming`. Returns its id. */
export function callBot(
  tick: Tick,
  { callId, appId, callbackUri }: Omit<NewLeg, 'body'>,
  identity: WireObject,
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
    targets: [
      { '@odata.type': '#microsoft.graph.invitationParticipantInfo', identity: { application: { id: appId } } },
    ],
    repeated: { requestedModalities: ['audio'] },
    isDelta: tick.base.settings.switches.rosterMode === 'delta',
    caller: { participantId, identity },
  })
  tick.notices.push({ type: 'call', callId: id, changeType: 'created', more: {} })
  planAfter(tick, tick.base.settings.timing.answerWithinMs, { type: 'leg.unanswered', callId: id })
  return id
}

/** Reports that the call is being established, and rings its targets. */
export function establishing(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state !== 'establishing') return
  tick.notices.push({ type: 'call', callId, changeType: 'updated', more: {} })
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
  const { casing } = tick.base.settings.switches
  tick.notices.push({ type: 'call', callId, changeType: 'updated', more: {} })
  // Media comes up with a second `established` (observed): a repeated state is normal.
  tick.notices.push({
    type: 'call',
    callId,
    changeType: 'updated',
    more: { mediaState: { audio: writeEnum('active', casing) } },
  })
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
export function endLeg(tick: Tick, callId: string, result: Result, by: Departure): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  const { conversationId, myParticipantId } = leg
  const isPeer = tick.draft.conversations.get(conversationId)?.kind === 'peer'
  leg.state = 'terminated'
  leg.result = result
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
  tick.notices.push({ type: 'call', callId, changeType: 'deleted', more: {} })
  recordFact(tick, { type: 'callEnded', callId, result })
  rememberEnded(tick, callId)
}

/** Ends the leg of a bot that is alone, unless a person has rejoined. */
export function endIfAlone(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  const conversation = tick.base.conversations.get(leg?.conversationId ?? '')
  if (conversation !== undefined && conversation.members.size === conversation.callIds.length)
    endLeg(tick, callId, callResults.leftAlone, 'callEnded')
}

/** Ends a leg whose keepAlives stopped; otherwise checks again when the current one expires. */
export function expireLeg(tick: Tick, callId: string): void {
  const leg = tick.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  if (leg.aliveUntil > tick.draft.now) tick.plans.push({ at: leg.aliveUntil, what: { type: 'leg.expires', callId } })
  else endLeg(tick, callId, callResults.keepAliveMissed, 'keepAlive')
}

function ringTargets(tick: Tick, callId: string): void {
  const leg = tick.base.legs.get(callId)
  if (leg === undefined || leg.targets.length === 0) return
  const invitees = leg.targets.map((target) => ({ identity: readIdentity(target['identity']), isHidden: false }))
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
    threadId: threadId ?? `19:meeting_${id.replaceAll('-', '')}@thread.v2`,
  })
  return id
}

interface LegParts {
  readonly callId?: string | undefined
  readonly appId: string
  readonly callbackUri: string
  readonly conversationId: string
  readonly direction: 'incoming' | 'outgoing'
  readonly state: LegState
  readonly targets: readonly WireObject[]
  readonly repeated: WireObject
  readonly tenantId: string
  readonly isDelta: boolean
  readonly caller?: { readonly participantId: string; readonly identity: WireObject } | undefined
}

function addLeg(tick: Tick, { callId, targets, ...parts }: LegParts): string {
  const id = callId ?? newId(tick)
  tick.draft.legsMade += 1
  tick.draft.legs.set(id, {
    ...parts,
    id,
    number: tick.draft.legsMade,
    targets: [...targets],
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

/** The targets of a create request, as the call repeats them. */
export function readTargets(targets: unknown): WireObject[] {
  return Array.isArray(targets) ? targets.filter(isObject) : []
}

function readThread(chatInfo: unknown): string | undefined {
  return isObject(chatInfo) && typeof chatInfo['threadId'] === 'string' ? chatInfo['threadId'] : undefined
}

function asksForDeltas(body: WireObject): boolean {
  return isObject(body['callOptions']) && body['callOptions']['isDeltaRosterEnabled'] === true
}
