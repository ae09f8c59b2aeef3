import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'

const BODIES = 5_000

test(`npm run fuzz: a live host on SQLite stands after ${BODIES} bodies`, () => {
  const { stdout, status } = spawnSync(process.execPath, ['test/fuzz/run.ts', '--bodies', String(BODIES)], {
    cwd: repositoryFolder,
    encoding: 'utf8',
  })
  expect(status, stdout).toBe(0)
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    new RegExp(`^bodies ${BODIES}, taken [1-9]\\d*, refused [1-9]\\d*, not now \\d+, calls [1-9]\\d*, wrong 0$`),
  )
})
