/**
 * What XState's types know of the participant machine: states, phases, tags, events, input and output. Checked by
 * `npm run typecheck`, never run.
 * @module
 */
import { createActor, transition, waitFor, type EventFrom, type InputFrom, type OutputFrom } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import {
  participantMachine,
  participantOf,
  sampleEvents,
  snapshotOf,
  type Ending,
  type Participant,
  type ParticipantEvent,
  type ParticipantInput,
  type ParticipantSnapshot,
} from '../../src/machine.ts'

/** True when the two types are the same, not only assignable to each other. */
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

type Phase = 'idle' | 'held' | 'sent' | 'accepted' | 'refused'
type Value =
  | { invited: 'idle' | 'held' }
  | { ringing: Phase }
  | { lobby: Phase | 'crossed' }
  | { active: Phase | 'crossed' }
  | 'removed'
  | 'cancelled'

/** The machine's types. */
export const types: readonly [
  IsSame<InputFrom<typeof participantMachine>, ParticipantInput>,
  IsSame<OutputFrom<typeof participantMachine>, Ending | undefined>,
  IsSame<EventFrom<typeof participantMachine>, ParticipantEvent>,
] = [true, true, true]

/** The value of a snapshot is one of the states and phases, and no other. */
export function values(snapshot: ParticipantSnapshot): readonly [Value, ParticipantSnapshot['value']] {
  const value: Value = snapshot.value
  const back: ParticipantSnapshot['value'] = value
  return [value, back]
}

/** `matches` knows states and phases. */
export function matches(snapshot: ParticipantSnapshot): readonly boolean[] {
  return [
    snapshot.matches('ringing'),
    snapshot.matches('removed'),
    snapshot.matches({ active: 'sent' }),
    snapshot.matches({ lobby: 'crossed' }),
    // @ts-expect-error a participant has exactly six states
    snapshot.matches('answered'),
    // @ts-expect-error no phase has this name
    snapshot.matches({ active: 'confirmed' }),
    // @ts-expect-error nothing is sent before the service has accepted the invitation
    snapshot.matches({ invited: 'sent' }),
    // @ts-expect-error a final state has no phases
    snapshot.matches({ removed: 'idle' }),
  ]
}

/** Tags. */
export function tags(snapshot: ParticipantSnapshot): readonly boolean[] {
  return [
    snapshot.hasTag('open'),
    snapshot.hasTag('pending'),
    snapshot.hasTag('present'),
    snapshot.hasTag('final'),
    // @ts-expect-error no state has this tag
    snapshot.hasTag('absent'),
  ]
}

/** An actor takes the machine's input and events only. */
export async function actor(): Promise<Ending | undefined> {
  const bob = createActor(participantMachine, { input: { key: 'bob', identity: { user: { id: 'bob' } } } }).start()
  bob.send({ type: 'invitation.accepted', at: 1 })
  // @ts-expect-error an event says when it happened
  bob.send({ type: 'invitation.accepted' })
  // @ts-expect-error no event has this type
  bob.send({ type: 'invitation.answered', at: 1 })
  // @ts-expect-error a participant has a key
  createActor(participantMachine, { input: { identity: {} } })
  // @ts-expect-error an actor needs an input
  createActor(participantMachine)
  const ended = await waitFor(bob, (snapshot) => snapshot.hasTag('final'))
  return ended.output
}

/** A record becomes a snapshot, takes an event, and becomes a record again. */
export function pure(participant: Participant, event: ParticipantEvent): Participant {
  const [next] = transition(participantMachine, snapshotOf(participant), event)
  return participantOf(next)
}

/** Implementations have the types of context and events, and known names. */
export function provided(send: (id: string | undefined) => void): typeof participantMachine {
  participantMachine.provide({
    // @ts-expect-error no action has this name
    actions: { 'participant.mute': () => undefined },
  })
  return participantMachine.provide({
    actions: { 'participant.delete': ({ context }) => send(context.removalTarget) },
    guards: { isForbidden: ({ event }) => event.type === 'removal.refused' && event.refusal.reason === 'forbidden' },
  })
}

/** Paths of `xstate/graph` have the machine's snapshots and events. */
export function paths(): readonly ParticipantSnapshot[] {
  return getShortestPaths(participantMachine, {
    input: { key: 'bob', identity: { user: { id: 'bob' } } },
    events: sampleEvents,
    serializeState: ({ value }) => JSON.stringify(value),
  }).map(({ state }) => state)
}
