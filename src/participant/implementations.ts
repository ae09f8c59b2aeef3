/**
 * Guards and actions of the participant statechart, by the names in its config.
 *
 * A guard reads the facts and the event. An action writes to a copy of the facts. `participant.delete` writes nothing:
 * it requests a DELETE of `removalTarget` from the code that runs the statechart.
 * @module
 */
import type { ParticipantEvent, ParticipantEventType } from './events.ts'
import { dropLiveFacts, isNewFact, takeFacts } from './facts.ts'
import type { IdentitySet } from './identity.ts'
import { definedFields, isSameValue } from './same-value.ts'
import { createEnding, isRemovalWanted, type Cause, type Ending, type ParticipantFacts } from './participant.ts'

type Of<T extends ParticipantEventType> = Extract<ParticipantEvent, { type: T }>
type Guard = (facts: ParticipantFacts, event: ParticipantEvent) => boolean
/** A copy of the facts that an action may write to. */
export type Draft = { -readonly [F in keyof ParticipantFacts]: ParticipantFacts[F] }
type Action = (facts: Draft, event: ParticipantEvent) => void

/** A guard for one type of event. The config uses it for that type only. */
function guard<T extends ParticipantEventType>(holds: (facts: ParticipantFacts, event: Of<T>) => boolean): Guard {
  return holds as Guard
}

/** An action for one type of event. The config uses it for that type only. */
function action<T extends ParticipantEventType>(write: (facts: Draft, event: Of<T>) => void): Action {
  return write as Action
}

/** The causes by which a service reports our own cancel. Others mean that something else came first. */
const cancelCauses: ReadonlySet<Cause> = new Set(['cancelled', 'failed', 'unknown'])

/** The conditions under which a candidate is taken. */
export const guards = {
  isInLobby: guard<'roster.showed'>((_, event) => event.isInLobby),
  isAdmitted: guard<'roster.showed'>((_, event) => !event.isInLobby),
  isNews: guard<'roster.showed'>(
    (facts, event) =>
      idDoubt(facts, event) !== facts.isIdUnconfirmed ||
      (event.id !== undefined && event.id !== facts.id) ||
      isNewFact(facts, event) ||
      facts.missingSince !== undefined ||
      (event.sequence !== undefined && event.sequence !== facts.sequence) ||
      mergeIdentity(facts.identity, event.identity) !== facts.identity,
  ),
  isIdConfirmed: (facts) => facts.id !== undefined && facts.isIdUnconfirmed !== true,
  isNotMissing: (facts) => facts.missingSince === undefined,
  hasAddress: (facts) => facts.id !== undefined || facts.participantId !== undefined,
  isOnRosterById: (facts) => facts.id !== undefined,
  isNewAddress: guard<'address.learned'>(
    (facts, event) => event.address !== facts.participantId && event.address !== facts.id,
  ),
  isUntriedAddress: guard<'address.learned'>((facts, event) => event.address !== facts.removalTarget),
  hasStaleTarget: (facts) => facts.id !== undefined && facts.removalTarget !== facts.id,
  isCancelOnly: (facts) => facts.isCancelOnly === true,
  isCancelInLobby: guard<'roster.showed'>((facts, event) => facts.isCancelOnly === true && event.isInLobby),
  /** A DELETE of the invitation may have had an effect. */
  isUnsure: (facts) => facts.isRemovalUnsure === true,
  isUnsureCancel: (facts) => isUnsureCancel(facts),
  isUnsureCancelInLobby: guard<'roster.showed'>((facts, event) => isUnsureCancel(facts) && event.isInLobby),
  isPutOff: guard<'removal.unconfirmed'>((facts, event) => facts.isRemovalUnsure !== true && event.isDefinite === true),
  /** The DELETE was answered: none is in flight. */
  isAnswered: (facts) => facts.removalAcceptedAt !== undefined,
  isAnsweredElsewhere: (facts) =>
    facts.removalAcceptedAt !== undefined && facts.id !== undefined && facts.removalTarget !== facts.id,
  isTargetRosterId: (facts) => isTargetRosterId(facts),
  isProofOfOtherId: (facts) => isTargetRosterId(facts) && facts.isIdUnconfirmed === true,
  /** The application may not remove participants here, before the answer or after it. */
  isForbidden: guard<'removal.refused'>((_, event) => event.refusal.reason === 'forbidden'),
  /** The service says, for the first time, that the participant ended in the lobby. */
  isLobbyEnding: guard<'invitation.failed'>((facts, event) => facts.lobbyEnding === undefined && isLobbyEnding(event)),
  isUncompleted: (facts) => facts.completedAt === undefined,
  isUnexpired: (facts) => facts.expiredAt === undefined,
  isExpired: (facts) => facts.expiredAt !== undefined,
  isExpiredCancel: (facts) => facts.expiredAt !== undefined && isRemovalWanted(facts),
  isOurCancel: guard<'invitation.failed'>((facts, event) => isRemovalWanted(facts) && cancelCauses.has(event.cause)),
  /**
   * The snapshot was requested after the service accepted our DELETE, or at or after the ring deadline while a removal
   * is requested. A request in the same millisecond as the DELETE's answer may have been sent before it; the one at the
   * ring deadline is caused by it.
   */
  isCancelProved: guard<'absence.proved'>(
    (facts, event) =>
      isRemovalWanted(facts) &&
      (isBefore(facts.removalAcceptedAt, event.fetchedAt) || isNoLaterThan(facts.expiredAt, event.fetchedAt)),
  ),
  isSilenceProved: guard<'absence.proved'>((facts, event) => isNoLaterThan(facts.expiredAt, event.fetchedAt)),
} satisfies Record<string, Guard>

/** The latest DELETE named the roster id while the participant was on the roster. */
function isTargetRosterId({ isRemovalEarly, removalTarget, id }: ParticipantFacts): boolean {
  return isRemovalEarly !== true && removalTarget === id
}

/** True if the result means an ending in the lobby: the admission was denied, or the wait was too long. */
function isLobbyEnding({ cause, by }: Of<'invitation.failed'>): boolean {
  return cause === 'lobbyTimeout' || (cause === 'removed' && by === 'remote')
}

/** Whether the roster id is in doubt after this roster entry. */
function idDoubt({ id, isIdUnconfirmed }: ParticipantFacts, shown: Of<'roster.showed'>): boolean | undefined {
  if (shown.id !== undefined) return undefined
  return id === undefined ? isIdUnconfirmed : true
}

/** The names of the guards. */
export type GuardName = keyof typeof guards

function isUnsureCancel({ isCancelOnly, isRemovalUnsure }: ParticipantFacts): boolean {
  return isCancelOnly === true && isRemovalUnsure === true
}

/** Comparisons with an unknown time are false. */
function isBefore(one: number | undefined, other: number | undefined): boolean {
  return (one ?? NaN) < (other ?? NaN)
}

function isNoLaterThan(one: number | undefined, other: number | undefined): boolean {
  return (one ?? NaN) <= (other ?? NaN)
}

/** The changes of the facts when a candidate is taken. */
export const actions = {
  recordRinging: (facts, event) => {
    facts.ringingAt ??= event.at
  },
  recordCompleted: (facts, event) => {
    facts.completedAt = event.at
  },
  recordAddress: action<'address.learned'>((facts, event) => {
    facts.participantId = event.address
  }),
  recordRoster: action<'roster.showed'>((facts, event) => {
    facts.isIdUnconfirmed = idDoubt(facts, event)
    // The number belongs to the id: another id without a number starts without one.
    if (event.id !== undefined && event.id !== facts.id) facts.sequence = event.sequence
    facts.id = event.id ?? facts.id
    facts.identity = mergeIdentity(facts.identity, event.identity)
    takeFacts(facts, event)
    facts.sequence = event.sequence ?? facts.sequence
    facts.missingSince = undefined
  }),
  dropId: (facts) => {
    if (facts.participantId === facts.id) facts.participantId = undefined
    facts.id = undefined
  },
  recordLobby: (facts, event) => {
    facts.lobbyAt = event.at
  },
  recordActive: (facts, event) => {
    facts.activeAt = event.at
    facts.lobbyEnding = undefined
  },
  recordLobbyEnding: action<'invitation.failed'>((facts, event) => {
    facts.lobbyEnding = createEnding(event.at, event.cause, event.by, event.result)
  }),
  recordIdDoubt: (facts) => {
    facts.isIdUnconfirmed = true
  },
  recordMissing: (facts, event) => {
    facts.missingSince = event.at
  },
  recordExpired: (facts, event) => {
    facts.expiredAt = event.at
  },
  recordRequest: action<'removal.requested'>((facts, event) => {
    facts.removalRequestedAt = event.at
    facts.removalBy = 'local'
    facts.isCancelOnly = undefined
    facts.knownAtRemoval = event.known
    facts.refusal = undefined
  }),
  recordCancel: action<'cancel.requested'>((facts, event) => {
    facts.removalRequestedAt = event.at
    facts.removalBy = event.by
    facts.isCancelOnly = true
    facts.knownAtRemoval = undefined
    facts.refusal = undefined
  }),
  recordUnsure: action<'removal.unconfirmed'>((facts, event) => {
    if (event.isDefinite !== true) facts.isRemovalUnsure = true
  }),
  recordAnswered: (facts, event) => {
    facts.removalAcceptedAt = event.at
  },
  dropCancel: (facts) => {
    facts.removalRequestedAt = undefined
    facts.removalBy = undefined
    facts.isCancelOnly = undefined
    facts.isRemovalUnsure = undefined
    facts.removalTarget = undefined
    facts.isRemovalEarly = undefined
    facts.removalAcceptedAt = undefined
  },
  targetInviteeId: (facts) => aim(facts, true),
  targetRosterId: (facts) => aim(facts, false),
  // A 2xx proves presence: an earlier report that omitted the participant was wrong.
  recordAccepted: (facts, event) => {
    facts.removalAcceptedAt = event.at
    facts.missingSince = undefined
  },
  recordRefusal: action<'removal.refused'>((facts, event) => {
    facts.refusal = event.refusal
  }),
  endAsReported: action<'invitation.failed'>((facts, event) =>
    finish(facts, createEnding(event.at, event.cause, event.by, event.result)),
  ),
  endAsCancelled: (facts, event) => {
    const result = event.type === 'invitation.failed' ? event.result : undefined
    finish(
      facts,
      facts.removalBy === 'deadline'
        ? createEnding(event.at, 'noAnswer', 'deadline', result)
        : createEnding(event.at, 'cancelled', 'local', result),
    )
    facts.removalConfirmedAt = event.at
  },
  // If the service said that the invite had completed and no roster showed the participant, the cause is unknown.
  endAsUnanswered: (facts, event) =>
    finish(facts, createEnding(event.at, facts.completedAt === undefined ? 'noAnswer' : 'unknown', 'deadline')),
  endAsRemoved: (facts, event) => {
    facts.sequence = proofOf(event).sequence ?? facts.sequence
    finish(facts, createEnding(event.at, 'removed', facts.removalBy ?? 'local'))
    facts.removalConfirmedAt = event.at
  },
  endAsLeft: (facts, event) => {
    facts.sequence = proofOf(event).sequence ?? facts.sequence
    const { reason, cause = 'left', by = 'remote' } = proofOf(event)
    const { lobbyEnding } = facts
    const isTold = cause === 'left' && lobbyEnding !== undefined
    finish(
      facts,
      isTold
        ? createEnding(event.at, lobbyEnding.cause, lobbyEnding.by, lobbyEnding)
        : createEnding(event.at, cause, by, { message: reason }),
    )
  },
  endAsReplaced: (facts, event) => finish(facts, createEnding(event.at, 'replaced', 'service')),
  endWithCall: action<'call.ended'>((facts, event) =>
    finish(facts, createEnding(event.at, event.cause, event.by, event.result)),
  ),
  'participant.delete': () => undefined,
} satisfies Record<string, Action>

/** The names of the actions. */
export type ActionName = keyof typeof actions

function aim(facts: Draft, isRemovalEarly: boolean): void {
  facts.removalTarget = facts.id ?? facts.participantId
  facts.removalAttempts += 1
  facts.isRemovalEarly = isRemovalEarly
  facts.removalAcceptedAt = undefined
}

/** The details of a proved absence. A 404 has none. */
function proofOf(event: ParticipantEvent): Partial<Of<'absence.proved'>> {
  return event.type === 'absence.proved' ? event : {}
}

function finish(facts: Draft, ending: Ending): void {
  facts.ending = ending
  dropLiveFacts(facts)
}

/** The known identity with the roster's additions; the same object if there are none. */
function mergeIdentity(known: IdentitySet, shown: IdentitySet): IdentitySet {
  let merged = known
  for (const kind of Object.keys(shown)) {
    const one = merged[kind]
    const other = shown[kind]
    if (other === undefined) continue
    const news = definedFields(other).filter(
      ([name, value]) => one === undefined || !Object.hasOwn(one, name) || !isSameValue(one[name], value),
    )
    if (one !== undefined && news.length === 0) continue
    merged = Object.freeze({ ...merged, [kind]: Object.freeze({ ...one, ...Object.fromEntries(news) }) })
  }
  return merged
}
