/**
 * Commands about calls: what a bot asks of its own calls.
 *
 * Rule: done means accepted. Hanging up, rejecting, redirecting and transferring are proved by a later notice
 * (documented).
 * @module
 */
import { nameIdentity, type Identities } from '../identities.ts'
import { startOperation } from '../invites.ts'
import { createLeg, type NewLeg } from '../legs.ts'
import { outcomeOf } from '../outcomes.ts'
import { currentOf, planAfter, type Tick } from '../tick.ts'
import type { Leg } from '../world-state.ts'
import { done, doneWith, refused, type CommandResult } from './result.ts'

/** The open call of a bot, which every command but the first is about. */
export function findCall(
  tick: Tick,
  { callId, appId }: { readonly callId: string; readonly appId: string },
): CommandResult<Leg> {
  const leg = tick.base.legs.get(callId)
  if (leg === undefined || leg.state === 'terminated') return refused('callNotFound')
  return isSameId(leg.appId, appId) ? doneWith(leg) : refused('forbidden')
}

/** Creates a call. */
export function createCall(tick: Tick, call: Omit<NewLeg, 'callId'>): CommandResult<Leg> {
  return doneWith(currentOf(tick.draft.legs.get(createLeg(tick, call)) as Leg))
}

/** Hangs up. A second time changes nothing. */
export function hangUp(tick: Tick, leg: Leg): CommandResult {
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined && draft.state !== 'terminating') {
    draft.state = 'terminating'
    tick.notices.push({ type: 'call', callId: leg.id, change: 'changed' })
    planEnd(tick, leg, 'hungUp')
  }
  return done
}

/** Keeps a call alive. */
export function keepAlive(tick: Tick, leg: Leg): CommandResult {
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined) draft.aliveUntil = tick.draft.now + tick.base.settings.timing.keepAliveMs
  return done
}

/** Answers an incoming call; from now on its notifications go to `callbackUri`, if there is one. */
export function answerCall(
  tick: Tick,
  leg: Leg,
  { callbackUri }: { readonly callbackUri?: string | undefined },
): CommandResult {
  if (leg.state !== 'incoming') return refused('notIncoming')
  const draft = tick.draft.legs.get(leg.id)
  if (draft === undefined) return done
  if (callbackUri !== undefined) draft.callbackUri = callbackUri
  draft.state = 'establishing'
  planAfter(tick, tick.base.settings.timing.establishingMs, { type: 'leg.establishing', callId: leg.id })
  planAfter(tick, tick.base.settings.timing.establishedMs, { type: 'leg.established', callId: leg.id })
  return done
}

/** Rejects an incoming call. */
export function rejectCall(tick: Tick, leg: Leg): CommandResult {
  if (leg.state !== 'incoming') return refused('notIncoming')
  planEnd(tick, leg, 'rejected')
  return done
}

/** Redirects an incoming call to other people. */
export function redirectCall(tick: Tick, leg: Leg, targets: readonly unknown[]): CommandResult {
  if (leg.state !== 'incoming') return refused('notIncoming')
  if (targets.length === 0) return refused('noTarget')
  setState(tick, leg, 'redirecting')
  planEnd(tick, leg, 'redirected')
  return done
}

/** Transfers an established call to a person, who rings. */
export function transferCall(tick: Tick, leg: Leg, target: Identities): CommandResult {
  if (leg.state !== 'established') return refused('notEstablished')
  if (nameIdentity(target) === undefined) return refused('noTarget')
  setState(tick, leg, 'transferring')
  startOperation(tick, {
    callId: leg.id,
    purpose: 'transfer',
    clientContext: null,
    invitees: [{ identity: target, isHidden: false }],
  })
  return done
}

/** True for equal ids, whatever their case. */
export function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function setState(tick: Tick, { id }: Leg, state: Leg['state']): void {
  const draft = tick.draft.legs.get(id)
  if (draft !== undefined) draft.state = state
  tick.notices.push({ type: 'call', callId: id, change: 'changed' })
}

function planEnd(tick: Tick, { id }: Leg, reason: 'hungUp' | 'rejected' | 'redirected'): void {
  planAfter(tick, tick.base.settings.timing.hangUpMs, {
    type: 'leg.ends',
    callId: id,
    outcome: outcomeOf(reason),
    by: reason === 'redirected' ? 'transfer' : 'hungUp',
  })
}
