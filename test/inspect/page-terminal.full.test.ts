/**
 * The page in Chromium beside the terminal: the same names, event numbers, times and texts, when identities are shown.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { performDemo } from '../../src/demo/demo.ts'
import { runReplay } from '../../src/inspect/replay-command.ts'
import { writeTrace, type Trace } from '../../src/trace/trace.ts'
import { contains, open } from './browser.ts'
import { longNames, meeting, traceOf } from './example-traces.ts'
import { bot, person, userId } from './manual-host.ts'
import { Pages, showing } from './pages.ts'

const pages = new Pages()
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-terminal-'))
  await pages.start()
})
afterEach(() => pages.clear())
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await pages.stop()
})

/** Higher than any list of these tests, so that every row is drawn. */
const viewport = { width: 1_280, height: 6_000 }

/** The meeting, and participants whose names control the direction of text, or are not known. */
function oddNames(): Trace {
  const host = meeting()
  const unnamed = { ...person(7, ''), identity: { user: { id: userId(7) } } }
  host.take({
    type: 'roster.reported',
    kind: 'full',
    entries: [bot, person(4, 'Dan Dorn'), person(6, '\u202etxet \u0007'), unnamed],
  })
  return traceOf(host)
}

/** One row. The number is empty for what is not an event. */
interface Row {
  readonly number: string
  readonly time: string
  readonly text: string
}

/** What `rollcall replay` prints: its rows, with conclusions in `text`, and the participants at the end. */
async function replayed(trace: Trace): Promise<{ readonly rows: readonly Row[]; readonly roster: readonly string[] }> {
  const file = join(folder, 'trace.jsonl')
  writeFileSync(file, writeTrace(trace))
  let printed = ''
  const stdout = { write: (more: string) => void (printed += more) }
  expect(await runReplay([file, '--show-identities'], { stdout, stderr: stdout, env: {} })).toBe(0)
  const [steps = '', end = ''] = printed.split(/\n\nThe call is .*\n/)
  const rows = steps.split('\n').flatMap((line): readonly Row[] => {
    const [, number, time, text] = /^ {0,3}(\d*) +([\d.:]+(?: s)?) {2}.{15} (.*)$/.exec(line) ?? []
    return number === undefined || time === undefined || text === undefined ? [] : [{ number, time, text }]
  })
  return { rows, roster: end.split('\n').filter((line) => /\S {2}\S+$/.test(line)) }
}

/** The rows the page draws, in order. */
function drawnRows(page: Page, list: 'rung' | 'line'): Promise<readonly Row[]> {
  return page.evaluate<readonly Row[]>(`[...document.querySelectorAll('.${list}[role=option]')]
    .sort((one, other) => Number(one.getAttribute('aria-posinset')) - Number(other.getAttribute('aria-posinset')))
    .map((row) => ({
      number: row.querySelector('.number:not(.time)')?.textContent ?? '',
      time: row.querySelector('.time').textContent,
      text: [...row.querySelector('.words').childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join(''),
    }))`)
}

test.each([
  { title: 'a meeting', trace: () => traceOf(meeting()) },
  { title: 'odd names', trace: oddNames },
  { title: 'long names', trace: () => traceOf(longNames()) },
])('shows the rows and names of `rollcall replay`: $title', async ({ trace }) => {
  const { rows, roster } = await replayed(trace())
  const { page } = await open(pages.browser, await pages.serve(trace(), showing), { viewport })
  await page.locator('.rung[role=option]').first().waitFor()
  const rungs = await drawnRows(page, 'rung')
  expect(rungs.map(({ time }) => time)).toEqual(rows.map(({ time }) => time))
  for (const [index, { text }] of rungs.entries()) expect(rows[index]?.text.startsWith(text), text).toBe(true)

  await page.locator('body').press('4')
  await page.locator('.line[role=option]').first().waitFor()
  const lines = await drawnRows(page, 'line')
  const numbered = (all: readonly Row[]) =>
    all.flatMap(({ number, time }) => (number === '' ? [] : [`${number} at ${time}`]))
  expect(numbered(lines)).toEqual(numbered(rows))
  await expect(page.locator('.now b').innerText()).resolves.toBe(`${numbered(rows).length} / ${numbered(rows).length}`)

  const people = await page
    .locator('.rows > .person')
    .evaluateAll((all) =>
      all.map((one) => [
        one.querySelector('.name span')?.textContent,
        one.querySelector('.state')?.firstChild?.textContent,
      ]),
    )
  expect(people.length).toBe(roster.length)
  for (const [index, [name = '', state = '']] of people.entries())
    expect(roster[index]?.replace(/\s+/g, ' ')).toContain(` ${name} ${state}`.replace(/\s+/g, ' '))
})

test("shows the demo's people with their names, at the times the demo prints", async () => {
  const out = new PassThrough()
  let text = ''
  out.setEncoding('utf8').on('data', (more: string) => void (text += more))
  const stopped = async (): Promise<void> => {
    const [url = ''] = /http:\S+\/[0-9a-f]{32}\//.exec(text) ?? []
    const [, act = ''] = text.split(/The bot creates a call on \S+\n/)
    const names = [...(act.split('Final roster')[1] ?? '').matchAll(/^ {2}(\w+) +(?:active|removed|cancelled) /gm)].map(
      ([, name]) => name,
    )
    const { page } = await open(pages.browser, url, { viewport })
    await page.locator('.rung[role=option]').first().waitFor()
    expect(names).toHaveLength(6)
    expect(await page.locator('.rows > .person .name').allInnerTexts()).toEqual(names)
    const times = new Set([...act.matchAll(/^ *(\d+\.\d\d s|\d+:\d\d\.\d) /gm)].map(([, time]) => time))
    const rungs = await drawnRows(page, 'rung')
    expect(rungs.length).toBeGreaterThan(20)
    expect(rungs.filter(({ time, text: words }) => /^(?:DELETE|POST|remove)/.test(words) && !times.has(time))).toEqual(
      [],
    )
  }
  expect(await performDemo({ out, stopped })).toBe(0)
})

test('a deadline that has passed is overdue, and counters have names a reader understands', async () => {
  const host = meeting()
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' }, 3_600_000)
  const { page } = await open(pages.browser, await pages.serve(traceOf(host), showing), { viewport })
  const summary = page.locator('.explanation')
  await contains(summary, 'rosters not applied')
  await contains(summary, 'overdue')
  expect(await summary.innerText()).not.toContain('in −')
})
