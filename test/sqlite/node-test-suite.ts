/**
 * The laws of a store for SQLite under Node's own test runner, for a Node that Vitest does not run on.
 * @module
 */
import { test } from 'node:test'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import { sqliteUnderTest } from './sqlite-under-test.ts'

for (const { name, run } of storeLaws(sqliteUnderTest, { histories: 2, isFile: true })) void test(name, run)
