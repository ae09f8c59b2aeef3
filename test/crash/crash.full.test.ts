/**
 * Nothing lost, with real processes: bots on a file are killed with SIGKILL while they talk to the emulator.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const KILLS = 25
const SEED = process.env['ROLLCALL_SEED'] ?? '20261124'

/** Runs the script; ends it, if so asked, once it has said such a thing. */
function run(args: readonly string[], endAfter?: RegExp): Promise<{ said: string; code: number | null }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('run.ts', import.meta.url)), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (endAfter?.test(said) === true && !child.killed) child.kill('SIGTERM')
    })
  }
  return new Promise((resolve) => { child.once('close', (code) => resolve({ said, code })) })
}

test(`bots that are killed ${KILLS} times, alone, two on one file and on a disk that fails, lose nothing and double nothing (seed ${SEED})`, async () => {
  const { said, code } = await run(['--kills', String(KILLS), '--seed', SEED])
  expect(said).toMatch(new RegExp(`^seed ${SEED}\\n[^]*\\nkills ${KILLS}, histories [1-9]\\d*, lost 0, doubled 0\\n$`))
  expect(code).toBe(0)
})

test('a run that is ended before its time says what it waits for, its seed, and the command that runs it again', async () => {
  const { said, code } = await run(['--kills', '1000', '--seed', SEED, '--only', 'two'], /kill \d+ of/)
  expect(said).toMatch(/^waits for history \d+: .+$/m)
  expect(said).toMatch(/^waits for (?:bot 1, life \d+, to die \(.+\)|place 1, empty for \d+ ms|time, at \d+ ms: the next bot of place 1, to listen)$/m)
  expect(said).toContain(`seed ${SEED}; again: npm run crash -- --seed ${SEED} --only two --kills 1000\n`)
  expect(code).toBe(1)
})
