/**
 * The explorer's judges, each with a system that it must reject.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { openCall, step } from '../../src/call/step.ts'
import type { Call } from '../../src/call/model/call.ts'
import type { Message } from '../../src/testing/truth-model.ts'
import { explore, type Violation } from '../verification/explore/explore.ts'
import { essence } from '../verification/explore/oracle.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import type { Scope } from '../verification/explore/world.ts'
import { isPresent } from '../../src/participant/participant.ts'
import { mutants, subtleMutants } from '../laws/mutants.ts'
import {
  believing,
  believingOmissions,
  blindToLobbies,
  blindToOne,
  deafToTheEnd,
  endingWaiting,
  endingWithOne,
  forgetfulOfRemovals,
  leavingByIdentity,
  neverContent,
  noFaults,
  numbered,
  one,
  plain,
  postingAgain,
  removingEverybody,
  removingOnCancel,
  restlessAfterTheEnd,
  takingDeltasForFull,
  throwing,
  unreadable,
  watchingTheClock,
  withoutDeadline,
  withoutRequests,
  world,
  zero,
} from './broken.ts'

/** The violation that a system has and the library has not. */
function violationOf(system: CallSystem, scope: Scope): Violation | undefined {
  expect(explore(scope).violation).toBe(undefined)
  return explore(scope, { system }).violation
}

/** The system of the laws' mutants that makes that mistake. */
function subtle(mistake: string): CallSystem {
  const found = subtleMutants.find((mutant) => mutant.mistake === mistake)
  if (found === undefined) throw new Error(`There is no mutant that ${mistake}.`)
  return found.system
}

const doubled = { ...noFaults, doubles: 1 }
const lossy = { ...noFaults, losses: 1 }
const crashing = { ...noFaults, crashes: 1 }
const early = { ...noFaults, deadlines: 1 }
const joinAndRemove = world([zero('join'), zero('remove')])

describe('the judges reject a system that', () => {
  const cases: readonly (readonly [mistake: string, system: CallSystem, scope: Scope, what: string])[] = [
    [
      'posts an invite again',
      postingAgain(() => true),
      world([zero('invite')], { faults: lossy }),
      'the invitation invite-0 was posted 2 times',
    ],
    [
      'posts an invite again where the second leaves no other trace',
      postingAgain((call) => [...call.participants.values()].some(isPresent)),
      world([zero('join'), zero('invite')], { faults: lossy }),
      'the invitation invite-0 was posted 2 times',
    ],
    [
      'never posts an invite',
      withoutRequests('participants.invite'),
      world([zero('invite')]),
      'the invitation invite-0 was never posted',
    ],
    [
      'never sends a DELETE',
      withoutRequests('participant.delete'),
      joinAndRemove,
      'p0-1 is active, their removal is sent, and nothing more will happen',
    ],
    [
      'never hangs up',
      withoutRequests('call.hangUp'),
      world([{ does: 'hangUp' }]),
      'the application hung up, and the call goes on',
    ],
    [
      'sends two DELETEs at once',
      mutants.oneDelete.system,
      world([zero('join'), one('join'), zero('remove')]),
      'two DELETEs are in flight for p0-1',
    ],
    [
      'removes others, too',
      removingEverybody,
      world([zero('join'), one('join'), zero('remove')], { readings: numbered }),
      'person 1 was sent a DELETE, and nobody asked for that',
    ],
    [
      'removes an invitee who answered before they could be cancelled',
      removingOnCancel,
      world([zero('invite'), zero('answer'), zero('cancel')]),
      'invite-0 is active, was only to be cancelled, and is sent a DELETE',
    ],
    [
      'takes a ring deadline for a wish to keep a participant out',
      subtle('takes a ring deadline for a wish to keep a participant out'),
      world([zero('inviteBriefly'), zero('answer')], { faults: early }),
      'invite-0 is active, was only to be cancelled, and is sent a DELETE',
    ],
    [
      'trusts an id of its own that no roster shows',
      subtle('trusts an id of its own that no roster shows'),
      world([zero('join'), zero('leave')], { readings: { ...plain, ownId: 'stale' } }),
      'on the roster are bot, p0-1, believed are bot, bot, p0-1',
    ],
    [
      'takes a 2xx for proof',
      mutants.proof.system,
      world([zero('join'), zero('remove')], { readings: numbered }),
      'person 0 is on the roster and is believed to be gone',
    ],
    [
      'believes its own removals to be departures',
      believing(({ cause }) => cause === 'removed', { cause: 'left', by: 'remote' }),
      joinAndRemove,
      'person 0 was removed, and p0-1 is believed removed, left by remote',
    ],
    [
      'takes a 404 on a lobby id for proof',
      endingWaiting,
      world([zero('knock'), zero('admit'), zero('remove')], { readings: { ...numbered, admission: 'new-id' } }),
      'person 0 is on the roster and is believed to be gone',
    ],
    [
      'keeps out whom it cancelled though the invitation has failed',
      mutants.noUnaskedRemoval.system,
      world([zero('invite'), zero('remove'), zero('join')]),
      'person 0 was sent a DELETE, and nobody asked for that',
    ],
    [
      'takes a report it did not believe for a departure',
      believingOmissions,
      world([one('join'), zero('join'), zero('remove')]),
      'person 0 was removed, and p0-1 is believed removed, left by remote',
    ],
    [
      'believes departures to be its own removals',
      believing(({ cause }) => cause === 'left', { cause: 'removed', by: 'local' }),
      world([zero('join'), zero('leave')]),
      'person 0 left, and p0-1 is believed removed, removed by local',
    ],
    [
      'believes who left to be busy',
      believing(({ cause }) => cause === 'left', { cause: 'busy', by: 'service' }),
      world([zero('join'), zero('leave')]),
      'person 0 left, and p0-1 is believed removed, busy by service',
    ],
    [
      'believes an invitee who left to have waited too long',
      believing(({ cause }) => cause === 'left', { cause: 'lobbyTimeout', by: 'service' }),
      world([zero('invite'), zero('answer'), zero('leave')], { readings: numbered }),
      'person 0 left, and invite-0 is believed removed, lobbyTimeout by service',
    ],
    [
      'believes a no to be silence',
      believing(({ cause }) => cause === 'declined', { cause: 'noAnswer', by: 'deadline' }),
      world([zero('invite'), zero('decline')]),
      'person 0 declined, and invite-0 is believed cancelled, noAnswer by deadline',
    ],
    [
      'believes a cancelled call to be declined',
      believing(({ cause }) => cause === 'cancelled', { cause: 'declined', by: 'remote' }),
      world([zero('invite'), zero('remove')]),
      'person 0 was rung until that was cancelled, and invite-0 is believed cancelled, declined by remote',
    ],
    [
      'believes the call to have ended on whom it removed',
      believing(({ cause }) => cause === 'removed', { cause: 'callEnded', by: 'remote' }),
      joinAndRemove,
      'person 0 was removed, and p0-1 is believed removed, callEnded by remote',
    ],
    [
      'forgets a removal over a crash',
      forgetfulOfRemovals,
      world([zero('join'), zero('remove')], { faults: crashing }),
      'person 0 was removed, and p0-1 is believed removed, left by remote',
    ],
    [
      'forgets over a crash how to look for proof',
      {
        ...rollcallSystem,
        decode: (value) => ({ ...rollcallSystem.decode(value), deadlines: rollcallSystem.open('call').deadlines }),
      },
      world([zero('invite')], { faults: crashing }),
      'the call is established and has no deadline to check it',
    ],
    [
      'takes a late leaving for that of who came again',
      leavingByIdentity,
      world([zero('join'), zero('leave'), zero('join')], { readings: numbered }),
      'person 0 is on the roster and is believed to be gone',
    ],
    [
      'never asks after a gap',
      withoutRequests('roster.fetch'),
      world([zero('join')], { readings: numbered, faults: lossy }),
      'person 0 is present, and believed never to have been',
    ],
    [
      'reopens whom it is shown late',
      mutants.absorption.system,
      world([zero('join'), zero('leave')], { faults: doubled }),
      'p0-1 had ended and moved',
    ],
    ['keeps no deadlines', mutants.liveness.system, world([zero('invite')]), 'invite-0 may ring for ever'],
    [
      'keeps no heartbeat',
      withoutDeadline('keepAlive'),
      world([zero('join')]),
      'the call is established and has no deadline to check it',
    ],
    ['looks at the clock for ever', watchingTheClock, world([zero('invite')]), 'the call does not come to rest'],
    [
      'asks for ever',
      neverContent,
      world([zero('join')], { readings: numbered, faults: crashing }),
      'the call never stops asking',
    ],
    [
      'takes the lobby for the call',
      blindToLobbies,
      world([zero('knock')]),
      'on the roster are bot, p0-1 in the lobby, believed are bot, p0-1',
    ],
    [
      'does not hear that the call has ended',
      deafToTheEnd,
      world([zero('join'), { does: 'end' }]),
      'the call has ended, and is believed to go on',
    ],
    [
      'ends the call with one of its people',
      endingWithOne,
      world([zero('join'), zero('leave'), zero('remove')]),
      'the call is believed to have ended, and has not',
    ],
    [
      'takes an empty list for an answer',
      subtle('takes an empty list for an answer'),
      world([zero('join'), one('join')], { readings: numbered, faults: { ...lossy, empties: 1 } }),
      'person 0 is present, and believed never to have been',
    ],
    [
      'lets an entry excuse an absence that is suspicious',
      mutants.suspicion.system,
      world([zero('join'), zero('leave'), zero('knock')]),
      'a full roster without p0-2, who had just joined, gave another id to p0-2',
    ],
    [
      'lets a change take back what a fetched roster has shown',
      subtle('lets a change that is older than a fetched roster take back the id that one showed'),
      world([zero('invite'), zero('answerInLobby'), zero('admit')], {
        readings: { ...numbered, admission: 'new-id' },
        faults: crashing,
        isRosterKnown: true,
      }),
      'on the roster are bot, p0-2, believed are bot, p0-1',
    ],
    [
      'keeps the heartbeat after the end',
      mutants.quietAfterTheEnd.system,
      world([{ does: 'end' }]),
      'deadline.passed made a call that has ended ask for something',
    ],
    [
      'moves on what it hears after the end',
      restlessAfterTheEnd,
      world([zero('invite'), zero('decline'), { does: 'end' }]),
      'operation.reported changed a call that has ended',
    ],
  ]

  test.each(cases)('%s', (_, system, scope, what) => {
    expect(violationOf(system, scope)?.what).toBe(what)
  })
})

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
