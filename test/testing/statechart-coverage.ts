/**
 * Coverage of the statechart: which of its states, transitions and guard outcomes a run of tests has met, counted from
 * the definition itself.
 *
 * Rule: a transition is one candidate of one event, as the definition writes it: those of an outer state count once,
 * whichever inner state they are taken in.
 * @module
 */
import { participantConfig } from '../../src/participant/machine-config.ts'
import type { PhaseNode, Candidate, Phase, Reactions } from '../../src/participant/machine-shape.ts'
import type { ParticipantEvent, ParticipantEventType } from '../../src/participant/events.ts'
import { guards } from '../../src/participant/implementations.ts'
import { isOpen, type OpenState, type Participant } from '../../src/participant/participant.ts'

/** What there is, and how much of it was met. */
export interface CoverageReport {
  readonly states: Share
  readonly transitions: Share
  readonly guardOutcomes: Share
}

/** A part of a whole. */
interface Share {
  readonly met: number
  readonly all: number
  /** What was not met, by name. */
  readonly missing: readonly string[]
}

const openStates = Object.keys(participantConfig.states).filter(
  (state): state is OpenState => !('type' in participantConfig.states[state as OpenState]),
)

/** Counts what participants go through. */
export class StatechartCoverage {
  readonly #states = new Map<string, number>()
  readonly #transitions = new Map<string, number>()
  readonly #outcomes = new Map<string, number>()

  constructor() {
    for (const state of openStates) {
      const node = participantConfig.states[state]
      this.#expect(state, node.on)
      for (const [phase, { on }] of Object.entries<PhaseNode>(node.states)) {
        this.#states.set(`${state}.${phase}`, 0)
        this.#expect(`${state}.${phase}`, on)
      }
    }
    for (const state of ['removed', 'cancelled']) this.#states.set(state, 0)
  }

  /** Takes note of an event that a participant is told. */
  see(participant: Participant, event: ParticipantEvent): void {
    const { state, removal } = participant
    const phase = (removal ?? 'idle') as Phase
    count(this.#states, isOpen(participant) ? `${state}.${phase}` : state)
    if (!isOpen(participant)) return
    for (const [place, candidate] of candidatesOf(state as OpenState, phase, event.type)) {
      const name = nameOf(place, event.type, candidate)
      const holds = candidate.guard === undefined || guards[candidate.guard](participant, event)
      if (candidate.guard !== undefined) count(this.#outcomes, `${name} ${holds}`)
      if (!holds) continue
      count(this.#transitions, name)
      return
    }
  }

  /** How much was met. */
  report(): CoverageReport {
    return {
      states: shareOf(this.#states),
      transitions: shareOf(this.#transitions),
      guardOutcomes: shareOf(this.#outcomes),
    }
  }

  #expect(place: string, on: Reactions): void {
    for (const [type, candidates] of Object.entries(on) as [ParticipantEventType, readonly Candidate[]][]) {
      for (const candidate of candidates) {
        const name = nameOf(place, type, candidate)
        this.#transitions.set(name, 0)
        if (candidate.guard !== undefined)
          for (const outcome of [true, false]) this.#outcomes.set(`${name} ${outcome}`, 0)
      }
    }
  }
}

/** The candidates of an event with the node that has them, in the order in which they are asked: the inner state first. */
function candidatesOf(
  state: OpenState,
  phase: Phase,
  type: ParticipantEventType,
): readonly (readonly [string, Candidate])[] {
  const node = participantConfig.states[state]
  const phases: Readonly<Partial<Record<Phase, PhaseNode>>> = node.states
  return [
    ...(phases[phase]?.on[type] ?? []).map((candidate) => [`${state}.${phase}`, candidate] as const),
    ...(node.on[type] ?? []).map((candidate) => [state, candidate] as const),
  ]
}

function nameOf(place: string, type: ParticipantEventType, { guard, target }: Candidate): string {
  return `${place} × ${type}${guard === undefined ? '' : ` [${guard}]`} → ${target?.replace('#participant.', '') ?? 'itself'}`
}

function count(counts: Map<string, number>, name: string): void {
  const known = counts.get(name)
  if (known !== undefined) counts.set(name, known + 1)
}

function shareOf(counts: ReadonlyMap<string, number>): Share {
  const missing = [...counts].filter(([, times]) => times === 0).map(([name]) => name)
  return { met: counts.size - missing.length, all: counts.size, missing }
}

/** A report as lines. */
export function coverageLines({ states, transitions, guardOutcomes }: CoverageReport): readonly string[] {
  const line = (what: string, { met, all }: Share): string =>
    `${what}: ${met} of ${all} (${((met / all) * 100).toFixed(1)} %)`
  return [line('states', states), line('transitions', transitions), line('guard outcomes', guardOutcomes)]
}
