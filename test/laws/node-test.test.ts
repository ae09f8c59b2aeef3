/**
 * The law suites need no particular runner.
 * @module
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hostLaws } from '../../src/testing/host/host-laws.ts'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import { transportLaws } from '../../src/testing/transport/transport-laws.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { runNode } from '../waiting/node-process.ts'

const suite = fileURLToPath(new URL('node-test-suite.ts', import.meta.url))

test('the laws of stores, transports and hosts run under node:test, and print nothing of their own', async () => {
  const { stdout, stderr, status } = await runNode(['--test', '--test-reporter=tap', suite], {
    env: { NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
  })
  const laws =
    storeLaws(() => ({ store: memoryStore() })).length +
    transportLaws(({ service }) => service.transport()).length +
    hostLaws(() => {
      throw new Error('not run')
    }).length
  expect(stdout).toMatch(new RegExp(`^# pass ${laws}$`, 'm'))
  expect(stdout).toMatch(/^# fail 0$/m)
  expect(`${stdout}${stderr}`).not.toMatch(/Error|^#? +at /m)
  expect(status).toBe(0)
})
