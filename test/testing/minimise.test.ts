/**
 * Minimising: what is not needed goes, and nothing that changes what is wrong.
 * @module
 */
import { expect, it } from 'vitest'
import { minimise } from '../../src/testing/histories/minimise.ts'
import type { Plan } from '../../src/testing/histories/plan.ts'

const plan: Plan = {
  seed: 1,
  switches: { rosterMode: 'delta', casing: 'observed', rosterIds: 'none' },
  callees: [{ type: 'busy', afterMs: 5 }, { type: 'decline' }],
  deeds: [{ does: 'join', who: 0, waitMs: 150 }, { does: 'invite', who: 1, waitMs: 900 }, { does: 'remove', who: 1, waitMs: 10 }, { does: 'leave', who: 0, waitMs: 0 }],
  faults: [{ on: 'both', fault: { type: 'lose' } }, { on: 'request', only: 'participants.invite', probability: 0.5, times: 2, fault: { type: 'loseResponse' } }],
}

it('everything goes that is not needed, but for what was not left to chance', async () => {
  const smallest = await minimise(plan, {
    fixed: ['rosterMode'],
    wrongOf: async ({ deeds, faults }) => (deeds.some(({ does }) => does === 'invite') && faults.some(({ fault }) => fault.type === 'loseResponse') ? 'bob was invited twice' : undefined),
  })
  expect(smallest).toEqual({
    seed: 1, switches: { rosterMode: 'delta' }, callees: [{ type: 'answer' }, { type: 'answer' }],
    deeds: [{ does: 'invite', who: 1, waitMs: 0 }], faults: [{ on: 'request', fault: { type: 'loseResponse' } }],
  })
})

it('what is wrong stays the same, whoever it is wrong with', async () => {
  const smallest = await minimise(plan, {
    wrongOf: async ({ deeds }) => (deeds.some(({ does }) => does === 'remove') ? `${deeds.length > 2 ? 'ann' : 'bob'} is missing` : 'something else'),
  })
  expect(smallest.deeds).toEqual([{ does: 'remove', who: 1, waitMs: 0 }])
})
