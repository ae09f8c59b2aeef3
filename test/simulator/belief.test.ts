import { afterEach, describe, expect, test } from 'vitest'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { nextInteger, seedRandom } from '../../src/simulator/world/random.ts'
import type { Switches } from '../../src/simulator/graph/settings.ts'
import { simulatedTransport } from '../../src/simulator/graph/transport.ts'

let rollcall: Rollcall

afterEach(() => rollcall.close())

const STORM_MS = 180_000
const people = ['ann', 'bob', 'carl', 'dan']

/** Invites and removals during a phase of network faults, then a calm phase, then one more change for every roster. */
async function runFaultyPhase(
  seed: string,
  switches: Partial<Switches>,
): Promise<{ believed: string[]; present: string[]; open: string[]; deletes: number }> {
  const service = simulatedTransport({
    seed,
    settings: { switches },
    defaultScript: {
      type: 'answer',
      afterMs: { min: 0, max: 40_000 },
      leaves: { afterMs: { min: 1_000, max: 200_000 } },
    },
    faults: [
      { on: 'both', untilMs: STORM_MS, probability: 0.3, fault: { type: 'delay', ms: { min: 1, max: 6_000 } } },
      { on: 'notification', untilMs: STORM_MS, probability: 0.15, fault: { type: 'lose' } },
      {
        on: 'notification',
        untilMs: STORM_MS,
        probability: 0.15,
        fault: { type: 'duplicate', afterMs: { min: 0, max: 9_000 } },
      },
      { on: 'request', untilMs: STORM_MS, probability: 0.1, fault: { type: 'loseResponse' } },
      { on: 'request', untilMs: STORM_MS, probability: 0.1, fault: { type: 'status', status: 503, isExecuted: true } },
      { on: 'both', fromMs: 60_000, untilMs: 75_000, fault: { type: 'lose' } },
    ],
  })
  rollcall = createRollcall({
    transport: service,
    store: memoryStore(),
    clock: service.clock,
    onError: () => undefined,
  })
  service.deliverTo(rollcall)
  const { callId = '' } = service.act({ act: 'placeCall', callbackUri: 'http://bot.example/' })
  const call = rollcall.call(callId)
  await Promise.all([call.read(), service.advance(1_000)])
  const random = seedRandom(`${seed}/bot`)
  for (const person of people) {
    void call
      .invite({ user: { id: person } })
      .then(async ({ key }) => {
        if (nextInteger(random, 0, 1) === 0) await call.remove(key)
      })
      .catch(() => undefined)
    await service.advance(nextInteger(random, 0, 30_000))
  }
  await service.advance(STORM_MS + 300_000)
  service.act({ act: 'join', callId, person: 'late' })
  await service.advance(60_000)
  const participants = [...(await call.read()).participants.values()]
  return {
    believed: participants
      .filter(({ state }) => state === 'active' || state === 'lobby')
      .map(({ id }) => id ?? '')
      .sort(),
    present: (service.truth(callId)?.present ?? []).map(({ id }) => id).sort(),
    open: participants
      .filter(({ state }) => state === 'invited' || state === 'ringing')
      .map(({ identity }) => identity['user']?.id ?? ''),
    deletes: service.history().split('"operation":"participant.delete"').length - 1,
  }
}

const seeds = Array.from({ length: 25 }, (_, index) => `storm ${index}`)

describe("after network faults end, rollcall's view is the truth, and no invitation stays open", () => {
  test.each([
    ['full rosters', {}],
    ['delta rosters', { rosterMode: 'delta' }],
    [
      'cancels that are not found and say nothing',
      { cancelBeforeAnswer: 'not-found', inviteResponseId: 'null', removedInvitee: 'silence' },
    ],
    ['operations before rosters, in another casing', { answerOrder: 'operation-first', casing: 'observed' }],
  ] as const)('with %s', async (_, switches) => {
    let sent = 0
    for (const seed of seeds) {
      const { believed, present, open, deletes } = await runFaultyPhase(seed, switches)
      sent += deletes
      expect({ seed, believed, open }).toEqual({ seed, believed: present, open: [] })
      await rollcall.close()
    }
    expect(sent).toBeGreaterThan(seeds.length)
  })
})
