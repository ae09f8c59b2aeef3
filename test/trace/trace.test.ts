import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { countUnknown, replay, TRACE_VERSION, writeTrace, type Trace } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { CallHarness } from '../../src/testing/call-harness.ts'
import { stories, tellStory } from '../../src/testing/truth-model.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { runs } from '../effort/runs.ts'
import { meeting, traceOf } from '../inspect/example-traces.ts'

const seed = 20_260_131

/** The error's code and line for an invalid trace. */
function failure(text: string): unknown {
  try {
    readTrace(text)
  } catch (error) {
    return isRollcallError(error) ? [error.code, error.details.path] : error
  }
  return 'was read'
}

const header = JSON.stringify({ rollcall: 'trace', version: 1, callId: 'c', options: {}, isRedacted: false })
const withLines = (...lines: readonly unknown[]) =>
  [header, ...lines.map((line) => JSON.stringify(line)), ''].join('\n')

describe('a trace', () => {
  test(`written and read replays to the original call (seed ${seed})`, () => {
    fc.assert(
      fc.property(stories(3), (story) => {
        const { intents, evidence, snapshot } = tellStory(story)
        const player = new CallHarness(rollcallSystem)
        for (const message of [...intents, ...evidence]) {
          player.at += 700
          player.tell(message)
        }
        player.settle(() => snapshot)
        const trace: Trace = {
          callId: 'call',
          options: player.call.options,
          isRedacted: false,
          entries: player.history.map((event) => ({ event })),
        }
        const frames = replay(readTrace(writeTrace(trace)))
        expect(frames).toHaveLength(player.history.length)
        expect(encodeCall(frames.at(-1)?.call ?? player.call)).toEqual(encodeCall(player.call))
        expect(JSON.stringify(frames.flatMap(({ changes }) => changes))).toBe(JSON.stringify(player.changes))
      }),
      { seed, numRuns: runs(50, 150) },
    )
  })

  test('is the same text after reading and writing', () => {
    const text = writeTrace(traceOf(meeting()))
    expect(writeTrace(readTrace(text))).toBe(text)
  })

  test('that starts from a given call continues from it', () => {
    const host = meeting()
    const start = encodeCall(host.call)
    const before = host.entries.length
    host.take({ type: 'removal.requested', key: 'person-5' })
    const trace = readTrace(writeTrace({ ...traceOf(host), start, entries: host.entries.slice(before) }))
    const [frame] = replay(trace)
    expect(frame?.outcome).toEqual({ type: 'applied' })
    expect(encodeCall(frame?.call ?? host.call)).toEqual(encodeCall(host.call))
  })

  test('continues from the call as stored by another host', () => {
    const [mine, theirs] = [meeting(), meeting()]
    theirs.take({ type: 'removal.requested', key: 'person-5' })
    const trace = traceOf(mine)
    theirs.take({
      type: 'removal.answered',
      key: 'person-5',
      attempt: 1,
      answer: { verdict: 'done', value: undefined },
    })
    const [, answer] = theirs.entries.slice(-2)
    const before = replay({ ...trace, entries: theirs.entries.slice(0, -1) }).at(-1)?.call
    const entries = [
      ...trace.entries,
      { loaded: encodeCall(before ?? mine.call), at: theirs.at },
      ...(answer === undefined ? [] : [answer]),
    ]
    expect(encodeCall(replay(readTrace(writeTrace({ ...trace, entries }))).at(-1)?.call ?? mine.call)).toEqual(
      encodeCall(theirs.call),
    )
  })

  test('without options has the defaults', () => {
    expect(readTrace('{"rollcall":"trace","version":1,"callId":"c"}\n').options.ringTimeoutMs).toBe(90_000)
  })

  test('keeps unknown lines, counts them, and steps the others', () => {
    const strange = { weather: 'fine', at: 3 }
    const newer = { event: { type: 'hologram.projected', at: 4 } }
    const trace = readTrace(
      withLines({ event: { type: 'call.reported', state: 'established', at: 1 } }, strange, newer, {
        note: 'hello',
        at: 5,
      }),
    )
    expect(countUnknown(trace)).toBe(2)
    expect(replay(trace)).toHaveLength(1)
    expect(writeTrace(trace)).toContain(JSON.stringify(strange))
    expect(writeTrace(trace)).toContain(JSON.stringify(newer))
  })

  test('whose last line is incomplete is read up to it and marked', () => {
    const trace = readTrace(`${withLines({ note: 'whole', at: 1 })}{"event":{"type":"roster.rep`)
    expect(trace.entries).toHaveLength(1)
    expect(trace.isTorn).toBe(true)
    expect(readTrace(withLines()).isTorn).toBeUndefined()
  })
})

describe('an invalid trace is refused with the line number', () => {
  test.each([
    ['nothing', '', '1'],
    ['something else', '{"hello":1}', '1'],
    ['text that is not JSON', 'call me', '1'],
    [
      'an option that is not a number',
      '{"rollcall":"trace","version":1,"callId":"c","options":{"ringTimeoutMs":"long"}}',
      '1',
    ],
    ['a start that is not a call', '{"rollcall":"trace","version":1,"callId":"c","start":{"core":{}}}', '1'],
    ['a line that is not JSON, followed by others', `${header}\n{"note":"a","at":1}\n{"no\n{"note":"b","at":2}\n`, '3'],
    ['a line that is not an object', withLines([1]), '2'],
    ['an event without a time', withLines({ event: { type: 'host.resumed' } }), '2'],
    ['an event at an impossible time', withLines({ event: { type: 'host.resumed', at: 1e300 } }), '2'],
    ['a roster without entries', withLines({ event: { type: 'roster.reported', kind: 'full', at: 1 } }), '2'],
    [
      'an entry without an identity',
      withLines({
        event: { type: 'roster.reported', kind: 'full', at: 1, entries: [{ isInLobby: false, isMuted: false }] },
      }),
      '2',
    ],
    [
      'a full roster whose number is a text',
      withLines({ event: { type: 'roster.reported', kind: 'full', at: 1, sequence: '3', entries: [] } }),
      '2',
    ],
    [
      'a fetched roster with an operation without a status',
      withLines({
        event: {
          type: 'roster.fetched',
          fetch: 1,
          at: 1,
          answer: { verdict: 'done', value: { entries: [], operations: [{ clientContext: 'i' }] } },
        },
      }),
      '2',
    ],
    [
      'an answer without a verdict',
      withLines({ note: 'a', at: 1 }, { event: { type: 'removal.answered', key: 'k', attempt: 1, at: 1, answer: {} } }),
      '3',
    ],
    [
      'an invite whose invitees are not a list',
      withLines({ event: { type: 'invite.requested', invitation: 'i', invitees: 'Bob', at: 1 } }),
      '2',
    ],
    ['a lost message without a direction', withLines({ lost: {}, at: 1 }), '2'],
    ['an unknown request', withLines({ sent: { type: 'coffee.brew', id: '1' }, at: 1 }), '2'],
  ])('%s', (_, text, line) => {
    expect(failure(text)).toEqual(['TRACE_INVALID', line])
  })

  test('a newer version is refused as such', () => {
    expect(failure(JSON.stringify({ rollcall: 'trace', version: TRACE_VERSION + 1, callId: 'c' }))).toEqual([
      'TRACE_NEWER',
      '1',
    ])
  })
})
