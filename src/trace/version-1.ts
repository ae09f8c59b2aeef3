/**
 * Version 1 of traces: the call itself read Graph's codes then, so what was recorded is read here as Graph's edge reads
 * it now, and steps to the same endings.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'
import type { CallEvent, ServiceFailure } from '../call/model/events.ts'
import { classifyEvent } from '../graph/wire/classify-event.ts'
import { readFailure, readResult } from '../graph/wire/result-codes.ts'

/** Codes that said of a participant, whatever the status, that they are not there. */
const goneCodes: ReadonlySet<string> = new Set(['8522', '8543', '8558'])

/** The JSON of an event, with a reason that says nothing where a failure has none: {@link classifyRecorded} finds it. */
export function withBlankReason(event: unknown): unknown {
  const answer = isObject(event) ? event['answer'] : undefined
  const failure = isObject(answer) ? answer['failure'] : undefined
  if (!isObject(event) || !isObject(answer) || !isObject(failure)) return event
  return { ...event, answer: { ...answer, failure: { reason: 'other', ...failure } } }
}

/** An event of version 1 with what was read in it then: codes only of removals, statuses of every failure. */
export function classifyRecorded(event: CallEvent): CallEvent {
  return classifyEvent(event, (failure) => ({ ...readFailure(failure), reason: reasonOf(event, failure) }))
}

function reasonOf({ type }: CallEvent, { code, reason: _blank, ...failure }: ServiceFailure): ServiceFailure['reason'] {
  if (type === 'removal.answered' && goneCodes.has(code)) return 'gone'
  return readFailure({ ...failure, code: '' }).reason
}

/** Where an encoded call of version 1 has results: of invitations, and of operations that match none. */
const places = [
  ['invitations', 'failure'],
  ['orphans', 'result'],
  ['unmatchedOperations', 'result'],
] as const

/** An encoded call with its results read; a value of another shape as it is. */
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
