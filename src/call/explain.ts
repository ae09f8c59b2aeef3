/**
 * Explain: the evidence behind a participant's present state, as data and as a sentence a person can read.
 *
 * Rule: a sentence names the participant by key. Names and numbers of people stay out of it.
 * @module
 */
import { factNames, notableWords } from '../participant/facts.ts'
import { isBeingRemoved, type Participant } from '../participant/participant.ts'
import type { Call, Evidence } from './model/call.ts'

/** Why a participant is what they are. */
export interface Explanation {
  readonly participant: Participant
  /** Oldest first; the first piece and the latest ones of a long story, and the latest for each fact. */
  readonly evidence: readonly Evidence[]
  readonly sentence: string
}

/** The evidence behind a participant's present state; undefined when the call has no such participant. */
export function explain(call: Call, key: string): Explanation | undefined {
  const participant = call.participants.get(key)
  if (participant === undefined) return undefined
  const evidence = call.trails.get(key) ?? []
  const story = evidence.map(
    ({ at, note, state, removal }) =>
      `${timeOf(at)} ${note} → ${state}${removal === undefined ? '' : ` (removal ${removal})`}`,
  )
  return { participant, evidence, sentence: `${key} is ${describe(participant)}: ${story.join('; ')}.` }
}

/** The moment as text; one that no calendar reaches as its number. */
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
