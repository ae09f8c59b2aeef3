import { describe, expect, it } from 'vitest'
import { explore } from '../../src/testing/explore/explore.ts'
import { scopes } from '../../src/testing/explore/scopes.ts'
import type { Scope } from '../../src/testing/explore/world.ts'

const named = (part: string): Scope => {
  const scope = scopes.find(({ name }) => name.includes(part))
  if (scope === undefined) throw new Error(`There is no scope ${part}.`)
  return scope
}

describe('every interleaving of a small world', () => {
  it('keeps belief and truth together when an invite is answered and cancelled and one message is lost', () => {
    const found = explore(named('invite, answer, cancel (full, participantId, not-found, failed-operation; a message lost, a deadline passes early'))
    expect(found.violation).toBe(undefined)
    expect(found.isExhaustive).toBe(true)
    expect(found.states).toBeGreaterThan(5_000)
    expect(found.ends).toBeGreaterThan(100)
  })

  it('of two people keeps them apart, whichever of them the process dies between', () => {
    const found = explore(named('two join, one leaves (delta, participantId, supported, failed-operation; a crash)'))
    expect(found.violation).toBe(undefined)
    expect(found.isExhaustive).toBe(true)
  })

  it('says when it was cut short', () => {
    expect(explore(named('invite, answer'), { maxStates: 100 })).toMatchObject({ isExhaustive: false, states: 100 })
  })
})

describe('every interleaving of two people, to the last state, in one reading', () => {
  const plots = ['two join, one leaves', 'two join, one is removed', 'invite one, another joins', 'invite two, one declines', 'invite one, another joins and is removed', 'invite two, cancel one, the other declines']
  const one = plots.flatMap((plot) => ['a message lost', 'a message doubled', 'a crash'].map((fault) => [plot, fault] as const))

  it.each(one)('%s, %s', { timeout: 180_000 }, (plot, fault) => {
    const scope = scopes.find(({ name }) => name.startsWith(`${plot} (delta`) && name.endsWith(`; ${fault})`)) ?? named(`${plot} (full, participantId, supported, failed-operation; ${fault})`)
    const { states, ends, violation, isExhaustive } = explore(scope)
    expect([violation, isExhaustive], `${states} states of ${scope.name}`).toEqual([undefined, true])
    expect(ends).toBeGreaterThan(10)
  })
})

describe('the scopes', () => {
  it('are told apart by their names', () => {
    expect(new Set(scopes.map(({ name }) => name)).size).toBe(scopes.length)
  })

  it('are different worlds: no two have the same acts, readings and faults', () => {
    expect(new Set(scopes.map(({ acts, readings, faults }) => JSON.stringify([acts, readings, faults]))).size).toBe(scopes.length)
  })

  it('name both readings of everything that is contested', () => {
    const seen = new Set(scopes.flatMap(({ readings }) => Object.entries(readings).map((entry) => entry.join(': '))))
    expect([...seen].sort()).toEqual([
      'admission: new-id', 'admission: same-id', 'answers: slow', 'beginning: establishing', 'beginning: incoming', 'cancelBeforeAnswer: not-found', 'cancelBeforeAnswer: supported',
      'changes: gathered', 'devices: two', 'inviteResponseId: null', 'inviteResponseId: participantId', 'newcomerId: given', 'newcomerId: never', 'newcomerId: null', 'news: lost',
      'removedInvitee: failed-operation', 'removedInvitee: silence', 'rosterMode: delta', 'rosterMode: full',
    ])
  })
})
