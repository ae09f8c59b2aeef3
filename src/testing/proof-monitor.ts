/**
 * The monitor of proof (rule 1): no participant ends on a promise.
 *
 * It uses only the events, and which participants were present under which ids.
 *
 * Rule 1: a participant who was present ends only by a complete full or fetched roster that does not show them; by a delta
 * that removes them; by a 404, or an equivalent code, to a DELETE that was sent while they were present, except in the
 * lobby, where an admission may have changed their id; by their entry turning out to be the bot's or another
 * participant's; or by the end of the call. A 404 for an id that the latest complete roster does not show is not proof:
 * they may be present under another id.
 * Rule 2: a roster is complete if it says so; if it does not say, it is complete if it shows the bot itself, or, while the
 * bot is not known, if it shows any participant. A fetched roster counts if no report arrived between the request and
 * the answer.
 * Rule 3: for an invitee, absence from a report that was not fetched proves nothing, and neither does an answer to a
 * DELETE. Absence from a fetched roster proves nothing if that roster says that their operation is running.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import type {
  CallEvent,
  CallReport,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from '../call/model/events.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isOpen, isPending, isPresent, type Participant } from '../participant/participant.ts'
import { isComplete, isOld } from './completeness.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'

/** Monitors that every ending has proof. A monitor that starts in the middle accepts what it has not seen. */
export function proof(): StepMonitor {
  const requests = new Requests()
  return (seen) => {
    const wrong = seen.result.call === seen.before ? undefined : wrongEnding(seen, requests)
    requests.note(seen)
    return wrong
  }
}

function wrongEnding(seen: MonitoredStep, requests: Requests): string | undefined {
  const { before, event, result } = seen
  for (const was of before.participants.values()) {
    const now = result.call.participants.get(was.key)
    if (!isOpen(was) || (now !== undefined && isOpen(now))) continue
    const wrong = isPresent(was) ? wrongOfPresent(seen, was, requests) : wrongOfPending(event, was, now)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function wrongOfPending(event: CallEvent, was: Participant, now: Participant | undefined): string | undefined {
  if (!isPending(was)) return undefined
  if (now?.state === 'cancelled' && was.expiredAt === undefined && isSaidToRing(event, was))
    return `a fetched roster that says the operation of the invitee ${was.key} is running ended them`
  if (event.type === 'removal.answered') return `${answerWords(event.answer)} ended the invitee ${was.key}`
  const isAbsent =
    event.type === 'roster.reported' && !event.entries.some(({ identity }) => isSameIdentity(identity, was.identity))
  return isAbsent ? `absence from a report ended the invitee ${was.key}` : undefined
}

function wrongOfPresent(
  { before, event, result }: MonitoredStep,
  was: Participant,
  requests: Requests,
): string | undefined {
  if (isCallEnd(event) || isReplaced(before, event, result.call, was)) return undefined
  switch (event.type) {
    case 'roster.reported':
      if (event.kind === 'delta')
        return event.entries.some((entry) => isRemovalOf(before, entry, was))
          ? undefined
          : `a delta that does not remove ${was.key} ended them`
      return wrongOfRoster(before, result.call, event, was, 'a full roster')
    case 'roster.fetched':
      if (event.answer.verdict !== 'done') return `a roster that was not fetched ended ${was.key}`
      if (requests.isOutdated(event.fetch))
        return `a roster that was asked for before the latest report ended ${was.key}`
      return wrongOfRoster(before, result.call, event.answer.value, was, 'a fetched roster')
    case 'removal.answered': {
      if (event.key !== was.key) return `the answer to a DELETE of ${event.key} ended ${was.key}`
      if (event.answer.verdict === 'done' || !isGone(event.answer.failure))
        return `${answerWords(event.answer)} ended ${was.key}`
      if (was.state === 'lobby') return `a 404 to the DELETE of a lobby id ended ${was.key}`
      const isClaimed = result.call.participants.get(was.key)?.ending?.cause !== 'left'
      if (isClaimed && requests.isNameless(was))
        return `a 404 to a DELETE of an id that rosters have stopped showing ended ${was.key}`
      return isClaimed && requests.wasEarly(event.key, event.attempt)
        ? `a 404 to a DELETE from before ${was.key} was there ended them`
        : undefined
    }
    default:
      return `${event.type} ended ${was.key}, who was there`
  }
}

function wrongOfRoster(
  before: Call,
  after: Call,
  roster: Pick<RosterSnapshot, 'entries' | 'isComplete'>,
  was: Participant,
  what: string,
): string | undefined {
  // This very roster may have shown the bot's id.
  if (!isComplete(before, roster) && !isComplete(after, roster)) return `${what} that is not complete ended ${was.key}`
  return isShown(before, roster.entries, was) ? `${what} that shows ${was.key} ended them` : undefined
}

/** Whether the fetched roster says that the invitee's operation is running, and nothing else. */
function isSaidToRing(event: CallEvent, { invitation }: Participant): boolean {
  if (event.type !== 'roster.fetched' || event.answer.verdict !== 'done') return false
  const own = (event.answer.value.operations ?? []).filter(({ clientContext }) => clientContext === invitation)
  return own.length > 0 && own.every(({ status }) => status === 'running')
}

/** Matches by id; without an id, if enough entries have that identity and name no other participant. */
function isShown({ participants, byId }: Call, entries: readonly RosterEntry[], was: Participant): boolean {
  if (was.id !== undefined) return entries.some(({ id }) => id === was.id)
  const fellows = [...participants.values()].filter((one) => isOpen(one) && isSameIdentity(one.identity, was.identity))
  const free = entries.filter(
    ({ id, identity }) => (id === undefined || !byId.has(id)) && isSameIdentity(identity, was.identity),
  )
  return free.length >= fellows.length
}

/** Matches by any known id; if either has none, by identity. */
function isRemovalOf({ byId }: Call, { id, identity, removed }: RosterEntry, was: Participant): boolean {
  if (removed === undefined) return false
  if (id !== undefined && (id === was.id || byId.get(id) === was.key)) return true
  return (id === undefined || was.id === undefined) && isSameIdentity(identity, was.identity)
}

/** Whether the participant turned out to be the bot, or another participant who has their id now. */
function isReplaced(before: Call, event: CallEvent, after: Call, { key }: Participant): boolean {
  const isTelling = /^(?:roster|call|invite|operation)\./.test(event.type)
  if (!isTelling || after.participants.has(key)) return false
  const { participantId } = after.self
  return [...before.byId].some(
    ([id, owner]) => owner === key && (id === participantId || ![undefined, key].includes(after.byId.get(id))),
  )
}

function isCallEnd(event: CallEvent): boolean {
  switch (event.type) {
    case 'call.reported':
      return isOver(event)
    case 'call.fetched':
      return event.answer.verdict === 'done' && isOver(event.answer.value)
    case 'keepAlive.answered':
    case 'hangUp.answered':
      return event.answer.verdict === 'refused' && event.answer.failure.reason === 'gone'
    default:
      return false
  }
}

function isOver({ state, isDeleted }: CallReport): boolean {
  return state === 'terminated' || isDeleted === true
}

function isGone({ reason }: ServiceFailure): boolean {
  return reason === 'gone'
}

function answerWords(answer: Verdict): string {
  if (answer.verdict === 'done') return 'a 2xx'
  const { reason, status, code } = answer.failure
  const why = reason === 'other' ? (status ?? code) : reason
  return `a DELETE that was ${answer.verdict === 'refused' ? 'refused' : 'not confirmed'} (${why})`
}

/** The requests and their times, as far as the monitor has seen them. */
class Requests {
  readonly #outdated = new Set<number>()
  readonly #early = new Set<string>()
  readonly #nameless = new Map<string, string>()
  #fetch: number | undefined

  /** Whether a report arrived since the roster was requested. */
  isOutdated(fetch: number): boolean {
    return this.#outdated.has(fetch)
  }

  /** Whether the DELETE was sent before the participant was on the roster. */
  wasEarly(key: string, attempt: number): boolean {
    return this.#early.has(`${attempt} ${key}`)
  }

  /** Whether the latest complete roster showed the participant, but not their id. */
  isNameless({ key, id }: Participant): boolean {
    return id !== undefined && this.#nameless.get(key) === id
  }

  note(seen: MonitoredStep): void {
    const {
      before,
      event,
      result: { call, effects },
    } = seen
    this.#noteNames(seen)
    if (event.type === 'roster.reported' && this.#fetch !== undefined && !isOld(before, event))
      this.#outdated.add(this.#fetch)
    for (const effect of effects) {
      if (effect.type === 'roster.fetch') this.#fetch = effect.fetch
      if (effect.type !== 'participant.delete') continue
      const one = call.participants.get(effect.key)
      if (one !== undefined && isPending(one)) this.#early.add(`${effect.attempt} ${effect.key}`)
      else this.#early.delete(`${effect.attempt} ${effect.key}`)
    }
  }
  /** A roster that leaves no doubt shows the bot and exactly the present participants. */
  #noteNames({ before, event, result: { call } }: MonitoredStep): void {
    const roster = rosterOf(event)
    if (roster === undefined) return
    const { entries } = roster
    for (const { id } of entries)
      for (const [key, known] of this.#nameless) if (known === id) this.#nameless.delete(key)
    const isLate = isOld(before, event) || (event.type === 'roster.fetched' && this.#outdated.has(event.fetch))
    const isPart = event.type === 'roster.reported' && event.kind === 'delta'
    const present = [...before.participants.values()].filter(isPresent)
    if (isLate || isPart || !isComplete(before, roster) || entries.length !== present.length + 1) return
    const nameless = present.filter((one) => !entries.some(({ id }) => id !== undefined && id === one.id))
    const isTold = nameless.every(
      (one) =>
        entries.some(({ id, identity }) => id === undefined && isSameIdentity(identity, one.identity)) &&
        present.every((other) => other === one || !isSameIdentity(other.identity, one.identity)),
    )
    if (isTold)
      for (const { key, id } of nameless)
        if (id !== undefined && call.participants.get(key)?.id === id) this.#nameless.set(key, id)
  }
}

/** The entries of a report or of a fetched roster. */
function rosterOf(event: CallEvent): Pick<RosterSnapshot, 'entries' | 'isComplete'> | undefined {
  if (event.type === 'roster.reported') return event
  return event.type === 'roster.fetched' && event.answer.verdict === 'done' ? event.answer.value : undefined
}
