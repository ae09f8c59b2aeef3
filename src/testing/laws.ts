/**
 * Laws: what must hold of every call, whatever happens, each as a property that a system is held to.
 *
 * A law is checked on chaos (`moves.ts`: any events in any order) or on stories (`story.ts`: the evidence of something
 * true, in any order and doubled). `checkLaw` returns data; `assertLaw` is the throwing shell over it.
 * @module
 */
import fc from 'fast-check'
import { isOpen, isPending, isPresent, type Participant } from '../participant/participant.ts'
import type { Call, StepResult } from '../call/call.ts'
import { isRequest } from '../call/effects.ts'
import type { CallEvent, RosterEntry } from '../call/events.ts'
import { histories, interpret, type Move } from './moves.ts'
import { Player } from './player.ts'
import { bot, fateOf, identityOf, stories, tellStory, type Fate, type Story, type Telling } from './story.ts'
import type { CallSystem } from './system.ts'

/** One step of a history, as a law looks at it. */
interface Seen {
  readonly before: Call
  readonly event: CallEvent
  readonly result: StepResult
  readonly player: Player
}

/** Throws when what it sees breaks the law. */
type Watch = (seen: Seen) => void

/** A law that is broken says how, in a sentence. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken'
}

/** A broken law, with the events that led to it. */
function withHistory(broken: unknown, history: readonly CallEvent[]): unknown {
  if (!(broken instanceof LawBroken) || broken.message.includes('\n')) return broken
  return new LawBroken(`${broken.message}, after\n${history.map((event) => `  ${text(event)}`).join('\n')}`)
}

function demand(isSo: boolean, otherwise: () => string): void {
  if (!isSo) throw new LawBroken(otherwise())
}

function play(system: CallSystem, moves: readonly Move[], watch: Watch = () => undefined): Player {
  const player = new Player(system)
  player.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  for (const move of moves) {
    player.at += move.waitMs
    const message = interpret(player, move)
    if (message === undefined) continue
    const before = player.call
    const result = player.tell(message)
    try {
      watch({ before, event: player.history.at(-1) as CallEvent, result, player })
    } catch (broken) {
      throw withHistory(broken, player.history)
    }
  }
  return player
}

/** A law over chaotic histories; `watch` makes a fresh observer for each. */
function overHistories(watch: (system: CallSystem) => Watch) {
  return (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), (moves) => void play(system, moves, watch(system)))
}

const totality = overHistories(() => ({ event, result }) => {
  demand(result.outcome.type === 'applied' || result.outcome.type === 'ignored', () => `${event.type} had no outcome`)
})

const determinism = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(), (moves) => {
  const first = play(system, moves)
  let call = system.open('call')
  const requests = []
  for (const event of first.history) {
    const result = system.step(call, event)
    requests.push(...result.effects.filter(isRequest))
    call = result.call
  }
  demand(text(system.encode(call)) === text(system.encode(first.call)), () => 'the same events gave another call')
  demand(text(requests) === text(first.requests), () => 'the same events asked for something else')
})

const absorption = overHistories(() => ({ before, result, event }) => {
  for (const was of before.participants.values()) {
    const now = result.call.participants.get(was.key)
    if (isOpen(was) || now === undefined) continue
    demand(now.state === was.state && text(now.ending) === text(was.ending), () => `${event.type} moved ${was.key}, who had ended`)
  }
  for (const now of result.call.participants.values()) {
    demand(isOpen(now) === (now.ending === undefined), () => `${now.key} is ${now.state} and has ${now.ending === undefined ? 'no' : 'an'} ending`)
  }
})

const idempotence = overHistories((system) => ({ result, event }) => {
  const again = system.step(result.call, event)
  demand(again.changes.length === 0, () => `a second ${event.type} changed something`)
  demand(again.effects.length === 0, () => `a second ${event.type} asked for something`)
})

/** Rule 1: a 2xx ends nobody; absence from an unasked report ends nobody who was not on the roster. */
const proof = overHistories(() => ({ before, event, result }) => {
  for (const was of before.participants.values()) {
    const now = result.call.participants.get(was.key)
    if (!isOpen(was) || now === undefined || isOpen(now)) continue
    const isPromise = event.type === 'removal.answered' && event.answer.verdict === 'done'
    demand(!isPromise, () => `a 2xx ended ${was.key}`)
    const isMute = event.type === 'roster.reported' && isPending(was) && !isShown(event.entries, was)
    demand(!isMute, () => `absence from a report ended the invitee ${was.key}`)
    const isEarly404 = event.type === 'removal.answered' && isPending(was)
    demand(!isEarly404, () => `the answer to a DELETE ended the invitee ${was.key}`)
  }
})

function isShown(entries: readonly RosterEntry[], { identity }: Participant): boolean {
  return entries.some((entry) => entry.identity['user']?.id !== undefined && entry.identity['user'].id === identity['user']?.id)
}

const oneDelete = overHistories(() => {
  const inFlight = new Map<string, number>()
  return ({ event, result }) => {
    for (const change of result.changes) if (change.type === 'participant.forgotten') inFlight.delete(change.key)
    if (event.type === 'removal.answered' && inFlight.get(event.key) === event.attempt) inFlight.delete(event.key)
    for (const effect of result.effects) {
      if (effect.type !== 'participant.delete') continue
      demand(!inFlight.has(effect.key), () => `a second DELETE went out for ${effect.key} while one was in flight`)
      inFlight.set(effect.key, effect.attempt)
    }
  }
})

const oneInvite = overHistories(() => {
  const posted = new Set<string>()
  return ({ result }) => {
    // Somebody forgotten takes their invitation with them; hosts do not repeat an intent after so long.
    for (const change of result.changes) if (change.type === 'participant.forgotten') posted.delete(change.key.split('/')[0] as string)
    for (const effect of result.effects) {
      if (effect.type !== 'participants.invite') continue
      demand(!posted.has(effect.invitation), () => `the invitation ${effect.invitation} was posted twice`)
      posted.add(effect.invitation)
    }
  }
})

/** Only a fenced snapshot may show somebody again under an id that had ended, and then as another participant. */
const noResurrection = overHistories(() => ({ before, event, result }) => {
  if (event.type === 'roster.fetched') return
  const gone = new Set([...before.participants.values()].filter((one) => !isOpen(one) && one.id !== undefined).map(({ id }) => id))
  // An application that invites somebody by an id says itself that they are to come back under it.
  for (const one of before.participants.values()) if (isOpen(one)) gone.delete(one.participantId)
  for (const now of result.call.participants.values()) {
    const isBack = isPresent(now) && now.id !== undefined && gone.has(now.id) && before.participants.get(now.key)?.id !== now.id
    demand(!isBack, () => `${event.type} brought the id ${now.id} back`)
  }
})

const conservation = overHistories(() => {
  let joined = 0
  let left = 0
  const present = new Set<string>()
  return ({ result, event }) => {
    for (const change of result.changes) {
      if (change.type !== 'participant.changed') continue
      if (isPresent(change.participant) && !present.has(change.key)) {
        present.add(change.key)
        joined += 1
      } else if (!isPresent(change.participant) && present.delete(change.key)) left += 1
    }
    const there = [...result.call.participants.values()].filter(isPresent).length
    demand(joined - left === there, () => `after ${event.type}: ${joined} joined, ${left} ended, but ${there} are present`)
  }
})

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
    demand(text(oneResult.effects) === text(otherResult.effects), () => `after a restore, ${event.type} asked for something else`)
    demand(text(system.encode(one)) === text(system.encode(other)), () => `after a restore, ${event.type} led elsewhere`)
  }
})

const quietAfterTheEnd = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(20), histories(20), (before, after) => {
  let hasEnded = false
  play(system, [...before, end, ...after], ({ event, result }) => {
    demand(!hasEnded || result.effects.length === 0, () => `${event.type} asked for something after the end`)
    hasEnded ||= result.call.state === 'terminated'
    demand(!hasEnded || ![...result.call.participants.values()].some(isOpen), () => 'somebody is open in a call that has ended')
  })
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
  demand(isAtRest, () => `the call does not come to rest, after\n${player.history.slice(0, 60).map((event) => `  ${text(event)}`).join('\n')}`)
  for (const { key, state, removal } of player.call.participants.values()) {
    const isUnsettled = state === 'invited' || state === 'ringing' || removal === 'sent' || removal === 'accepted'
    demand(!isUnsettled, () => `${key} stays ${state}${removal === undefined ? '' : `, removal ${removal}`}`)
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
  demand(player.settle(() => snapshot), () => 'the call does not come to rest')
  const maySplit = story.mode === 'full' && gapMs === LONG_GAP_MS
  for (const [person, life] of story.lives.entries()) {
    const believed = fatesOf(player.call, person)
    const truth = text(fateOf(life))
    demand(believed.some((fate) => text(fate) === truth), () => `person ${person} is ${truth}, and is believed ${text(believed)}`)
    const isOne = believed.length === 1 || (maySplit && believed.filter(({ state }) => state === 'active').length <= 1)
    demand(isOne, () => `person ${person} is believed to be several: ${text(believed)}`)
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
  /** fast-check's report of the smallest history that breaks the law. */
  readonly report?: string
}

/** Holds a system to a law. */
export function checkLaw(law: LawName, { system, seed, runs }: LawOptions): LawReport {
  const details = fc.check(laws[law](system), { seed, numRuns: runs })
  const report = details.failed ? `${String((details.errorInstance as Error | undefined)?.message)}\n${fc.defaultReportMessage(details)}` : undefined
  return { law, isKept: !details.failed, runs: details.numRuns, seed, ...(report === undefined ? {} : { report }) }
}

/** @throws LawBroken with the smallest history that breaks the law. */
export function assertLaw(law: LawName, options: LawOptions): void {
  const { isKept, report } = checkLaw(law, options)
  if (!isKept) throw new LawBroken(`${law} is broken: ${report}`)
}
