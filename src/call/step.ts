/**
 * The step: `(call, event) → { call, effects, changes, outcome }`. Pure, synchronous, total.
 *
 * It uses no clock, randomness or I/O and creates no ids: time and ids arrive in events, so that the same history gives
 * the same bytes on every machine. A valid event without effect does not throw: it is `ignored` with a reason, and the
 * result has the call that was passed in.
 *
 * Rule: the time of a call never goes back. An event with an earlier time (after the wall clock was set back, or from
 * another host's clock) is applied at the time of the latest event.
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
import { openCallShape } from './codec/call-options.ts'
import { readOptions } from './codec/options.ts'
import { defaultCallOptions, type CallOptions } from './model/options.ts'
import { persistentMap } from './model/persistent-map.ts'
import { answerRemoval, requestCancel, requestRemoval } from './removals.ts'
import { resyncInTime } from './resync.ts'
import { reportDelta } from './roster/delta.ts'
import { reportFull } from './roster/full.ts'
import { answerFetch } from './fetched-roster.ts'
import { openDraft, count, finishDraft, hasChanged, ignore, type CallDraft } from './draft.ts'

/**
 * A new call in state `unknown`. Omitted options have their defaults.
 * @throws TypeError for an option that does not exist, or that has not its type
 */
export function openCall(id: string, options: Partial<CallOptions> = {}): Call {
  return newCall(id, readOptions('openCall', openCallShape, options))
}

/** A new call whose options were checked before, or come from a stored call. */
export function newCall(id: string, options: Partial<CallOptions>): Call {
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

/**
 * Applies one event to a call. Never throws for an event of the type.
 * @example
 * ```ts
 * import { openCall, step } from 'rollcall'
 *
 * const { call, effects } = step(openCall('a-call'), {
 *   type: 'invite.requested',
 *   invitation: 'first',
 *   invitees: [{ identity: { user: { id: 'bob' } } }],
 *   at: Date.now(),
 * })
 * console.log(call.participants.get('first')?.state, effects.map(({ type }) => type))
 * ```
 */
export function step(call: Call, event: CallEvent): StepResult {
  const draft = openDraft(call, Math.max(event.at, call.at ?? event.at))
  if (hasEnded(call)) afterTheEnd(draft, event)
  else {
    if (isProof(event)) proveBy(draft, true)
    take(draft, event)
    // Every open call has a deadline at which it is checked.
    if (hasChanged(draft)) {
      askInTime(draft)
      resyncInTime(draft)
    }
  }
  return finishDraft(draft)
}

/**
 * True for an answer that proves that the call exists. What a fetch of the call or roster proves depends on its
 * content.
 */
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

/** After the end only unrecognised notifications are counted. */
function afterTheEnd(draft: CallDraft, event: CallEvent): void {
  if (event.type === 'notification.unrecognised') count(draft, 'unrecognised')
  else ignore(draft, 'callEnded')
}

/** An event outside the type, from a caller without type checks, is ignored. */
function neverTaken(draft: CallDraft, _event: never): void {
  ignore(draft, 'notPossible')
}
