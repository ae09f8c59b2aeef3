/**
 * The law of convergence: the same evidence, in any order and doubled, gives the same people with the same fates.
 *
 * Rule 1: with numbered deltas it does so by itself, with nothing answered and no time passed; with full rosters, once
 * a truthful snapshot was fetched. Numbered or not, the snapshot then changes nothing about that.
 * Rule 2: a fate has facts: mute and hold of participants who are present, the endpoint of all.
 * Rule 3: the one licence: an unnumbered full report delayed past the reorder window may split one presence into two
 * participants, of whom at most one is there.
 * @module
 */
import fc from 'fast-check'
import type { Call } from '../call/call.ts'
import { demand } from './law-broken.ts'
import { Player } from './player.ts'
import { fateOf, identityOf, stories, tellStory, type Fate, type Story, type Telling } from './story.ts'
import type { CallSystem } from './system.ts'

interface Delivery {
  readonly story: Story
  readonly order: readonly number[]
  readonly doubled: readonly number[]
  readonly gapMs: number
}

/** Longer than the reorder window, where an unnumbered report may split one presence into two. */
const LONG_GAP_MS = 3_000

const deliveries: fc.Arbitrary<Delivery> = stories().chain((story) => {
  const count = tellStory(story).evidence.length
  return fc.record({
    story: fc.constant(story),
    order: fc.shuffledSubarray(Array.from({ length: count }, (_, place) => place), { minLength: count, maxLength: count }),
    doubled: fc.array(fc.nat(count - 1), { maxLength: 3 }),
    gapMs: fc.constantFrom(50, LONG_GAP_MS),
  })
})

/** `convergence`: any order and doubling of the evidence of a story ends with what is so. */
export const convergence = (system: CallSystem): fc.IProperty<unknown> => fc.property(deliveries, ({ story, order, doubled, gapMs }) => {
  const { intents, evidence, snapshot }: Telling = tellStory(story)
  const player = new Player(system)
  for (const intent of intents) player.tell(intent)
  for (const place of [...order, ...doubled]) {
    player.at += gapMs
    player.tell(evidence[place] as Telling['evidence'][number])
  }
  if (story.mode === 'delta') demandTruth(player, story, false, 'before any snapshot, ')
  player.tell({ type: 'host.resumed' })
  demand(player.settle(() => snapshot), player, () => 'the call does not come to rest')
  demandTruth(player, story, story.mode === 'full' && gapMs === LONG_GAP_MS, '')
})

function demandTruth(player: Player, story: Story, maySplit: boolean, when: string): void {
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    const truth = text(fateOf(life))
    demand(believed.some((fate) => text(fate) === truth), player, () => `${when}person ${person} is ${truth}, and is believed ${text(believed)}`)
    const isOne = believed.length === 1 || (maySplit && believed.filter(({ state }) => state === 'active').length <= 1)
    demand(isOne, player, () => `${when}person ${person} is believed to be several: ${text(believed)}`)
  }
}

function fatesOf(call: Call, person: number): readonly Fate[] {
  const id = identityOf(person)['user']?.id
  return [...call.participants.values()].filter(({ identity }) => identity['user']?.id === id).map(({ state, ending, isMuted, isOnHold, endpoint }) => ({
    state: state as Fate['state'],
    ...(ending === undefined ? {} : { cause: ending.cause, by: ending.by }),
    isMuted,
    isOnHold,
    ...(endpoint === undefined ? {} : { endpoint }),
  }))
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
