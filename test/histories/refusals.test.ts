/**
 * Refusals: how a history is played is refused where it cannot be meant, by the name of what is wrong with it.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { checkHistories } from '../verification/histories/check.ts'
import { hostLane, stepLane } from '../verification/histories/subjects.ts'
import type { Plan } from '../../src/testing/histories/plan.ts'
import { playPlan } from '../../src/testing/histories/run-plan.ts'
import { reportRun } from '../../src/testing/report/run-report.ts'
import { rollcallSystem } from '../../src/testing/system.ts'

const plan: Plan = { seed: 1, switches: {}, callees: [], faults: [], actions: [] }
const lane = stepLane()

/** Calls that cannot be meant, by what they say. */
const refused: Readonly<Record<string, () => unknown>> = {
  'playPlan: mode: expected one of bounded, unbounded; found "bouned"': () =>
    playPlan(plan, { mode: 'bouned' as never, lane }),
  'playPlan: mode: expected one of bounded, unbounded; found nothing': () => playPlan(plan, { lane } as never),
  'playPlan: lane: expected a function; found nothing': () => playPlan(plan, { mode: 'bounded' } as never),
  "playPlan: no option 'lanes'": () => playPlan(plan, { mode: 'bounded', lane, lanes: [] } as never),
  'playPlan: expected an object of options; found nothing': () => playPlan(plan, undefined as never),
  'reportRun: mode: expected one of bounded, unbounded; found "x"': () => reportRun(plan, { mode: 'x' as never, lane }),
  'reportRun: expected an object of options; found null': () => reportRun(plan, null as never),
  'stepLane: laws[0]: expected one of totality, ': () => stepLane({ laws: ['gravity' as never] }),
  "stepLane: no option 'law'": () => stepLane({ law: [] } as never),
  'stepLane: system: expected an object with open, step, encode, decode; found an object': () =>
    stepLane({ system: {} as never }),
  'hostLane: instances: expected a whole number, 1 or more; found 0': () => hostLane({ instances: 0 }),
  'hostLane: instances: expected a whole number, 1 or more; found -1': () => hostLane({ instances: -1 }),
  'hostLane: store: expected a function; found an object': () => hostLane({ store: {} as never }),
  'hostLane: expected an object of options; found null': () => hostLane(null as never),
  'checkHistories: host: expected an object of options; found 5': () =>
    checkHistories({ seed: 1, count: 1, host: 5 as never }),
  "checkHistories: no option 'host.instancs'; did you mean 'instances'? Options: ": () =>
    checkHistories({ seed: 1, count: 1, host: { instancs: 3 } as never }),
  'checkHistories: host.laws[0]: expected one of totality, ': () =>
    checkHistories({ seed: 1, count: 1, host: { laws: ['gravity' as never] } }),
  'checkHistories: path: "0:99999" leads to no run; a path is of the seed and the options it was found with': () =>
    checkHistories({ seed: 1, count: 10, hostEvery: 0, path: '0:99999' }),
}

describe('a history is not played', () => {
  test.each(Object.entries(refused))('%s', async (message, call) => {
    const error: unknown = await (async () => call())().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain(message)
  })
})

test('a lane takes all it may be given', async () => {
  for (const full of [
    stepLane({ laws: [], options: {}, system: rollcallSystem }),
    hostLane({ laws: ['proof'], options: {}, instances: 3 }),
  ]) {
    expect((await playPlan(plan, { mode: 'bounded', lane: full })).wrong).toBe(undefined)
  }
})
