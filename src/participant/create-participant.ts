/**
 * The first record of a participant.
 * @module
 */
import type { Participant, ParticipantFacts } from './participant.ts'

/** The facts a new participant starts with: at least `key`, `identity` and `ordinal`. */
export type NewParticipant = Partial<ParticipantFacts> &
  Pick<ParticipantFacts, 'key' | 'identity' | 'ordinal'> & {
    /** When the participant is introduced, milliseconds since the epoch. */
    readonly at: number
  }

/**
 * Creates a participant in its first state: `invited`, without a removal. An uninvited participant leaves that state in
 * the same step.
 *
 * Every field is set from the start, because objects of one shape are copied much faster than objects that grow.
 */
export function createParticipant({ at, ...facts }: NewParticipant): Participant {
  return Object.freeze({
    key: facts.key,
    state: 'invited' as const,
    removal: undefined,
    identity: facts.identity,
    id: facts.id,
    participantId: facts.participantId,
    isIdUnconfirmed: facts.isIdUnconfirmed,
    invitation: facts.invitation,
    ordinal: facts.ordinal,
    isMuted: facts.isMuted ?? false,
    isOnHold: facts.isOnHold ?? false,
    media: facts.media,
    endpoint: facts.endpoint,
    isAnonymous: facts.isAnonymous ?? false,
    details: facts.details,
    isHidden: facts.isHidden,
    sequence: facts.sequence,
    introducedAt: facts.introducedAt ?? at,
    invitedAt: facts.invitedAt,
    ringsUntil: facts.ringsUntil,
    ringingAt: facts.ringingAt,
    lobbyAt: facts.lobbyAt,
    activeAt: facts.activeAt,
    completedAt: facts.completedAt,
    expiredAt: facts.expiredAt,
    lobbyEnding: facts.lobbyEnding,
    missingSince: facts.missingSince,
    removalRequestedAt: facts.removalRequestedAt,
    removalBy: facts.removalBy,
    isCancelOnly: facts.isCancelOnly,
    isRemovalUnsure: facts.isRemovalUnsure,
    knownAtRemoval: facts.knownAtRemoval,
    removalTarget: facts.removalTarget,
    isRemovalEarly: facts.isRemovalEarly,
    removalAcceptedAt: facts.removalAcceptedAt,
    removalConfirmedAt: facts.removalConfirmedAt,
    removalAttempts: facts.removalAttempts ?? 0,
    refusal: facts.refusal,
    announcedState: facts.announcedState,
    ending: facts.ending,
  })
}
