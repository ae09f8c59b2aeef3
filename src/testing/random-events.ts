/**
 * Random events: plays a history of moves through a system, and monitors every step.
 * @module
 */
import fc from 'fast-check'
import type { CallEvent } from '../call/model/events.ts'
import { LawBroken } from './law-broken.ts'
import { histories, interpret, type Move } from './random-moves.ts'
import { CallHarness } from './call-harness.ts'
import type { StepMonitor } from './seen-step.ts'
import type { Message } from './truth-model.ts'
import type { CallSystem } from './system.ts'

const established: Message = { type: 'call.reported', state: 'established', myParticipantId: 'bot' }

/**
 * Plays moves through an established call, monitoring each step; returns the call harness afterwards.
 * @throws LawBroken if the monitor finds something wrong or a step throws, with the history so far
 */
export function playChaos(
  system: CallSystem,
  moves: readonly Move[],
  watch: StepMonitor = () => undefined,
): CallHarness {
  const player = new CallHarness(system)
  tellWatched(player, established, watch)
  for (const move of moves) {
    player.at += move.waitMs
    const message = interpret(player, move)
    if (message !== undefined) tellWatched(player, message, watch)
  }
  return player
}

function tellWatched(player: CallHarness, message: Message, watch: StepMonitor): void {
  const {
    call: before,
    history: { length: told },
  } = player
  const event = { ...message, at: player.at } as CallEvent
  let wrong: string | undefined
  try {
    wrong = watch({ before, event, result: player.tell(message) })
  } catch (error) {
    // The harness records an event after its step; an event whose step threw belongs to the history as well.
    const history = player.history.length > told ? player.history : [...player.history, event]
    throw new LawBroken(`${event.type} threw ${String(error)}`, { cause: error, history })
  }
  if (wrong !== undefined) throw new LawBroken(wrong, { history: player.history })
}

/** An invitee with an id, whose invite is accepted, is to be removed before they join, and the roster shows them. */
const crossing: readonly Move[] = [
  { kind: 'invite', pick: 0, detail: 0, waitMs: 0 },
  { kind: 'answer', pick: 0, detail: 1, waitMs: 0 },
  { kind: 'remove', pick: 0, detail: 0, waitMs: 0 },
  { kind: 'full', pick: 1, detail: 2, waitMs: 0 },
]

/** The roster shows a participant who is to be removed. */
const removal: readonly Move[] = [
  { kind: 'full', pick: 1, detail: 2, waitMs: 0 },
  { kind: 'remove', pick: 0, detail: 0, waitMs: 0 },
]

/** The roster shows a participant in the lobby who is to be removed. */
const waiting: readonly Move[] = [
  { kind: 'full', pick: 1, detail: 26, waitMs: 0 },
  { kind: 'remove', pick: 0, detail: 0, waitMs: 0 },
]

/** The roster shows a participant, then shows them without their id, and they are to be removed. */
const unnamed: readonly Move[] = [
  { kind: 'full', pick: 1, detail: 2, waitMs: 0 },
  { kind: 'full', pick: 1, detail: 11, waitMs: 0 },
  { kind: 'remove', pick: 0, detail: 0, waitMs: 0 },
]

/**
 * Random histories of up to 30 moves and 4 before them. Most start with a removal under way, which is rare by chance
 * alone.
 */
export function removalHistories(): fc.Arbitrary<readonly Move[]> {
  return fc
    .tuple(fc.constantFrom(removal, crossing, waiting, unnamed), fc.nat(crossing.length), histories())
    .map(([opening, begun, moves]) => [...opening.slice(0, begun), ...moves])
}

/** Longer than tombstones are kept. */
const LONG_WAIT_MS = 11 * 60_000

/** Random histories of up to 40 moves in which enough time passes once that the tombstones so far are dropped. */
export function longHistories(): fc.Arbitrary<readonly Move[]> {
  return fc
    .tuple(histories(20), histories(20))
    .map(([before, after]) => [
      ...before,
      ...after.map((move, place) => (place === 0 ? { ...move, waitMs: LONG_WAIT_MS } : move)),
    ])
}

/** A law over random histories: `watch` makes a new monitor for each. */
export function overHistories(
  watch: (system: CallSystem) => StepMonitor,
  moves: fc.Arbitrary<readonly Move[]> = histories(),
) {
  return (system: CallSystem): fc.IProperty<unknown> =>
    fc.property(moves, (played) => void playChaos(system, played, watch(system)))
}
