/**
 * The participant statechart as an XState machine: the only module that touches XState.
 *
 * `participantMachine` opens in Stately Studio and in the inspector as it is, and can be run as an actor. The library
 * itself runs the compiled form of the same definition (`transition.ts`).
 * @module
 */
import { assign, setup, transition as xstateTransition, type AnyStateMachine, type MachineSnapshot } from 'xstate'
import { participantDefinition } from './machine-config.ts'
import type { ParticipantEvent } from './events.ts'
import { actions, guards, type ActionName, type GuardName } from './implementations.ts'
import { createParticipant } from './introduce.ts'
import type { Participant, ParticipantFacts, ParticipantState, RemovalPhase } from './participant.ts'
import { endedRemoval, type EffectAction, type Transition } from './transition.ts'

const machineGuards = Object.fromEntries(
  Object.entries(guards).map(([name, guard]) => [name, ({ context, event }: Scope) => guard(context, event)]),
) as unknown as Record<GuardName, (scope: Scope) => boolean>

const machineActions = Object.fromEntries(
  Object.entries(actions).map(([name, action]) => [
    name,
    name === 'participant.delete'
      ? () => undefined
      : assign(({ context, event }: Scope) => {
          const draft = { ...context }
          action(draft, event)
          return draft
        }),
  ]),
) as Record<ActionName, never>

interface Scope {
  readonly context: ParticipantFacts
  readonly event: ParticipantEvent
}

/** What an actor of the machine may be given to start with: a key and an identity are enough. */
export type ParticipantInput = Partial<ParticipantFacts> & Pick<ParticipantFacts, 'key' | 'identity'>

const configured = setup({
  types: { context: {} as ParticipantFacts, events: {} as ParticipantEvent, input: {} as ParticipantInput },
  guards: machineGuards,
  actions: machineActions,
})

/** The lifecycle of one participant. Input: `{ key, identity }` and any known facts. */
export const participantMachine = configured.createMachine({
  ...(participantDefinition as unknown as Parameters<typeof configured.createMachine>[0]),
  context: ({ input }) => factsOf(createParticipant({ ordinal: 0, at: 0, ...input })),
})

type Snapshot = MachineSnapshot<ParticipantFacts, ParticipantEvent, never, never, never, never, never, never>

/** The machine's snapshot for a participant record. */
export function snapshotOf(participant: Participant): Snapshot {
  const isFinal = participant.state === 'removed' || participant.state === 'cancelled'
  const value = isFinal ? participant.state : { [participant.state]: participant.removal ?? 'idle' }
  return (participantMachine as AnyStateMachine).resolveState({
    value,
    context: factsOf(participant),
  }) as unknown as Snapshot
}

/** The participant record of a machine's snapshot. */
export function participantOf(snapshot: { readonly value: unknown; readonly context: ParticipantFacts }): Participant {
  const { value, context } = snapshot
  if (typeof value === 'string') return { ...context, state: value as ParticipantState, removal: endedRemoval(context) }
  const [[state, phase]] = Object.entries(value as Record<string, string>) as [
    [ParticipantState, RemovalPhase | 'idle'],
  ]
  return { ...context, state, removal: phase === 'idle' ? undefined : phase }
}

/** The same as `transition`, said by XState's own interpreter: some hundred times slower, and the proof that ours is right. */
export function transitionByXState(participant: Participant, event: ParticipantEvent): Transition {
  const [next, ran] = xstateTransition(participantMachine as AnyStateMachine, snapshotOf(participant) as never, event)
  return {
    participant: participantOf(next as unknown as Snapshot),
    actions: ran.map((action) => action.type as EffectAction),
  }
}

function factsOf(participant: Participant): ParticipantFacts {
  const { state: _state, removal: _removal, ...facts } = participant
  return facts
}
