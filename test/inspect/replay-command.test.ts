import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { runDiagram } from '../../src/inspect/diagram-command.ts'
import { runReplay } from '../../src/inspect/replay-command.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { writeTrace } from '../../src/trace/trace.ts'
import { meeting, traceOf } from './example-traces.ts'

let folder: string
let file: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-replay-'))
  file = join(folder, 'trace.jsonl')
  writeFileSync(file, writeTrace(traceOf(meeting())))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The output of a command. */
async function run(
  command: typeof runReplay,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  let text = ''
  expect(
    await command(argv, {
      stdout: {
        write: (piece) => {
          text += piece
        },
      },
      stderr: { write: () => undefined },
      env,
    }),
  ).toBe(0)
  return text
}

describe('rollcall replay', () => {
  test('prints every step with its conclusions, identities redacted', async () => {
    const text = await run(runReplay, [file])
    expect(text).toMatch(/bot ◀── service +the .*|bot ◀── service roster: the bot, user-1/)
    expect(text).toMatch(/user-2 ringing → active, removal held · a full roster shows them, not announced/)
    expect(text).toMatch(/bot ✕─ service +roster\.reported +lost: it never arrived/)
    expect(text).toMatch(/user-2 +removed \(removed by local\) +invitation-2/)
    expect(text).toMatch(/1 event changed nothing, 1 message lost/)
    expect(text).not.toMatch(/Ann|Bob|278405a3/)
  })

  test('shows identities when asked', async () => {
    expect(await run(runReplay, [file, '--show-identities'])).toContain('Bob Brandt ringing → active')
  })

  test('uses colours if forced, and none for a file', async () => {
    expect(await run(runReplay, [file], { FORCE_COLOR: '1' })).toContain('\u001b[32mactive\u001b[39m')
    expect(await run(runReplay, [file])).not.toContain('\u001b')
  })

  test.each([
    ['12', 12],
    ['16.5s', 11],
    ['2026-01-31T12:00:02Z', 4],
  ])('stops at %s', async (until, events) => {
    expect(await run(runReplay, [file, '--until', until])).toContain(`, ${events} events`)
  })

  test.each(['invite-bob', 'Bob Brandt', 'bob', 'user-2'])('follows one participant, called %s', async (who) => {
    const text = await run(runReplay, [file, '--participant', who])
    expect(text).toContain('DELETE user-2')
    expect(text).not.toMatch(/user-3|user-1 \w+ →/)
  })

  test('lists the participants if none matches', async () => {
    await expect(run(runReplay, [file, '--participant', 'Zoe'])).rejects.toThrow(
      /matches no participant of this trace; it has user-1/,
    )
    await expect(run(runReplay, [file, '--participant', 'user'])).rejects.toThrow(/more than one/)
  })

  test('prints frames as JSON lines', async () => {
    const lines = (await run(runReplay, [file, '--json', '--until', '5']))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toHaveLength(5)
    expect(lines[3]).toMatchObject({
      number: 4,
      outcome: { type: 'applied' },
      event: { type: 'invite.requested' },
      effects: [{ type: 'timer.schedule' }, { type: 'participants.invite' }],
    })
  })

  test('escapes terminal control characters', async () => {
    const host = meeting()
    host.take({
      type: 'invite.requested',
      invitation: 'evil',
      invitees: [{ identity: { user: { id: 'evil', displayName: '\u001b[2J\u202egnp' } } }],
    })
    const path = join(folder, 'evil.jsonl')
    writeFileSync(path, writeTrace(traceOf(host)))
    const text = await run(runReplay, [path, '--show-identities'])
    expect(text).not.toMatch(/\u001b|\u202e/)
    expect(text).toContain('\\u001b[2J\\u202egnp')
  })

  test('names the file and line that cannot be read', async () => {
    const path = join(folder, 'broken.jsonl')
    writeFileSync(path, `${writeTrace(traceOf(meeting()))}{"event":{"type":"roster.reported","at":1}}\n`)
    await expect(run(runReplay, [path])).rejects.toThrow(/broken\.jsonl: Line 30 .*event\.kind/)
  })
})

describe('rollcall diagram', () => {
  test('prints the statechart as Mermaid, JSON and Stately Studio code', async () => {
    expect(await run(runDiagram, [])).toMatch(/^stateDiagram-v2/)
    const chart = JSON.parse(await run(runDiagram, ['--format', 'json'])) as { readonly states: object }
    expect(Object.keys(chart.states)).toEqual(['invited', 'ringing', 'lobby', 'active', 'removed', 'cancelled'])
    const code = await run(runDiagram, ['--format', 'xstate'])
    const module = (await import(
      `data:text/javascript,${encodeURIComponent(code.replace("import { createMachine } from 'xstate'", 'const createMachine = (config) => config'))}`
    )) as { participantMachine: unknown }
    expect(module.participantMachine).toEqual(chart)
  })

  test.each(['json', 'xstate'])(
    'as %s says what each state and phase means, with tags, outputs and version',
    async (format) => {
      const text = await run(runDiagram, ['--format', format])
      const config = JSON.parse(
        text.slice(text.indexOf('{', text.indexOf('createMachine(')), text.lastIndexOf('}') + 1),
      )
      expect(config).toEqual(participantConfig)
      const machine = createMachine(config)
      for (const [name, state] of Object.entries(participantConfig.states)) {
        expect(machine.states[name]).toMatchObject({ description: state.description, tags: state.tags })
        for (const [phase, { description }] of Object.entries('states' in state ? state.states : {}))
          expect(machine.states[name]?.states[phase]?.description).toBe(description)
      }
      expect(machine.version).toBe(participantConfig.version)
      expect(machine.states['removed']?.output).toBe('removed')
    },
  )

  test('prints the statechart as a self-contained SVG', async () => {
    const svg = await run(runDiagram, ['--format', 'svg'])
    expect(svg).toMatch(/^<svg [\s\S]*<style>[\s\S]*data-part="state-active-sent"[\s\S]*<\/svg>\n$/)
  })

  test('prints a trace as a sequence diagram', async () => {
    const text = await run(runDiagram, ['--sequence', file])
    expect(text).toMatch(/^sequenceDiagram\n {2}participant bot\n/)
    expect(text).toContain('bot->>service: DELETE user-2')
    expect(text).toContain('service--xbot: roster.reported (lost)')
    expect(text).toMatch(/Note over p1: removed \(removed by local\)/)
  })

  test('refuses an unknown format', async () => {
    await expect(run(runDiagram, ['--format', 'oil'])).rejects.toThrow(/mermaid, svg/)
  })
})
