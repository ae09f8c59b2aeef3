/**
 * Lifecycle: the state of the call as the service reports it, its keep-alive, its hang-up and its end.
 *
 * Rule 1: `established` may repeat, may come before `establishing`, and may never come. A state never goes back, except
 * after a failed transfer, which is reported with a result.
 * Rule 2: the end of the call ends every open participant, and no further requests are made.
 * Rule 3: a 404 to a keep-alive means that the call is lost. No other failure means that.
 * Rule 4: an open call is checked regularly, whatever is reported: by a GET until it is established, by a keep-alive
 * afterwards. While the bot's own roster id is unknown, or rosters do not show it, the call is also fetched for that
 * id, because the bot is not one of the participants. A host that resumes the call with a clock behind the call's time
 * sends a keep-alive at once, because the time since the last one is unknown.
 * Rule 5: a call adopted by its id is fetched before its roster. It has ended when the service denies both requests, or
 * a keep-alive: the id may be invented.
 * Rule 6: a hang-up request stands until the call ends or the service refuses it. When a keep-alive finds that the call
 * still exists, the next one is due soon and sends the hang-up again.
 * Rule 7: with a service whose calls are not kept alive by requests (`liveness: 'poll'`), a GET of the call replaces
 * each keep-alive, and a 404 to it means that the call is lost.
 * Rule 8: a call has one reference. A report with a different one is ignored. An answer with a different one means that
 * the call is lost: the service has another call under the same id.
 * @module
 */
import { createEnding, isClassified, type EndedBy, type Ending, type ResultInfo } from '../participant/participant.ts'
import type { Call } from './model/call.ts'
import type { CallReport, CallState, Verdict } from './model/events.ts'
import { hasEnded, isBeforeEstablished, ranks } from './model/call-state.ts'
import { isReference } from './model/reference.ts'
import { fetchNow, renewFetch, requestFetch } from './roster-fetch.ts'
import { scheduleKeepAliveBy, CALL_FETCH, checkAlive, isSelfSought, KEEP_ALIVE, learnSelf, trustSelf } from './self.ts'
import { count, ignore, schedule, send, unschedule, type EvidenceSource, type CallDraft } from './draft.ts'
import { backoffMs } from '../time/backoff.ts'

/**
 * The wait before an unconfirmed keep-alive is repeated, in milliseconds; far shorter than Graph's 45 min without one.
 */
export const KEEP_ALIVE_RETRY_MS = 60_000

/** The wait before a call that is not established is fetched, in milliseconds: about as long as a phone rings. */
const ASK_AFTER_MS = 60_000

const HANG_UP = 'hangUp'

/**
 * The first wait before a hang-up without effect is repeated, in milliseconds; it doubles up to {@link
 * LONGEST_HANG_UP_WAIT_MS}.
 */
export const HANG_UP_BACKOFF_MS = 1_000

/** The longest wait before a hang-up is repeated, in milliseconds. */
const LONGEST_HANG_UP_WAIT_MS = 60_000

const ended: EvidenceSource = { source: 'call.ended', note: 'the call ended' }
const lost: EvidenceSource = { source: 'call.lost', note: 'the service does not know the call any more' }

/** True for a call that has ended, or has a deadline at which it is checked. */
export function isAskedAbout({ state, deadlines }: Pick<Call, 'state' | 'deadlines'>): boolean {
  return state === 'terminated' || deadlines.has(isBeforeEstablished({ state }) ? CALL_FETCH : KEEP_ALIVE)
}

/** Schedules the next check of the call; an early one when participants are known and the bot's own id is not. */
export function askInTime(draft: CallDraft): void {
  const { call, before, at } = draft
  if (!isAskedAbout(call)) {
    if (isBeforeEstablished(call)) askForCall(draft)
    else schedule(draft, KEEP_ALIVE, at + call.options.keepAliveMs)
  }
  if (!isSelfSought(call)) return
  const due = call.deadlines.get(CALL_FETCH)
  // One of the participants may be the bot.
  if (due === undefined || !isSelfSought(before))
    schedule(draft, CALL_FETCH, Math.min(due ?? Infinity, at + selfDelay(call)))
}

/** Schedules the next fetch of the call after an answer with this verdict; `refused` while an answer is outstanding. */
function askForCall(draft: CallDraft, verdict: Verdict['verdict'] = 'done'): void {
  const { call, at } = draft
  const { keepAliveMs } = call.options
  schedule(draft, CALL_FETCH, at + Math.min(keepAliveMs, waitFor(call, verdict)))
}

function waitFor(call: Call, verdict: Verdict['verdict']): number {
  if (verdict === 'refused') return Infinity
  if (verdict === 'unconfirmed' && isSelfSought(call)) return selfDelay(call)
  return isBeforeEstablished(call) ? ASK_AFTER_MS : Infinity
}

/** Binds the call to the tenant of the first accepted callback. */
export function bindCall(draft: CallDraft, tenant: string): void {
  draft.call.tenant ??= tenant
}

/** Applies a report on the call. */
export function reportCall(draft: CallDraft, report: CallReport): void {
  const { state, myParticipantId, result, isDeleted, reference } = report
  if (isOfAnotherCall(draft.call, report)) return ignore(draft, 'outOfDate')
  if (draft.call.reference === undefined && isReference(reference)) draft.call.reference = reference
  if (myParticipantId !== undefined) learnSelf(draft, myParticipantId)
  if (isDeleted || state === 'terminated') return endWithResult(draft, result ?? {})
  if (state === undefined || !mayFollow(draft.call.state, state, result)) return
  moveTo(draft, state)
}

/** True for a report with a different reference from the call's. */
function isOfAnotherCall(call: Call, { reference }: CallReport): boolean {
  return call.reference !== undefined && isReference(reference) && reference !== call.reference
}

function mayFollow(from: CallState, to: CallState, result: ResultInfo | undefined): boolean {
  // Media, tone and chat updates also report `established`; only one with a result means that a transfer failed.
  if ((from === 'transferring' || from === 'transferAccepted') && to === 'established') return result !== undefined
  return from !== to && ranks[to] >= ranks[from]
}

function moveTo(draft: CallDraft, to: CallState, ending?: Ending): void {
  const from = draft.call.state
  draft.call.state = to
  if (!isSelfSought(draft.call)) unschedule(draft, CALL_FETCH)
  draft.changes.push({ type: 'call.changed', at: draft.at, from, to, ...(ending === undefined ? {} : { ending }) })
  if (ranks[to] === ranks.established && ranks[from] < ranks.established)
    schedule(draft, KEEP_ALIVE, draft.at + draft.call.options.keepAliveMs)
}

/** Adopts a call of which only the id is known: fetches the call, and its roster after the answer. */
export function adoptCall(draft: CallDraft): void {
  if (draft.call.state !== 'unknown' || draft.call.adoption !== undefined || draft.call.roster.fetches > 0)
    return ignore(draft, 'alreadyRequested')
  draft.call.adoption = 'asked'
  draft.effects.push({ type: 'call.fetch', id: 'call' })
  askForCall(draft, 'refused')
}

/**
 * Ends the adoption when an answer proves that the call exists. An empty answer proves nothing; then a keep-alive
 * decides.
 */
export function proveBy(draft: CallDraft, isProof: boolean): void {
  const { adoption } = draft.call
  if (adoption === undefined) return
  if (isProof) draft.call.adoption = undefined
  else if (adoption === 'denied') checkAlive(draft)
}

/**
 * Records that the service denied an adopted call (not found, or forbidden); false for other answers and other calls.
 * The second denial ends the call, as the id may be invented. One is not enough: the service may not support that
 * request.
 */
export function denyCall(draft: CallDraft, answer: Verdict<unknown>): boolean {
  if (draft.call.adoption === undefined || !isDenied(answer)) return false
  if (draft.call.adoption === 'denied') endLost(draft)
  else draft.call.adoption = 'denied'
  return true
}

/**
 * Applies the answer to a fetch of the call. The fetch repeats until the call is established and the bot's own id is
 * known.
 */
export function takeCall(draft: CallDraft, answer: Verdict<CallReport>): void {
  const isComing = isBeforeEstablished(draft.call)
  const isFirst = draft.call.adoption === 'asked'
  if (answer.verdict === 'done') {
    if (isOfAnotherCall(draft.call, answer.value)) return endLost(draft)
    proveBy(draft, true)
    reportCall(draft, answer.value)
    if (answer.value.myParticipantId !== undefined) trustSelf(draft)
    if (isPolled(draft.call) && !hasEnded(draft.call)) answerKeepAlive(draft, answer)
  } else if (denyCall(draft, answer)) {
    if (hasEnded(draft.call)) return
  } else if (isPolled(draft.call)) {
    // A call that is not established is fetched again in any case.
    if (answer.verdict === 'refused' || !isComing) answerKeepAlive(draft, answer)
    if (hasEnded(draft.call)) return
  } else if (isNotFound(answer)) checkAlive(draft)
  else if (!isQuestion(draft.call)) ignore(draft, 'notPossible')
  if (isQuestion(draft.call)) askForCall(draft, answer.verdict)
  if (isFirst && !hasEnded(draft.call)) fetchNow(draft)
  // No notification reported that the call was established, so roster notifications may be missing as well.
  if (
    isComing &&
    !isBeforeEstablished(draft.call) &&
    !hasEnded(draft.call) &&
    draft.call.roster.introducedBefore === undefined
  )
    requestFetch(draft, () => true)
}

/** True when a GET replaces the keep-alive. */
function isPolled({ options }: Call): boolean {
  return options.liveness === 'poll'
}

/** Fetches the call. The next fetch follows the answer, or `keepAliveMs` without one. */
function fetchCall(draft: CallDraft): void {
  const { self } = draft.call
  if (isSelfSought(draft.call)) draft.call.self = { ...self, questions: (self.questions ?? 0) + 1 }
  draft.effects.push({ type: 'call.fetch', id: `call/${draft.at}` })
  askForCall(draft, 'refused')
}

/** True while the call itself is fetched: until it is established, and while the bot's own id is unknown. */
function isQuestion(call: Call): boolean {
  return isBeforeEstablished(call) || isSelfSought(call)
}

/** The wait before the bot's own id is fetched again, in milliseconds. It doubles with each fetch without a result. */
function selfDelay({ self: { questions = 0 }, options: { confirmTimeoutMs } }: Call): number {
  return backoffMs(questions, { firstMs: confirmTimeoutMs, longestMs: KEEP_ALIVE_RETRY_MS })
}

/**
 * A keep-alive is due. If a hang-up is requested and none was just accepted, it is sent instead: its 404 says as much.
 */
function passKeepAlive(draft: CallDraft): void {
  const { hangUpRequestedAt, deadlines } = draft.call
  if (hangUpRequestedAt === undefined || deadlines.has(HANG_UP)) return sendKeepAlive(draft)
  sendHangUp(draft)
  scheduleKeepAlive(draft)
}

function sendKeepAlive(draft: CallDraft): void {
  draft.call.keepAlives += 1
  const type = isPolled(draft.call) ? 'call.fetch' : 'call.keepAlive'
  draft.effects.push({ type, id: `keepAlive/${draft.call.keepAlives}` })
  scheduleKeepAlive(draft)
}

function scheduleKeepAlive(draft: CallDraft): void {
  if (ranks[draft.call.state] >= ranks.established)
    schedule(draft, KEEP_ALIVE, draft.at + draft.call.options.keepAliveMs)
}

/** Applies the answer to a keep-alive, or to the GET that replaces it. */
export function answerKeepAlive(draft: CallDraft, answer: Verdict<unknown>): void {
  if (isNotFound(answer)) endLost(draft)
  else if (answer.verdict === 'unconfirmed')
    schedule(draft, KEEP_ALIVE, draft.at + Math.min(KEEP_ALIVE_RETRY_MS, draft.call.options.keepAliveMs))
  else {
    if (answer.verdict === 'done') renewFetch(draft)
    hangUpLater(draft)
  }
}

/** Schedules another hang-up: the call still exists, so the last one had no effect. */
function hangUpLater(draft: CallDraft): void {
  const { hangUpRequestedAt, hangUps, deadlines } = draft.call
  if (hangUpRequestedAt === undefined || deadlines.has(HANG_UP)) return
  const waitMs = backoffMs(hangUps, { firstMs: HANG_UP_BACKOFF_MS, longestMs: LONGEST_HANG_UP_WAIT_MS })
  scheduleKeepAliveBy(draft, draft.at + waitMs)
}

/** Hangs up at the application's request. */
export function requestHangUp(draft: CallDraft): void {
  if (draft.call.hangUpRequestedAt !== undefined) return ignore(draft, 'alreadyRequested')
  draft.call.hangUpRequestedAt = draft.at
  sendHangUp(draft)
}

function sendHangUp(draft: CallDraft): void {
  draft.call.hangUps += 1
  draft.effects.push({ type: 'call.hangUp', id: `hangUp/${draft.call.hangUps}` })
}

/** Applies the answer to a hang-up. A 2xx is only a promise: without a notification, a keep-alive checks the call. */
export function answerHangUp(draft: CallDraft, answer: Verdict): void {
  if (isNotFound(answer)) return end(draft, 'callEnded', {}, ended)
  if (answer.verdict === 'refused') draft.call.hangUpRequestedAt = undefined
  else schedule(draft, HANG_UP, draft.at + draft.call.options.confirmTimeoutMs)
}

/**
 * A host resumed the call and may have missed events. With a clock behind the call's time, the length of the gap is
 * unknown.
 */
export function resume(draft: CallDraft, clockAt: number): void {
  const { call } = draft
  if (!isAskedAbout(call)) return
  const isComing = isBeforeEstablished(call)
  if (isComing) fetchCall(draft)
  else if (clockAt < draft.at) scheduleKeepAliveBy(draft, draft.at)
  if (call.roster.fetch === undefined && (!isComing || call.state === 'unknown' || call.participants.size > 0))
    fetchNow(draft)
}

function endWithResult(draft: CallDraft, result: ResultInfo): void {
  end(draft, result.cause === 'lost' ? 'lost' : 'callEnded', result, ended)
}

function endLost(draft: CallDraft): void {
  end(draft, draft.call.hangUpRequestedAt === undefined ? 'lost' : 'callEnded', {}, lost)
}

function end(draft: CallDraft, cause: 'callEnded' | 'lost', result: ResultInfo, source: EvidenceSource): void {
  const { call, at } = draft
  const by = whoEnded(call, cause, result)
  if (result.isUnclassified === true && result.code !== undefined) count(draft, 'unclassified')
  const ending = createEnding(at, isClassified(result) ? result.cause : cause, by, result)
  for (const deadline of [...call.deadlines.keys()].sort()) unschedule(draft, deadline)
  // Participants that ended before ignore the event.
  const participants = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  for (const { key } of participants) send(draft, key, { type: 'call.ended', cause, by, result, at }, source)
  const { fetch: _fetch, ...roster } = call.roster
  call.roster = roster
  call.ending = ending
  moveTo(draft, 'terminated', ending)
}

function whoEnded(call: Call, cause: 'callEnded' | 'lost', result: ResultInfo): EndedBy {
  if (call.hangUpRequestedAt !== undefined) return 'local'
  const { by = 'unknown' } = result
  return isClassified(result) ? by : cause === 'lost' ? 'service' : 'unknown'
}

/** True for an answer of "not found" or "forbidden". */
function isDenied(answer: Verdict<unknown>): boolean {
  return answer.verdict === 'refused' && (answer.failure.reason === 'gone' || answer.failure.reason === 'forbidden')
}

function isNotFound(answer: Verdict<unknown>): boolean {
  return answer.verdict === 'refused' && answer.failure.reason === 'gone'
}

/** The handler of each deadline that belongs to the call itself. */
export const lifecycleDeadlines: ReadonlyMap<string, (draft: CallDraft) => void> = new Map([
  [KEEP_ALIVE, passKeepAlive],
  [HANG_UP, sendKeepAlive],
  [CALL_FETCH, fetchCall],
])
