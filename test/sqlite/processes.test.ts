/**
 * SQLite stores of several processes, under the oldest Node that is supported: its SQLite does not notice that a lock
 * of its own is gone, so a process that drops one loses what it commits.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import type { StoreUnderTest } from '../../src/testing/store/store-under-test.ts'
import { commit } from '../../src/testing/store/checks.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'
import { sqliteUnderTest } from './sqlite-under-test.ts'
import { nodeOptions, oldestNode, StoreProcess } from '../store/stores-in-processes.ts'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
  path = join(folder, 'calls.db')
})

afterEach(() => rmSync(folder, { recursive: true }))

/** A store in one process; it is opened again in that process first, then in others. */
async function underOldestNode(): Promise<StoreUnderTest> {
  const first = new StoreProcess(oldestNode)
  const processes = [first]
  const store = await first.open(path)
  let openings = 0
  return {
    store,
    async reopen() {
      openings += 1
      if (openings === 1) return first.open(path)
      const other = new StoreProcess(oldestNode)
      processes.push(other)
      return other.open(path)
    },
    async dispose() {
      for (const each of processes) each.kill()
    },
  }
}

describe('under Node 22.13, across processes, a store keeps to the law', () => {
  const laws = storeLaws(underOldestNode, { isDurable: true }).filter(({ name }) => /^(durability|conflict)/.test(name))
  for (const { name, run } of laws) test(name, run)
})

test('under Node 22.13 a process that opens its file twice keeps its log when another process closes the file, and a crash loses nothing', async () => {
  const instanceId = new StoreProcess(oldestNode)
  const store = await instanceId.open(path)
  await store.commit(commit({ core: 1 }))
  await (await instanceId.open(path)).close()
  const other = new StoreProcess(oldestNode)
  await (await other.open(path)).close()
  expect(existsSync(`${path}-wal`)).toBe(true)
  await store.commit(commit({ core: 2, expectedVersion: 1 }))
  instanceId.kill()
  expect(await (await other.open(path)).load('call')).toMatchObject({ version: 2, core: 2 })
  other.kill()
})

test('under Node 22.13 a store in one process keeps to every law', async () => {
  const suite = fileURLToPath(new URL('node-test-suite.ts', import.meta.url))
  const { stdout, stderr, status } = await runNode([...nodeOptions, '--test', '--test-reporter=tap', suite], {
    node: oldestNode,
    env: { NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
  })
  expect(stdout).toMatch(new RegExp(`^# pass ${storeLaws(sqliteUnderTest, { isFile: true }).length}$`, 'm'))
  expect(stdout).toMatch(/^# fail 0$/m)
  expect([status, stderr]).toEqual([0, ''])
})

test('npm scripts run on the Node of the package, not on the oldest one', async () => {
  const { stdout } = await runNode(['--print', 'process.versions.node'], { cwd: repositoryFolder })
  expect(stdout).not.toMatch(/^22\./)
})
