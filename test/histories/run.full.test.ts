/**
 * `npm run histories`, as CI runs it: 20,000 random histories, one in five through the host, and not one in which
 * belief and truth part.
 * @module
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runNode } from '../waiting/node-process.ts'

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}
const run = fileURLToPath(new URL('run.ts', import.meta.url))
const seed = process.env['ROLLCALL_SEED'] ?? '20261124'
const count = Number(process.env['ROLLCALL_HISTORIES'] ?? 20_000)

async function histories(
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly status: number | null; readonly last: string }> {
  const { stdout, status } = await runNode([run, ...args])
  return { stdout, status, last: stdout.trim().split('\n').at(-1) ?? '' }
}

describe(`npm run histories (seed ${seed})`, () => {
  test(`ends with no violation after ${count} histories`, async () => {
    const { last, stdout, status } = await histories('--count', String(count), '--seed', seed)
    expect(last, stdout).toMatch(new RegExp(`^${count} histories, \\d+ events, 0 violations, \\d+ per second$`))
    expect(status).toBe(0)
  })

  test('plays the same histories for the same seed', async () => {
    const events = async (): Promise<string | undefined> =>
      /(\d+) events/.exec((await histories('--count', '150', '--seed', seed)).last)?.[1]
    expect(await events()).toBe(await events())
  })

  test('says its seed, which is that of the day when it is asked to, and every night', async () => {
    const today = (): string => `seed ${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`
    const before = today()
    const { stdout, status } = await histories('--count', '3', '--seed', 'date')
    expect([before, today()]).toContain(stdout.split('\n')[0])
    expect(status).toBe(0)
    expect((await histories('--count', '3', '--seed', '7')).stdout.split('\n')[0]).toBe('seed 7')
    expect(packageJson.scripts['histories:nightly']).toMatch(/ --seed date$/)
  })
})
