/**
 * How the explorer explores: time, states that are one, limits, systems that throw.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { openCall, step } from '../../src/call/step.ts'
import type { Call } from '../../src/call/model/call.ts'
import type { Message } from '../../src/testing/truth-model.ts'
import { explore } from '../verification/explore/explore.ts'
import { essence } from '../verification/explore/oracle.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import {
  believing,
  blindToOne,
  noFaults,
  numbered,
  one,
  plain,
  takingDeltasForFull,
  throwing,
  unreadable,
  world,
  zero,
} from './broken.ts'
import { violationOf, doubled, crashing, early } from './judging.ts'

describe('time', () => {
  const twoJoin = [zero('join'), one('join')]

  test('within the reorder window hides a system that takes changes for the whole roster', () => {
    expect(violationOf(takingDeltasForFull, world(twoJoin, { readings: numbered }))).toBe(undefined)
  })

  test('outside of it shows that system, once the world may wait', () => {
    const violation = violationOf(
      takingDeltasForFull,
      world(twoJoin, { readings: numbered, faults: { ...noFaults, waits: 1 } }),
    )
    expect(violation?.what).toBe('person 0 is on the roster and is believed to be gone')
    expect(violation?.history).toContain('longer than the reorder window passes')
  })

  test('outside of it shows that system where there is no window', () => {
    expect(
      violationOf(takingDeltasForFull, world(twoJoin, { readings: numbered, options: { reorderWindowMs: 0 } }))
        ?.history,
    ).toHaveLength(4)
  })

  test('passes at a deadline, too: a cancel that is taken for proved by it shows', () => {
    const system = believing(({ by }) => by === 'deadline', { cause: 'declined' })
    expect(violationOf(system, world([zero('invite')], { faults: early }))?.what).toBe(
      'person 0 was rung, and invite-0 is believed cancelled, declined by deadline',
    )
  })
})

describe('two states are one only when nothing that matters tells them apart', () => {
  const told = (...messages: readonly Message[]): Call =>
    messages.reduce<Call>((call, message) => step(call, { ...message, at: 1_000 } as never).call, openCall('call'))
  const established: Message = { type: 'call.reported', state: 'established', myParticipantId: 'bot' }
  const invited: Message = {
    type: 'invite.requested',
    invitation: 'invite-0',
    invitees: [{ identity: { user: { id: 'user-0' } } }],
  }
  const failed = (operationId: string): Message => ({
    type: 'operation.reported',
    operationId,
    status: 'failed',
    result: { code: 603, subcode: 8538 },
  })

  test('which operation is waiting for its invitation', () => {
    expect(essence(told(established, invited, failed('A')))).not.toEqual(
      essence(told(established, invited, failed('B'))),
    )
  })

  test('that the application has hung up', () => {
    expect(essence(told(established, { type: 'hangUp.requested' }))).not.toEqual(essence(told(established)))
  })

  test('which mutes are in flight', () => {
    const joined: Message = {
      type: 'roster.reported',
      kind: 'full',
      entries: [{ id: 'p0-1', identity: { user: { id: 'user-0' } } }],
    }
    expect(
      essence(told(established, joined, { type: 'mute.requested', key: 'p0-1', clientContext: 'mute-1' })),
    ).not.toEqual(essence(told(established, joined)))
  })
})

describe('the first bad history', () => {
  test('is a shortest one, whether a step or an end is what is bad', () => {
    const { violation } = explore(world([zero('join'), one('join')]), { system: blindToOne })
    expect(violation?.what).toBe('person 1 is present, and believed never to have been')
    expect(violation?.history).toHaveLength(2)
  })
})

describe('a limit of states', () => {
  const scope = world([zero('join'), zero('leave')])
  const { states } = explore(scope)

  test('that is as high as there are states cuts nothing short', () => {
    expect(explore(scope, { maxStates: states })).toMatchObject({ states, isExhaustive: true })
  })

  test('is never passed, and is said to have cut the search short', () => {
    expect(explore(scope, { maxStates: states - 1 })).toMatchObject({ states: states - 1, isExhaustive: false })
    expect(explore(scope, { maxStates: 1 })).toMatchObject({ states: 1, isExhaustive: false })
  })

  test('that progress is told within changes nothing', () => {
    const heard: number[] = []
    expect(explore(scope, { progressEvery: 3, onProgress: (seen) => heard.push(seen) })).toEqual(explore(scope))
    expect(heard).toEqual([3, 6, 9])
  })
})

describe('a system that throws', () => {
  test('is a violation with its history, not an exception', () => {
    const violation = violationOf(throwing('operation.reported'), world([zero('invite'), zero('answer')]))
    expect(violation?.what).toBe('operation.reported made the system throw: boom')
    expect(violation?.history).toHaveLength(4)
  })

  test('is found when it throws only while everything comes to rest', () => {
    expect(violationOf(throwing('deadline.passed'), world([zero('invite')]))?.what).toBe(
      'deadline.passed made the system throw: boom',
    )
  })

  test('is found when it throws at being taken up by another process', () => {
    const violation = violationOf(unreadable, world([zero('join')], { faults: crashing }))
    expect(violation?.what).toBe('the stored call made the system throw: boom')
    expect(violation?.history).toHaveLength(1)
  })

  test('is found when it throws before anything has happened', () => {
    expect(violationOf(throwing('call.reported'), world([zero('join')]))).toMatchObject({
      what: 'call.reported made the system throw: boom',
      history: [],
    })
  })

  test('is found when it throws at what comes after the end', () => {
    const system = {
      ...rollcallSystem,
      step: ((call, event) => {
        if (call.state === 'terminated') throw new Error('boom')
        return rollcallSystem.step(call, event)
      }) satisfies CallSystem['step'],
    }
    expect(violationOf(system, world([{ does: 'end' }]))?.what).toBe('deadline.passed made the system throw: boom')
  })
})

test('a message twice is not two presences', () => {
  expect(explore(world([zero('join'), zero('leave')], { faults: doubled, readings: plain })).isExhaustive).toBe(true)
})
