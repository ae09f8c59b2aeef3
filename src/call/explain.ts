/**
 * Explain: the evidence behind a participant's current state, as data and as a readable sentence.
 *
 * Rule: a sentence names the participant by key. It contains no personal names and no phone numbers.
 * @module
 */
import { factNames, notableWords } from '../participant/facts.ts'
import { isBeingRemoved, type Participant } from '../participant/participant.ts'
import type { Call, Evidence } from './model/call.ts'

/** Why a participant is in its state. */
export interface Explanation {
  /** The participant as it is now. */
  readonly participant: Participant
  /** Oldest first. A long trail keeps the first piece, the latest ones, and the latest for each fact. */
  readonly evidence: readonly Evidence[]
  /** The evidence as one sentence for people. */
  readonly sentence: string
}

/**
 * The evidence behind a participant's current state; undefined when the call has no participant with that key.
 * @example
 * ```ts
 * import { decodeCall, explain } from 'rollcall'
 *
 * console.log(explain(decodeCall(stored), bob.key)?.sentence)
 * ```
 */
export function explain(call: Call, key: string): Explanation | undefined {
  const participant = call.participants.get(key)
  if (participant === undefined) return undefined
  const evidence = call.trails.get(key) ?? []
  const steps = evidence.map(
    ({ at, note, state, removal }) =>
      `${timeOf(at)} ${note} → ${state}${removal === undefined ? '' : ` (removal ${removal})`}`,
  )
  return { participant, evidence, sentence: `${key} is ${describe(participant)}: ${steps.join('; ')}.` }
}

/** The time in ISO 8601; a time outside the range of `Date` as its number. */
function timeOf(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

function describe(participant: Participant): string {
  const { state, ending } = participant
  if (ending !== undefined) {
    const code = ending.code === undefined ? '' : `, code ${ending.code}/${ending.subcode ?? 0}`
    return `${state} (${ending.cause} by ${ending.by}${code})`
  }
  const facts = notableWords(factNames, participant)
  return `${state}${removalWords(participant)}${facts === '' ? '' : `, ${facts}`}`
}

function removalWords(participant: Participant): string {
  if (isBeingRemoved(participant)) return ` with a removal ${participant.removal}`
  if (participant.removal === 'crossed') return ', a cancel crossed their answer'
  return participant.removal === 'refused' ? ', their removal was refused' : ''
}
