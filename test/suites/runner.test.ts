import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runSuite } from './runner.ts'
import type { Step } from './steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-suites-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** No limit that a step of these tests could reach. */
const ENDLESS_MS = 2 ** 31 - 1

function stepOf(title: string, script: string, more: Partial<Step> = {}): Step {
  return { title, commands: [[process.execPath, '--eval', script]], again: `npm run ${title}`, ...more }
}

async function run(steps: readonly Step[], limitMs = ENDLESS_MS) {
  const lines: string[] = []
  const result = await runSuite(
    { summary: '', steps },
    { limitMs, folder: join(folder, 'run'), print: (line) => lines.push(line) },
  )
  return {
    text: lines.join('\n'),
    results: result.steps.map(({ step, passed, failed }) => [step.title, passed, failed]),
  }
}

test('steps run one after the other, and one without counts counts as one', async () => {
  const { text, results } = await run([stepOf('first', ''), stepOf('second', 'process.exit(3)'), stepOf('third', '')])
  expect(results).toEqual([
    ['first', 1, 0],
    ['second', 0, 1],
    ['third', 1, 0],
  ])
  expect(text).toContain('[2/3] second')
  expect(text).toContain('second: failed; again: npm run second')
})

test('nothing follows a required step that failed', async () => {
  expect((await run([stepOf('first', 'process.exit(1)', { isRequired: true }), stepOf('second', '')])).results).toEqual(
    [['first', 0, 1]],
  )
})

test('a step that counts says how many passed and failed', async () => {
  const counted = `require('node:fs').writeFileSync(process.env.ROLLCALL_COUNTS, '{"passed":5,"failed":2}'); process.exit(1)`
  expect((await run([stepOf('tests', counted, { hasCounts: true })])).results).toEqual([['tests', 5, 2]])
})

test('a step that should count and ends before it does is a failure', async () => {
  expect((await run([stepOf('tests', 'process.exit(1)', { hasCounts: true })])).results).toEqual([['tests', 0, 1]])
})

test('a run that has passed its limit says what was waited for, and ends all of its processes', async () => {
  const waits = `
    const waiting = [{ what: 'two phones are ringing', seen: '1', seed: 7, test: { file: 'test/x.test.ts', name: 'x' }, again: 'npm run vitest -- test/x.test.ts' }]
    require('node:fs').writeFileSync(process.env.ROLLCALL_WAITING + '/1.json', JSON.stringify(waiting))
    setInterval(() => {}, 1000)`
  // The limit passes whenever the child has said what it waits for, or before: it is given up until it has.
  let given = await run([stepOf('tests', waits), stepOf('next', '')], 500)
  for (let limitMs = 1_000; !given.text.includes('two phones'); limitMs *= 2)
    given = await run([stepOf('tests', waits), stepOf('next', '')], limitMs)
  expect(given.results).toEqual([['tests', 0, 1]])
  expect(given.text).toMatch(/has not ended within \d+ \w+\. It was at: tests; again: npm run tests/)
  for (const line of [
    'waiting until two phones are ringing',
    'in test/x.test.ts, x',
    'last seen: 1',
    'seed: 7',
    'again: npm run vitest -- test/x.test.ts',
  ])
    expect(given.text).toContain(line)
})
