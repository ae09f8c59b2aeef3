/**
 * Traces written by several processes, one after the other, each with its own header and pseudonyms.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { TraceBuffer } from '../../src/inspect/trace-buffer.ts'
import { chartPath } from '../../src/inspect/chart-path.ts'
import { Timeline } from '../../src/trace/timeline.ts'
import { redactTrace } from '../../src/trace/redaction.ts'
import { runReplay } from '../../src/inspect/replay-command.ts'
import { toSequenceDiagram } from '../../src/trace/sequence-diagram.ts'
import { countUnknown, replay, TRACE_VERSION, writeTrace } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { recordTraces } from '../../src/trace/recorder.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { simulatedTransport } from '../../src/simulator/graph/transport.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'

/** A call whose bot restarts: Zoe joins, Adele is invited, and the second process removes her. */
async function recordTwice(
  show: readonly [boolean, boolean],
): Promise<{ readonly lines: readonly string[]; readonly second: number; readonly truth: readonly string[] }> {
  const service = simulatedTransport({ seed: 'twice', defaultScript: { type: 'answer', afterMs: 1_000 } })
  const store = { ...memoryStore(), close: async () => undefined }
  const lines: string[] = []
  const start = (showIdentities: boolean) => {
    const rollcall = createRollcall({ transport: service, clock: service.clock, store })
    service.deliverTo(rollcall)
    const stop = recordTraces(rollcall, (_callId, line) => void lines.push(line), { showIdentities })
    return { rollcall, stop }
  }
  const one = start(show[0])
  service.act({ act: 'placeCall', callId: 'meeting', callbackUri: 'https://bot.example/' })
  await service.advance(1_000)
  service.act({ act: 'join', callId: 'meeting', person: 'zoe@example.com' })
  await service.advance(5_000)
  const asked = one.rollcall.call('meeting').invite({ user: { id: 'adele@example.com' } })
  await service.advance(5_000)
  const adele = await asked
  one.stop()
  await one.rollcall.close()
  const second = lines.length
  const other = start(show[1])
  await service.advance(5_000)
  const removed = other.rollcall.call('meeting').remove(adele.key)
  await service.advance(5_000)
  await removed
  const truth = outcomesOf((await other.rollcall.call('meeting').read()).participants.values())
  other.stop()
  await other.rollcall.close()
  return { lines, second, truth }
}

/** Final states, in order of introduction. */
function outcomesOf(participants: Iterable<Participant>): readonly string[] {
  return [...participants]
    .sort((a, b) => a.ordinal - b.ordinal)
    .map(({ state, ending }) => (ending === undefined ? state : `${state} (${ending.cause} by ${ending.by})`))
}

const expected = ['active', 'removed (removed by local)']

async function replayed(text: string, ...args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-restarts-'))
  const file = join(folder, 'trace.jsonl')
  writeFileSync(file, text)
  let printed = ''
  await runReplay([file, ...args], {
    stdout: {
      write: (piece) => {
        printed += piece
      },
    },
    stderr: { write: () => undefined },
    env: {},
  })
  rmSync(folder, { recursive: true })
  return printed
}

describe('a trace continued by a second process', () => {
  test.each([
    [false, false],
    [true, true],
    [true, false],
    [false, true],
  ] as const)('leads to the same final states (identities shown: %s, then %s)', async (...show) => {
    const { lines, second, truth } = await recordTwice(show)
    expect(lines[second]).toContain('"rollcall":"trace"')
    expect(truth).toEqual(expected)
    const text = lines.join('\n')
    const history = historyFromTrace(text)
    expect(outcomesOf(history.participants)).toEqual(truth)
    expect(history.unknownEntries).toBe(0)
    expect(history.isRedacted).toBe(!show[0] && !show[1])
    history.run()
    const trace = readTrace(text)
    expect(countUnknown(trace)).toBe(0)
    for (const shown of [trace, redactTrace(trace)]) {
      expect(outcomesOf(replay(shown).at(-1)?.call.participants.values() ?? [])).toEqual(truth)
      const held = new Timeline(shown, shown.entries)
      expect(outcomesOf(held.callAt(held.length).participants.values())).toEqual(truth)
    }
    expect(writeTrace(trace).trim()).toBe(text)
    expect(writeTrace(redactTrace(trace))).not.toMatch(/zoe|adele/i)
  })

  test("keeps each participant's pseudonym when redacted as a whole", async () => {
    const { lines } = await recordTwice([true, true])
    const redacted = redactTrace(readTrace(lines.join('\n')))
    const names = replay(redacted).map(({ call }) =>
      [...call.participants.values()].map(({ identity }) => identity['user']?.id).sort(),
    )
    expect(names.at(-1)).toEqual(['user-1', 'user-2'])
    expect(redacted.entries).toContainEqual({
      begun: expect.objectContaining({ callId: 'call-1', isRedacted: true, keepsPseudonyms: true }) as unknown,
    })
    expect(replay(redacted).every(({ call }) => call.id === 'call-1')).toBe(true)
    expect(readTrace(writeTrace(redacted)).entries).toEqual(
      redacted.entries.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown),
    )
  })

  test('is printed by rollcall replay, with a row where the second process starts', async () => {
    const { lines } = await recordTwice([true, true])
    const text = await replayed(lines.join('\n'), '--show-identities')
    expect(text).toMatch(/note +a new recording starts$/m)
    expect(text).toMatch(/^ +zoe@example\.com +active /m)
    expect(text).toMatch(/^ +adele@example\.com +removed \(removed by local\) /m)
    expect(text).not.toContain('unknown shape')
    const own = await recordTwice([false, false])
    for (const args of [[], ['--participant', 'user-1']])
      expect(await replayed(own.lines.join('\n'), ...args)).toMatch(
        /note +a new recording starts, with pseudonyms of its own$/m,
      )
    expect(toSequenceDiagram(readTrace(own.lines.join('\n')))).toContain('Note over bot: a new recording starts')
  })

  test('is shown by the inspector: after a header, a pseudonym is another participant', async () => {
    const { lines, second } = await recordTwice([false, false])
    const trace = readTrace(lines.join('\n'))
    const buffer = new TraceBuffer()
    buffer.addTrace(trace)
    const [call] = buffer.calls()
    expect(call?.remarks).toEqual([])
    const history = new Timeline(trace, call?.read(0, lines.length).entries)
    const keysAt = (moment: number): readonly string[] => [...history.callAt(moment).participants.keys()]
    const removed = [...history.callAt(history.length).participants.values()].find(({ state }) => state === 'removed')
    const key = removed?.key ?? ''
    const [before, after] = [history.rowsAbout(key, second - 1), history.rowsAbout(key)]
    expect(after.length).toBeGreaterThan(0)
    expect(after.every(({ entry }) => entry >= second - 1)).toBe(true)
    expect(before.every(({ entry }) => entry < second - 1)).toBe(true)
    expect(chartPath(after, key, history.length).lit).toEqual(['state-removed'])
    for (const known of keysAt(second - 1))
      expect(history.rowsAbout(known, second - 1).length, known).toBeGreaterThan(0)
  })

  test('may have an incomplete line where the first process died, with the next header behind it or on its own line', async () => {
    const { lines, second, truth } = await recordTwice([false, false])
    const [before, header, after] = [
      lines.slice(0, second).join('\n'),
      lines[second] ?? '',
      lines.slice(second + 1).join('\n'),
    ]
    for (const between of ['\n{"event":{"type":"ros', '\n{"event":{"type":"ros\n', '\n{"rollcall":"trace","ver']) {
      const history = historyFromTrace(`${before}${between}${header}\n${after}`)
      expect(history).toMatchObject({ isTorn: true, unknownEntries: 0 })
      expect(outcomesOf(history.participants)).toEqual(truth)
    }
  })

  test('starts from an empty call if the header has no start', async () => {
    const { lines, second } = await recordTwice([true, true])
    const first = lines.slice(0, second)
    const { steps, participants, run } = historyFromTrace([...first, ...first].join('\n'))
    expect(steps).toHaveLength(2 * (second - 1))
    expect(steps[second - 1]?.before.participants.size).toBe(0)
    expect(outcomesOf(participants)).toEqual(['active', 'active'])
    run()
  })

  test('may be of one process: events after the end of a call start a new recording', async () => {
    const service = simulatedTransport({ seed: 'ended', defaultScript: { type: 'answer', afterMs: 1_000 } })
    const rollcall = createRollcall({ transport: service, clock: service.clock })
    const lines: string[] = []
    const stop = recordTraces(rollcall, (_callId, line) => void lines.push(line))
    service.deliverTo(rollcall)
    service.act({ act: 'placeCall', callId: 'meeting', callbackUri: 'https://bot.example/' })
    service.act({ act: 'join', callId: 'meeting', person: 'zoe@example.com' })
    await service.advance(1_000)
    service.act({ act: 'endCall', callId: 'meeting' })
    await service.advance(1_000)
    const ended = lines.length
    await rollcall.receive([{ callId: 'meeting', event: { type: 'call.reported', state: 'terminated' } }])
    stop()
    await rollcall.close()
    expect(lines.slice(ended).filter((line) => line.includes('"rollcall":"trace"'))).toHaveLength(1)
    const history = historyFromTrace(lines.join('\n'))
    expect(history).toMatchObject({ unknownEntries: 0, call: { state: 'terminated' } })
    expect(outcomesOf(history.participants)).toHaveLength(1)
    history.run()
  })

  test('is refused with the line number if a later header cannot be read', async () => {
    const { lines, second } = await recordTwice([false, false])
    const refusal = (header: object): unknown => {
      try {
        return readTrace(
          [
            ...lines.slice(0, second),
            JSON.stringify({ rollcall: 'trace', version: TRACE_VERSION, callId: 'call-1', ...header }),
          ].join('\n'),
        )
      } catch (error) {
        return error
      }
    }
    expect(refusal({ version: TRACE_VERSION + 1 })).toMatchObject({
      code: 'TRACE_NEWER',
      details: { path: String(second + 1) },
    })
    expect(refusal({ start: { core: {} } })).toMatchObject({
      code: 'TRACE_INVALID',
      details: { path: String(second + 1) },
    })
  })
})
