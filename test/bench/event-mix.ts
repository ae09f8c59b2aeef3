/**
 * The event mix of P1 and P2: single transitions out of six stories that bots see all day, useless evidence included.
 * @module
 */
import type { ParticipantEvent } from '../../src/participant/events.ts'
import { createParticipant } from '../../src/participant/create-participant.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { transition } from '../../src/participant/transition.ts'

/** One transition to take. */
export interface Sample {
  readonly participant: Participant
  readonly event: ParticipantEvent
}

type Told = ParticipantEvent extends infer E ? (E extends ParticipantEvent ? Omit<E, 'at'> : never) : never

const identity = {
  user: { id: '278405a3-f568-4b3e-b684-009193463064', tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47' },
}
const showed = { type: 'roster.showed', id: 'roster-id', identity, isInLobby: false, isMuted: false } as const
const declined = {
  type: 'invitation.failed',
  cause: 'declined',
  by: 'remote',
  result: { code: 603, subcode: 0 },
} as const
const cancelledReport = {
  type: 'invitation.failed',
  cause: 'cancelled',
  by: 'service',
  result: { code: 400, subcode: 8508 },
} as const

const removedStory: readonly Told[] = [
  { type: 'invitation.accepted' },
  { type: 'address.learned', address: 'invitee-id' },
  { type: 'address.learned', address: 'invitee-id' },
  showed,
  showed,
  { ...showed, isMuted: true },
  { type: 'removal.requested' },
  { type: 'removal.accepted' },
  showed,
  { type: 'absence.proved' },
  showed,
]
const leftStory: readonly Told[] = [
  { type: 'invitation.accepted' },
  showed,
  { type: 'invitation.completed' },
  { type: 'absence.proved' },
]
const declinedStory: readonly Told[] = [{ type: 'invitation.accepted' }, declined, declined]
const cancelledStory: readonly Told[] = [
  { type: 'invitation.accepted' },
  { type: 'address.learned', address: 'invitee-id' },
  { type: 'removal.requested' },
  { type: 'removal.accepted' },
  cancelledReport,
]
const crossingStory: readonly Told[] = [
  { type: 'removal.requested' },
  { type: 'invitation.accepted' },
  { type: 'address.learned', address: 'invitee-id' },
  showed,
  { type: 'removal.accepted' },
  { type: 'absence.proved' },
]
const lobbyStory: readonly Told[] = [
  { type: 'invitation.accepted' },
  { ...showed, isInLobby: true },
  showed,
  { type: 'absence.proved' },
]

/** Every transition of the stories, in order. */
export function eventMix(): readonly Sample[] {
  return [removedStory, leftStory, declinedStory, cancelledStory, crossingStory, lobbyStory].flatMap((story) => {
    let participant = createParticipant({
      key: 'bob',
      identity,
      ordinal: 0,
      at: 1_000,
      invitedAt: 1_000,
      invitation: 'f2fa86af',
    })
    return story.map((told, index) => {
      const sample = { participant, event: { ...told, at: 2_000 + index } as ParticipantEvent }
      participant = transition(participant, sample.event).participant
      return sample
    })
  })
}
