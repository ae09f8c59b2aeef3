/**
 * Histories: the same plan gives the same run, both lanes are judged, and systems that are wrong are found, by
 * histories nobody could shorten and reports a person can read.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replay } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { checkHistories, writeHistoryFailure } from '../verification/histories/check.ts'
import { hostLane, stepLane } from '../verification/histories/subjects.ts'
import { plans, type Plan } from '../../src/testing/histories/plan.ts'
import { playPlan } from '../../src/testing/histories/run-plan.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { reportRun } from '../../src/testing/report/run-report.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { runs } from '../effort/runs.ts'
import { mutants } from '../laws/mutants.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

const plain: Plan = { seed: 1, switches: {}, callees: [], faults: [], actions: [] }

describe(`a run (seed ${seed})`, () => {
  test('of the same plan is the same run, to the byte, in either lane', async () => {
    for (const plan of fc.sample(plans(), { seed, numRuns: 15 })) {
      for (const lane of [stepLane(), hostLane({ instances: 1 })]) {
        const [one, other] = [
          await reportRun(plan, { mode: 'bounded', lane }),
          await reportRun(plan, { mode: 'bounded', lane }),
        ]
        expect(other.ladder).toBe(one.ladder)
        expect(other.trace).toBe(one.trace)
      }
    }
  })

  test('goes through a store on disk as well', async () => {
    const { failure } = await checkHistories({
      seed,
      count: 20,
      hostEvery: 1,
      host: { store: () => sqliteStore(':memory:') },
    })
    expect(failure?.wrong).toBe(undefined)
  })

  test('shows what got lost, what was so, and what was believed', async () => {
    const { wrong, ladder, beliefs } = await reportRun(
      {
        ...plain,
        callees: [{ type: 'answer', afterMs: 1_000 }],
        actions: [{ does: 'invite', who: 0, waitMs: 100 }],
        faults: [
          { on: 'request', only: 'participants.invite', fault: { type: 'loseResponse' } },
          { on: 'notification', only: 'operation', fault: { type: 'lose' } },
        ],
      },
      { mode: 'bounded', lane: stepLane() },
    )
    expect(wrong).toBe(undefined)
    expect(ladder).toContain('lost ✕─── the answer to POST invite ann')
    expect(ladder).toContain('lost ✕─── operation completed')
    expect(ladder).toMatch(/1\.100 .*│ ann comes$/m)
    expect(ladder).toContain('ann: invited → active')
    expect(beliefs).toMatch(/^ann +ann active +ann in the call$/m)
  })

  test('shows that another process takes over in the end, where that is asked of it', async () => {
    const taken = (ladder: string): readonly string[] =>
      ladder
        .split('\n')
        .filter((line) => line.includes('the process ends and another takes over'))
        .map((line) => line.trim().split(' ')[0] ?? '')
    for (const lane of [stepLane(), hostLane()]) {
      const asked: Plan = { ...plain, actions: [{ does: 'restart', who: 0, waitMs: 1_000 }] }
      expect(taken((await reportRun(asked, { mode: 'bounded', lane })).ladder)).toEqual(['1.000', '1321.000'])
      expect(taken((await reportRun(asked, { mode: 'unbounded', lane })).ladder)).toEqual(['1.000'])
    }
  })

  test('writes a trace that steps to the same end', async () => {
    for (const plan of fc.sample(plans(), { seed, numRuns: 20 })) {
      const { trace } = await reportRun(plan, { mode: 'bounded', lane: hostLane() })
      const frames = replay(readTrace(trace))
      expect(historyFromTrace(trace).steps.map(({ result }) => result.call.state)).toEqual(
        frames.map(({ call }) => call.state),
      )
      historyFromTrace(trace).run()
    }
  })
})

describe(`random histories (seed ${seed})`, () => {
  test('have rosters that the service gathers', () => {
    const gathered = fc.sample(plans(), { seed, numRuns: 100 }).filter(({ gathersMs }) => gathersMs !== undefined)
    expect(gathered.length).toBeGreaterThan(5)
  })

  test('find nothing wrong with the library, whatever faults there are, in either lane', async () => {
    for (const mode of ['bounded', 'unbounded'] as const) {
      for (const hostEvery of [0, 1]) {
        const count = hostEvery === 1 ? runs(30, 100) : runs(100, 400)
        const { failure, histories } = await checkHistories({ seed, count, hostEvery, mode })
        expect(failure === undefined ? '' : writeHistoryFailure(failure)).toBe('')
        expect(histories).toBe(count)
      }
    }
  })

  test('report the smallest history that shows it, and how to see it again', async () => {
    const system = mutants.proof.system
    const { failure } = await checkHistories({ seed, count: 500, hostEvery: 0, system })
    if (failure === undefined) throw new Error('the mutant was not found')
    const { wrong, ladder, plan } = failure
    expect(wrong).toMatch(/^proof: a 2xx ended/)
    expect(plan.actions.map(({ does }) => does).at(-1)).toBe('remove')
    expect(plan.faults.length).toBeLessThanOrEqual(1)
    expect(ladder).toMatch(/──── DELETE [\s\S]*◀─── 204 to DELETE [\s\S]*removed by local[\s\S]*✗ proof/)
    expect(writeHistoryFailure(failure)).toContain(`seed ${seed}, path ${failure.path}`)
    const again = await checkHistories({ seed, count: 500, hostEvery: 0, system, path: failure.path })
    expect(again.failure?.ladder).toBe(ladder)
  })

  test('that were found become regression tests with one call', async () => {
    const { failure } = await checkHistories({ seed, count: 500, hostEvery: 0, system: mutants.proof.system })
    expect(() => historyFromTrace(failure?.trace ?? '', { system: mutants.proof.system }).run()).toThrow(
      /^proof: a 2xx ended/,
    )
    historyFromTrace(failure?.trace ?? '').run()
  })
})

/** Histories that were found by chance once and showed a mistake of the library. */
describe('what was found is not found again:', () => {
  const lanes = { step: stepLane(), host: hostLane() }

  test.each(['step', 'host'] as const)(
    'an invitee who joins by another way and then answers, too, is there twice (%s lane)',
    async (lane) => {
      for (const rosterMode of ['full', 'delta'] as const) {
        const { wrong } = await playPlan(
          {
            ...plain,
            switches: { rosterMode },
            callees: [{ type: 'answer', afterMs: 1_000 }],
            actions: [
              { does: 'inviteTwo', who: 3, waitMs: 0 },
              { does: 'join', who: 0, waitMs: 0 },
            ],
          },
          { mode: 'bounded', lane: lanes[lane] },
        )
        expect(wrong).toBe(undefined)
      }
    },
  )

  test.each(['step', 'host'] as const)(
    'an invitee who joins by another way, is removed, and then answers, is removed again (%s lane)',
    async (lane) => {
      for (const rosterMode of ['full', 'delta'] as const) {
        const { wrong, beliefs } = await reportRun(
          {
            ...plain,
            switches: { rosterMode },
            callees: [{ type: 'answer', afterMs: 1_000 }],
            actions: [
              { does: 'invite', who: 0, waitMs: 10 },
              { does: 'join', who: 0, waitMs: 10 },
              { does: 'remove', who: 0, waitMs: 10 },
            ],
          },
          { mode: 'bounded', lane: lanes[lane] },
        )
        expect(wrong).toBe(undefined)
        expect(beliefs).toMatch(/gone at [\d.]+ \(bot\); ann gone at [\d.]+ \(bot\)$/m)
      }
    },
  )

  test.each(['step', 'host'] as const)(
    'a call of which nothing was heard is asked for again by the next host (%s lane)',
    async (lane) => {
      const { wrong } = await playPlan(
        {
          ...plain,
          actions: [{ does: 'join', who: 0, waitMs: 0 }],
          faults: [{ on: 'both', untilMs: 60_000, fault: { type: 'lose' } }],
        },
        { mode: 'bounded', lane: lanes[lane] },
      )
      expect(wrong).toBe(undefined)
    },
  )
})
