/**
 * Version 1 of traces: in it, the call itself interpreted Graph's codes. Here its events are classified as Graph's edge
 * does now, so that they replay to the same endings.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'
import type { CallEvent, ServiceFailure } from '../call/model/events.ts'
import { classifyEvent } from '../graph/wire/classify-event.ts'
import { readFailure, readResult } from '../graph/wire/result-codes.ts'

/** Codes that meant, with any status, that the participant is gone. */
const goneCodes: ReadonlySet<string> = new Set(['8522', '8543', '8558'])

/** An event's JSON with the reason `other` in a failure without a reason; {@link classifyRecorded} replaces it. */
export function withBlankReason(event: unknown): unknown {
  const answer = isObject(event) ? event['answer'] : undefined
  const failure = isObject(answer) ? answer['failure'] : undefined
  if (!isObject(event) || !isObject(answer) || !isObject(failure)) return event
  return { ...event, answer: { ...answer, failure: { reason: 'other', ...failure } } }
}

/** An event of version 1, classified as version 1 did: codes only for removals, statuses for every failure. */
export function classifyRecorded(event: CallEvent): CallEvent {
  return classifyEvent(event, (failure) => ({ ...readFailure(failure), reason: reasonOf(event, failure) }))
}

function reasonOf({ type }: CallEvent, { code, reason: _blank, ...failure }: ServiceFailure): ServiceFailure['reason'] {
  if (type === 'removal.answered' && goneCodes.has(code)) return 'gone'
  return readFailure({ ...failure, code: '' }).reason
}

/** Fields of an encoded version 1 call that contain results: of invitations, and of unmatched operations. */
const places = [
  ['invitations', 'failure'],
  ['orphans', 'result'],
  ['unmatchedOperations', 'result'],
] as const

/** An encoded call with classified results; a value of another shape is returned unchanged. */
export function classifyStoredCall(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['core'])) return value
  const core: Record<string, unknown> = { ...value['core'] }
  for (const [list, field] of places) {
    const pairs = core[list]
    if (Array.isArray(pairs)) core[list] = pairs.map((pair: unknown) => withResult(pair, field))
  }
  return { ...value, core }
}

function withResult(pair: unknown, field: string): unknown {
  if (!Array.isArray(pair) || !isObject(pair[1]) || !isResult(pair[1][field])) return pair
  return [pair[0], { ...pair[1], [field]: readResult(pair[1][field]) }]
}

function isResult(value: unknown): value is { readonly message?: string } {
  return isObject(value) && ['string', 'undefined'].includes(typeof value['message'])
}
