/**
 * Untrusted traces: those that would take hours or all memory are refused in one line, and reading time is linear.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../../src/command-line.ts'
import { NameSet, NOTE_LIMIT, redactNote, REDACTED } from '../../src/trace/note-redaction.ts'
import { redactTrace } from '../../src/trace/redaction.ts'
import { readTraceFile, TRACE_FILE_LIMIT } from '../../src/trace/trace-file.ts'
import { readTrace, TRACE_DEPTH_LIMIT, TRACE_LINE_LIMIT, TRACE_VALUES_LIMIT } from '../../src/trace/read-trace.ts'
import { growthOf } from '../effort/growth.ts'

const seed = 20_260_202
const header = '{"rollcall":"trace","version":1,"callId":"c"}\n'
const nested = (depth: number): string => `{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'rollcall-limits-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a trace is refused with the line, the limit and the size found', () => {
  const refusal = (text: string): unknown => {
    try {
      readTrace(text)
    } catch (error) {
      return error
    }
    return 'was read'
  }

  test('if a line is nested too deep', () => {
    for (const depth of [TRACE_DEPTH_LIMIT + 1, 10_000, 1_000_000]) {
      expect(refusal(header + nested(depth))).toMatchObject({
        code: 'TRACE_INVALID',
        details: { path: '2', limit: TRACE_DEPTH_LIMIT, found: TRACE_DEPTH_LIMIT + 1 },
      })
    }
    expect(refusal(`{"rollcall":"trace","version":1,"callId":"c","start":${nested(10_000)}}`)).toMatchObject({
      code: 'TRACE_INVALID',
      details: { path: '1' },
    })
    expect(redactTrace(readTrace(header + nested(TRACE_DEPTH_LIMIT))).entries).toHaveLength(1)
  })

  test('if a line is too long', () => {
    expect(refusal(header + ' '.repeat(TRACE_LINE_LIMIT + 1))).toMatchObject({
      code: 'TRACE_INVALID',
      details: { path: '2', limit: TRACE_LINE_LIMIT, found: TRACE_LINE_LIMIT + 1 },
    })
  })

  test('if its lines have too many values together', () => {
    const half = `{"x":[${'0,'.repeat(TRACE_VALUES_LIMIT / 2)}0]}\n`
    expect(refusal(header + half + half)).toMatchObject({
      code: 'TRACE_INVALID',
      details: { path: '3', limit: TRACE_VALUES_LIMIT },
    })
  })

  test('if its file is too large, by the command in one line', async () => {
    const file = join(folder, 'large.jsonl')
    writeFileSync(file, header)
    truncateSync(file, 3 * TRACE_FILE_LIMIT)
    await expect(readTraceFile(file)).rejects.toMatchObject({
      code: 'TRACE_INVALID',
      details: { limit: TRACE_FILE_LIMIT, found: 3 * TRACE_FILE_LIMIT },
    })
    const deep = join(folder, 'deep.jsonl')
    writeFileSync(deep, header + nested(100_000))
    for (const [path, why] of [
      [file, /expected at most \d+ bytes, found \d+$/],
      [deep, /Line 2 .* at most 128 deep, found 129$/],
    ] as const) {
      let [said, code] = ['', 0]
      const stderr = {
        write: (piece: string) => {
          said += piece
        },
      }
      for (const command of ['replay', 'inspect']) {
        said = ''
        code = await runCommandLine([command, path], {
          stdout: { write: () => undefined },
          stderr,
          env: {},
        } as unknown as Parameters<typeof runCommandLine>[1])
        expect(code).toBe(1)
        expect(said.trim().split('\n')).toHaveLength(1)
        expect(said.trim()).toMatch(why)
      }
    }
  })
})

describe('time is linear in the length', () => {
  const redact = (note: string) => redactTrace(readTrace(header + JSON.stringify({ note, at: 1 })))

  test.each(['a', '0-', '@', 'a ', '1', '+', 'a@', '-@-'])('of a note that repeats %j', (unit) => {
    const names = new NameSet()
    expect(
      growthOf((size) => redactNote(unit.repeat(size).slice(0, NOTE_LIMIT), () => undefined, names), NOTE_LIMIT / 4, 4),
    ).toBeLessThan(10)
  })

  test('of a note of any length: a note that is too long is cut between words', () => {
    const {
      entries: [cut],
    } = redact(`${'word '.repeat(1_000_000)}`)
    expect(cut).toMatchObject({ note: expect.stringMatching(/^(word ){1999}word…$/) })
    expect(redact('a'.repeat(1_000_000)).entries).toEqual([{ note: REDACTED, at: 1 }])
    expect(redact(`${'a'.repeat(NOTE_LIMIT - 3)} bob@example.org`).entries).toEqual([
      { note: `${'a'.repeat(NOTE_LIMIT - 3)}${REDACTED}`, at: 1 },
    ])
  })

  test('of notes plus names, not in their product', () => {
    const many = (size: number): unknown => {
      const entries = Array.from({ length: size }, (_, index) => ({
        id: `p${index}`,
        identity: { user: { id: `u${index}`, displayName: `Na${index} Somebody` } },
        isInLobby: false,
        isMuted: false,
      }))
      const notes = Array.from({ length: size }, () =>
        JSON.stringify({ note: 'Na is Na and was with Na in the call', at: 2 }),
      )
      return redactTrace(
        readTrace(
          [
            header + JSON.stringify({ event: { type: 'roster.reported', kind: 'full', at: 1, entries } }),
            ...notes,
          ].join('\n'),
        ),
      )
    }
    expect(growthOf(many, 500, 8)).toBeLessThan(24)
  })

  test('of a trace of incomplete lines', () => {
    expect(growthOf((size) => readTrace(header + `{"x\n${header}`.repeat(size)), 2_000, 8)).toBeLessThan(24)
  })
})

describe('a note', () => {
  test(`loses addresses, ids and numbers at any place (seed ${seed})`, () => {
    const suspicious = /[^\s@<>]+@[^\s@<>]+|[0-9a-f]{8}-[0-9a-f-]{27}|\+?\d{7,}/gi
    const pieces = fc.constantFrom(
      'a',
      '@',
      '<',
      '>',
      ' ',
      '-',
      '+',
      '1234567',
      '0',
      'x@y',
      '278405a3-f568-4b3e-b684-009193463064',
      '…',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const note = parts.join('')
        expect(redactNote(note, () => undefined, new NameSet())).toBe(note.replace(suspicious, REDACTED))
      }),
      { seed, numRuns: 3_000 },
    )
  })

  test('loses the longest of names with the same beginning', () => {
    const names = new NameSet()
    for (const name of ['Ann', 'Ann Smith', 'An', 'Annabel', 'B']) names.add(name)
    expect(names.replaceIn('Ann Smith, Annabel and Ann met An; B did not')).toBe('…, … and … met …; B did not')
  })
})
