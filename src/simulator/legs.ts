/**
 * Legs: the bots' calls, from creation to termination.
 *
 * Rule 1: a call for one target is between two; it has no roster until somebody else is invited (documented).
 * Rule 2: the end of a leg ends nothing but the leg: the others talk on (documented for group calls).
 * Rule 3: `deleted` is the last thing heard of a call.
 * @module
 */
import { isObject, readIdentity } from './identities.ts'
import { startOperation } from './invites.ts'
import { callResults, type Result } from './results.ts'
import { depart, discardIfEmpty, join } from './roster.ts'
import { finished, newId, note, planAfter, type Departure, type Tick } from './tick.ts'
import { writeEnum } from './wire.ts'
import type { WireObject } from './wire-object.ts'
import { ENDED_LEGS_LIMIT, type LegState } from './world-state.ts'

/** Properties of a create request that the call repeats in its answers (documented). */
const repeatedProperties = ['subject', 'callOptions', 'requestedModalities', 'mediaConfig', 'chatInfo', 'meetingInfo']

/** What a new leg is made from. */
export interface NewLeg {
  readonly callId?: string | undefined
  readonly appId: string
  readonly callbackUri: string
  readonly body: WireObject
}

/** Makes an outgoing leg in state `establishing`. Returns its id. */
export function createLeg(stage: Tick, { callId, appId, callbackUri, body }: NewLeg): string {
  const { settings } = stage.base
  const targets = readTargets(body['targets'])
  const threadId = readThread(body['chatInfo'])
  const isPeer = targets.length === 1 && threadId === undefined && !isObject(body['meetingInfo'])
  const conversationId = openConversation(stage, threadId, isPeer ? 'peer' : 'group')
  const id = addLeg(stage, {
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
  planAfter(stage, settings.timing.establishingMs, { type: 'leg.establishing', callId: id })
  if (!isPeer) planAfter(stage, settings.timing.establishedMs, { type: 'leg.established', callId: id })
  return id
}

/** Makes a leg of a call somebody makes to the bot, in state `incoming`. Returns its id. */
export function ringBot(
  stage: Tick,
  { callId, appId, callbackUri }: Omit<NewLeg, 'body'>,
  identity: WireObject,
): string {
  const conversationId = openConversation(stage, undefined, 'peer')
  const participantId = newId(stage)
  const id = addLeg(stage, {
    callId,
    appId,
    callbackUri,
    conversationId,
    direction: 'incoming',
    state: 'incoming',
    tenantId: stage.base.settings.tenant.id,
    targets: [
      { '@odata.type': '#microsoft.graph.invitationParticipantInfo', identity: { application: { id: appId } } },
    ],
    repeated: { requestedModalities: ['audio'] },
    isDelta: stage.base.settings.switches.rosterMode === 'delta',
    caller: { participantId, identity },
  })
  stage.notices.push({ type: 'call', callId: id, changeType: 'created', more: {} })
  planAfter(stage, stage.base.settings.timing.answerWithinMs, { type: 'leg.unanswered', callId: id })
  return id
}

/** Tells the bot that its call is being established, and begins to ring its targets. */
export function establishing(stage: Tick, callId: string): void {
  const leg = stage.draft.legs.get(callId)
  if (leg === undefined || leg.state !== 'establishing') return
  stage.notices.push({ type: 'call', callId, changeType: 'updated', more: {} })
  const isPeer = stage.draft.conversations.get(leg.conversationId)?.kind === 'peer'
  if (isPeer && leg.direction === 'outgoing') ringTargets(stage, callId)
}

/** The call is up: the bot is in the conversation, and its roster starts. */
export function establish(stage: Tick, callId: string): void {
  const leg = stage.draft.legs.get(callId)
  if (leg === undefined || leg.state !== 'establishing') return
  leg.state = 'established'
  if (stage.base.settings.switches.botAdmission === 'new-id') leg.myParticipantId = newId(stage)
  leg.aliveUntil = stage.draft.now + stage.base.settings.timing.keepAliveMs
  planAfter(stage, stage.base.settings.timing.keepAliveMs, { type: 'leg.expires', callId })
  const { casing } = stage.base.settings.switches
  stage.notices.push({ type: 'call', callId, changeType: 'updated', more: {} })
  // Media comes up on a second `established` (observed): repeating the state is normal.
  stage.notices.push({
    type: 'call',
    callId,
    changeType: 'updated',
    more: { mediaState: { audio: writeEnum('active', casing) } },
  })
  join(stage, leg.conversationId, { id: leg.myParticipantId, identity: { application: { id: leg.appId } }, callId })
  if (leg.caller !== undefined)
    join(stage, leg.conversationId, { id: leg.caller.participantId, identity: finished(leg.caller).identity })
  if (stage.draft.conversations.get(leg.conversationId)?.kind === 'group') ringTargets(stage, callId)
  planTimeline(stage, leg.number)
}

/** Plans what is to happen so long after this call is established. */
function planTimeline(stage: Tick, number: number): void {
  for (const { afterMs, since, act } of stage.base.timeline) {
    const about = 'callId' in act && act.callId !== undefined ? act.callId : '#1'
    if (since !== 'start' && about === `#${number}`) planAfter(stage, afterMs, { type: 'act', act })
  }
}

/** Ends a leg: the bot leaves the conversation, its invitees stop ringing, and it hears the reason. */
export function endLeg(stage: Tick, callId: string, result: Result, by: Departure): void {
  const leg = stage.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  const { conversationId, myParticipantId } = leg
  const isPeer = stage.draft.conversations.get(conversationId)?.kind === 'peer'
  leg.state = 'terminated'
  leg.result = result
  for (const { id, identity } of ofCall(finished(stage.draft.invitees), callId)) {
    stage.draft.invitees.delete(id)
    note(stage, { type: 'uninvited', callId, participantId: id, identity, by: 'callEnded' })
  }
  for (const { id } of ofCall(finished(stage.draft.operations), callId)) stage.draft.operations.delete(id)
  depart(stage, conversationId, myParticipantId, by)
  if (isPeer) {
    for (const id of [...(stage.draft.conversations.get(conversationId)?.members.keys() ?? [])])
      depart(stage, conversationId, id, 'callEnded')
  }
  discardIfEmpty(stage, conversationId)
  stage.notices.push({ type: 'call', callId, changeType: 'deleted', more: {} })
  note(stage, { type: 'callEnded', callId, result })
  rememberEnded(stage, callId)
}

/** The bot is alone with others gone: it hears that the conversation is over, unless somebody came back. */
export function endIfAlone(stage: Tick, callId: string): void {
  const leg = stage.draft.legs.get(callId)
  const conversation = stage.base.conversations.get(leg?.conversationId ?? '')
  if (conversation !== undefined && conversation.members.size === conversation.callIds.length)
    endLeg(stage, callId, callResults.leftAlone, 'callEnded')
}

/** Ends a leg whose keepAlives stopped, else looks again when the present one runs out. */
export function expireLeg(stage: Tick, callId: string): void {
  const leg = stage.draft.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return
  if (leg.aliveUntil > stage.draft.now) stage.plans.push({ at: leg.aliveUntil, what: { type: 'leg.expires', callId } })
  else endLeg(stage, callId, callResults.keepAliveMissed, 'keepAlive')
}

function ringTargets(stage: Tick, callId: string): void {
  const leg = stage.base.legs.get(callId)
  if (leg === undefined || leg.targets.length === 0) return
  const invitees = leg.targets.map((target) => ({ identity: readIdentity(target['identity']), isHidden: false }))
  startOperation(stage, { callId, purpose: 'call', clientContext: null, invitees })
}

function openConversation(stage: Tick, threadId: string | undefined, kind: 'peer' | 'group'): string {
  if (threadId !== undefined) {
    for (const conversation of stage.base.conversations.values()) {
      if (conversation.threadId === threadId) return conversation.id
    }
  }
  const id = newId(stage)
  stage.draft.conversations.set(id, {
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

function addLeg(stage: Tick, { callId, targets, ...parts }: LegParts): string {
  const id = callId ?? newId(stage)
  stage.draft.legsMade += 1
  stage.draft.legs.set(id, {
    ...parts,
    id,
    number: stage.draft.legsMade,
    targets: [...targets],
    myParticipantId: newId(stage),
    chainId: newId(stage),
    isDeltaBegun: false,
    aliveUntil: stage.draft.now + stage.base.settings.timing.keepAliveMs,
  })
  return id
}

function ofCall<T extends { readonly callId: string }>(records: ReadonlyMap<string, T>, callId: string): T[] {
  return [...records.values()].filter((record) => record.callId === callId)
}

function rememberEnded(stage: Tick, callId: string): void {
  stage.draft.ended.push(callId)
  if (stage.draft.ended.length <= ENDED_LEGS_LIMIT) return
  const oldest = stage.draft.ended.shift()
  if (oldest !== undefined) stage.draft.legs.delete(oldest)
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
