/**
 * The compiled statechart: the definition, resolved once at load into a table, run as a pure function on plain
 * records. It says exactly what XState says of the same definition; the tests prove that, exhaustively.
 *
 * Rule: an event that changes nothing returns the very participant it was given.
 * @module
 */
import {
  participantConfig,
  type Candidate,
  type OpenNode,
  type Phase,
  type PhaseNode,
  type Reactions,
} from './machine-config.ts'
import type { ParticipantEvent, ParticipantEventType } from './events.ts'
import { actions, guards, type ActionName, type Draft } from './implementations.ts'
import type { Participant, ParticipantFacts, ParticipantState, RemovalPhase } from './participant.ts'

/** The participant after an event, and what is asked of the outside: nothing, or one `participant.delete`. */
export interface Transition {
  readonly participant: Participant
  readonly actions: readonly EffectAction[]
}

/** The actions that are not facts. */
export type EffectAction = Extract<ActionName, 'participant.delete'>

interface Step {
  readonly guard: ((facts: ParticipantFacts, event: ParticipantEvent) => boolean) | undefined
  readonly state: ParticipantState
  readonly removal: RemovalPhase | undefined
  readonly isFinal: boolean
  readonly changes: readonly ((facts: Draft, event: ParticipantEvent) => void)[]
  readonly actions: readonly EffectAction[]
}

type Row = { readonly [E in ParticipantEventType]?: readonly Step[] }
type Table = { readonly [S in ParticipantState]: { readonly [P in Phase | 'confirmed']?: Row } }

const noActions: readonly EffectAction[] = Object.freeze([])

/** What the participant becomes by the event. Pure and total. */
export function transition(participant: Participant, event: ParticipantEvent): Transition {
  const steps = transitionTable[participant.state][participant.removal ?? 'idle']?.[event.type]
  if (steps !== undefined) {
    for (const step of steps) {
      if (step.guard === undefined || step.guard(participant, event)) return take(participant, event, step)
    }
  }
  return { participant, actions: noActions }
}

function take(participant: Participant, event: ParticipantEvent, step: Step): Transition {
  const next = { ...participant, state: step.state, removal: step.removal }
  for (const change of step.changes) change(next, event)
  if (step.isFinal) next.removal = endedRemoval(next)
  return { participant: Object.freeze(next), actions: step.actions }
}

/** The removal phase of somebody who has ended: `confirmed` when it was the removal that ended them. */
export function endedRemoval(facts: ParticipantFacts): RemovalPhase | undefined {
  return facts.removalConfirmedAt === undefined ? undefined : 'confirmed'
}

/** The compiled statechart: for each state, phase and event the steps, in the order in which they are tried. */
export const transitionTable: Table = {
  invited: compile('invited', participantConfig.states.invited),
  ringing: compile('ringing', participantConfig.states.ringing),
  lobby: compile('lobby', participantConfig.states.lobby),
  active: compile('active', participantConfig.states.active),
  removed: {},
  cancelled: {},
}

function compile(
  state: ParticipantState,
  node: Pick<OpenNode, 'on'> & { readonly states: Readonly<Record<string, PhaseNode>> },
): Table[ParticipantState] {
  const rows: { [P in Phase]?: Row } = {}
  for (const [phase, { on: own }] of Object.entries(node.states) as [Phase, PhaseNode][]) {
    const row: { [E in ParticipantEventType]?: readonly Step[] } = {}
    for (const type of eventTypes(own, node.on)) {
      // XState asks the inner state first and lets an event nobody takes there bubble to the outer one.
      const candidates = [...(own[type] ?? []), ...(node.on[type] ?? [])]
      row[type] = candidates.map((candidate) => resolve(candidate, state, phase))
    }
    rows[phase] = row
  }
  return rows
}

function eventTypes(...reactions: readonly Reactions[]): ReadonlySet<ParticipantEventType> {
  return new Set(reactions.flatMap((on) => Object.keys(on) as ParticipantEventType[]))
}

function resolve(candidate: Candidate, state: ParticipantState, phase: Phase): Step {
  const [, target, inner] = (candidate.target ?? `#participant.${state}.${phase}`).split('.')
  const names = candidate.actions ?? []
  return {
    guard: candidate.guard && guards[candidate.guard],
    state: target as ParticipantState,
    removal: inner === 'idle' ? undefined : (inner as RemovalPhase | undefined),
    isFinal: target === 'removed' || target === 'cancelled',
    changes: names.map((name) => actions[name]),
    actions: Object.freeze(names.filter(isEffectAction)),
  }
}

/** True for the name of an action that asks the outside for something. */
export function isEffectAction(name: string): name is EffectAction {
  return name === 'participant.delete'
}
