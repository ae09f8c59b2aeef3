/**
 * The law of convergence: the same evidence, in any order and doubled, gives the same participants with the same outcomes.
 *
 * Rule 1: with numbered deltas, and with numbered full rosters, this holds without answers and without time passing; with
 * full rosters without numbers, after a truthful snapshot was fetched. With numbers, the snapshot changes nothing.
 * Rule 2: a snapshot without a number may arrive between numbered rosters, and may be newer than some that arrive after
 * it. The next snapshot decides what those leave undecided: afterwards exactly the people who are present are believed
 * present. How the others came and went may stay hidden.
 * Rule 3: an outcome includes facts: mute and hold of participants who are present, and the endpoint of all.
 * Rule 4: there is one exception. An unnumbered full report that is delayed past the reorder window, or that arrives
 * while the bot does not know its own entry and does not say whether it is complete, may split one presence into two
 * participants, of whom at most one is present. And a person who joins on their own at the moment their invite operation
 * fails may be taken for the invitee, and be removed if that was requested, if the roster shows them before the failure
 * arrives. If the failure arrives first, they stay.
 * @module
 */
import fc from 'fast-check'
import type { Call } from '../call/model/call.ts'
import type { RosterEntry } from '../call/model/events.ts'
import { demand } from './law-broken.ts'
import { CallHarness } from './call-harness.ts'
import {
  bot,
  expectedOutcomeOf,
  identityOf,
  joinsLater,
  laterId,
  stories,
  tellStory,
  type ExpectedOutcome,
  type PersonScript,
  type Story,
  type Telling,
} from './truth-model.ts'
import type { CallSystem } from './system.ts'

interface Delivery {
  readonly story: Story
  readonly order: readonly number[]
  readonly doubled: readonly number[]
  readonly gapMs: number
  /**
   * The roster is fetched after `after` messages; the answer is as new as the message that arrives `ahead` messages
   * later.
   */
  readonly fetch: { readonly after: number; readonly ahead: number } | undefined
}

/** Longer than the reorder window, where an unnumbered report may split one presence into two. */
const LONG_GAP_MS = 3_000

const deliveries: fc.Arbitrary<Delivery> = stories().chain((story) => {
  const count = tellStory(story).evidence.length
  return fc.record({
    story: fc.constant(story),
    order: fc.shuffledSubarray(
      Array.from({ length: count }, (_, place) => place),
      { minLength: count, maxLength: count },
    ),
    doubled: fc.array(fc.nat(count - 1), { maxLength: 3 }),
    gapMs: fc.constantFrom(50, LONG_GAP_MS),
    // Unnumbered rosters have no order that a snapshot could come between.
    fetch:
      story.mode === 'full'
        ? fc.constant(undefined)
        : fc.option(fc.record({ after: fc.nat(count - 1), ahead: fc.nat(count) }), { nil: undefined }),
  })
})

/** `convergence`: the evidence of a story, in any order and doubled, ends with the truth of the story. */
export const convergence = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(deliveries, ({ story, order, doubled, gapMs, fetch }) => {
    const { intents, evidence, snapshot, rosters }: Telling = tellStory(story)
    const player = new CallHarness(system)
    for (const intent of intents) player.tell(intent)
    for (const [index, place] of [...order, ...doubled].entries()) {
      player.at += gapMs
      // The service answers after everything it has sent, however much of that has arrived.
      if (index === fetch?.after)
        fetchRoster(
          player,
          rosters[Math.min(Math.max(...order.slice(0, index)) + fetch.ahead, rosters.length - 1)] ?? [bot],
        )
      player.tell(evidence[place] as Telling['evidence'][number])
    }
    if (story.mode !== 'full' && fetch === undefined) demandTruth(player, story, false, 'before any snapshot, ')
    // After a snapshot without a number, the age of a full roster is in doubt again: the next snapshot decides.
    if (story.mode === 'delta' || (story.mode === 'numbered' && fetch === undefined)) demandIds(player, snapshot)
    player.tell({ type: 'host.resumed' })
    let roster = snapshot
    const isAtRest = player.settle(
      () => roster,
      (participantId) => {
        roster = roster.filter(({ id }) => id !== participantId)
        return { verdict: 'done', value: undefined }
      },
    )
    demand(isAtRest, player, () => 'the call does not come to rest')
    if (fetch === undefined)
      demandTruth(player, story, story.mode === 'full' && (gapMs === LONG_GAP_MS || story.isIdStale), '')
    else demandPresence(player, story)
  })

/** How often a fetch may be repeated because a report arrived in between. */
const REPEATS = 3

/** Fetches the roster and answers at once, with nothing in between. */
function fetchRoster(player: CallHarness, entries: readonly RosterEntry[]): void {
  for (let times = 0; times < REPEATS; times += 1) {
    const due = player.call.deadlines.get('refetch')
    if (due === undefined) player.tell({ type: 'host.resumed' })
    else {
      player.at = Math.max(player.at, due)
      player.tell({ type: 'deadline.passed', deadline: 'refetch' })
    }
    const asked = player.open.findIndex(({ type }) => type === 'roster.fetch')
    const [effect] = asked < 0 ? [] : player.open.splice(asked, 1)
    if (effect?.type !== 'roster.fetch') return
    player.tell({ type: 'roster.fetched', fetch: effect.fetch, answer: { verdict: 'done', value: { entries } } })
    if (!player.call.deadlines.has('refetch')) return
  }
}

function demandTruth(player: CallHarness, story: Story, maySplit: boolean, when: string): void {
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    if (joinsLater(life)) {
      demandLater(player, person, life, believed, maySplit, when)
      continue
    }
    const truth = text(expectedOutcomeOf(life))
    demand(
      believed.some((fate) => text(fate) === truth),
      player,
      () => `${when}person ${person} is ${truth}, and is believed ${text(believed)}`,
    )
    const isOne = believed.length === 1 || (maySplit && believed.filter(({ state }) => state === 'active').length <= 1)
    demand(isOne, player, () => `${when}person ${person} is believed to be several: ${text(believed)}`)
  }
}

/** The invitation ended and they joined on their own; or they were taken for the invitee, if they were shown first. */
function demandLater(
  player: CallHarness,
  person: number,
  life: PersonScript,
  believed: readonly ExpectedOutcome[],
  maySplit: boolean,
  when: string,
): void {
  const there = believed.filter(({ state }) => state === 'active').length
  const isFirst = isShownFirst(player, person)
  demand(
    there === 1 || (there === 0 && isRemovedAsInvitee(player, person, life, believed)),
    player,
    () => `${when}person ${person} joined on their own, and is believed ${text(believed)}`,
  )
  if (isFirst || maySplit) return
  const truth = text(expectedOutcomeOf(life))
  const isRight = believed.length === 2 && believed.some((fate) => text(fate) === truth)
  demand(
    isRight,
    player,
    () => `${when}person ${person} is ${truth} and joined on their own, and is believed ${text(believed)}`,
  )
}

/** The exception: shown before the failure arrived, they were taken for the invitee, and removed as requested. */
function isRemovedAsInvitee(
  player: CallHarness,
  person: number,
  life: PersonScript,
  believed: readonly ExpectedOutcome[],
): boolean {
  return (
    isShownFirst(player, person) &&
    life.cancel !== 'none' &&
    believed.some(({ by, state }) => by === 'local' && state === 'removed')
  )
}

/** Whether a roster showed a person who joined on their own before the failure of their operation arrived. */
function isShownFirst({ history }: CallHarness, person: number): boolean {
  const shown = history.findIndex((event) => {
    if (event.type === 'roster.reported') return event.entries.some(({ id }) => id === laterId(person))
    return (
      event.type === 'roster.fetched' &&
      event.answer.verdict === 'done' &&
      event.answer.value.entries.some(({ id }) => id === laterId(person))
    )
  })
  const failed = history.findIndex(
    (event) => event.type === 'operation.reported' && event.clientContext === `invite-${person}`,
  )
  return shown >= 0 && shown < failed
}

/**
 * After every change has arrived, each participant believed present has an id that is on the roster: a DELETE uses
 * it.
 */
function demandIds(player: CallHarness, roster: readonly RosterEntry[]): void {
  const ids = new Set(roster.map(({ id }) => id))
  for (const { key, id, state, ending } of player.call.participants.values()) {
    demand(
      ending !== undefined || id === undefined || ids.has(id),
      player,
      () => `${key} is believed ${state} under the id ${id}, which the roster does not have`,
    )
  }
}

/** Each person is believed present once if they are present, and not at all otherwise. */
function demandPresence(player: CallHarness, story: Story): void {
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    const there = believed.filter(({ cause }) => cause === undefined)
    const truth = expectedOutcomeOf(life)
    if (joinsLater(life)) {
      demand(
        there.length === 1 || isRemovedAsInvitee(player, person, life, believed),
        player,
        () => `person ${person} joined on their own, and after a fetch between changes is believed ${text(believed)}`,
      )
      continue
    }
    demand(
      text(there) === text(truth.state === 'active' ? [truth] : []),
      player,
      () => `person ${person} is ${text(truth)}, and after a fetch between changes is believed ${text(believed)}`,
    )
  }
}

function fatesOf(call: Call, person: number): readonly ExpectedOutcome[] {
  const id = identityOf(person)['user']?.id
  return [...call.participants.values()]
    .filter(({ identity }) => identity['user']?.id === id)
    .map(({ state, ending, isMuted, isOnHold, endpoint }) => ({
      state: state as ExpectedOutcome['state'],
      ...(ending === undefined ? {} : { cause: ending.cause, by: ending.by }),
      isMuted,
      isOnHold,
      ...(endpoint === undefined ? {} : { endpoint }),
    }))
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
