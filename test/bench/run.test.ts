import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runNode } from '../waiting/node-process.ts'

const script = fileURLToPath(new URL('run.ts', import.meta.url))

/** The benchmark, run too briefly for its numbers to mean anything. */
function bench(...options: string[]) {
  return runNode([script, '--quick', ...options])
}

test('with --json the benchmark prints one object a line, P1, P2, P5, P9, P9m, and nothing else', async () => {
  const { stdout, stderr, status } = await bench('--json')
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows.map((row) => row['id'])).toEqual(['P1', 'P2', 'P5', 'P9', 'P9m'])
  expect(rows.map((row) => row['target'])).toEqual([4, 50, 3, 1.2, 8])
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['id', 'name', 'ours', 'yardstick', 'ratio', 'least', 'most', 'target', 'met'])
    expect(row).toMatchObject({
      ours: expect.any(Number),
      yardstick: expect.any(Number),
      ratio: expect.any(Number),
      least: expect.any(Number),
      most: expect.any(Number),
      met: expect.any(Boolean),
    })
    expect(row['ours']).toBeGreaterThan(0)
    expect(row['yardstick']).toBeGreaterThan(0)
  }
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('without it the benchmark prints a table a person can read', async () => {
  const { stdout, status } = await bench()
  expect(stdout).toMatch(/^Node v\d+/)
  expect(stdout).toMatch(/^P1 .*ns .*≤ 4× +(met|MISSED)$/m)
  expect(stdout).toMatch(/^P2 .*ns .*≥ 50× +(met|MISSED)$/m)
  expect(stdout).toMatch(/^P5 .*ns .*≤ 3× +(met|MISSED)$/m)
  expect(status).toBe(0)
})

test('with --only it measures those rows, and says which there are', async () => {
  const { stdout } = await bench('--json', '--only', 'P9,P1')
  expect(stdout.match(/"id":"\w+"/g)).toEqual(['"id":"P1"', '"id":"P9"'])
  const { stderr, status } = await bench('--only', 'P3')
  expect(stderr).toContain('--only takes P1, P2, P5, P9, P9m, not "P3"')
  expect(status).toBe(2)
})
