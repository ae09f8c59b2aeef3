/**
 * Deaths: how a bot is to die, drawn so that every kind comes as often as any other.
 * @module
 */
import type { LastStep } from '../host/mortal.ts'
import type { Moment } from './bot-place.ts'
import type { Dice } from './dice.ts'

/** Between any two steps of a host: around what it asks of its surroundings, and at what it writes into its log. */
const steps = [
  'before commit',
  'after commit',
  'before reserve',
  'after reserve',
  'before token',
  'after token',
  'before begin',
  'after begin',
  'before load',
  'after load',
  'before invite',
  'after invite',
  'before deleteParticipant',
  'after deleteParticipant',
  'before listParticipants',
  'after listParticipants',
  'before hangUp',
  'after hangUp',
  'before readJournal',
  'before writeCursor',
  'after writeCursor',
  'before listOpen',
  'after listOpen',
  'commit.written',
  'request.claimed',
  'request.answered',
  'participant.changed',
  'call.changed',
  'call.resumed',
] as const

/** When the parent does it: at any time, or a few turns of its event loop after a moment of the bot's. */
const moments = ['idle', 'callback', 'answer', 'request'] as const

/** Two out of three die at a named step, the others by the parent: for each of its moments so many. */
const SHARE_OF_A_MOMENT = 3

/** Steps that happen at the start, and hardly ever after: they are not waited for. */
const early: ReadonlySet<string> = new Set(['before listOpen', 'after listOpen', 'call.resumed'])

/** For how long a bot lives before its end is looked for, milliseconds. */
const LONGEST_LIFE_MS = 9_000

/** After so many turns of the parent's event loop a bot is well into what it does, or done with it. */
const MOST_TURNS = 8

/** How one bot is to die, once it has lived for `afterMs`. */
export type Manner = { readonly afterMs: number } & (
  | { readonly step: LastStep }
  | { readonly moment: Moment | 'idle'; readonly count: number; readonly turns: number }
)

/** The death in words. */
export function nameOf(manner: Manner): string {
  if ('step' in manner) return manner.step.step
  return manner.moment === 'idle' ? 'idle' : `after its ${manner.moment}`
}

type Kind = { readonly step: string; readonly isRare: boolean } | { readonly moment: Moment | 'idle' }

/** Deals deaths, and counts them. */
export class Deaths {
  readonly #dice: Dice
  readonly #deck: Kind[] = []
  readonly #counts = new Map<string, number>()

  constructor(dice: Dice) {
    this.#dice = dice
  }

  /** The next. */
  draw(): Manner {
    const dice = this.#dice
    if (this.#deck.length === 0) this.#shuffle()
    const kind = this.#deck.pop() as Kind
    // One in three dies while it takes up what the one before it left.
    const afterMs = ('step' in kind && early.has(kind.step)) || dice.below(3) === 0 ? 0 : dice.below(LONGEST_LIFE_MS)
    if ('moment' in kind)
      return { afterMs, moment: kind.moment, count: 1 + dice.below(8), turns: dice.below(MOST_TURNS) }
    return {
      afterMs,
      step: {
        step: kind.step,
        count: (early.has(kind.step) && kind.step !== 'call.resumed') || kind.isRare ? 1 : 1 + dice.below(12),
      },
    }
  }

  /** Counts one who died as it was to. */
  died(manner: Manner): string {
    const kind = nameOf(manner)
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    return kind
  }

  /** The step that was to be the last never came: it is tried once more, its first time. */
  outlived(manner: Manner): void {
    if ('step' in manner && manner.step.count > 1) this.#deck.unshift({ step: manner.step.step, isRare: true })
  }

  /** How often each kind came. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  #shuffle(): void {
    const kinds: Kind[] = [
      ...steps.map((step) => ({ step, isRare: false })),
      ...moments.flatMap((moment) => Array.from({ length: SHARE_OF_A_MOMENT }, () => ({ moment }))),
    ]
    while (kinds.length > 0) this.#deck.push(...kinds.splice(this.#dice.below(kinds.length), 1))
  }
}
