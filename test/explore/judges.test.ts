import { describe, expect, it } from 'vitest'
import { openCall, step } from '../../src/call/step.ts'
import type { Call } from '../../src/call/call.ts'
import type { Message } from '../../src/testing/story.ts'
import { explore } from '../../src/testing/explore/explore.ts'
import { essence } from '../../src/testing/explore/truth.ts'
import { isPresent } from '../../src/participant/participant.ts'
import { blindToOne, noFaults, one, postingAgain, throwing, unreadable, world, zero } from './broken.ts'

describe('two states are one only when nothing that matters tells them apart', () => {
  it('an invite posted twice is found even where the second one leaves no other trace', () => {
    const system = postingAgain((call) => [...call.participants.values()].some(isPresent))
    const { violation } = explore(world([zero('join'), zero('invite')], { faults: { ...noFaults, losses: 1 } }), { system })
    expect(violation?.what).toBe('the invitation invite-0 was posted 2 times')
  })

  const told = (...messages: readonly Message[]): Call => messages.reduce<Call>((call, message) => step(call, { ...message, at: 1_000 } as never).call, openCall('call'))
  const established: Message = { type: 'call.reported', state: 'established', myParticipantId: 'bot' }
  const invited: Message = { type: 'invite.requested', invitation: 'invite-0', invitees: [{ identity: { user: { id: 'user-0' } } }] }
  const failed = (operationId: string): Message => ({ type: 'operation.reported', operationId, status: 'failed', result: { code: 603, subcode: 8538 } })

  it('which operation is waiting for its invitation', () => {
    expect(essence(told(established, invited, failed('A')))).not.toEqual(essence(told(established, invited, failed('B'))))
  })

  it('that the application has hung up', () => {
    expect(essence(told(established, { type: 'hangUp.requested' }))).not.toEqual(essence(told(established)))
  })

  it('which mutes are in flight', () => {
    const joined: Message = { type: 'roster.reported', kind: 'full', entries: [{ id: 'p0-1', identity: { user: { id: 'user-0' } } }] }
    expect(essence(told(established, joined, { type: 'mute.requested', key: 'p0-1', clientContext: 'mute-1' }))).not.toEqual(essence(told(established, joined)))
  })
})

describe('the first bad history', () => {
  it('is a shortest one, whether a step or an end is what is bad', () => {
    const { violation } = explore(world([zero('join'), one('join')]), { system: blindToOne })
    expect(violation?.what).toBe('person 1 is present, and believed never to have been')
    expect(violation?.history).toHaveLength(2)
  })
})

describe('a limit of states', () => {
  const scope = world([zero('join'), zero('leave')])
  const { states } = explore(scope)

  it('that is as high as there are states cuts nothing short', () => {
    expect(explore(scope, { maxStates: states })).toMatchObject({ states, isExhaustive: true })
  })

  it('is never passed, and is said to have cut the search short', () => {
    expect(explore(scope, { maxStates: states - 1 })).toMatchObject({ states: states - 1, isExhaustive: false })
    expect(explore(scope, { maxStates: 1 })).toMatchObject({ states: 1, isExhaustive: false })
  })
})

describe('a system that throws', () => {
  it('is a violation with its history, not an exception', () => {
    const { violation } = explore(world([zero('invite'), zero('answer')]), { system: throwing('operation.reported') })
    expect(violation?.what).toBe('operation.reported made the system throw: boom')
    expect(violation?.history).toHaveLength(4)
  })

  it('is found when it throws only while everything comes to rest', () => {
    const { violation } = explore(world([zero('invite')]), { system: throwing('deadline.passed') })
    expect(violation?.what).toBe('deadline.passed made the system throw: boom')
  })

  it('is found when it throws at being taken up by another process', () => {
    const { violation } = explore(world([zero('join')], { faults: { ...noFaults, crashes: 1 } }), { system: unreadable })
    expect(violation?.what).toBe('the stored call made the system throw: boom')
    expect(violation?.history).toHaveLength(1)
  })
})
