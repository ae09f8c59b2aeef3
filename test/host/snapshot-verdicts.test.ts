import { describe, expect, test } from 'vitest'
import { rosterSnapshot } from '../../src/call/codec/event-schema.ts'
import { fits } from '../../src/call/codec/schema.ts'

const entries = [{ id: 'r', identity: { user: { id: 'ann' } } }]
const running = { clientContext: 'i', status: 'running' }

describe('a list of participants', () => {
  test.each([
    ['alone', { entries }],
    ['with a word on its completeness', { entries, isComplete: false }],
    ['with operations', { entries, isComplete: true, operations: [running] }],
    ['without anybody', { entries: [], operations: [] }],
  ])('is taken %s', (_, value) => {
    expect(fits(rosterSnapshot, value)).toBe(true)
  })

  test.each([
    ['no entries', { isComplete: true }],
    ['a completeness in words', { entries, isComplete: 'yes' }],
    ['operations that are no list', { entries, operations: running }],
    ['an operation without a status', { entries, operations: [{ clientContext: 'i' }] }],
    ['an operation that is null', { entries, operations: [null] }],
  ])('is not taken with %s', (_, value) => {
    expect(fits(rosterSnapshot, value)).toBe(false)
  })
})
