/**
 * Calls that earlier versions stored: their explanations are unchanged, and they continue as they would have.
 *
 * Rule: the files in `fixtures` are never rewritten; their README lists their content and what they omit.
 * @module
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import { invariants } from '../../src/call/invariants.ts'
import type { Call } from '../../src/call/model/call.ts'
import type { ResultInfo } from '../../src/participant/participant.ts'
import { replay } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { endOfCall, type CallEnd } from './end-of-call.ts'

/** What is read here of a core of schema 1, by the names it was stored under. */
interface StoredCore {
  readonly id: string
  readonly schema: number
  readonly options: unknown
  readonly aliases: Pairs
  readonly deadlines: Pairs
  readonly invitations: Pairs
  readonly orphans: Pairs
}
type Pairs = readonly (readonly [string, unknown])[]
interface StoredCall {
  readonly core: StoredCore
  readonly participants: readonly { readonly ordinal: number }[]
}

/** What happened to a stored call after it was taken up again, and what that came to. */
interface Continued {
  readonly events: readonly unknown[]
  readonly end: CallEnd
}

function readLines<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

const storedCalls = readLines<StoredCall>('stored-calls-1.jsonl')
const continued = readLines<Continued>('stored-calls-1.continued.jsonl')

const rows = storedCalls.map((stored, index) => ({ stored, line: index + 1, id: stored.core.id }))

describe.each(rows)('the call of schema 1 in line $line, $id,', ({ stored, line, id }) => {
  test('explains the same as when it was stored', () => {
    const call = decodeCall(stored)
    expect(invariants(call)).toEqual([])
    expect(meaningOf(call)).toEqual(storedMeaningOf(stored))
  })

  test('explains the same once this version has stored it', () => {
    const call = decodeCall(stored)
    const encoded = asJson(encodeCall(call))
    const again = decodeCall(encoded)
    expect(meaningOf(again)).toEqual(meaningOf(call))
    expect(encodeCall(again)).toEqual(encoded)
  })

  test('continues as it would have when it was stored', () => {
    const { events, end } = continued[line - 1] as Continued
    const header = { rollcall: 'trace', version: 1, callId: id, options: stored.core.options, isRedacted: false }
    const lines = [{ ...header, start: stored }, ...events.map((event) => ({ event }))]
    const frames = replay(readTrace(lines.map((one) => JSON.stringify(one)).join('\n')))
    expect(frames).toHaveLength(events.length)
    for (const frame of frames) expect(invariants(frame.call), `after ${frame.event.type}`).toEqual([])
    expect(endOfCall((frames.at(-1) as { call: Call }).call)).toEqual(end)
  })
})

test('every line has its continuation', () => {
  expect(continued.map(({ end }) => end.callId)).toEqual(rows.map(({ id }) => id))
})

/** A result without what is read in it: schema 1 stored the service's words alone (ADR 0030). */
function withoutReading<T extends object>(row: T, field: keyof T): T {
  const result = row[field]
  if (typeof result !== 'object' || result === null) return row
  const { cause: _cause, by: _by, isUnclassified: _isUnclassified, ...said } = result as ResultInfo
  return { ...row, [field]: said }
}

/**
 * What a call says, field by field, so that what a version stores under another name or elsewhere is compared all the
 * same.
 */
function meaningOf(call: Call): unknown {
  const { id, state, adoption, tenant, options, self, ending, roster, mutes, hangUpRequestedAt, hangUps } = call
  const { introduced, forgotten, keepAlives, at, counters } = call
  return asJson({
    id,
    state,
    adoption,
    tenant,
    options,
    self,
    ending,
    roster,
    mutes,
    hangUpRequestedAt,
    hangUps,
    introduced,
    forgotten,
    keepAlives,
    at,
    counters: {
      unrecognised: counters.unrecognised,
      unclassified: counters.unclassified,
      suspected: counters.suspected,
      orphansDropped: counters.unmatchedDropped,
      strangersDropped: counters.uninvitedDropped,
    },
    aliases: Object.fromEntries(call.aliases),
    deadlines: Object.fromEntries(call.deadlines),
    invitations: Object.fromEntries([...call.invitations].map(([name, one]) => [name, withoutReading(one, 'failure')])),
    orphans: Object.fromEntries(
      [...call.unmatchedOperations].map(([name, one]) => [name, withoutReading(one, 'result')]),
    ),
    participants: [...call.participants.values()]
      .sort((one, other) => one.ordinal - other.ordinal)
      .map(({ announcedState, ...participant }) => ({
        ...participant,
        toldState: announcedState,
        trail: call.trails.get(participant.key) ?? [],
      })),
  })
}

/** The same, read from a row of schema 1. */
function storedMeaningOf({ core, participants }: StoredCall): unknown {
  const { schema, aliases, deadlines, invitations, orphans, ...rest } = core
  expect(schema).toBe(1)
  return {
    ...rest,
    aliases: Object.fromEntries(aliases),
    deadlines: Object.fromEntries(deadlines),
    invitations: Object.fromEntries(invitations),
    orphans: Object.fromEntries(orphans),
    participants: [...participants].sort((one, other) => one.ordinal - other.ordinal),
  }
}

/** As JSON has it: without fields that are undefined. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
