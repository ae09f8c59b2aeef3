/**
 * The yardstick of P1: what a person would write without a statechart, a `switch` that returns a frozen record.
 *
 * It covers the event mix and nothing else, and is measured only; a test holds it to the same answers on that mix.
 * @module
 */
import type { ParticipantEvent } from '../../src/participant/events.ts'
import type { Participant } from '../../src/participant/participant.ts'

interface Answer {
  readonly participant: Participant
  readonly actions: readonly 'participant.delete'[]
}

const none: readonly [] = Object.freeze([])
const deletion: readonly 'participant.delete'[] = Object.freeze(['participant.delete'] as const)

/** The participant after an event of the mix. */
export function handWritten(participant: Participant, event: ParticipantEvent): Answer {
  switch (participant.state) {
    case 'invited':
    case 'ringing':
      return pending(participant, event)
    case 'lobby':
    case 'active':
      return present(participant, event)
    default:
      return { participant, actions: none }
  }
}

function pending(participant: Participant, event: ParticipantEvent): Answer {
  const { at } = event
  switch (event.type) {
    case 'invitation.accepted': {
      if (participant.state === 'ringing') return { participant, actions: none }
      return {
        participant: Object.freeze({ ...participant, state: 'ringing', ringingAt: participant.ringingAt ?? at }),
        actions: none,
      }
    }
    case 'address.learned': {
      if (participant.removal === 'held' && event.address !== participant.removalTarget) {
        return {
          participant: Object.freeze({
            ...participant,
            participantId: event.address,
            ...aim(participant, event.address, true),
          }),
          actions: deletion,
        }
      }
      if (event.address === participant.participantId) return { participant, actions: none }
      return { participant: Object.freeze({ ...participant, participantId: event.address }), actions: none }
    }
    case 'roster.showed': {
      const { id = participant.id, isMuted = participant.isMuted, sequence = participant.sequence } = event
      const seen = { ...participant, id, isMuted, sequence, missingSince: undefined }
      if (event.isInLobby)
        return { participant: Object.freeze({ ...seen, state: 'lobby', lobbyAt: at }), actions: none }
      return { participant: Object.freeze({ ...seen, state: 'active', activeAt: at }), actions: none }
    }
    case 'removal.requested':
      return request(participant, at, true)
    case 'removal.accepted': {
      if (participant.removal !== 'sent') return { participant, actions: none }
      return {
        participant: Object.freeze({ ...participant, removal: 'accepted', removalAcceptedAt: at }),
        actions: none,
      }
    }
    case 'invitation.failed': {
      const isOurs = participant.removalRequestedAt !== undefined
      const ending = Object.freeze(
        isOurs
          ? { ...event.result, cause: 'cancelled' as const, by: 'local' as const, at }
          : { ...event.result, cause: event.cause, by: event.by, at },
      )
      return {
        participant: Object.freeze({
          ...participant,
          state: 'cancelled',
          removal: isOurs ? 'confirmed' : undefined,
          removalConfirmedAt: isOurs ? at : undefined,
          ending,
        }),
        actions: none,
      }
    }
    default:
      return { participant, actions: none }
  }
}

function present(participant: Participant, event: ParticipantEvent): Answer {
  const { at } = event
  switch (event.type) {
    case 'roster.showed': {
      if (participant.state === 'lobby' && !event.isInLobby) {
        return {
          participant: Object.freeze({
            ...participant,
            state: 'active',
            id: event.id ?? participant.id,
            isMuted: event.isMuted ?? participant.isMuted,
            activeAt: at,
          }),
          actions: none,
        }
      }
      if (event.id === participant.id && event.isMuted === participant.isMuted) return { participant, actions: none }
      return {
        participant: Object.freeze({
          ...participant,
          id: event.id ?? participant.id,
          isMuted: event.isMuted ?? participant.isMuted,
        }),
        actions: none,
      }
    }
    case 'removal.requested':
      return request(participant, at, false)
    case 'removal.accepted': {
      if (participant.removal !== 'sent') return { participant, actions: none }
      if (participant.id !== undefined && participant.removalTarget !== participant.id) {
        return {
          participant: Object.freeze({ ...participant, ...aim(participant, participant.id, false) }),
          actions: deletion,
        }
      }
      return {
        participant: Object.freeze({ ...participant, removal: 'accepted', removalAcceptedAt: at }),
        actions: none,
      }
    }
    case 'absence.proved': {
      const isOurs =
        participant.removal === 'sent' || participant.removal === 'accepted' || participant.removal === 'held'
      const ending = Object.freeze(
        isOurs
          ? { cause: 'removed' as const, by: 'local' as const, at }
          : { cause: 'left' as const, by: 'remote' as const, at },
      )
      return {
        participant: Object.freeze({
          ...participant,
          state: 'removed',
          removal: isOurs ? 'confirmed' : undefined,
          removalConfirmedAt: isOurs ? at : undefined,
          ending,
        }),
        actions: none,
      }
    }
    default:
      return { participant, actions: none }
  }
}

function request(participant: Participant, at: number, isEarly: boolean): Answer {
  if (participant.removal !== undefined) return { participant, actions: none }
  const wanted = { ...participant, removalRequestedAt: at, removalBy: 'local' as const, refusal: undefined }
  const address = participant.id ?? participant.participantId
  if (address === undefined || participant.state === 'invited')
    return { participant: Object.freeze({ ...wanted, removal: 'held' as const }), actions: none }
  return { participant: Object.freeze({ ...wanted, ...aim(participant, address, isEarly) }), actions: deletion }
}

function aim(participant: Participant, removalTarget: string, isRemovalEarly: boolean) {
  return {
    removal: 'sent' as const,
    removalTarget,
    removalAttempts: participant.removalAttempts + 1,
    isRemovalEarly,
    removalAcceptedAt: undefined,
  }
}
