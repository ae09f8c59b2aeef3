/**
 * Responses: reads the 2xx answers of Graph.
 *
 * Rule 1: an operation that the service accepted is `done`, however little of the answer is readable.
 * Rule 2: a list that was not read to its end is unconfirmed, because absence from a list is evidence.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import type { OperationReport, RosterEntry, ServiceFailure, Verdict } from '../../call/model/events.ts'
import type { CreatedCall } from '../../host/ports/ports.ts'
import type { GraphAnswer } from './graph-client.ts'
import { callIdFault } from '../../call/model/ids.ts'
import { normaliseId } from '../wire/ids.ts'
import { isObject } from '../../call/codec/schema.ts'
import { mismatch, readArray, readObject, root, stringAt, type JsonPath } from '../wire/json-reader.ts'
import { readResourceUrl } from '../wire/resource-url.ts'
import { idAt, readCall, readOperation, readParticipant } from '../wire/resources.ts'

/** A `done` verdict with another value; any other verdict unchanged. */
export function mapDone<T>(answer: Verdict<GraphAnswer>, map: (answer: GraphAnswer) => T): Verdict<T> {
  return answer.verdict === 'done' ? { verdict: 'done', value: map(answer.value) } : answer
}

/** Reads the body of an answer that is useless without it. */
export function readDone<T>(answer: Verdict<GraphAnswer>, read: (json: unknown) => T): Verdict<T> {
  if (answer.verdict !== 'done') return answer
  try {
    return { verdict: 'done', value: read(answer.value.json) }
  } catch (error) {
    if (!isRollcallError(error)) throw error
    return unreadable(error.message, answer.value.requestId)
  }
}

/** The verdict for an unreadable answer. */
export function unreadable(message: string, requestId?: string): Verdict<never> {
  const failure: ServiceFailure = { reason: 'other', code: 'answerUnreadable', message, requestId }
  return { verdict: 'unconfirmed', failure }
}

/** The report of an accepted request, however little of its answer is readable; a notification has the rest. */
export function operationOf(answer: GraphAnswer, clientContext: string): OperationReport {
  // `Location` names the operation as well (participant-invite); used if the body does not.
  const located = readResourceUrl(answer.headers.get('location') ?? '')?.below
  const operationId = located?.[0]?.toLowerCase() === 'operations' ? normaliseId(located[1] ?? '') : ''
  const running: OperationReport = { status: 'running', clientContext, ...(operationId === '' ? {} : { operationId }) }
  if (!isObject(answer.json)) return running
  try {
    return { ...running, ...readOperation(answer.json, root).report }
  } catch (error) {
    if (!isRollcallError(error)) throw error
    return running
  }
}

/** A created call. Unconfirmed if neither the body nor `Location` has its id: it exists and cannot be addressed. */
export function createdCall(answer: Verdict<GraphAnswer>): Verdict<CreatedCall> {
  if (answer.verdict !== 'done') return answer
  const { json, headers, requestId } = answer.value
  const body = isObject(json) ? json : {}
  const read = readDone(answer, () => ({ report: readCall(body, root).report, id: idAt(body, 'id', root) }))
  const callId =
    (read.verdict === 'done' ? read.value.id : undefined) ?? readResourceUrl(headers.get('location') ?? '')?.callId
  if (callId === undefined || callIdFault(callId) !== undefined)
    return unreadable('the service created a call, but its answer has no usable id', requestId)
  return { verdict: 'done', value: { ...(read.verdict === 'done' ? read.value.report : {}), callId } }
}

/** One page of participants and where the next one is. A link to another host gets no token, so there is no list. */
export function readPage(json: unknown, origin: string): { entries: readonly RosterEntry[]; next: string | undefined } {
  const page = readObject(json, root)
  const value: JsonPath = { parent: root, step: 'value' }
  const entries = readArray(page['value'], value).map((entry, index) =>
    readParticipant(entry, { parent: value, step: index }, 'full'),
  )
  const link = stringAt(page, '@odata.nextLink', root)
  if (link === undefined || link === '') return { entries, next: undefined }
  if (!URL.canParse(link) || new URL(link).origin !== origin) {
    throw mismatch({ parent: root, step: '@odata.nextLink' }, 'a link to the same host', link)
  }
  return { entries, next: link }
}
