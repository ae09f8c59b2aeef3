/**
 * Invites: operations with one status for all their invitees, the ringing, and the cancel that may cross an answer.
 *
 * Rule 1: an invitee is not on the roster while they ring (documented).
 * Rule 2: a finished operation is told once; `changeType` is `deleted` (documented).
 * Rule 3: ringing ends after a minute (observed).
 * Rule 4: a removed invitee's outstanding request is cancelled (documented); whether that is told is a switch.
 * Rule 5: what an answer or a refusal does to a leg is planned for the same instant; legs know invites, not the reverse.
 * @module
 */
import { decisionOf, ringOutResult, stayOf, type CalleeScript } from './callee.ts'
import { addressOf, isPhone, nameIdentity } from './identities.ts'
import { callResults, inviteResults, nameParticipant, type Result } from './results.ts'
import { depart, escalate, join } from './roster.ts'
import { drawDuration, finished, newId, note, planAfter, type Tick } from './tick.ts'
import { writeResult } from './wire.ts'
import type { WireObject } from './wire-object.ts'
import type { Invitee, Operation } from './world-state.ts'

/** How long somebody whose answer was crossed by a cancel is in the call, unless their script says. */
const CROSSING_MS = 200

/** One person to ring. */
export interface Callee {
  readonly identity: WireObject
  readonly isHidden: boolean
  readonly participantId?: string | undefined
  readonly replacesCallId?: string | undefined
}

/** What an operation is started from. */
export interface NewOperation {
  readonly callId: string
  readonly purpose: Operation['purpose']
  readonly clientContext: string | null
  readonly invitees: readonly Callee[]
}

/** Starts to ring. Returns the operation's id and those of the invitees, in their order. */
export function startOperation(
  stage: Tick,
  { callId, purpose, clientContext, invitees }: NewOperation,
): { id: string; participantIds: readonly string[] } {
  const id = newId(stage)
  const conversationId = stage.draft.legs.get(callId)?.conversationId ?? ''
  stage.draft.operations.set(id, {
    id,
    callId,
    purpose,
    clientContext,
    identities: invitees.map(({ identity }) => identity),
    ringing: invitees.length,
    arrived: 0,
    silenced: 0,
    failures: [],
    isReported: false,
  })
  if (purpose === 'invite') escalate(stage, conversationId)
  const participantIds = invitees.map((callee) => {
    const taken = stage.draft.conversations.get(conversationId)?.members
    const isOwn =
      callee.participantId !== undefined &&
      taken?.has(callee.participantId) !== true &&
      !stage.draft.invitees.has(callee.participantId)
    const participantId = isOwn ? (callee.participantId as string) : newId(stage)
    const script = pickScript(stage, callee.identity)
    stage.draft.invitees.set(participantId, {
      id: participantId,
      callId,
      operationId: id,
      identity: addDisplayName(callee.identity, script.displayName),
      isHidden: callee.isHidden,
      replacesCallId: callee.replacesCallId,
      script,
    })
    note(stage, { type: 'invited', callId, participantId, identity: callee.identity })
    planRinging(stage, participantId, script, isPhone(callee.identity))
    return participantId
  })
  return { id, participantIds }
}

/** The callee answers: they are in, and their operation may be finished. */
export function answerInvitee(stage: Tick, id: string): void {
  const invitee = takeInvitee(stage, id)
  const leg = invitee && stage.draft.legs.get(invitee.callId)
  const operation = invitee && stage.draft.operations.get(invitee.operationId)
  if (invitee === undefined || leg === undefined || operation === undefined) return
  operation.ringing -= 1
  operation.arrived += 1
  const isOperationFirst = stage.base.settings.switches.answerOrder === 'operation-first'
  if (isOperationFirst) settleOperation(stage, operation.id)
  if (operation.purpose === 'transfer') {
    note(stage, { type: 'uninvited', callId: leg.id, participantId: id, identity: invitee.identity, by: 'self' })
  } else {
    leavePreviousCall(stage, invitee)
    if (operation.purpose === 'call') planAfter(stage, 0, { type: 'leg.established', callId: leg.id })
    join(
      stage,
      leg.conversationId,
      { id, identity: invitee.identity, hiddenBy: invitee.isHidden ? leg.id : undefined },
      stayOf(invitee.script),
    )
    if (invitee.droppedAfterMs !== undefined) {
      planAfter(stage, invitee.droppedAfterMs, {
        type: 'member.leaves',
        conversationId: leg.conversationId,
        id,
        by: 'bot',
      })
    }
  }
  if (!isOperationFirst) settleOperation(stage, operation.id)
}

/** The callee does not come, for the reason the result gives. */
export function failInvitee(stage: Tick, id: string, result: Result, by: 'self' | 'service'): void {
  const invitee = takeInvitee(stage, id)
  const operation = invitee && stage.draft.operations.get(invitee.operationId)
  if (invitee === undefined || operation === undefined) return
  operation.ringing -= 1
  operation.failures.push({ who: addressOf(invitee.identity), result })
  note(stage, { type: 'uninvited', callId: invitee.callId, participantId: id, identity: invitee.identity, by, result })
  planJoining(stage, invitee)
  settleOperation(stage, operation.id)
}

/** The ringing has lasted as long as it may. */
export function ringOut(stage: Tick, id: string): void {
  const invitee = stage.base.invitees.get(id)
  if (invitee !== undefined) failInvitee(stage, id, ringOutResult(invitee.script, isPhone(invitee.identity)), 'service')
}

/** The bot removes somebody who still rings. A callee whose script says so answers at this very instant instead. */
export function cancelInvitee(stage: Tick, id: string): void {
  const invitee = stage.draft.invitees.get(id)
  const operation = invitee && stage.draft.operations.get(invitee.operationId)
  if (invitee === undefined || operation === undefined) return
  const crossing = stage.base.invitees.get(id)?.script.answersOnCancel ?? false
  if (crossing !== false) {
    invitee.droppedAfterMs = drawDuration(stage, crossing === true ? CROSSING_MS : crossing.droppedAfterMs)
    answerInvitee(stage, id)
    return
  }
  const { callId, identity } = finished(invitee)
  planJoining(stage, finished(invitee))
  stage.draft.invitees.delete(id)
  operation.ringing -= 1
  if (stage.base.settings.switches.removedInvitee === 'silence') operation.silenced += 1
  else operation.failures.push({ who: addressOf(identity), result: inviteResults.cancelled })
  note(stage, { type: 'uninvited', callId, participantId: id, identity, by: 'bot' })
  settleOperation(stage, operation.id)
}

/** True when the person is ringing or present in the conversation of the call. */
export function isAskedOrPresent(stage: Tick, callId: string, identity: WireObject): boolean {
  const name = nameIdentity(identity)
  const leg = stage.base.legs.get(callId)
  if (name === undefined || leg === undefined) return false
  const isThem = (other: { readonly identity: WireObject }): boolean => nameIdentity(other.identity)?.id === name.id
  for (const invitee of stage.base.invitees.values()) {
    if (invitee.callId === callId && isThem(invitee)) return true
  }
  return [...(stage.base.conversations.get(leg.conversationId)?.members.values() ?? [])].some(isThem)
}

/** Whoever missed the ring, or had it stopped, may press Join. */
function planJoining(stage: Tick, { callId, identity, script: { joinsAfterwards } }: Invitee): void {
  const conversationId = stage.draft.legs.get(callId)?.conversationId
  if (joinsAfterwards === undefined || conversationId === undefined) return
  const { afterMs, ...stay } = joinsAfterwards
  planAfter(stage, afterMs, { type: 'person.joins', conversationId, identity, stay })
}

function takeInvitee(stage: Tick, id: string): Invitee | undefined {
  const invitee = stage.draft.invitees.get(id)
  if (invitee === undefined) return undefined
  stage.draft.invitees.delete(id)
  return finished(invitee)
}

function pickScript(stage: Tick, identity: WireObject): CalleeScript {
  const id = nameIdentity(identity)?.id ?? ''
  const scripts = stage.base.scripts.get(id) ?? stage.base.defaultScripts
  const attempt = stage.draft.attempts.get(id) ?? 0
  // Counted where it can matter only: a service may call anybody, and those without a script all do the same.
  if (stage.base.scripts.has(id) || scripts.length > 1) stage.draft.attempts.set(id, attempt + 1)
  return scripts[Math.min(attempt, scripts.length - 1)] as CalleeScript
}

function addDisplayName(identity: WireObject, displayName: string | undefined): WireObject {
  const kind = nameIdentity(identity)?.kind
  if (displayName === undefined || kind === undefined) return identity
  return { ...identity, [kind]: { ...(identity[kind] as WireObject), displayName } }
}

function planRinging(stage: Tick, id: string, script: CalleeScript, hasPhone: boolean): void {
  const { ringMs } = stage.base.settings.timing
  const decision = decisionOf(script, hasPhone)
  const afterMs = decision === undefined ? ringMs : drawDuration(stage, decision.afterMs)
  if (decision === undefined || afterMs >= ringMs) planAfter(stage, ringMs, { type: 'invitee.ringsOut', id })
  else planAfter(stage, afterMs, { type: 'invitee.decides', id, failure: decision.failure })
}

/** Whoever was in the call that the invite replaces is not in it any more (documented). */
function leavePreviousCall(stage: Tick, invitee: Invitee): void {
  const replaced = invitee.replacesCallId === undefined ? undefined : stage.draft.legs.get(invitee.replacesCallId)
  if (replaced === undefined || replaced.state === 'terminated') return
  const conversation = stage.draft.conversations.get(replaced.conversationId)
  if (conversation === undefined) return
  if (conversation.kind === 'peer') {
    planAfter(stage, 0, { type: 'leg.ends', callId: replaced.id, result: callResults.replaced, by: 'moved' })
    return
  }
  const name = nameIdentity(invitee.identity)?.id
  const member = [...finished(conversation).members.values()].find(
    (one) => one.id === invitee.id || nameIdentity(one.identity)?.id === name,
  )
  if (member !== undefined) depart(stage, conversation.id, member.id, 'moved')
}

/** Tells how an operation ended, once it has. */
function settleOperation(stage: Tick, id: string): void {
  const draft = stage.draft.operations.get(id)
  if (draft === undefined) return
  const operation = finished(draft)
  const { partialInvite } = stage.base.settings.switches
  const hasEnded = operation.ringing === 0
  if (operation.purpose !== 'invite') {
    if (hasEnded) settleCall(stage, operation)
  } else if (
    !operation.isReported &&
    (hasEnded || (operation.failures.length > 0 && partialInvite === 'failed-at-once'))
  ) {
    const result = resultOf(operation, partialInvite === 'completed')
    const isSilent = operation.arrived === 0 && operation.failures.length === 0
    if (!isSilent) {
      draft.isReported = true
      stage.notices.push({
        type: 'operation',
        callId: operation.callId,
        operation,
        status: result === undefined ? 'completed' : 'failed',
        result,
      })
    }
  }
  if (hasEnded) stage.draft.operations.delete(id)
}

/** The one result of an operation: none when it counts as completed. */
function resultOf(operation: Operation, isPartialCompleted: boolean): Result | undefined {
  const [failure] = operation.failures
  if (failure === undefined || (operation.arrived > 0 && isPartialCompleted)) return undefined
  return operation.identities.length === 1 ? failure.result : nameParticipant(failure.result, failure.who)
}

/** The end of ringing where it was a call or a transfer that rang. */
function settleCall(stage: Tick, operation: Operation): void {
  const [failure] = operation.failures
  const leg = stage.draft.legs.get(operation.callId)
  if (leg === undefined) return
  if (operation.purpose === 'call') {
    const isPeer = stage.draft.conversations.get(leg.conversationId)?.kind === 'peer'
    if (failure !== undefined && isPeer)
      planAfter(stage, 0, { type: 'leg.ends', callId: leg.id, result: failure.result, by: 'callEnded' })
    return
  }
  if (failure === undefined) {
    leg.state = 'transferAccepted'
    stage.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
    planAfter(stage, stage.base.settings.timing.hangUpMs, {
      type: 'leg.ends',
      callId: leg.id,
      result: callResults.transferred,
      by: 'transfer',
    })
  } else {
    leg.state = 'established'
    const resultInfo = writeResult(callResults.transferFailed)
    stage.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: { resultInfo } })
  }
}
