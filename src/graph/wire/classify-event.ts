/**
 * Classify event: adds the reason, cause and `by` that this edge reads from codes, to events that lack them: those of
 * traces of version 1, in which the call itself read the service's codes.
 * @module
 */
import type { CallEvent, RosterEntry, ServiceFailure, Verdict } from '../../call/model/events.ts'
import type { ResultInfo } from '../../participant/participant.ts'
import { readFailure, readRemoved, readResult } from './result-codes.ts'

/** Classifies a failure without a reason. */
export type FailureReader = (failure: ServiceFailure) => ServiceFailure

/** The event with the reason of its failure, and with the cause of its result and of each departure. */
export function classifyEvent(event: CallEvent, read: FailureReader = readFailure): CallEvent {
  switch (event.type) {
    case 'call.reported':
    case 'operation.reported':
      return withResult(event)
    case 'roster.reported':
      return { ...event, entries: event.entries.map(withRemoved) }
    case 'invite.answered':
    case 'mute.answered':
      return { ...event, answer: withFailure(event.answer, read, withResult) }
    case 'call.fetched':
      return { ...event, answer: withFailure(event.answer, read, withResult) }
    case 'roster.fetched':
      return {
        ...event,
        answer: withFailure(event.answer, read, (value) => ({ ...value, entries: value.entries.map(withRemoved) })),
      }
    case 'removal.answered':
    case 'hangUp.answered':
    case 'keepAlive.answered':
      return { ...event, answer: withFailure(event.answer, read, (value) => value) }
    default:
      return event
  }
}

function withFailure<T>(answer: Verdict<T>, read: FailureReader, withRead: (value: T) => T): Verdict<T> {
  return answer.verdict === 'done'
    ? { ...answer, value: withRead(answer.value) }
    : { ...answer, failure: read(answer.failure) }
}

function withResult<R extends { readonly result?: ResultInfo | undefined }>(report: R): R {
  return report.result === undefined ? report : { ...report, result: readResult(report.result) }
}

function withRemoved(entry: RosterEntry): RosterEntry {
  return entry.removed === undefined ? entry : { ...entry, removed: readRemoved(entry.removed.reason) }
}
