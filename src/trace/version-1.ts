/**
 * Version 1 of traces: the call itself read Graph's codes then, so what was recorded is read here as Graph's edge reads
 * it now, and steps to the same endings.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'
import { readResult } from '../graph/wire/result-codes.ts'

export { classifyEvent } from '../graph/wire/classify-event.ts'

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
