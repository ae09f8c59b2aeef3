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
  proveBy,
  reportCall,
  requestHangUp,
  resume,
  takeCall,
} from './lifecycle.ts'
import { hasEnded } from './model/call-state.ts'
import { answerMute, requestMute } from './mutes.ts'
import { defaultCallOptions, type CallOptions } from './model/options.ts'
import { persistentMap } from './model/persistent-map.ts'
import { answerRemoval, requestCancel, requestRemoval } from './removals.ts'
import { resyncInTime } from './resync.ts'
import { reportDelta } from './roster/delta.ts'
import { reportFull } from './roster/full.ts'
import { answerFetch } from './fetched-roster.ts'
import { openDraft, count, finishDraft, hasChanged, ignore, type CallDraft } from './draft.ts'

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
    byInvitation: persistentMap(),
    tombstones: [],
    trails: persistentMap(),
    invitations: persistentMap(),
    unmatchedOperations: persistentMap(),
    roster: { fetches: 0, attempts: 0 },
    deadlines: persistentMap(),
    hangUpRequestedAt: undefined,
    hangUps: 0,
    mutes: [],
    introduced: 0,
    forgotten: 0,
    keepAlives: 0,
    counters: { unrecognised: 0, unclassified: 0, suspected: 0, unmatchedDropped: 0, uninvitedDropped: 0 },
  })
}

/** Applies one event to a call. Never throws for an event of the type. */
export function step(call: Call, event: CallEvent): StepResult {
  const draft = openDraft(call, Math.max(event.at, call.at ?? event.at))
  if (hasEnded(call)) afterTheEnd(draft, event)
  else {
    if (isProof(event)) proveBy(draft, true)
    take(draft, event)
    // Rule 9: an open call that hears nothing is asked about, whatever its state and however it came to it.
    if (hasChanged(draft)) {
      askInTime(draft)
      resyncInTime(draft)
    }
  }
  return finishDraft(draft)
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

function take(draft: CallDraft, event: CallEvent): void {
  switch (event.type) {
    case 'invite.requested':
      return requestInvite(draft, event)
    case 'invite.answered':
      return answerInvite(draft, event)
    case 'removal.requested':
      return requestRemoval(draft, event.key)
    case 'cancel.requested':
      return requestCancel(draft, event.key)
    case 'removal.answered':
      return answerRemoval(draft, event)
    case 'mute.requested':
      return requestMute(draft, event)
    case 'mute.answered':
      return answerMute(draft, event)
    case 'hangUp.requested':
      return requestHangUp(draft)
    case 'hangUp.answered':
      return answerHangUp(draft, event.answer)
    case 'keepAlive.answered':
      return answerKeepAlive(draft, event.answer)
    case 'call.adopted':
      return adoptCall(draft)
    case 'call.fetched':
      return takeCall(draft, event.answer)
    case 'call.bound':
      return bindCall(draft, event.tenant)
    case 'call.reported':
      return reportCall(draft, event)
    case 'operation.reported':
      return reportOperation(draft, event)
    case 'roster.reported':
      return event.kind === 'full' ? reportFull(draft, event) : reportDelta(draft, event.sequence, event.entries)
    case 'roster.fetched': {
      answerFetch(draft, event)
      return passAwaited(draft)
    }
    case 'notification.unrecognised':
      return count(draft, 'unrecognised')
    case 'deadline.passed':
      return passDeadline(draft, event.deadline)
    case 'host.resumed': {
      resume(draft, event.at)
      return awaitFetchWithOverdue(draft)
    }
    default:
      return neverTaken(draft, event)
  }
}

/** Nothing moves any more, and nothing is asked; what nobody understood is still counted. */
function afterTheEnd(draft: CallDraft, event: CallEvent): void {
  if (event.type === 'notification.unrecognised') count(draft, 'unrecognised')
  else ignore(draft, 'callEnded')
}

/** The type says there is no such event; a caller without types is answered all the same. */
function neverTaken(draft: CallDraft, _event: never): void {
  ignore(draft, 'notPossible')
}
