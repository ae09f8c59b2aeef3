/**
 * The monitor of suspicion (rule 6): a report that is not believed moves no participant, and a question about the
 * roster stays open until a snapshot answers it.
 *
 * Rule 1: a complete full report without a participant who joined within the reorder window ends no participant and
 * changes no present participant's id, whatever else it shows, unless its number proves that it is the newest.
 * Rule 2: a fetched roster answers the question if it is complete and no report arrived between the request and the
 * answer. Until then a fetch is under way or due, for as many attempts as a call makes; a new need starts again.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import type { RosterEntry } from '../call/model/events.ts'
import { FETCH_ATTEMPTS } from '../call/roster-fetch.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isOpen, isPresent, type Participant } from '../participant/participant.ts'
import { isComplete, isOld, isProvedNewer } from './completeness.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'

/** Monitors that suspicion holds until a snapshot has decided. */
export function suspicion(): StepMonitor {
  const question = new Question()
  return (seen) => wronglyBelieved(seen) ?? question.judge(seen)
}

/** Why it was wrong of a step to believe a full report (rule 1); undefined if it was right. */
export function wronglyBelieved({ before, event, result }: MonitoredStep): string | undefined {
  if (
    event.type !== 'roster.reported' ||
    event.kind !== 'full' ||
    result.call === before ||
    isProvedNewer(before, event) ||
    !isComplete(before, event)
  )
    return undefined
  // The time of a call never goes back, whatever the clock says.
  const at = Math.max(event.at, before.at ?? event.at)
  const missed = [...before.participants.values()].find(
    (one) => hasJustJoined(before, one, at) && !isShown(before, event.entries, one),
  )
  if (missed === undefined) return undefined
  for (const was of before.participants.values()) {
    const now = result.call.participants.get(was.key)
    // A participant that turned out to be the bot is forgotten.
    if (!isPresent(was) || now === undefined || (isOpen(now) && now.id === was.id)) continue
    return `a full roster without ${missed.key}, who had just joined, ${isOpen(now) ? 'gave another id to' : 'ended'} ${was.key}`
  }
  return undefined
}

function hasJustJoined({ options }: Call, one: Participant, at: number): boolean {
  return (
    isPresent(one) && at - Math.max(one.introducedAt, one.lobbyAt ?? 0, one.activeAt ?? 0) < options.reorderWindowMs
  )
}

/** Matches by any known id; by identity if the entry or the participant has no id. */
function isShown({ byId }: Call, entries: readonly RosterEntry[], one: Participant): boolean {
  return entries.some(
    ({ id, identity }) =>
      (id !== undefined && byId.get(id) === one.key) ||
      ((id === undefined || one.id === undefined) && isSameIdentity(identity, one.identity)),
  )
}

/** The open question about the roster, and how often it was asked. */
class Question {
  /** The count of the call, if the monitor starts in the middle. */
  #asked: number | undefined
  #isOutdated = false

  judge(seen: MonitoredStep): string | undefined {
    const {
      before,
      event,
      result: { call, effects },
    } = seen
    this.#asked ??= before.roster.attempts
    if (event.type === 'roster.reported' && !isOld(before, event)) this.#isOutdated = true
    if (this.#isAnswered(seen)) this.#asked = 0
    for (const effect of effects) {
      if (effect.type !== 'roster.fetch') continue
      const isRepeated = event.type === 'deadline.passed' && event.deadline === 'refetch'
      // A monitor that starts in the middle has not seen earlier attempts.
      if (isRepeated) this.#asked = this.#asked === 0 ? call.roster.attempts : this.#asked + 1
      else this.#asked = 1
      this.#isOutdated = false
    }
    const isOpenQuestion = this.#asked > 0 && this.#asked < FETCH_ATTEMPTS && call.state !== 'terminated'
    return isOpenQuestion && call.roster.fetch === undefined && !call.deadlines.has('refetch')
      ? `after ${event.type} an unanswered question about the roster is not asked again`
      : undefined
  }

  #isAnswered({ before, event, result }: MonitoredStep): boolean {
    if (
      event.type !== 'roster.fetched' ||
      event.answer.verdict !== 'done' ||
      this.#isOutdated ||
      result.call === before
    )
      return false
    return isComplete(before, event.answer.value) || isComplete(result.call, event.answer.value)
  }
}
