/**
 * The call's own life: its state as the service tells it, its heartbeat, its end.
 *
 * Rule 1: `established` repeats, comes before `establishing`, may never come; a state never goes back, but for a
 * transfer that fell through, which says so with a result.
 * Rule 2: the call's end dominates: everyone open ends with it and nothing is asked of the service any more.
 * Rule 3: a heartbeat that is answered 404 means the call is lost. Nothing else that fails does.
 * Rule 4: an open call is asked about from time to time, whatever it hears: by a heartbeat once it is established, by a
 * GET before. While the bot does not know its own roster id, or rosters do not show it by the one it knows, a GET asks
 * for that, too: the bot is not one of the participants. A host that takes the call up by a clock behind the call's
 * sends a heartbeat at once: the last one may be longer ago than any clock says.
 * Rule 5: a call that was taken in by its name is asked for before its roster is. When the service denies it both times, or
 * when a heartbeat does, it is over: its name may be made up.
 * Rule 6: a hang-up is wanted until the call is over or the service refuses it: when a heartbeat finds the call still
 * there, the next one is due soon, and is another hang-up.
 * Rule 7: with a service whose calls are not kept alive by requests (`liveness: 'poll'`), a GET of the call takes the place
 * of each heartbeat: a 404 to it means the call is lost.
 * Rule 8: a call has one reference. A report with another one says nothing about the call; an answer with another one
 * means the call is lost: the service knows another call under its name.
 * @module
 */
import { createEnding, isClassified, type EndedBy, type Ending, type ResultInfo } from '../participant/participant.ts'
import type { Call } from './model/call.ts'
import type { CallReport, CallState, Verdict } from './model/events.ts'
import { hasEnded, isBeforeEstablished, ranks } from './model/call-state.ts'
import { isReference } from './model/reference.ts'
import { fetchNow, renewFetch, requestFetch } from './roster-fetch.ts'
import { beatBy, CALL_FETCH, checkAlive, isSelfSought, KEEP_ALIVE, learnSelf, trustSelf } from './self.ts'
import { count, ignore, schedule, send, unschedule, type EvidenceSource, type CallDraft } from './draft.ts'
import { backoffMs } from '../time/backoff.ts'

/** The wait before a heartbeat that was not confirmed is repeated: long before the service's 45 min are over. */
export const KEEP_ALIVE_RETRY_MS = 60_000

/** How long a call that is not established yet hears nothing before it is asked about: about as long as a phone rings. */
export const ASK_AFTER_MS = 60_000

const HANG_UP = 'hangUp'

/** The first wait before a hang-up that came to nothing is sent again; it doubles each time, up to the longest. */
export const HANG_UP_BACKOFF_MS = 1_000

/** The longest wait before a hang-up is sent again. */
export const LONGEST_HANG_UP_WAIT_MS = 60_000

const ended: EvidenceSource = { source: 'call.ended', note: 'the call ended' }
const lost: EvidenceSource = { source: 'call.lost', note: 'the service does not know the call any more' }

/** True for a call that has ended, or has a deadline at which it is asked about. */
export function isAskedAbout({ state, deadlines }: Pick<Call, 'state' | 'deadlines'>): boolean {
  return state === 'terminated' || deadlines.has(isBeforeEstablished({ state }) ? CALL_FETCH : KEEP_ALIVE)
}

/** Sees to it that the call is asked about in time, and soon when participants are known and the bot's own id is not. */
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

/** Sets the time at which the call is asked for, after an answer of that verdict; while an answer is to come, with `refused`. */
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

/** The first callback that was taken in says whose the call is. */
export function bindCall(draft: CallDraft, tenant: string): void {
  draft.call.tenant ??= tenant
}

/** What the service says of the call. */
export function reportCall(draft: CallDraft, report: CallReport): void {
  const { state, myParticipantId, result, isDeleted, reference } = report
  if (isOfAnotherCall(draft.call, report)) return ignore(draft, 'outOfDate')
  if (draft.call.reference === undefined && isReference(reference)) draft.call.reference = reference
  if (myParticipantId !== undefined) learnSelf(draft, myParticipantId)
  if (isDeleted || state === 'terminated') return endWithResult(draft, result ?? {})
  if (state === undefined || !mayFollow(draft.call.state, state, result)) return
  moveTo(draft, state)
}

/** True for a report with another reference than the call has. */
function isOfAnotherCall(call: Call, { reference }: CallReport): boolean {
  return call.reference !== undefined && isReference(reference) && reference !== call.reference
}

function mayFollow(from: CallState, to: CallState, result: ResultInfo | undefined): boolean {
  // Media, tone and chat updates ride on `established`; only one with a result says that a transfer fell through.
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

/** A call of which nothing is known but its name: ask for it, and for its roster once that is answered. */
export function adoptCall(draft: CallDraft): void {
  if (draft.call.state !== 'unknown' || draft.call.adoption !== undefined || draft.call.roster.fetches > 0)
    return ignore(draft, 'alreadyRequested')
  draft.call.adoption = 'asked'
  draft.effects.push({ type: 'call.fetch', id: 'call' })
  askForCall(draft, 'refused')
}

/** The service has answered a question about the call: there is one, unless the answer is empty; then a heartbeat says. */
export function proveBy(draft: CallDraft, isTelling: boolean): void {
  const { adoption } = draft.call
  if (adoption === undefined) return
  if (isTelling) draft.call.adoption = undefined
  else if (adoption === 'denied') checkAlive(draft)
}

/**
 * The service does not know a call that was taken in by its name, or does not show it. The second time it is over: what named
 * it may have made it up. (One question may be of a kind that the service does not answer at all.)
 */
export function denyCall(draft: CallDraft, answer: Verdict<unknown>): boolean {
  if (draft.call.adoption === undefined || !isDenied(answer)) return false
  if (draft.call.adoption === 'denied') endLost(draft)
  else draft.call.adoption = 'denied'
  return true
}

/** The answer to the question for the call. It is asked again while the call is not established or the bot's own id is sought. */
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
    // While the call is not established, it is asked for again in any case.
    if (answer.verdict === 'refused' || !isComing) answerKeepAlive(draft, answer)
    if (hasEnded(draft.call)) return
  } else if (isNotFound(answer)) checkAlive(draft)
  else if (!isQuestion(draft.call)) ignore(draft, 'notPossible')
  if (isQuestion(draft.call)) askForCall(draft, answer.verdict)
  if (isFirst && !hasEnded(draft.call)) fetchNow(draft)
  // Nothing told of it in time: who is there may not have been told either.
  if (
    isComing &&
    !isBeforeEstablished(draft.call) &&
    !hasEnded(draft.call) &&
    draft.call.roster.introducedBefore === undefined
  )
    requestFetch(draft, () => true)
}

/** True when the call is asked for in place of being kept alive. */
function isPolled({ options }: Call): boolean {
  return options.liveness === 'poll'
}

/** Asks for the call. Until the answer comes it is not asked again, unless the answer never comes. */
function fetchCall(draft: CallDraft): void {
  const { self } = draft.call
  if (isSelfSought(draft.call)) draft.call.self = { ...self, questions: (self.questions ?? 0) + 1 }
  draft.effects.push({ type: 'call.fetch', id: `call/${draft.at}` })
  askForCall(draft, 'refused')
}

/** True while the call itself is asked for: until it is established, and while the bot's own id is sought. */
function isQuestion(call: Call): boolean {
  return isBeforeEstablished(call) || isSelfSought(call)
}

/** The wait before the bot's own id is asked for again: longer after each question that brought nothing. */
function selfDelay({ self: { questions = 0 }, options: { confirmTimeoutMs } }: Call): number {
  return backoffMs(questions, { firstMs: confirmTimeoutMs, longestMs: KEEP_ALIVE_RETRY_MS })
}

/** The time for a heartbeat has come. A hang-up that is wanted, and not just taken, says as much by its 404. */
function passKeepAlive(draft: CallDraft): void {
  const { hangUpRequestedAt, deadlines } = draft.call
  if (hangUpRequestedAt === undefined || deadlines.has(HANG_UP)) return sendKeepAlive(draft)
  sendHangUp(draft)
  goOnBeating(draft)
}

function sendKeepAlive(draft: CallDraft): void {
  draft.call.keepAlives += 1
  const type = isPolled(draft.call) ? 'call.fetch' : 'call.keepAlive'
  draft.effects.push({ type, id: `keepAlive/${draft.call.keepAlives}` })
  goOnBeating(draft)
}

function goOnBeating(draft: CallDraft): void {
  if (ranks[draft.call.state] >= ranks.established)
    schedule(draft, KEEP_ALIVE, draft.at + draft.call.options.keepAliveMs)
}

/** The answer to a heartbeat, or to the question for the call that takes its place. */
export function answerKeepAlive(draft: CallDraft, answer: Verdict<unknown>): void {
  if (isNotFound(answer)) endLost(draft)
  else if (answer.verdict === 'unconfirmed')
    schedule(draft, KEEP_ALIVE, draft.at + Math.min(KEEP_ALIVE_RETRY_MS, draft.call.options.keepAliveMs))
  else {
    if (answer.verdict === 'done') renewFetch(draft)
    hangUpLater(draft)
  }
}

/** The call is still there: a hang-up that is wanted, and of which nothing more is to come, came to nothing. */
function hangUpLater(draft: CallDraft): void {
  const { hangUpRequestedAt, hangUps, deadlines } = draft.call
  if (hangUpRequestedAt === undefined || deadlines.has(HANG_UP)) return
  const waitMs = backoffMs(hangUps, { firstMs: HANG_UP_BACKOFF_MS, longestMs: LONGEST_HANG_UP_WAIT_MS })
  beatBy(draft, draft.at + waitMs)
}

/** The application wants to leave the call. */
export function requestHangUp(draft: CallDraft): void {
  if (draft.call.hangUpRequestedAt !== undefined) return ignore(draft, 'alreadyRequested')
  draft.call.hangUpRequestedAt = draft.at
  sendHangUp(draft)
}

function sendHangUp(draft: CallDraft): void {
  draft.call.hangUps += 1
  draft.effects.push({ type: 'call.hangUp', id: `hangUp/${draft.call.hangUps}` })
}

/** The answer to hanging up: a promise too. Without the notification, a heartbeat finds out. */
export function answerHangUp(draft: CallDraft, answer: Verdict): void {
  if (isNotFound(answer)) return end(draft, 'callEnded', {}, ended)
  if (answer.verdict === 'refused') draft.call.hangUpRequestedAt = undefined
  else schedule(draft, HANG_UP, draft.at + draft.call.options.confirmTimeoutMs)
}

/** A host took the call up again: it may have missed anything. By a clock behind the call's it cannot say for how long. */
export function resume(draft: CallDraft, clockAt: number): void {
  const { call } = draft
  if (!isAskedAbout(call)) return
  const isComing = isBeforeEstablished(call)
  if (isComing) fetchCall(draft)
  else if (clockAt < draft.at) beatBy(draft, draft.at)
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
  // Those who have ended before hear nothing of it.
  const everybody = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  for (const { key } of everybody) send(draft, key, { type: 'call.ended', cause, by, result, at }, source)
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

/** The service does not know what was asked about, or does not let the bot see it. */
function isDenied(answer: Verdict<unknown>): boolean {
  return answer.verdict === 'refused' && (answer.failure.reason === 'gone' || answer.failure.reason === 'forbidden')
}

function isNotFound(answer: Verdict<unknown>): boolean {
  return answer.verdict === 'refused' && answer.failure.reason === 'gone'
}

/** What each deadline of the call itself does when it passes. */
export const lifecycleDeadlines: ReadonlyMap<string, (draft: CallDraft) => void> = new Map([
  [KEEP_ALIVE, passKeepAlive],
  [HANG_UP, sendKeepAlive],
  [CALL_FETCH, fetchCall],
])
