/**
 * Mutes: requests to mute one participant. The roster shows when a mute took effect.
 * @module
 */
import { isOpen } from '../participant/participant.ts'
import type { CallEvent } from './model/events.ts'
import { ignore, type CallDraft } from './draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** Mutes one participant at the application's request. */
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

/** Applies the answer to a mute. Whatever the verdict, the request is no longer in flight. */
export function answerMute(draft: CallDraft, { clientContext }: Of<'mute.answered'>): void {
  if (draft.call.mutes.includes(clientContext))
    draft.call.mutes = draft.call.mutes.filter((other) => other !== clientContext)
}
