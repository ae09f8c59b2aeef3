/**
 * Classify event: an event with what this edge would have read in it, for events that came without it: those of traces
 * of version 1, which were recorded while the call itself read the service's codes.
 * @module
 */
import type { CallEvent, RosterEntry, Verdict } from '../../call/model/events.ts'
import type { ResultInfo } from '../../participant/participant.ts'
import { readFailure, readRemoved, readResult } from './result-codes.ts'

const NOT_FOUND = 404

/** The event with the reason of its failure, and with the cause of its result and of each departure. */
export function classifyEvent(event: CallEvent): CallEvent {
  switch (event.type) {
    case 'call.reported':
    case 'operation.reported':
      return withResult(event)
    case 'roster.reported':
      return { ...event, entries: event.entries.map(withRemoved) }
    case 'invite.answered':
    case 'mute.answered':
      return { ...event, answer: withFailure(event.answer, withResult) }
    case 'call.fetched':
      return { ...event, answer: byStatusAlone(withFailure(event.answer, withResult)) }
    case 'roster.fetched':
      return {
        ...event,
        answer: byStatusAlone(
          withFailure(event.answer, (value) => ({ ...value, entries: value.entries.map(withRemoved) })),
        ),
      }
    case 'removal.answered':
      return { ...event, answer: withFailure(event.answer, (value) => value) }
    case 'hangUp.answered':
    case 'keepAlive.answered':
      return { ...event, answer: byStatusAlone(withFailure(event.answer, (value) => value)) }
    default:
      return event
  }
}

function withFailure<T>(answer: Verdict<T>, read: (value: T) => T): Verdict<T> {
  return answer.verdict === 'done'
    ? { ...answer, value: read(answer.value) }
    : { ...answer, failure: readFailure(answer.failure) }
}

/** Of a call and its roster, version 1 took a 404 for "gone", and no code. */
function byStatusAlone<T>(answer: Verdict<T>): Verdict<T> {
  if (answer.verdict === 'done' || answer.failure.reason !== 'gone' || answer.failure.status === NOT_FOUND)
    return answer
  return { ...answer, failure: { ...answer.failure, reason: 'other' } }
}

function withResult<R extends { readonly result?: ResultInfo | undefined }>(report: R): R {
  return report.result === undefined ? report : { ...report, result: readResult(report.result) }
}

function withRemoved(entry: RosterEntry): RosterEntry {
  return entry.removed === undefined ? entry : { ...entry, removed: readRemoved(entry.removed.reason) }
}
