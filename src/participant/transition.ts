/**
 * The compiled statechart: the config, resolved once at load into a table, and a pure function that runs it on plain
 * records. Tests compare it with XState's run of the same config, over every state, event and guard outcome.
 *
 * Rule: an event that changes nothing returns the participant it was given, the same object.
 * @module
 */
import { participantConfig } from './machine-config.ts'
import type { Candidate, OpenNode, Phase, PhaseNode, Reactions } from './machine-shape.ts'
import type { ParticipantEvent, ParticipantEventType } from './events.ts'
import { actions, guards, type ActionName, type Draft } from './implementations.ts'
import type { Participant, ParticipantFacts, ParticipantState, RemovalPhase } from './participant.ts'

/** The participant after an event, and the requests to the service: none, or one `participant.delete`. */
export interface Transition {
  readonly participant: Participant
  readonly actions: readonly EffectAction[]
}

/** The actions that are requests to the service. The others write facts. */
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

/** The participant after the event. Pure and total: any event is valid in any state. */
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

/** The removal phase of an ended participant: `confirmed` if the removal caused the ending. */
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
      // XState offers an event to the inner state first, and to the outer one if no candidate there is taken.
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

/** True for the name of an action that is a request to the service. */
export function isEffectAction(name: string): name is EffectAction {
  return name === 'participant.delete'
}
