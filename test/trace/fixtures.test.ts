/**
 * Traces that earlier versions wrote: each recording in them comes to the end it came to then.
 *
 * Rule: the files in `fixtures` are never written again; its README says what they hold.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { invariants } from '../../src/call/invariants.ts'
import { readTrace, callBefore, replay, startOf, writeTrace, type Trace } from '../../src/trace/trace.ts'
import { redactTrace } from '../../src/trace/redaction.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { endOfCall, type CallEnd } from '../call/end-of-call.ts'

const folder = new URL('fixtures/', import.meta.url)
const names = readdirSync(folder).flatMap((name) => /^(.*)\.trace\.jsonl$/.exec(name)?.[1] ?? [])

test('there are traces to open', () => {
  expect(names.length).toBeGreaterThanOrEqual(6)
})

describe.each(names)('the trace %s of version 1', (name) => {
  const trace = readTrace(textOf(`${name}.trace.jsonl`))
  const ends = JSON.parse(textOf(`${name}.end.json`)) as readonly CallEnd[]

  test('steps to the end it came to when it was written', () => {
    expect(endsOf(trace)).toEqual(ends)
  })

  test('comes to the same end once this version has written it', () => {
    expect(endsOf(readTrace(writeTrace(trace)))).toEqual(ends)
  })

  test('keeps its invariants, and no line of it is unknown', () => {
    expect(trace.entries.filter((entry) => 'unknown' in entry)).toEqual([])
    for (const { call, event } of replay(trace)) expect(invariants(call), `after ${event.type}`).toEqual([])
  })

  test('comes to the same story when it is redacted', () => {
    const redacted = readTrace(writeTrace(redactTrace(trace)))
    expect(endsOf(redacted).map(storyOf)).toEqual(ends.map(storyOf))
  })
})

function textOf(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

/** What each recording of a trace came to, with everyone who was ever in it. */
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

/** An end without names: how many ended up how. */
function storyOf({ state, ending, unclassified, deadlines, participants }: CallEnd): unknown {
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
