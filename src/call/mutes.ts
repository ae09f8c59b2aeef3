/**
 * Mutes: one participant at a time, by the service; the roster says when it took.
 * @module
 */
import { isOpen } from '../participant/participant.ts'
import type { CallEvent } from './model/events.ts'
import { ignore, type CallDraft } from './draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** The application wants one participant muted. */
export function requestMute(draft: CallDraft, { key, clientContext }: Of<'mute.requested'>): void {
  const participant = draft.call.participants.get(key)
  if (participant === undefined) return ignore(draft, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(draft, 'participantEnded')
  if (participant.id === undefined) return ignore(draft, 'notPossible')
  if (draft.call.mutes.includes(clientContext)) return ignore(draft, 'alreadyRequested')
  draft.call.mutes = [...draft.call.mutes, clientContext]
  draft.effects.push({
    type: 'participant.mute',
    id: `mute/${clientContext}`,
    key,
    participantId: participant.id,
    clientContext,
  })
}

/** The answer to a mute: it is in flight no more, whatever it was. */
export function answerMute(draft: CallDraft, { clientContext }: Of<'mute.answered'>): void {
  if (draft.call.mutes.includes(clientContext))
    draft.call.mutes = draft.call.mutes.filter((other) => other !== clientContext)
}
