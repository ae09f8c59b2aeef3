/**
 * The step monitors: the library passes them on random events, and each rejects a wrong step.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Call, ParticipantChange, StepResult } from '../../src/call/model/call.ts'
import { defaultCallOptions } from '../../src/call/model/options.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { removalHistories } from '../../src/testing/random-events.ts'
import { histories, interpret } from '../../src/testing/random-moves.ts'
import { CallHarness } from '../../src/testing/call-harness.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { monitorAll, stepMonitors, type MonitoredStep, type StepMonitorName } from '../../src/testing/step-monitors.ts'
import { mutants } from './mutants.ts'
import { subtleMutants } from './subtle-mutants.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const runs = Number(process.env['ROLLCALL_RUNS'] ?? 1_000)

/** As many as it takes to find every system that is wrong about a removal, whatever the seed. */
const removals = fc.sample(removalHistories(), { seed, numRuns: 20_000 })

/** As many as it takes to find a system that breaks a law, however few are played of the library. */
let chaotic: typeof removals | undefined
const enough = (): typeof removals => (chaotic ??= fc.sample(histories(), { seed, numRuns: 2_000 }))

/** The first thing that is wrong in chaotic histories. */
function chaos(
  system: CallSystem,
  names?: readonly StepMonitorName[],
  spoil: (seen: MonitoredStep) => MonitoredStep = (seen) => seen,
  played = fc.sample(histories(), { seed, numRuns: runs }),
): string | undefined {
  for (const moves of played) {
    const player = new CallHarness(system)
    const watch = monitorAll(system, names)
    player.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    for (const move of moves) {
      player.at += move.waitMs
      const message = interpret(player, move)
      if (message === undefined) continue
      const before = player.call
      const result = player.tell(message)
      const wrong = watch(spoil({ before, event: player.history.at(-1) as CallEvent, result }))
      if (wrong !== undefined) return wrong
    }
  }
  return undefined
}

describe(`the watches (seed ${seed})`, () => {
  test('see nothing wrong with the library, whatever the events', () => {
    expect(chaos(rollcallSystem)).toBe(undefined)
    expect(chaos(rollcallSystem, undefined, undefined, removals.slice(0, runs))).toBe(undefined)
  })

  test.each([
    'absorption',
    'idempotence',
    'proof',
    'oneDelete',
    'oneInvite',
    'noResurrection',
    'suspicion',
    'conservation',
    'asking',
    'telling',
    'ignoring',
  ] as const)('see a system that breaks the law of %s', (name) => {
    expect(chaos(mutants[name].system, [name], undefined, enough())).toMatch(new RegExp(`^${name}: `))
  })

  test.each(subtleMutants.filter(({ law }) => law === 'proof'))('see a system that $mistake', ({ system }) => {
    expect(chaos(system, ['proof'], undefined, removals)).toMatch(/^proof: /)
  })

  test('see a step without an outcome', () => {
    expect(
      chaos(rollcallSystem, ['totality'], (seen) => ({ ...seen, result: { ...seen.result, outcome: {} as never } })),
    ).toMatch(/^totality: .* had no outcome/)
  })

  test.each([
    [
      'another state before',
      (change: ParticipantChange) => ({ ...change, from: 'lobby' as const }),
      /is announced as from lobby to/,
    ],
    [
      'another state after',
      (change: ParticipantChange) => ({ ...change, to: 'lobby' as const }),
      /is announced as from .* to lobby/,
    ],
  ])('see a change that is announced with %s', (_, wrong, said) => {
    const lying = (seen: MonitoredStep): MonitoredStep => ({
      ...seen,
      result: {
        ...seen.result,
        changes: seen.result.changes.map((change) => (change.type === 'participant.changed' ? wrong(change) : change)),
      },
    })
    expect(chaos(rollcallSystem, ['telling'], lying)).toMatch(said)
  })

  test('see a change that is not announced', () => {
    expect(
      chaos(rollcallSystem, ['telling'], (seen) => ({ ...seen, result: { ...seen.result, changes: [] } })),
    ).toMatch(/^telling: .* without announcing it/)
  })

  test('see a call that does not fit together', () => {
    expect(
      chaos(rollcallSystem, ['soundness'], (seen) => ({
        ...seen,
        result: { ...seen.result, call: { ...seen.result.call, introduced: -1 } },
      })),
    ).toMatch(/^soundness: (?:an ordinal is larger|a report showed everybody)/)
  })

  test('see a change without a reason', () => {
    const speechless = (seen: MonitoredStep): MonitoredStep => ({
      ...seen,
      result: {
        ...seen.result,
        changes: seen.result.changes.map((change) =>
          change.type === 'participant.changed' ? { ...change, evidence: { ...change.evidence, note: '' } } : change,
        ),
      },
    })
    expect(chaos(rollcallSystem, ['evidence'], speechless)).toMatch(/^evidence: .* without a reason/)
  })

  test('take an id that is shown again for new once its tombstone has expired by the clock of the call', () => {
    const shown = (names: readonly string[], at: number): CallEvent => ({
      type: 'roster.reported',
      kind: 'full',
      isComplete: true,
      entries: names.map((id) => ({ id, identity: { user: { id } }, isInLobby: false, isMuted: false })),
      at,
    })
    const { tombstoneMs } = defaultCallOptions
    // A wall clock that is set forward makes a late roster look as late as this.
    const broughtBackAfter = (ms: number, step = rollcallSystem.step): string | undefined => {
      const player = new CallHarness(rollcallSystem)
      const watch = monitorAll(rollcallSystem, ['noResurrection'])
      let { call } = player
      let wrong: string | undefined
      for (const event of [shown(['ann', 'bob'], 10_000), shown(['ann'], 20_000), shown(['ann', 'bob'], 20_000 + ms)]) {
        const result = step(call, event)
        wrong ??= watch({ before: call, event, result })
        call = result.call
      }
      return wrong
    }
    const forgetful = (call: Call, event: CallEvent): StepResult => {
      const { options } = call
      const result = rollcallSystem.step({ ...call, options: { ...options, tombstoneMs: 1_000 } }, event)
      return { ...result, call: { ...result.call, options } }
    }
    expect(broughtBackAfter(tombstoneMs)).toBe(undefined)
    expect(broughtBackAfter(tombstoneMs + 1)).toBe(undefined)
    expect(broughtBackAfter(tombstoneMs, forgetful)).toMatch(/^noResurrection: /)
  })

  test('start anew if a step does not continue from the one before', () => {
    const player = new CallHarness(rollcallSystem)
    const watch = monitorAll(rollcallSystem, Object.keys(stepMonitors) as StepMonitorName[])
    const step = (event: CallEvent): MonitoredStep => ({
      before: player.call,
      event,
      result: rollcallSystem.step(player.call, event),
    })
    const event: CallEvent = { type: 'call.reported', state: 'established', at: 1 }
    expect(watch(step(event))).toBe(undefined)
    expect(watch(step(event))).toBe(undefined)
  })
})
