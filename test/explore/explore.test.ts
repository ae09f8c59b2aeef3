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
  test('keeps an invitee in the call who answers before their invitation is cancelled, over a crash and a lost message', () => {
    for (const faults of ['a message lost, a deadline passes early', 'a crash, a message lost']) {
      const found = explore(
        named(`invite, answer, cancel unless answered (delta, participantId, supported, failed-operation; ${faults})`),
      )
      expect([found.violation, found.isExhaustive]).toEqual([undefined, true])
      expect(found.ends).toBeGreaterThan(100)
    }
  })

  test('reports when it was cut short', () => {
    expect(explore(named('invite, answer'), { maxStates: 100 })).toMatchObject({ isExhaustive: false, states: 100 })
  })
})

describe('the scopes', () => {
  test('are told apart by their names', () => {
    expect(new Set(scopes.map(({ name }) => name)).size).toBe(scopes.length)
  })

  test('are different worlds: no two have the same acts, readings, faults and beginning', () => {
    expect(
      new Set(
        scopes.map(({ acts, readings, faults, isRosterKnown }) =>
          JSON.stringify([acts, readings, faults, isRosterKnown]),
        ),
      ).size,
    ).toBe(scopes.length)
  })

  test('name both readings of every switch', () => {
    const seen = new Set(scopes.flatMap(({ readings }) => Object.entries(readings).map((entry) => entry.join(': '))))
    expect([...seen].sort()).toEqual([
      'admission: new-id',
      'admission: same-id',
      'answers: slow',
      'beginning: establishing',
      'beginning: incoming',
      'cancelBeforeAnswer: not-found',
      'cancelBeforeAnswer: supported',
      'changes: gathered',
      'devices: two',
      'inviteResponseId: null',
      'inviteResponseId: participantId',
      'newcomerId: given',
      'newcomerId: never',
      'newcomerId: null',
      'news: lost',
      'ownId: stale',
      'removedInvitee: failed-operation',
      'removedInvitee: silence',
      'rosterMode: delta',
      'rosterMode: full',
      'rosterMode: numbered',
    ])
  })
})
