import { expect, test } from 'vitest'
import { explore, type ExploreOptions } from '../verification/explore/explore.ts'
import { scopes } from '../verification/explore/scopes.ts'
import type { Scope } from '../verification/explore/world.ts'
import { noFaults, plain, world, zero } from './broken.ts'

const scope = world([zero('join')])

const badOptions: readonly (readonly [options: object, message: string])[] = [
  [{ maxStates: 0 }, 'maxStates is a whole number from 1, or Infinity, not 0.'],
  [{ maxStates: Number.NaN }, 'maxStates is a whole number from 1, or Infinity, not NaN.'],
  [{ maxStates: '10' }, 'maxStates is a whole number from 1, or Infinity, not "10".'],
  [{ progressEvery: 0 }, 'progressEvery is a whole number from 1, not 0.'],
  [{ onProgress: true }, 'onProgress is a function, not true.'],
  [{ system: {} }, 'system.open is a function, not undefined.'],
  [{ system: null }, 'system.open is a function, not undefined.'],
  [
    { maxState: 10 },
    'There is no maxState in the options of explore; there are system, maxStates, onProgress, progressEvery.',
  ],
]

test.each(badOptions)('the options %j are refused by name', (options, message) => {
  expect(() => explore(scope, options as ExploreOptions)).toThrow(new TypeError(message))
})

const badScopes: readonly (readonly [scope: unknown, message: string])[] = [
  [undefined, 'a scope is an object, not undefined.'],
  [{ ...scope, name: 7 }, 'scope.name is a text, not 7.'],
  [{ ...scope, acts: 'join' }, 'scope.acts is a list, not "join".'],
  [{ ...scope, acts: [{ who: 2, does: 'join' }] }, 'scope.acts[0].who is a person from 0 to 1, not 2.'],
  [
    { ...scope, acts: [zero('join'), { who: 0, does: 'jump' }] },
    'scope.acts[1].does is invite, inviteBriefly, remove, cancel, answer, answerInLobby, decline, join, knock, admit, leave, end, hangUp, not "jump".',
  ],
  [{ ...scope, isRosterKnown: 'yes' }, 'scope.isRosterKnown is true or false, not "yes".'],
  [
    { ...scope, acts: [null] },
    'scope.acts[0].does is invite, inviteBriefly, remove, cancel, answer, answerInLobby, decline, join, knock, admit, leave, end, hangUp, not undefined.',
  ],
  [
    { ...scope, readings: { ...plain, rosterMode: 'half' } },
    'scope.readings.rosterMode is full or numbered or delta, not "half".',
  ],
  [{ ...scope, readings: {} }, 'scope.readings.cancelBeforeAnswer is supported or not-found, not undefined.'],
  [
    { ...scope, readings: { ...plain, casing: 'upper' } },
    'There is no casing in scope.readings; there are cancelBeforeAnswer, inviteResponseId, rosterMode, removedInvitee, admission, newcomerId, changes, news, answers, devices, beginning, ownId.',
  ],
  [{ ...scope, faults: { ...noFaults, losses: -1 } }, 'scope.faults.losses is a whole number from 0, not -1.'],
  [{ ...scope, faults: { ...noFaults, waits: 0.5 } }, 'scope.faults.waits is a whole number from 0, not 0.5.'],
  [
    { ...scope, faults: { losses: 0, doubles: 0, crashes: 0 } },
    'scope.faults.deadlines is a whole number from 0, not undefined.',
  ],
  [{ ...scope, options: { graceMs: '30 s' } }, 'scope.options.graceMs is a whole number from 0, not "30 s".'],
  [
    { ...scope, options: { ringTimeout: 1 } },
    /^There is no ringTimeout in scope.options; there are ringTimeoutMs, /.source,
  ],
]

test.each(badScopes)('the scope %j is refused by name', (bad, message) => {
  const attempt = (): unknown => explore(bad as Scope)
  expect(attempt).toThrow(TypeError)
  expect(attempt).toThrow(message.startsWith('^') ? new RegExp(message) : message)
})

test('every scope of the kit is taken', () => {
  for (const known of scopes) expect(explore(known, { maxStates: 1 }).states).toBe(1)
})
