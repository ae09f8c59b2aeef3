/**
 * What the types of a published change tell: a `key` means a participant's change, no `key` means the call's own. Checked by
 * `npm run typecheck`, never run.
 * @module
 */
import type {
  Participant,
  ParticipantState,
  PublishedCallChange,
  PublishedChange,
  PublishedParticipantChange,
  ReportedCallState,
} from '../../src/index.ts'

/** True when the two types are the same, not only assignable to each other. */
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `from` may be absent in both, and is of the same kind of state as `to`. */
export const types: readonly [
  IsSame<PublishedParticipantChange['from'], ParticipantState | undefined>,
  IsSame<PublishedParticipantChange['to'], ParticipantState>,
  IsSame<PublishedCallChange['from'], ReportedCallState | undefined>,
  IsSame<PublishedCallChange['to'], ReportedCallState>,
  IsSame<PublishedChange['key'], string | undefined>,
] = [true, true, true, true, true]

/** The key tells which change it is, in place and taken apart. */
export function narrow(
  change: PublishedChange,
): readonly [ParticipantState | ReportedCallState, Participant | undefined] {
  if (change.key === undefined) {
    const state: ReportedCallState = change.to
    // @ts-expect-error a call is not a participant
    const wrong: ParticipantState = change.to
    return [state ?? wrong, change.participant]
  }
  const state: ParticipantState = change.to
  const participant: Participant = change.participant
  // @ts-expect-error a participant is not a call
  const wrong: ReportedCallState = change.to
  return [state ?? wrong, participant]
}

/** The same for a listener that takes the change apart. */
export function narrowParts({ key, to, participant }: PublishedChange): Participant | ReportedCallState {
  return key === undefined ? to : participant
}

/** A change of a call has no participant, and no state but those that a service reports. */
export const wrong: readonly PublishedChange[] = [
  // @ts-expect-error a state of a call with a key
  { callId: 'call', key: 'bob', to: 'established', at: 0 },
  // @ts-expect-error a state of a participant without a key
  { callId: 'call', to: 'active', at: 0 },
  // @ts-expect-error no change leads to an unknown state
  { callId: 'call', to: 'unknown', at: 0 },
]
