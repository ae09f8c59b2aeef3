import { describe, expect, it } from 'vitest'
import { explore } from '../../src/testing/explore/explore.ts'
import { scopes } from '../../src/testing/explore/scopes.ts'
import type { Scope } from '../../src/testing/explore/world.ts'
import { mutants } from '../laws/mutants.ts'

const named = (part: string): Scope => scopes.find(({ name }) => name.includes(part)) as Scope

describe('every interleaving of a small world', () => {
  it('keeps belief and truth together when an invite is answered and cancelled and one message is lost', () => {
    const found = explore(named('invite, answer, cancel (full, supported, participantId, failed-operation; one message lost'))
    expect(found.violation).toBe(undefined)
    expect(found.isExhaustive).toBe(true)
    expect(found.states).toBeGreaterThan(10_000)
    expect(found.ends).toBeGreaterThan(100)
  })

  it('covers both readings of everything that is contested', () => {
    const seen = new Set(scopes.flatMap(({ readings }) => Object.entries(readings).map((entry) => entry.join(': '))))
    expect([...seen].sort()).toEqual([
      'cancelBeforeAnswer: not-found', 'cancelBeforeAnswer: supported', 'inviteResponseId: null', 'inviteResponseId: participantId',
      'removedInvitee: failed-operation', 'removedInvitee: silence', 'rosterMode: delta', 'rosterMode: full',
    ])
  })

  it('says when it was cut short', () => {
    expect(explore(named('invite, answer'), { maxStates: 100 })).toMatchObject({ isExhaustive: false, states: 100 })
  })

  it('finds a system that takes a 2xx for proof, by a history nobody could shorten', () => {
    const { violation } = explore(named('join, leave, join again, remove (delta'), { system: mutants.proof.system })
    expect(violation?.what).toBe('person 0 is on the roster and is believed to be gone')
    expect(violation?.history.length).toBeLessThan(10)
  })

  it('finds a system that posts an invite again after a timeout', () => {
    const { violation } = explore(named('invite, answer, cancel (full, supported, participantId, failed-operation; one message lost'), { system: mutants.oneInvite.system })
    expect(violation?.what).toBe('the invitation invite-0 was posted 2 times')
    expect(violation?.history).toHaveLength(4)
  })

  it('finds a system that waits for notifications nobody promised', () => {
    const { violation } = explore(named('invite, decline, cancel (full, supported, participantId, failed-operation; one message lost'), { system: mutants.liveness.system })
    expect(violation?.what).toBe('invite-0 may ring for ever')
  })
})
