import { describe, expect, test } from 'vitest'
import { readTrace } from '../../src/trace/read-trace.ts'
import { assertLaw, checkLaw, LawBroken, laws, type LawName } from '../../src/testing/laws.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { stepMonitors, type StepMonitorName } from '../../src/testing/step-monitors.ts'
import { runs } from '../effort/runs.ts'
import { mutants } from './mutants.ts'
import { subtleMutants } from './subtle-mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const RUNS = Number(process.env['ROLLCALL_RUNS'] ?? runs(500, 5_000))

/** A system that breaks a law is found long before. */
const FOUND_BY = 20_000

function expectBroken(law: LawName, system: CallSystem, seed = SEED): void {
  const { isKept, report, trace = '' } = checkLaw(law, { system, seed, runs: FOUND_BY })
  expect(isKept).toBe(false)
  expect(report).toMatch(/^.+\n\n +seconds {2}bot +service\n[\s\S]*\n *[\d.]+ {2}✗ .+\n\nseed \d+, path [\d:]+$/)
  expect(readTrace(trace).entries.at(-1)).toMatchObject({ note: report?.split('\n', 1)[0] })
  historyFromTrace(trace).run()
  if (law in stepMonitors)
    expect(() => historyFromTrace(trace, { system, laws: [law as StepMonitorName] }).run()).toThrow()
}

describe(`the laws of a call (seed ${SEED}, ${RUNS} histories each)`, () => {
  for (const law of Object.keys(laws) as LawName[]) {
    test(`${law} holds`, () => {
      expect(checkLaw(law, { system: rollcallSystem, seed: SEED, runs: RUNS })).toEqual({
        law,
        isKept: true,
        runs: RUNS,
        seed: SEED,
      })
    })

    test(`${law} is broken by a system that ${mutants[law].mistake}`, () => {
      expectBroken(law, mutants[law].system)
    })
  }

  test.each(subtleMutants)('$law is broken by a system that $mistake', ({ law, system, seed }) => {
    expectBroken(law, system, seed)
  })
})

/** What a function throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a broken law', () => {
  const { system } = mutants.proof
  const broken = checkLaw('proof', { system, seed: SEED, runs: FOUND_BY })

  test('is found again by the path of its report, in one history', () => {
    const { seed, path } = broken
    expect(checkLaw('proof', { system, seed, path, runs: FOUND_BY })).toEqual({ ...broken, runs: 1 })
  })

  test('holds again, at that path, for a corrected system', () => {
    const { seed, path } = broken
    expect(checkLaw('proof', { system: rollcallSystem, seed, path, runs: FOUND_BY })).toMatchObject({
      law: 'proof',
      isKept: true,
    })
  })

  test('is thrown with its history, which breaks it again, and without a cause if the system threw nothing', () => {
    const error = thrownBy(() => assertLaw('proof', { system, seed: SEED, runs: FOUND_BY })) as LawBroken
    expect(error).toBeInstanceOf(LawBroken)
    expect(error.message).toBe(`proof is broken: ${broken.report}`)
    expect(Object.hasOwn(error, 'cause')).toBe(false)
    expect(error.history?.at(0)).toMatchObject({ type: 'call.reported', state: 'established' })
    expect(error.history?.at(-1)).toMatchObject({ type: 'removal.answered', answer: { verdict: 'done' } })
    let call = system.open('call')
    const ended = error.history?.flatMap((event) => {
      const { call: next, changes } = system.step(call, event)
      call = next
      return changes.filter((change) => change.type === 'participant.changed' && change.to === 'removed')
    })
    expect(ended).not.toEqual([])
  })

  test('is thrown with what the system threw as its cause', () => {
    const error = thrownBy(() =>
      assertLaw('totality', { system: mutants.totality.system, seed: SEED, runs: FOUND_BY }),
    ) as LawBroken
    expect(error.cause).toEqual(new Error('no such participant'))
    expect(error.history?.length).toBeGreaterThan(1)
    const unopened = new Error('it cannot be opened')
    const closed: CallSystem = {
      ...rollcallSystem,
      open: () => {
        throw unopened
      },
    }
    expect(thrownBy(() => assertLaw('totality', { system: closed, seed: SEED, runs: 1 }))).toMatchObject({
      name: 'LawBroken',
      cause: unopened,
      history: undefined,
    })
    expect(checkLaw('totality', { system: closed, seed: SEED, runs: 1 }).trace).toBeUndefined()
    const empty: CallSystem = { ...rollcallSystem, open: () => undefined as never }
    const { isKept, trace = '' } = checkLaw('totality', { system: empty, seed: SEED, runs: 1 })
    expect([isKept, readTrace(trace).entries.length]).toEqual([false, 2])
  })

  test.each(['', 'x', '1:', ':1', '-1', '1.5', 5, null, ['0']])(
    'is not searched at %j, which is not a path',
    (path) => {
      const error = thrownBy(() => checkLaw('proof', { system, seed: SEED, runs: 1, path: path as string }))
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toMatch(
        /^checkLaw: path: expected a path as a failure names it, like 5:0:0; found /,
      )
    },
  )

  test.each([
    '0:999999',
    '0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0',
  ])('is not passed over at %s, which leads nowhere', (path) => {
    for (const [where, look] of [
      ['checkLaw', checkLaw],
      ['assertLaw', assertLaw],
    ] as const) {
      const error = thrownBy(() => look('proof', { system: rollcallSystem, seed: SEED, runs: 1, path }))
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toBe(
        `${where}: path: expected the path of a history of seed ${SEED}; "${path}" leads to none`,
      )
    }
  })
})
