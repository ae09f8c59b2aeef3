/**
 * Replay laws: the same events give the same results, in every run and after every restore.
 *
 * Rule 1: everything a step returns is compared: the call, the effects, the changes, the outcome.
 * Rule 2: a call is compared as the system holds it, not only as it is stored: otherwise a field that is not stored would
 * be missed.
 * @module
 */
import fc from 'fast-check'
import type { StepResult } from '../call/model/call.ts'
import { playChaos, removalHistories } from './random-events.ts'
import { demand } from './law-broken.ts'
import { canonicalize } from './canonical-json.ts'
import type { CallSystem } from './system.ts'

/**
 * `determinism`: stepping a history again gives the same effects, changes and outcome at each step, and the same
 * call.
 */
export const determinism = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(removalHistories(), (moves) => {
    const seen: StepResult[] = []
    const player = playChaos(system, moves, ({ result }) => void seen.push(result))
    let call = system.open('call')
    for (const [index, event] of player.history.entries()) {
      const result = system.step(call, event)
      const difference = differenceOf(seen[index] as StepResult, result, JSON.stringify)
      demand(
        difference === undefined,
        { history: player.history.slice(0, index + 1) },
        () => `the same events, the last of them ${event.type}, gave ${difference}`,
      )
      call = result.call
    }
    demand(canonicalize(call) === canonicalize(player.call), player, () => 'the same events gave another call')
    demand(
      canonicalize(system.encode(call)) === canonicalize(system.encode(player.call)),
      player,
      () => 'the same events are stored as another call',
    )
  })

/** `roundTrip`: a call that is stored and read back at any step continues exactly as without that. */
export const roundTrip = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(removalHistories(), fc.nat(30), (moves, place) => {
    const player = playChaos(system, moves)
    let one = system.open('call')
    let other = system.open('call')
    for (const [index, event] of player.history.entries()) {
      const history = player.history.slice(0, index + 1)
      if (index === place % player.history.length)
        other = system.decode(JSON.parse(JSON.stringify(system.encode(other))))
      const result = system.step(one, event)
      const otherResult = system.step(other, event)
      const difference = differenceOf(result, otherResult, canonicalize)
      demand(difference === undefined, { history }, () => `after a restore, ${event.type} gave ${difference}`)
      demand(
        canonicalize(result.call) === canonicalize(otherResult.call),
        { history },
        () => `after a restore, ${event.type} led elsewhere`,
      )
      one = result.call
      other = otherResult.call
    }
    demand(
      canonicalize(system.encode(one)) === canonicalize(system.encode(other)),
      player,
      () => 'after a restore, another call is stored',
    )
  })

/** The difference in words; undefined if there is none. */
function differenceOf(one: StepResult, other: StepResult, write: (value: unknown) => string): string | undefined {
  const parts = [
    ['outcome', 'another outcome'],
    ['effects', 'other effects'],
    ['changes', 'other changes'],
  ] as const
  return parts.find(([part]) => write(one[part]) !== write(other[part]))?.[1]
}
