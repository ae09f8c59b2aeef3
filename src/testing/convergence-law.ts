/**
 * The law of convergence: the same evidence, in any order and doubled, gives the same people with the same fates.
 *
 * Rule 1: with numbered deltas, and with numbered full rosters, it does so by itself, with nothing answered and no time
 * passed; with full rosters without numbers, once a truthful snapshot was fetched. The snapshot then changes nothing about that.
 * Rule 2: a snapshot without numbers may come amid numbered rosters, and may be newer than some that come after it. What
 * those leave undecided, the next snapshot decides: then exactly those are present who are. It may have hidden how those
 * who are not came and went.
 * Rule 3: a fate has facts: mute and hold of participants who are present, the endpoint of all.
 * Rule 4: the one licence: an unnumbered full report delayed past the reorder window, or one that comes while the bot
 * does not know its own entry and that does not say itself whether it is complete, may split one presence into two
 * participants, of whom at most one is there; and an invitee who joins by themselves at the very moment the invite
 * operation fails may be the invitee, and be removed where that was asked for, if the roster shows them before the
 * failure is heard. Where the failure is heard first, they stay.
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
  /** The roster is fetched after so many messages; the answer is as new as a message that comes so much later. */
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
    // Full rosters have no numbers to be amid of.
    fetch:
      story.mode === 'full'
        ? fc.constant(undefined)
        : fc.option(fc.record({ after: fc.nat(count - 1), ahead: fc.nat(count) }), { nil: undefined }),
  })
})

/** `convergence`: any order and doubling of the evidence of a story ends with what is so. */
export const convergence = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(deliveries, ({ story, order, doubled, gapMs, fetch }) => {
    const { intents, evidence, snapshot, rosters }: Telling = tellStory(story)
    const player = new CallHarness(system)
    for (const intent of intents) player.tell(intent)
    for (const [index, place] of [...order, ...doubled].entries()) {
      player.at += gapMs
      // The service answers after all that it has told of, whatever of that has come.
      if (index === fetch?.after)
        fetchRoster(
          player,
          rosters[Math.min(Math.max(...order.slice(0, index)) + fetch.ahead, rosters.length - 1)] ?? [bot],
        )
      player.tell(evidence[place] as Telling['evidence'][number])
    }
    if (story.mode !== 'full' && fetch === undefined) demandTruth(player, story, false, 'before any snapshot, ')
    // After a snapshot without a number the age of a full roster is in doubt again: the next snapshot decides.
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

/** How often a fetch may be repeated because a report came in between. */
const REPEATS = 3

/** The roster is fetched and answered, with nothing in between. */
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

/** The invitation ended, and they are there by themselves; or they were taken for the invitee, when they were shown first. */
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
    () => `${when}person ${person} joined by themselves, and is believed ${text(believed)}`,
  )
  if (isFirst || maySplit) return
  const truth = text(expectedOutcomeOf(life))
  const isRight = believed.length === 2 && believed.some((fate) => text(fate) === truth)
  demand(
    isRight,
    player,
    () => `${when}person ${person} is ${truth} and joined by themselves, and is believed ${text(believed)}`,
  )
}

/** The licence: shown before the failure was heard, they were taken for the invitee, and removed as was asked for. */
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

/** A roster showed who joined by themselves before the failure of their operation was heard. */
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

/** Once every change has come, whoever is believed to be present is so under an id that the roster has: a DELETE goes there. */
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

/** Each person is believed to be present once when they are, and not at all when they are not. */
function demandPresence(player: CallHarness, story: Story): void {
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    const there = believed.filter(({ cause }) => cause === undefined)
    const truth = expectedOutcomeOf(life)
    if (joinsLater(life)) {
      demand(
        there.length === 1 || isRemovedAsInvitee(player, person, life, believed),
        player,
        () => `person ${person} joined by themselves, and after a fetch amid changes is believed ${text(believed)}`,
      )
      continue
    }
    demand(
      text(there) === text(truth.state === 'active' ? [truth] : []),
      player,
      () => `person ${person} is ${text(truth)}, and after a fetch amid changes is believed ${text(believed)}`,
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
