/**
 * Minimising: what is not needed goes, and nothing that changes what is wrong.
 * @module
 */
import { expect, test } from 'vitest'
import { shrink } from '../../src/testing/histories/shrink.ts'
import type { Plan } from '../../src/testing/histories/plan.ts'

const plan: Plan = {
  seed: 1,
  switches: { rosterMode: 'delta', casing: 'observed', rosterIds: 'none' },
  callees: [{ type: 'busy', afterMs: 5 }, { type: 'decline' }],
  actions: [
    { does: 'join', who: 0, waitMs: 150 },
    { does: 'invite', who: 1, waitMs: 900 },
    { does: 'remove', who: 1, waitMs: 10 },
    { does: 'leave', who: 0, waitMs: 0 },
  ],
  faults: [
    { on: 'both', fault: { type: 'lose' } },
    { on: 'request', only: 'participants.invite', probability: 0.5, times: 2, fault: { type: 'loseResponse' } },
  ],
}

test('everything goes that is not needed, but for what was not left to chance', async () => {
  const smallest = await shrink(plan, {
    fixed: ['rosterMode'],
    wrongOf: async ({ actions, faults }) =>
      actions.some(({ does }) => does === 'invite') && faults.some(({ fault }) => fault.type === 'loseResponse')
        ? 'bob was invited twice'
        : undefined,
  })
  expect(smallest).toEqual({
    seed: 1,
    switches: { rosterMode: 'delta' },
    callees: [{ type: 'answer' }, { type: 'answer' }],
    actions: [{ does: 'invite', who: 1, waitMs: 0 }],
    faults: [{ on: 'request', fault: { type: 'loseResponse' } }],
  })
})

test('of the actions of people and of the faults, only those that matter are left', async () => {
  const smallest = await shrink(
    {
      ...plan,
      areLobbiesPatient: true,
      isUnnamed: true,
      callees: [
        [
          { type: 'busy' },
          {
            type: 'answer',
            afterMs: { min: 0, max: 400 },
            answersOnCancel: true,
            lobby: { admittedAfterMs: 100 },
            leaves: { afterMs: 100, rejoins: { afterMs: 100, mutes: { afterMs: 5 } } },
          },
        ],
        { type: 'decline' },
      ],
      faults: [{ on: 'notification', fault: { type: 'duplicate', afterMs: { min: 0, max: 6_000 } } }],
    },
    {
      wrongOf: async ({ callees, faults }) =>
        JSON.stringify(callees).includes('rejoins') && faults.length > 0
          ? 'somebody who came again is missing'
          : undefined,
    },
  )
  expect(smallest).toEqual({
    seed: 1,
    switches: {},
    areLobbiesPatient: false,
    actions: [],
    callees: [
      { type: 'answer', afterMs: 400, leaves: { afterMs: 100, rejoins: { afterMs: 100 } } },
      { type: 'answer' },
    ],
    faults: [{ on: 'notification', fault: { type: 'duplicate', afterMs: 6_000 } }],
  })
})

test('the complaint stays the same, whichever person it is about', async () => {
  const smallest = await shrink(plan, {
    wrongOf: async ({ actions }) =>
      actions.some(({ does }) => does === 'remove')
        ? `${actions.length > 2 ? 'ann' : 'bob'} is missing`
        : 'something else',
  })
  expect(smallest.actions).toEqual([{ does: 'remove', who: 1, waitMs: 0 }])
})
