/**
 * The law suites under Node's own test runner: `node --test test/laws/node-test-suite.ts`.
 * @module
 */
import { describe, test } from 'node:test'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { hostLaws } from '../../src/testing/host/host-laws.ts'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import { transportLaws } from '../../src/testing/transport/transport-laws.ts'

void describe('a store', () => {
  for (const { name, run } of storeLaws(() => ({ store: memoryStore() }), { histories: 5 })) void test(name, run)
})

void describe('a transport', () => {
  for (const { name, run } of transportLaws(({ fetch }) => graphTransport({ token: async () => 'token', fetch }), {
    runs: 20,
  }))
    void test(name, run)
})

void describe('a host', () => {
  for (const { name, run } of hostLaws(createRollcall)) void test(name, run)
})
