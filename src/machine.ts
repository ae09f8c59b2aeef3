/**
 * `rollcall/machine`: the lifecycle of a participant as an XState machine, for actors, interfaces, model-based tests and
 * Stately's tools.
 *
 * Rule: the only entry that needs XState. The others run the compiled form of the same statechart.
 * @module
 */
export {
  participantMachine,
  participantOf,
  snapshotOf,
  type ParticipantInput,
  type ParticipantSnapshot,
} from './participant/machine.ts'
export type { Tag } from './participant/machine-shape.ts'
export { sampleEvents } from './participant/sample-events.ts'
export type { ParticipantEvent } from './participant/events.ts'
export type { Ending, Participant, ParticipantFacts, ParticipantState } from './participant/participant.ts'
