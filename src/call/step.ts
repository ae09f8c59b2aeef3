/**
 * The step: `(call, event) → { call, effects, changes, outcome }`. Pure, synchronous, total.
 *
 * No clock, randomness, I/O or id is made here: time and ids arrive in events, so the same history gives the same
 * bytes on every machine. Legal but useless evidence is no exception; it is `ignored`, with a reason, and returns the
 * very call it was given.
 *
 * Rule: the time of a call never goes back. An event with an earlier time, as after the wall clock was set back or by
 * another host's clock, happens at the time of the latest one.
 * @module
 */
import type { Call, StepResult } from './model/call.ts'
import { awaitFetchWithOverdue, passAwaited, passDeadline } from './timers.ts'
import type { CallEvent } from './model/events.ts'
import { answerInvite, reportOperation, requestInvite } from './invitations.ts'
import {
  adoptCall,
  answerHangUp,
  answerKeepAlive,
  askInTime,
  bindCall,
  hasEnded,
  proveBy,
  reportCall,
  requestHangUp,
  resume,
  takeCall,
} from './lifecycle.ts'
import { answerMute, requestMute } from './mutes.ts'
import { defaultCallOptions, type CallOptions } from './model/options.ts'
import { persistentMap } from './model/persistent-map.ts'
import { answerRemoval, requestCancel, requestRemoval } from './removals.ts'
import { reportRoster, takeSnapshot } from './roster/roster.ts'
import { beginTurn, count, endTurn, hasChanged, ignore, type Turn } from './draft.ts'

/** A call about which nothing is known yet. Options that are left out have their defaults. */
export function openCall(id: string, options: Partial<CallOptions> = {}): Call {
  return Object.freeze<Call>({
    id,
    state: 'unknown',
    options: Object.freeze({ ...defaultCallOptions, ...options }),
    self: {},
    ending: undefined,
    participants: persistentMap(),
    byId: persistentMap(),
    aliases: persistentMap(),
    pending: [],
    byIdentity: persistentMap(),
    tombstones: [],
    trails: persistentMap(),
    invitations: persistentMap(),
    orphans: persistentMap(),
    roster: { fetches: 0, attempts: 0 },
    deadlines: persistentMap(),
    hangUpRequestedAt: undefined,
    hangUps: 0,
    mutes: [],
    introduced: 0,
    forgotten: 0,
    keepAlives: 0,
    counters: { unrecognised: 0, unclassified: 0, suspected: 0, orphansDropped: 0, strangersDropped: 0 },
  })
}

/** Applies one event to a call. Never throws for an event of the type. */
export function step(call: Call, event: CallEvent): StepResult {
  const turn = beginTurn(call, Math.max(event.at, call.at ?? event.at))
  if (hasEnded(call)) afterTheEnd(turn, event)
  else {
    if (isProof(event)) proveBy(turn, true)
    take(turn, event)
    // Rule 9: an open call that hears nothing is asked about, whatever its state and however it came to it.
    if (hasChanged(turn)) askInTime(turn)
  }
  return endTurn(turn)
}

/** An answer that only a call which is there gets. What a question for the call or its roster proves depends on what it says. */
function isProof(event: CallEvent): boolean {
  return (
    'answer' in event &&
    event.answer.verdict === 'done' &&
    event.type !== 'call.fetched' &&
    event.type !== 'roster.fetched'
  )
}

function take(turn: Turn, event: CallEvent): void {
  switch (event.type) {
    case 'invite.requested':
      return requestInvite(turn, event)
    case 'invite.answered':
      return answerInvite(turn, event)
    case 'removal.requested':
      return requestRemoval(turn, event.key)
    case 'cancel.requested':
      return requestCancel(turn, event.key)
    case 'removal.answered':
      return answerRemoval(turn, event)
    case 'mute.requested':
      return requestMute(turn, event)
    case 'mute.answered':
      return answerMute(turn, event)
    case 'hangUp.requested':
      return requestHangUp(turn)
    case 'hangUp.answered':
      return answerHangUp(turn, event.answer)
    case 'keepAlive.answered':
      return answerKeepAlive(turn, event.answer)
    case 'call.adopted':
      return adoptCall(turn)
    case 'call.fetched':
      return takeCall(turn, event.answer)
    case 'call.bound':
      return bindCall(turn, event.tenant)
    case 'call.reported':
      return reportCall(turn, event)
    case 'operation.reported':
      return reportOperation(turn, event)
    case 'roster.reported':
      return reportRoster(turn, event)
    case 'roster.fetched': {
      takeSnapshot(turn, event)
      return passAwaited(turn)
    }
    case 'notification.unrecognised':
      return count(turn, 'unrecognised')
    case 'deadline.passed':
      return passDeadline(turn, event.deadline)
    case 'host.resumed': {
      resume(turn, event.at)
      return awaitFetchWithOverdue(turn)
    }
    default:
      return neverTaken(turn, event)
  }
}

/** Nothing moves any more, and nothing is asked; what nobody understood is still counted. */
function afterTheEnd(turn: Turn, event: CallEvent): void {
  if (event.type === 'notification.unrecognised') count(turn, 'unrecognised')
  else ignore(turn, 'callEnded')
}

/** The type says there is no such event; a caller without types is answered all the same. */
function neverTaken(turn: Turn, _event: never): void {
  ignore(turn, 'notPossible')
}
