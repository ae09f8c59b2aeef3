/**
 * The participant statechart as an XState machine, for the entry `rollcall/machine`. No other module of the package
 * imports XState.
 *
 * `participantMachine` runs as an actor, opens in Stately Studio and in the inspector, and can be explored with
 * `xstate/graph`. The library itself runs the compiled form of the same config (`transition.ts`).
 * @module
 */
import { assign, setup, type SnapshotFrom } from 'xstate'
import { createParticipant } from './create-participant.ts'
import type { ParticipantEvent } from './events.ts'
import { actions, guards } from './implementations.ts'
import { participantConfig } from './machine-config.ts'
import type { Phase, Tag } from './machine-shape.ts'
import { mapValues } from './map-values.ts'
import {
  factsOf,
  isEnded,
  type Ending,
  type Participant,
  type ParticipantFacts,
  type RemovalPhase,
} from './participant.ts'
import { endedRemoval } from './transition.ts'

interface Scope {
  readonly context: ParticipantFacts
  readonly event: ParticipantEvent
}

/** Input of an actor: a key and an identity, and any facts that are known. */
export type ParticipantInput = Partial<ParticipantFacts> & Pick<ParticipantFacts, 'key' | 'identity'>

/** What XState reads the machine's types from. There are no values: XState ignores them. */
interface MachineTypes {
  context?: ParticipantFacts
  events?: ParticipantEvent
  input?: ParticipantInput
  output?: Ending | undefined
  tags?: Tag
}

const types: MachineTypes = {}

/**
 * The lifecycle of one participant. Events are `ParticipantEvent`s; the context are the participant's facts; the output
 * is the participant's ending. The action `participant.delete` does nothing here: `provide` an implementation that
 * sends a DELETE for `context.removalTarget`.
 * @example
 * ```ts
 * import { createActor } from 'xstate'
 * import { participantMachine } from 'rollcall/machine'
 *
 * const input = { key: 'bob', identity: { user: { id: 'bob' } }, ordinal: 0, at: Date.now() }
 * const actor = createActor(participantMachine, { input }).start()
 * actor.send({ type: 'invitation.accepted', at: Date.now() })
 * console.log(actor.getSnapshot().matches('ringing'))
 * ```
 */
export const participantMachine = setup({
  types,
  guards: mapValues(
    guards,
    (guard) =>
      ({ context, event }: Scope) =>
        guard(context, event),
  ),
  actions: {
    ...mapValues(actions, (action) =>
      assign<ParticipantFacts, ParticipantEvent, undefined, ParticipantEvent, never>(({ context, event }) => {
        const draft = { ...context }
        action(draft, event)
        return draft
      }),
    ),
    'participant.delete': () => undefined,
  },
}).createMachine({
  ...participantConfig,
  context: ({ input }) => factsOf(createParticipant({ ordinal: 0, at: 0, ...input })),
  output: ({ context }) => context.ending,
})

/** A snapshot of the machine. */
export type ParticipantSnapshot = SnapshotFrom<typeof participantMachine>

/**
 * The snapshot of a participant record. An actor continues from it:
 * `createActor(participantMachine, { snapshot: snapshotOf(bob), input: bob })` (XState's types ask for an input, too).
 */
export function snapshotOf(participant: Participant): ParticipantSnapshot {
  const { state, removal } = participant
  const value = isEnded(participant) ? state : { [state]: removal ?? 'idle' }
  return participantMachine.resolveState({ value, context: factsOf(participant), output: participant.ending })
}

/** The participant record of a snapshot. */
export function participantOf({ value, context }: Pick<ParticipantSnapshot, 'value' | 'context'>): Participant {
  if (value === 'removed' || value === 'cancelled') return { ...context, state: value, removal: endedRemoval(context) }
  if ('invited' in value) return { ...context, state: 'invited', removal: removalOf(value.invited) }
  if ('ringing' in value) return { ...context, state: 'ringing', removal: removalOf(value.ringing) }
  if ('lobby' in value) return { ...context, state: 'lobby', removal: removalOf(value.lobby) }
  return { ...context, state: 'active', removal: removalOf(value.active) }
}

function removalOf(phase: Phase): RemovalPhase | undefined {
  return phase === 'idle' ? undefined : phase
}
