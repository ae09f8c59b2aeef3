/**
 * Traces written by earlier versions: each recording replays to its original end.
 *
 * Rule: the files in `fixtures` are never rewritten; the README describes them.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { invariants } from '../../src/call/invariants.ts'
import { callBefore, replay, startOf, writeTrace, type Trace } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { redactTrace } from '../../src/trace/redaction.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { endOfCall, type CallEnd } from '../call/end-of-call.ts'

const folder = new URL('fixtures/', import.meta.url)
const names = readdirSync(folder).flatMap((name) => /^(.*)\.trace\.jsonl$/.exec(name)?.[1] ?? [])

test('there are fixtures', () => {
  expect(names.length).toBeGreaterThanOrEqual(6)
})

describe.each(names)('the trace %s of version 1', (name) => {
  const trace = readTrace(textOf(`${name}.trace.jsonl`))
  const ends = JSON.parse(textOf(`${name}.end.json`)) as readonly CallEnd[]

  test('replays to its original end', () => {
    expect(endsOf(trace)).toEqual(ends)
  })

  test('replays to the same end after this version has rewritten it', () => {
    expect(endsOf(readTrace(writeTrace(trace)))).toEqual(ends)
  })

  test('keeps the invariants and has no unknown lines', () => {
    expect(trace.entries.filter((entry) => 'unknown' in entry)).toEqual([])
    for (const { call, event } of replay(trace)) expect(invariants(call), `after ${event.type}`).toEqual([])
  })

  test('replays to the same states when it is redacted', () => {
    const redacted = readTrace(writeTrace(redactTrace(trace)))
    expect(endsOf(redacted).map(withoutNames)).toEqual(ends.map(withoutNames))
  })
})

function textOf(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

/** The end of each recording of a trace, with all its participants. */
function endsOf(trace: Trace): readonly CallEnd[] {
  const frames = new Map(replay(trace).map((frame) => [frame.entry, frame.call]))
  const ends: CallEnd[] = []
  let call = startOf(trace)
  let everyone = new Map<string, Participant>(call.participants)
  for (const [place, entry] of trace.entries.entries()) {
    const isBegun = 'begun' in entry
    if (isBegun) ends.push(endOfCall(call, everyone.values()))
    call = frames.get(place) ?? callBefore(call, entry)
    if (isBegun) everyone = new Map()
    for (const [key, participant] of call.participants) everyone.set(key, participant)
  }
  return [...ends, endOfCall(call, everyone.values())]
}

/** An end without names: the number of participants by outcome. */
function withoutNames({ state, ending, unclassified, deadlines, participants }: CallEnd): unknown {
  return {
    state,
    ending,
    unclassified,
    deadlines: Object.values(deadlines).sort((one, other) => one - other),
    participants: Object.values(participants)
      .map((participant) => JSON.stringify(participant))
      .sort(),
  }
}
