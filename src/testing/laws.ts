/**
 * Laws: what must hold of every call, whatever happens, each as a property that a system is held to.
 *
 * A law is checked on chaos (`moves.ts`: any events in any order) or on stories (`story.ts`: the evidence of something
 * true, in any order and doubled). `checkLaw` returns data; `assertLaw` is the throwing shell over it.
 * @module
 */
import fc from 'fast-check'
import { isPresent } from '../participant/participant.ts'
import type { Call } from '../call/call.ts'
import { isRequest } from '../call/effects.ts'
import type { CallEvent, RosterEntry } from '../call/events.ts'
import { histories, interpret, type Move } from './moves.ts'
import { checkOptions, checkValue, oneOf, wholeNumber, withMethods } from './options.ts'
import { Player } from './player.ts'
import { bot, fateOf, identityOf, stories, tellStory, type Fate, type Story, type Telling } from './story.ts'
import { drawHistory } from './report/law-report.ts'
import type { CallSystem } from './system.ts'
import { watches, type Watch } from './watches.ts'

/** A law that is broken says how, in a sentence. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken'
  /** What the call was told, where the law is one of a call. */
  readonly history: readonly CallEvent[] | undefined

  constructor(message: string, { history, ...options }: ErrorOptions & { readonly history?: readonly CallEvent[] | undefined } = {}) {
    super(message, options)
    this.history = history
  }
}

function demand(isSo: boolean, { history }: Player, otherwise: () => string): void {
  if (!isSo) throw new LawBroken(otherwise(), { history })
}

function play(system: CallSystem, moves: readonly Move[], watch: Watch = () => undefined): Player {
  const player = new Player(system)
  player.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  for (const move of moves) {
    player.at += move.waitMs
    const message = interpret(player, move)
    if (message === undefined) continue
    const before = player.call
    let wrong: string | undefined
    try {
      const result = player.tell(message)
      wrong = watch({ before, event: player.history.at(-1) as CallEvent, result })
    } catch (error) {
      const event = { ...message, at: player.at } as CallEvent
      throw new LawBroken(`${event.type} threw ${String(error)}`, { cause: error, history: [...player.history, event] })
    }
    if (wrong !== undefined) throw new LawBroken(wrong, { history: player.history })
  }
  return player
}

/** A law over chaotic histories; `watch` makes a fresh observer for each. */
function overHistories(watch: (system: CallSystem) => Watch) {
  return (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), (moves) => void play(system, moves, watch(system)))
}

const totality = overHistories(watches.totality)

const determinism = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), (moves) => {
  const first = play(system, moves)
  let call = system.open('call')
  const requests = []
  for (const event of first.history) {
    const result = system.step(call, event)
    requests.push(...result.effects.filter(isRequest))
    call = result.call
  }
  demand(text(system.encode(call)) === text(system.encode(first.call)), first, () => 'the same events gave another call')
  demand(text(requests) === text(first.requests), first, () => 'the same events asked for something else')
})

const absorption = overHistories(watches.absorption)
const idempotence = overHistories(watches.idempotence)
const proof = overHistories(watches.proof)
const oneDelete = overHistories(watches.oneDelete)
const oneInvite = overHistories(watches.oneInvite)
const noResurrection = overHistories(watches.noResurrection)
const conservation = overHistories(watches.conservation)
const asking = overHistories(watches.asking)
const telling = overHistories(watches.telling)
const ignoring = overHistories(watches.ignoring)

const roundTrip = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), fc.nat(30), (moves, place) => {
  const player = play(system, moves)
  let one = system.open('call')
  let other = system.open('call')
  for (const [index, event] of player.history.entries()) {
    if (index === place % player.history.length) other = system.decode(JSON.parse(text(system.encode(other))))
    const oneResult = system.step(one, event)
    const otherResult = system.step(other, event)
    one = oneResult.call
    other = otherResult.call
    demand(text(oneResult.effects) === text(otherResult.effects), player, () => `after a restore, ${event.type} asked for something else`)
    demand(text(system.encode(one)) === text(system.encode(other)), player, () => `after a restore, ${event.type} led elsewhere`)
  }
})

const quietAfterTheEnd = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(20), histories(20), (before, after) => {
  play(system, [...before, end, ...after], watches.quietAfterTheEnd())
})

const end: Move = { kind: 'call', pick: 2, detail: 61, waitMs: 0 }

/** Under fair delivery everything comes to rest: nobody pending, no removal under way. */
const liveness = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), (moves) => {
  const player = play(system, moves)
  let roster: readonly RosterEntry[] = [bot, ...[...player.call.participants.values()].filter(isPresent)
    .map(({ id, participantId, ordinal, identity, isMuted, state }) => ({ id: id ?? participantId ?? `named-${ordinal}`, identity, isMuted, isInLobby: state === 'lobby' }))]
  const isAtRest = player.settle(() => roster, (participantId) => {
    roster = roster.filter(({ id }) => id !== participantId)
    return { verdict: 'done', value: undefined }
  })
  demand(isAtRest, player, () => 'the call does not come to rest')
  for (const { key, state, removal } of player.call.participants.values()) {
    const isUnsettled = state === 'invited' || state === 'ringing' || removal === 'sent' || removal === 'accepted'
    demand(!isUnsettled, player, () => `${key} stays ${state}${removal === undefined ? '' : `, removal ${removal}`}`)
  }
})

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

const convergence = (system: CallSystem): fc.IProperty<unknown> => fc.property(deliveries, ({ story, order, doubled, gapMs }) => {
  const { intents, evidence, snapshot }: Telling = tellStory(story)
  const player = new Player(system)
  for (const intent of intents) player.tell(intent)
  for (const place of [...order, ...doubled]) {
    player.at += gapMs
    player.tell(evidence[place] as Telling['evidence'][number])
  }
  player.tell({ type: 'host.resumed' })
  demand(player.settle(() => snapshot), player, () => 'the call does not come to rest')
  const maySplit = story.mode === 'full' && gapMs === LONG_GAP_MS
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    const truth = text(fateOf(life))
    demand(believed.some((fate) => text(fate) === truth), player, () => `person ${person} is ${truth}, and is believed ${text(believed)}`)
    const isOne = believed.length === 1 || (maySplit && believed.filter(({ state }) => state === 'active').length <= 1)
    demand(isOne, player, () => `person ${person} is believed to be several: ${text(believed)}`)
  }
})

function fatesOf(call: Call, person: number): readonly Fate[] {
  const id = identityOf(person)['user']?.id
  return [...call.participants.values()].filter(({ identity }) => identity['user']?.id === id).map(({ state, ending, isMuted }) => (
    ending === undefined ? { state: state as Fate['state'], isMuted } : { state: state as Fate['state'], cause: ending.cause, by: ending.by }
  ))
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}

/** The laws of a call, by name. `commit before effect` is a law of hosts and stands with them. */
export const laws = {
  totality,
  determinism,
  absorption,
  idempotence,
  convergence,
  proof,
  oneDelete,
  oneInvite,
  noResurrection,
  conservation,
  liveness,
  roundTrip,
  quietAfterTheEnd,
  asking,
  telling,
  ignoring,
} as const satisfies Record<string, (system: CallSystem) => fc.IProperty<unknown>>

/** The names of the laws. */
export type LawName = keyof typeof laws

/** How a law is checked. */
export interface LawOptions {
  readonly system: CallSystem
  /** Decides the histories, all of them. */
  readonly seed: number
  readonly runs: number
}

/** What came of checking a law. */
export interface LawReport {
  readonly law: LawName
  readonly isKept: boolean
  readonly runs: number
  readonly seed: number
  /** What is wrong, and the smallest history that was found to break the law, as a ladder. */
  readonly report?: string
}

const optionShapes = { system: withMethods('open', 'step', 'encode', 'decode'), seed: wholeNumber(), runs: wholeNumber(1) }

/** Holds a system to a law. @throws TypeError for a law there is none, or an option that cannot be meant */
export function checkLaw(law: LawName, options: LawOptions): LawReport {
  checkValue('checkLaw: the law', law, oneOf(Object.keys(laws)))
  checkOptions('checkLaw', options, optionShapes, ['system', 'seed', 'runs'])
  const { system, seed, runs } = options
  const details = fc.check(laws[law](system), { seed, numRuns: runs })
  const report = details.failed ? writeBreach(system, details) : undefined
  return { law, isKept: !details.failed, runs: details.numRuns, seed, ...(report === undefined ? {} : { report }) }
}

function writeBreach(system: CallSystem, { errorInstance, counterexample, counterexamplePath, seed }: fc.RunDetails<unknown>): string {
  const wrong = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const history = errorInstance instanceof LawBroken ? errorInstance.history : undefined
  // Where nothing was told, what it was to be is all there is to see.
  const shown = history === undefined ? `with ${text(counterexample)}` : drawHistory(system, history, wrong)
  return `${wrong}\n\n${shown}\n\nseed ${seed}, path ${counterexamplePath ?? ''}`
}

/**
 * Holds a system to a law, or throws.
 * @throws LawBroken with the smallest history that breaks the law
 */
export function assertLaw(law: LawName, options: LawOptions): void {
  const { isKept, report } = checkLaw(law, options)
  if (!isKept) throw new LawBroken(`${law} is broken: ${report}`)
}
