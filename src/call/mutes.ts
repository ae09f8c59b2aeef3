/**
 * Mutes: one participant at a time, by the service; the roster says when it took.
 * @module
 */
import { isOpen } from '../participant/participant.ts'
import type { CallEvent } from './model/events.ts'
import { ignore, type Turn } from './draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** The application wants one participant muted. */
export function requestMute(turn: Turn, { key, clientContext }: Of<'mute.requested'>): void {
  const participant = turn.call.participants.get(key)
  if (participant === undefined) return ignore(turn, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(turn, 'participantEnded')
  if (participant.id === undefined) return ignore(turn, 'notPossible')
  if (turn.call.mutes.includes(clientContext)) return ignore(turn, 'alreadyRequested')
  turn.call.mutes = [...turn.call.mutes, clientContext]
  turn.effects.push({
    type: 'participant.mute',
    id: `mute/${clientContext}`,
    key,
    participantId: participant.id,
    clientContext,
  })
}

/** The answer to a mute: it is in flight no more, whatever it was. */
export function answerMute(turn: Turn, { clientContext }: Of<'mute.answered'>): void {
  if (turn.call.mutes.includes(clientContext))
    turn.call.mutes = turn.call.mutes.filter((other) => other !== clientContext)
}
