/**
 * Small worlds explored to the last state, as part of the full suite: one plot with every fault at once, and every plot
 * of two people in one reading.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { explore } from '../verification/explore/explore.ts'
import { scopes } from '../verification/explore/scopes.ts'
import type { Scope } from '../verification/explore/world.ts'

const named = (part: string): Scope => {
  const scope = scopes.find(({ name }) => name.includes(part))
  if (scope === undefined) throw new Error(`There is no scope ${part}.`)
  return scope
}

describe('every interleaving of a small world', () => {
  test('keeps belief and truth together when an invite is answered and cancelled and one message is lost', () => {
    const found = explore(
      named(
        'invite, answer, cancel (full, participantId, not-found, failed-operation; a message lost, a deadline passes early',
      ),
    )
    expect(found.violation).toBe(undefined)
    expect(found.isExhaustive).toBe(true)
    expect(found.states).toBeGreaterThan(5_000)
    expect(found.ends).toBeGreaterThan(100)
  })

  test('of two people keeps them apart, whichever of them the process dies between', () => {
    const found = explore(named('two join, one leaves (delta, participantId, supported, failed-operation; a crash)'))
    expect(found.violation).toBe(undefined)
    expect(found.isExhaustive).toBe(true)
  })
})

describe('every interleaving of two people, to the last state, in one reading', () => {
  const plots = [
    'two join, one leaves',
    'two join, one is removed',
    'invite one, another joins',
    'invite two, one declines',
    'invite one, another joins and is removed',
    'invite two, cancel one, the other declines',
  ]
  const one = plots.flatMap((plot) =>
    ['a message lost', 'a message doubled', 'a crash'].map((fault) => [plot, fault] as const),
  )

  test.each(one)('%s, %s', (plot, fault) => {
    const scope =
      scopes.find(({ name }) => name.startsWith(`${plot} (delta`) && name.endsWith(`; ${fault})`)) ??
      named(`${plot} (full, participantId, supported, failed-operation; ${fault})`)
    const { states, ends, violation, isExhaustive } = explore(scope)
    expect([violation, isExhaustive], `${states} states of ${scope.name}`).toEqual([undefined, true])
    expect(ends).toBeGreaterThan(10)
  })
})
