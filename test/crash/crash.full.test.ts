/**
 * Nothing lost, with real processes: bots on a file are killed with SIGKILL while they talk to the emulator.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startNode } from '../waiting/node-process.ts'

const KILLS = 25
const SEED = process.env['ROLLCALL_SEED'] ?? '20261124'

/** Starts the script. */
function crash(...args: readonly string[]) {
  return startNode([fileURLToPath(new URL('run.ts', import.meta.url)), ...args, '--seed', SEED])
}

test(`bots that are killed ${KILLS} times, alone, two on one file and on a disk that fails, lose nothing and double nothing (seed ${SEED})`, async () => {
  const { stdout, stderr, status } = await crash('--kills', String(KILLS)).ended({ seed: SEED })
  expect(stdout + stderr).toMatch(
    new RegExp(`^seed ${SEED}\\n[\\s\\S]*\\nkills ${KILLS}, histories [1-9]\\d*, lost 0, doubled 0\\n$`),
  )
  expect(status).toBe(0)
})

test('a run that is ended before its time says what it waits for, its seed, and the command that runs it again', async () => {
  const endless = crash('--kills', '1000', '--only', 'two')
  await endless.line(/^\d+ of 1,000 kills/, { seed: SEED })
  endless.kill('SIGTERM')
  const { stdout: said, status } = await endless.ended({ seed: SEED })
  expect(said).toMatch(/^waits for history \d+: .+$/m)
  expect(said).toMatch(
    /^waits for (?:bot 1, life \d+, to die \(.+\)|place 1, empty for \d+ ms|time, at \d+ ms: the next bot of place 1, to listen)$/m,
  )
  expect(said).toContain(`seed ${SEED}; again: npm run crash -- --seed ${SEED} --only two --kills 1000\n`)
  expect(status).toBe(1)
})
