/**
 * The explorer's judges, each with a system that it must reject.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import type { Scope } from '../verification/explore/world.ts'
import { isPresent } from '../../src/participant/participant.ts'
import { mutants } from '../laws/mutants.ts'
import { subtleMutants } from '../laws/subtle-mutants.ts'
import {
  believing,
  believingOmissions,
  blindToLobbies,
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
  watchingTheClock,
  withoutDeadline,
  withoutRequests,
  world,
  zero,
} from './broken.ts'
import { violationOf, doubled, crashing, early } from './judging.ts'

/** The system of the laws' mutants that makes that mistake. */
function subtle(mistake: string): CallSystem {
  const found = subtleMutants.find((mutant) => mutant.mistake === mistake)
  if (found === undefined) throw new Error(`There is no mutant that ${mistake}.`)
  return found.system
}

const lossy = { ...noFaults, losses: 1 }

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
      'person 1 was sent a DELETE, and no removal was requested',
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
      'person 0 was sent a DELETE, and no removal was requested',
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
