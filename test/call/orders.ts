/**
 * Orders: every order of a small set of evidence, with each piece also doubled, followed by a truthful service.
 * @module
 */
import type { RequestEffect } from '../../src/call/model/effects.ts'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, BOT, done, refused, Script } from './script.ts'

type Message = Parameters<Script['tell']>[0]

/** What happened, and what the service says of it, in any order. */
export interface Situation {
  /** What the application asks for, and what is known before: told first, in this order. */
  readonly before?: readonly Message[]
  /** How long everybody has been there before the evidence comes, milliseconds. */
  readonly settledMs?: number
  readonly evidence: readonly Message[]
  /** Who is truly in the call when all has been told, beside the bot. */
  readonly truth: readonly RosterEntry[]
  /** The answer to a DELETE of a person who is not on the roster. Default: 404. */
  readonly early?: 204 | 404
  /** Milliseconds between two pieces of evidence; within the reorder window unless said otherwise. */
  readonly gapMs?: number
  /** False: nothing is answered after the evidence, and no time passes. */
  readonly isSettled?: boolean
  /** The bot's own id is not known before the evidence. */
  readonly isSelfUnknown?: boolean
}

/** Every order of the items, as they are and with each one doubled; the same order comes once. */
export function* ordersOf<T>(items: readonly T[]): Generator<readonly T[]> {
  yield* permutations(items)
  for (const item of new Set(items)) yield* permutations([...items, item])
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield []
  for (const item of new Set(items)) {
    for (const rest of permutations(items.toSpliced(items.indexOf(item), 1))) yield [item, ...rest]
  }
}

/** Plays one order of a situation. */
export function play(situation: Situation, order: readonly Message[], { isChecked = false } = {}): Script {
  const { before = [], settledMs = 0, gapMs = 50, isSettled = true } = situation
  const script = new Script({}, { isChecked })
  if (!situation.isSelfUnknown) script.reported({ state: 'established', myParticipantId: BOT })
  for (const message of before) script.tell(message)
  script.wait(settledMs)
  for (const message of order) {
    script.tell(message)
    script.at += gapMs
  }
  if (isSettled) settle(script, situation)
  return script
}

/** Rounds of answers and deadlines; a situation that needs more does not come to rest. */
const ROUNDS = 200

function settle(script: Script, { truth, early = 404, before = [], evidence }: Situation): void {
  let roster = [bot, ...truth]
  // Answers that were evidence have been given.
  const given = new Set(
    [...before, ...evidence].flatMap((message) =>
      message.type === 'removal.answered' ? [`${message.key}/${message.attempt}`] : [],
    ),
  )
  let answered = 0
  const answer = (effect: RequestEffect): void => {
    if (effect.type === 'roster.fetch') {
      script.tell({
        type: 'roster.fetched',
        fetch: effect.fetch,
        answer: { verdict: 'done', value: { entries: roster } },
      })
    } else if (
      effect.type === 'participant.delete' &&
      !(given.has(`${effect.key}/${effect.attempt}`) && script.get(effect.key).removal !== 'sent')
    ) {
      const isThere = roster.some(({ id }) => id === effect.participantId)
      roster = roster.filter(({ id }) => id !== effect.participantId)
      script.tell({
        type: 'removal.answered',
        key: effect.key,
        attempt: effect.attempt,
        answer: isThere || early === 204 ? done : refused(404),
      })
    } else if (effect.type === 'call.keepAlive') script.tell({ type: 'keepAlive.answered', answer: done })
  }
  script.tell({ type: 'host.resumed' })
  for (let round = 0; round < ROUNDS; round += 1) {
    for (; answered < script.effects.length; answered += 1) {
      const effect = script.effects[answered]
      if (effect !== undefined && effect.type !== 'timer.schedule' && effect.type !== 'timer.cancel') answer(effect)
    }
    const next = [...script.call.deadlines]
      .filter(([name]) => name !== 'keepAlive')
      .sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))[0]
    if (next === undefined) return
    script.at = Math.max(script.at, next[1])
    script.tell({ type: 'deadline.passed', deadline: next[0] })
  }
  throw new TypeError('the situation does not come to rest')
}
