/**
 * `npm run explore`, as CI runs it: so many distinct states and not one in which belief and truth part, both readings
 * of everything contested among them, and every plot with every order of its messages.
 * @module
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startNode } from '../waiting/node-process.ts'

const run = fileURLToPath(new URL('run.ts', import.meta.url))
/** So many that the scopes of every fault and every reading are gone through to the last state often enough. */
const states = 1_300_000

/** What a group of scopes came to. */
interface Counts {
  readonly states: number
  /** Scopes explored to the last state. */
  readonly whole: number
}

/** Both of each; a reading nobody explored would prove nothing. */
const readings = [
  'rosterMode full',
  'rosterMode delta',
  'cancelBeforeAnswer supported',
  'cancelBeforeAnswer not-found',
  'inviteResponseId participantId',
  'inviteResponseId null',
  'removedInvitee failed-operation',
  'removedInvitee silence',
  'admission same-id',
  'admission new-id',
  'newcomerId given',
  'newcomerId null',
]

const faults = [
  'nothing but delay',
  'a deadline passes early',
  'a long wait',
  'a message doubled',
  'a message lost',
  'a crash',
  'a crash, a message lost',
  'a crash, a message doubled',
]

/** Plots of two people. */
const twoPeople = [
  'two join, one leaves',
  'two join, one is removed',
  'invite one, another joins',
  'invite two, one declines',
  'invite one, another joins and is removed',
  'invite two, cancel one, the other declines',
]

/** Runs it, and returns its lines. What it writes last is what a waiting for its end shows. */
async function explore(
  ...args: readonly string[]
): Promise<{ readonly lines: readonly string[]; readonly status: number | null }> {
  const child = startNode(['--max-old-space-size=4096', run, ...args])
  const { status } = await child.ended()
  return { lines: child.out, status }
}

function countsIn(lines: readonly string[], group: string): Counts {
  const line = lines.find((some) => some.startsWith(`${group}: `)) ?? ''
  const [, counted = '0', whole = '0'] = /: (\d+) states, (\d+) scopes to the last state/.exec(line) ?? []
  return { states: Number(counted), whole: Number(whole) }
}

test(`${states} states of small worlds hold no violation, whatever the service is like`, async () => {
  const { lines, status } = await explore('--at-least', String(states))
  expect(lines.at(-1)).toMatch(/^\d+ states, depth \d+, 0 violations$/)
  expect(status).toBe(0)
  expect(Number.parseInt(lines.at(-1) ?? '', 10)).toBeGreaterThanOrEqual(states)
  for (const reading of readings) {
    const counts = countsIn(lines, `reading ${reading}`)
    expect(counts.states, reading).toBeGreaterThan(3_000)
    expect(counts.whole, reading).toBeGreaterThan(5)
  }
  for (const fault of faults) {
    const counts = countsIn(lines, `fault ${fault}`)
    expect(counts.states, fault).toBeGreaterThan(5_000)
    expect(counts.whole, fault).toBeGreaterThan(10)
  }
  for (const plot of twoPeople) expect(countsIn(lines, `plot ${plot}`).whole, plot).toBeGreaterThan(0)
  expect(lines.some((line) => /^fault nothing but delay: \d+ states, \d+ scopes to the last state$/.test(line))).toBe(
    true,
  )
})

test('a progress line says how far it is', async () => {
  const { lines } = await explore('--only', 'nothing but delay', '--max-states', '250')
  expect(
    lines.some((line) => /^[\d,]+ of [\d,]+ states, \d+ of \d+ scopes to the last state, \d+ %, .* left$/.test(line)),
  ).toBe(true)
})
