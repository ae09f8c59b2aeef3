/**
 * Callee scripts: how people answer a call, and what they do while they are in it.
 *
 * Rule: every script ends. A person leaves and returns a limited number of times, so that a history has an end.
 * @module
 */
import fc from 'fast-check'
import type { CalleeScript } from '../../simulator/graph/dialect.ts'
import type { Duration, Stay } from '../../simulator/world/callee.ts'
import { oneOf, wholeNumber, type Shape } from '../../call/codec/schema.ts'
import { checkArgument } from '../../call/codec/options.ts'

/** How long people let a call ring; shrinking ends at the first. */
const momentsMs = [100, 1_000, 2_500, 5_000, 15_000] as const

/** Spans that the world draws from its own seed. */
const drawnMs: readonly Duration[] = [
  { min: 0, max: 400 },
  { min: 500, max: 4_000 },
]

function moments(): fc.Arbitrary<Duration> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom<Duration>(...momentsMs) },
    { weight: 1, arbitrary: fc.constantFrom(...drawnMs) },
  )
}

/** Sometimes `{ [name]: value }`, mostly `{}`; shrinking ends at `{}`. */
function maybe<N extends string, T>(
  name: N,
  value: fc.Arbitrary<T>,
  outOf = 4,
): fc.Arbitrary<{ readonly [K in N]?: T }> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: outOf - 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: value.map((given) => ({ [name]: given }) as { readonly [K in N]: T }) },
  )
}

/** Whether people may be in the call with several devices at once. */
export type Devices = 'one' | 'several'

const deviceWords: Shape<Devices> = oneOf('one', 'several')

/**
 * What a person does in the call. `depth`, 0 or more, is how often they may return or bring another device. Shrinks to
 * staying.
 * @throws TypeError for an invalid argument
 */
export function stays(devices: Devices = 'several', depth = 2): fc.Arbitrary<Stay> {
  checkArgument('stays: devices', devices, deviceWords)
  checkArgument('stays: depth', depth, wholeNumber(0))
  const inner = depth > 0 ? stays(devices, depth - 1) : fc.constant<Stay>({})
  const again = fc.record({ stay: inner, afterMs: moments() }).map(({ stay, afterMs }) => ({ ...stay, afterMs }))
  const leaving = fc
    .record({ afterMs: moments(), back: maybe('rejoins', again, 2) })
    .map(({ afterMs, back }) => ({ afterMs, ...back }))
  return fc
    .tuple(
      maybe('leaves', leaving, 2),
      maybe('lobby', maybe('admittedAfterMs', moments(), 2), 5),
      maybe(
        'removedByHuman',
        moments().map((afterMs) => ({ afterMs })),
        8,
      ),
      maybe(
        'mutes',
        moments().map((afterMs) => ({ afterMs })),
        5,
      ),
      maybe(
        'holds',
        fc
          .tuple(moments(), maybe('resumesAfterMs', moments(), 2))
          .map(([afterMs, resuming]) => ({ afterMs, ...resuming })),
        5,
      ),
      maybe('endpoint', fc.constantFrom('voicemail', 'skypeForBusiness'), 6),
      depth > 0 && devices === 'several' ? maybe('secondDevice', again, 8) : fc.constant({}),
    )
    .map((parts) => Object.assign({}, ...parts) as Stay)
}

/** How long after a missed ring a person presses Join. */
const regretsMs = [2_000, 0, 400, 10_000, 30_000, 60_000, 88_000] as const

/** Joins with one device after the other, each into the lobby. */
const crowded: fc.Arbitrary<CalleeScript> = fc
  .record({
    afterMs: moments(),
    admittedAfterMs: fc.constantFrom(10, 400, 2_500),
    otherAfterMs: fc.constantFrom(0, 400, 1_000),
    otherLeavesAfterMs: fc.constantFrom(400, 2_500),
    isOtherInLobby: fc.boolean(),
    leavesAfterMs: fc.constantFrom(400, 5_000),
  })
  .map(({ afterMs, admittedAfterMs, otherAfterMs, otherLeavesAfterMs, isOtherInLobby, leavesAfterMs }) => ({
    type: 'answer',
    afterMs,
    lobby: { admittedAfterMs },
    leaves: { afterMs: leavesAfterMs },
    secondDevice: {
      afterMs: otherAfterMs,
      ...(isOtherInLobby ? { lobby: {} } : {}),
      leaves: { afterMs: otherLeavesAfterMs },
    },
  }))

/**
 * Scripts that need a bot of this library, because a list of who is in the call does not show them: people join on their
 * own after a missed ring, or wait in the lobby with several devices.
 */
export function wideCalleeScripts(devices: Devices = 'several'): fc.Arbitrary<CalleeScript> {
  const joining = fc
    .constantFrom(...regretsMs)
    .chain((afterMs) => fc.record({ afterMs: fc.constant(afterMs), stay: stays(devices, 0) }))
    .map(({ afterMs, stay }) => ({ ...stay, afterMs }))
  const joined = fc
    .tuple(calleeScripts(devices), maybe('joinsAfterwards', joining, 3))
    .map(([script, later]) => ({ ...script, ...later }))
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 9, arbitrary: joined },
    ...(devices === 'several' ? [{ weight: 2, arbitrary: crowded }] : []),
  )
}

/**
 * How one person answers a call; shrinks to answering soon and staying.
 * @throws TypeError for an invalid argument
 */
export function calleeScripts(devices: Devices = 'several'): fc.Arbitrary<CalleeScript> {
  checkArgument('calleeScripts: devices', devices, deviceWords)
  const answering = fc
    .tuple(moments(), stays(devices), maybe('answersOnCancel', fc.constant(true), 4))
    .map(([afterMs, stay, crossing]): CalleeScript => ({ type: 'answer', afterMs, ...stay, ...crossing }))
  const refusing = fc
    .tuple(fc.constantFrom('decline', 'busy', 'unreachable'), moments())
    .map(([type, afterMs]): CalleeScript => ({ type, afterMs }))
  const silent = fc.constantFrom<CalleeScript>(
    { type: 'noAnswer' },
    { type: 'noAnswer', reported: '487/10004' },
    { type: 'noAnswer', answersOnCancel: true },
  )
  const odd = fc.constantFrom<CalleeScript>(
    { type: 'fail', afterMs: 50, code: 412, subcode: 9999, message: 'DiagCode: 412#10073.@' },
    { type: 'fail', afterMs: 50, code: 777, subcode: 1, message: 'Nobody has seen this code.' },
  )
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: answering },
    { weight: 3, arbitrary: refusing },
    { weight: 2, arbitrary: silent },
    { weight: 1, arbitrary: odd },
  )
}
