/**
 * Invites: operations with one status for all their invitees, ringing, and cancels that cross answers.
 *
 * Rule 1: an invitee is not on the roster while it rings (documented).
 * Rule 2: a finished operation is reported once (documented).
 * Rule 3: ringing ends after a minute (observed).
 * Rule 4: a removed invitee's outstanding request is cancelled (documented); whether that is reported is a switch.
 * Rule 5: effects of an answer or refusal on a leg are planned for the same instant: legs know invites, not the
 * reverse.
 * @module
 */
import { decisionOf, ringOutOf, stayOf, type CalleeScript } from './callee.ts'
import { isPhone, nameIdentity, type Identities } from './identities.ts'
import { outcomeOf, type Outcome } from './outcomes.ts'
import { depart, escalate, join } from './roster.ts'
import { drawDuration, currentOf, newId, recordFact, planAfter, type Tick } from './tick.ts'
import type { Failure, RingingInvitee, Operation } from './world-state.ts'

/** How long a callee whose answer crossed a cancel stays in the call, unless its script says otherwise. */
const CROSSING_MS = 200

/** One person to ring. */
export interface Callee {
  readonly identity: Identities
  readonly isHidden: boolean
  readonly participantId?: string | undefined
  readonly replacesCallId?: string | undefined
}

/** Parameters of a new operation. */
export interface NewOperation {
  readonly callId: string
  readonly purpose: Operation['purpose']
  readonly clientContext: string | null
  readonly invitees: readonly Callee[]
}

/** Starts ringing. Returns the operation's id and the invitees' ids, in order. */
export function startOperation(
  tick: Tick,
  { callId, purpose, clientContext, invitees }: NewOperation,
): { id: string; participantIds: readonly string[] } {
  const id = newId(tick)
  const conversationId = tick.draft.legs.get(callId)?.conversationId ?? ''
  tick.draft.operations.set(id, {
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
  if (purpose === 'invite') escalate(tick, conversationId)
  const participantIds = invitees.map((callee) => {
    const taken = tick.draft.conversations.get(conversationId)?.members
    const isOwn =
      callee.participantId !== undefined &&
      taken?.has(callee.participantId) !== true &&
      !tick.draft.invitees.has(callee.participantId)
    const participantId = isOwn ? (callee.participantId as string) : newId(tick)
    const script = pickScript(tick, callee.identity)
    tick.draft.invitees.set(participantId, {
      id: participantId,
      callId,
      operationId: id,
      identity: addDisplayName(callee.identity, script.displayName),
      isHidden: callee.isHidden,
      replacesCallId: callee.replacesCallId,
      script,
    })
    recordFact(tick, { type: 'invited', callId, participantId, identity: callee.identity })
    planRinging(tick, participantId, script, isPhone(callee.identity))
    return participantId
  })
  return { id, participantIds }
}

/** The callee answers: it joins, and its operation may finish. */
export function answerInvitee(tick: Tick, id: string): void {
  const invitee = takeInvitee(tick, id)
  const leg = invitee && tick.draft.legs.get(invitee.callId)
  const operation = invitee && tick.draft.operations.get(invitee.operationId)
  if (invitee === undefined || leg === undefined || operation === undefined) return
  operation.ringing -= 1
  operation.arrived += 1
  const isOperationFirst = tick.base.settings.switches.answerOrder === 'operation-first'
  if (isOperationFirst) reportOperation(tick, operation.id)
  if (operation.purpose === 'transfer') {
    recordFact(tick, { type: 'uninvited', callId: leg.id, participantId: id, identity: invitee.identity, by: 'self' })
  } else {
    leavePreviousCall(tick, invitee)
    if (operation.purpose === 'call') planAfter(tick, 0, { type: 'leg.established', callId: leg.id })
    join(
      tick,
      leg.conversationId,
      { id, identity: invitee.identity, hiddenBy: invitee.isHidden ? leg.id : undefined },
      stayOf(invitee.script),
    )
    if (invitee.droppedAfterMs !== undefined) {
      planAfter(tick, invitee.droppedAfterMs, {
        type: 'member.leaves',
        conversationId: leg.conversationId,
        id,
        by: 'bot',
      })
    }
  }
  if (!isOperationFirst) reportOperation(tick, operation.id)
}

/** The callee does not join, for the reason in the outcome. */
export function failInvitee(tick: Tick, id: string, outcome: Outcome, by: 'self' | 'service'): void {
  const invitee = takeInvitee(tick, id)
  const operation = invitee && tick.draft.operations.get(invitee.operationId)
  if (invitee === undefined || operation === undefined) return
  operation.ringing -= 1
  operation.failures.push({ identity: invitee.identity, outcome })
  recordFact(tick, {
    type: 'uninvited',
    callId: invitee.callId,
    participantId: id,
    identity: invitee.identity,
    by,
    outcome,
  })
  planJoining(tick, invitee)
  reportOperation(tick, operation.id)
}

/** Ringing has reached its time limit. */
export function ringOut(tick: Tick, id: string): void {
  const invitee = tick.base.invitees.get(id)
  if (invitee !== undefined) failInvitee(tick, id, ringOutOf(invitee.script, isPhone(invitee.identity)), 'service')
}

/** The bot removes a ringing invitee. With `answersOnCancel` the callee answers at this instant instead. */
export function cancelInvitee(tick: Tick, id: string): void {
  const invitee = tick.draft.invitees.get(id)
  const operation = invitee && tick.draft.operations.get(invitee.operationId)
  if (invitee === undefined || operation === undefined) return
  const crossing = tick.base.invitees.get(id)?.script.answersOnCancel ?? false
  if (crossing !== false) {
    invitee.droppedAfterMs = drawDuration(tick, crossing === true ? CROSSING_MS : crossing.droppedAfterMs)
    answerInvitee(tick, id)
    return
  }
  const { callId, identity } = currentOf(invitee)
  planJoining(tick, currentOf(invitee))
  tick.draft.invitees.delete(id)
  operation.ringing -= 1
  if (tick.base.settings.switches.removedInvitee === 'silence') operation.silenced += 1
  else operation.failures.push({ identity, outcome: outcomeOf('cancelled') })
  recordFact(tick, { type: 'uninvited', callId, participantId: id, identity, by: 'bot' })
  reportOperation(tick, operation.id)
}

/** True if the person is ringing or present in the call's conversation. */
export function isInvitedOrPresent(tick: Tick, callId: string, identity: Identities): boolean {
  const name = nameIdentity(identity)
  const leg = tick.base.legs.get(callId)
  if (name === undefined || leg === undefined) return false
  const isThem = (other: { readonly identity: Identities }): boolean => nameIdentity(other.identity)?.id === name.id
  for (const invitee of tick.base.invitees.values()) {
    if (invitee.callId === callId && isThem(invitee)) return true
  }
  return [...(tick.base.conversations.get(leg.conversationId)?.members.values() ?? [])].some(isThem)
}

/** A person whose ringing ended may join uninvited. */
function planJoining(tick: Tick, { callId, identity, script: { joinsAfterwards } }: RingingInvitee): void {
  const conversationId = tick.draft.legs.get(callId)?.conversationId
  if (joinsAfterwards === undefined || conversationId === undefined) return
  const { afterMs, ...stay } = joinsAfterwards
  planAfter(tick, afterMs, { type: 'person.joins', conversationId, identity, stay })
}

function takeInvitee(tick: Tick, id: string): RingingInvitee | undefined {
  const invitee = tick.draft.invitees.get(id)
  if (invitee === undefined) return undefined
  tick.draft.invitees.delete(id)
  return currentOf(invitee)
}

function pickScript(tick: Tick, identity: Identities): CalleeScript {
  const id = nameIdentity(identity)?.id ?? ''
  const scripts = tick.base.scripts.get(id) ?? tick.base.defaultScripts
  const attempt = tick.draft.attempts.get(id) ?? 0
  // Counted only for scripted persons: without a script the count has no effect.
  if (tick.base.scripts.has(id) || scripts.length > 1) tick.draft.attempts.set(id, attempt + 1)
  return scripts[Math.min(attempt, scripts.length - 1)] as CalleeScript
}

function addDisplayName(identity: Identities, displayName: string | undefined): Identities {
  const kind = nameIdentity(identity)?.kind
  if (displayName === undefined || kind === undefined) return identity
  return { ...identity, [kind]: { ...(identity[kind] as Identities), displayName } }
}

function planRinging(tick: Tick, id: string, script: CalleeScript, hasPhone: boolean): void {
  const { ringMs } = tick.base.settings.timing
  const decision = decisionOf(script, hasPhone)
  const afterMs = decision === undefined ? ringMs : drawDuration(tick, decision.afterMs)
  if (decision === undefined || afterMs >= ringMs) planAfter(tick, ringMs, { type: 'invitee.ringsOut', id })
  else planAfter(tick, afterMs, { type: 'invitee.decides', id, failure: decision.failure })
}

/** The person leaves the call that the invite replaces (documented). */
function leavePreviousCall(tick: Tick, invitee: RingingInvitee): void {
  const replaced = invitee.replacesCallId === undefined ? undefined : tick.draft.legs.get(invitee.replacesCallId)
  if (replaced === undefined || replaced.state === 'terminated') return
  const conversation = tick.draft.conversations.get(replaced.conversationId)
  if (conversation === undefined) return
  if (conversation.kind === 'peer') {
    planAfter(tick, 0, { type: 'leg.ends', callId: replaced.id, outcome: outcomeOf('replaced'), by: 'moved' })
    return
  }
  const name = nameIdentity(invitee.identity)?.id
  const member = [...currentOf(conversation).members.values()].find(
    (one) => one.id === invitee.id || nameIdentity(one.identity)?.id === name,
  )
  if (member !== undefined) depart(tick, conversation.id, member.id, 'moved')
}

/** Reports how an operation ended, once it has. */
function reportOperation(tick: Tick, id: string): void {
  const draft = tick.draft.operations.get(id)
  if (draft === undefined) return
  const operation = currentOf(draft)
  const { partialInvite } = tick.base.settings.switches
  const hasEnded = operation.ringing === 0
  if (operation.purpose !== 'invite') {
    if (hasEnded) finishCall(tick, operation)
  } else if (
    !operation.isReported &&
    (hasEnded || (operation.failures.length > 0 && partialInvite === 'failed-at-once'))
  ) {
    const isSilent = operation.arrived === 0 && operation.failures.length === 0
    if (!isSilent) {
      draft.isReported = true
      const failure = failureOf(operation, partialInvite === 'completed')
      tick.notices.push({ type: 'operation', callId: operation.callId, operation, failure })
    }
  }
  if (hasEnded) tick.draft.operations.delete(id)
}

/** The failure that an operation ends with; undefined if it counts as completed. */
function failureOf(operation: Operation, isPartialCompleted: boolean): Failure | undefined {
  return operation.arrived > 0 && isPartialCompleted ? undefined : operation.failures[0]
}

/** The end of ringing for a call or a transfer. */
function finishCall(tick: Tick, operation: Operation): void {
  const [failure] = operation.failures
  const leg = tick.draft.legs.get(operation.callId)
  if (leg === undefined) return
  if (operation.purpose === 'call') {
    const isPeer = tick.draft.conversations.get(leg.conversationId)?.kind === 'peer'
    if (failure !== undefined && isPeer)
      planAfter(tick, 0, { type: 'leg.ends', callId: leg.id, outcome: failure.outcome, by: 'callEnded' })
    return
  }
  if (failure === undefined) {
    leg.state = 'transferAccepted'
    tick.notices.push({ type: 'call', callId: leg.id, change: 'changed' })
    planAfter(tick, tick.base.settings.timing.hangUpMs, {
      type: 'leg.ends',
      callId: leg.id,
      outcome: outcomeOf('transferred'),
      by: 'transfer',
    })
  } else {
    leg.state = 'established'
    const news = { type: 'outcome', outcome: outcomeOf('transferFailed') } as const
    tick.notices.push({ type: 'call', callId: leg.id, change: 'changed', news })
  }
}
