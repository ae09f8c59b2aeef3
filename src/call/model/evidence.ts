/**
 * Evidence: the trail behind a participant's state and facts.
 *
 * Rule 1: a trail is bounded: it keeps the first piece and the latest ones.
 * Rule 2: only the latest evidence of each fact is kept, so that facts which change often displace nothing else.
 * @module
 */
import { factWords, notableWords, type FactName } from '../../participant/facts.ts'
import { isPresent, type Participant } from '../../participant/participant.ts'
import type { Evidence } from './call.ts'

/**
 * How many pieces of evidence are kept for one participant: the first and the latest ones; more than one lifecycle
 * needs.
 */
export const TRAIL_LIMIT = 24

/** What changed in a participant. */
interface Changed {
  readonly facts: readonly FactName[]
  /** True when the state, or the phase of the removal, changed. */
  readonly isMove: boolean
}

/** The evidence for a change of a participant. */
export function evidenceOf(
  at: number,
  source: Pick<Evidence, 'source' | 'note'>,
  now: Participant,
  { facts, isMove }: Changed,
): Evidence {
  const { state, removal } = now
  const words = isMove ? notableWords(isPresent(now) ? facts : [], now) : factWords(facts, now)
  const note = words === '' ? source.note : `${source.note}${isMove ? ', ' : ': '}${words}`
  return { at, source: source.source, state, removal, note, ...(isMove || facts.length === 0 ? {} : { facts }) }
}

/** The trail with one more piece. */
export function appendToTrail(trail: readonly Evidence[], evidence: Evidence): readonly Evidence[] {
  const { facts } = evidence
  const needed =
    facts === undefined ? trail : trail.filter((known) => known.facts?.every((name) => facts.includes(name)) !== true)
  const kept =
    needed.length < TRAIL_LIMIT ? needed : [needed[0] as Evidence, ...needed.slice(needed.length - TRAIL_LIMIT + 2)]
  return [...kept, evidence]
}
