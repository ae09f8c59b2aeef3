/**
 * The watch over removals: nobody is removed whom the application did not ask out.
 *
 * Rule 1: the removal of a participant begins with the application's request for them.
 * Rule 2: otherwise it goes on from another participant whose removal is wanted: one who has the same id, one from the
 * lobby who was not known beside them when the application asked, or a cancelled invitee whose ring may be answered; or
 * an invitee who joined by another way, was removed, and may answer all the same.
 * Rule 3: a cancel that an answer ends begins with the application's request for that invitee, or with the ring deadline
 * of their invitation, and goes on to no other participant. Nothing is begun by the deadline of an operation that completed.
 * Rule 4: a ring may be answered while its ring time has not passed, or once its operation completed; never once the
 * operation failed.
 * @module
 */
import type { Call, Invitation } from '../call/model/call.ts'
import type { CallEvent, OperationReport } from '../call/model/events.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isRemovalPending, type Participant } from '../participant/participant.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'

/** Watches that each removal was asked for. A watch that begins in the middle takes what it has not seen for good. */
export function noUnaskedRemoval(): StepMonitor {
  let heard: Rings | undefined
  const asked = new Map<string, number>()
  return (seen) => {
    const { before, event, result } = seen
    const rings = (heard ??= new Rings(before))
    rings.note(before, event)
    if (event.type === 'removal.requested' && result.outcome.type === 'applied') asked.set(event.key, before.introduced)
    for (const change of result.changes) {
      // A newcomer's removal is noted before their id is.
      const one =
        change.type === 'participant.changed'
          ? (result.call.participants.get(change.key) ?? change.participant)
          : undefined
      if (one === undefined || !isNewlyWantedOut(seen, one, rings)) continue
      if (one.isCancelOnly === true) return `${event.type} began a cancel of ${one.key}, for which there was no reason`
      const isPassedOn = [...before.participants.values()].some(
        (former) => isRemovalPending(former) && goesOn(seen, former, one, rings, asked.get(former.key) ?? 0),
      )
      if (!isPassedOn) return `${event.type} began a removal of ${one.key}, whom the application did not ask out`
    }
    return undefined
  }
}

/** A wish that was not asked for, in this step or before. */
function isNewlyWantedOut(
  { before, event }: MonitoredStep,
  { key, removalRequestedAt, isCancelOnly, invitation }: Participant,
  rings: Rings,
): boolean {
  const was = before.participants.get(key)
  const isKnown = was?.removalRequestedAt !== undefined && (isCancelOnly === true || was.isCancelOnly !== true)
  if (removalRequestedAt === undefined || isKnown) return false
  if (event.type === 'cancel.requested') return event.key !== key || isCancelOnly !== true
  if (isCancelOnly === true) return !isDue(before, event, key) || rings.isCompleted(invitation)
  return event.type !== 'removal.requested' || event.key !== key
}

/** The ring deadline passes, by itself or with the answer to the fetch that it waited for. */
function isDue({ roster }: Call, event: CallEvent, key: string): boolean {
  if (event.type === 'deadline.passed') return event.deadline === `ring/${key}`
  return (
    event.type === 'roster.fetched' && roster.fetch?.waiting?.some(([deadline]) => deadline === `ring/${key}`) === true
  )
}

/** Whether the wish for the one can be for the other. `known` is how many participants there were when it was asked for. */
function goesOn(
  { before, event, result }: MonitoredStep,
  former: Participant,
  one: Participant,
  rings: Rings,
  known: number,
): boolean {
  if (former.key === one.key) return false
  const isSame = isSameIdentity(former.identity, one.identity)
  const hasTheirId =
    one.id !== undefined &&
    (one.id === former.id || one.id === former.participantId || before.byId.get(one.id) === former.key)
  const { participantId: own } = former
  const isAnswer = own !== undefined && own !== former.id && (one.id === own || isExchange(event, own, one))
  const mayAnswer = (isSame || hasTheirId) && rings.mayBeAnswered(before, former, event.at)
  if (former.state === 'cancelled' || (former.state === 'removed' && isAnswer)) return mayAnswer
  // The very change that shows the answer takes off the presence they had joined by.
  if (isAnswer && mayAnswer && result.call.participants.get(former.key)?.state === 'removed') return true
  if (hasTheirId || (former.id !== undefined && one.participantId === former.id)) return true
  const hasWaited = former.lobbyAt !== undefined && former.activeAt === undefined
  return isSame && hasWaited && (one.ordinal >= known || isExchange(event, former.id, one))
}

/** The very change that takes the one id off the roster shows the other participant. */
function isExchange(event: CallEvent, formerId: string | undefined, one: Participant): boolean {
  if (event.type !== 'roster.reported' || event.kind !== 'delta') return false
  return (
    event.entries.some(({ id, removed }) => removed !== undefined && id === formerId) &&
    event.entries.some(({ id, removed }) => removed === undefined && id === one.id)
  )
}

/** What was heard of the operations. */
class Rings {
  readonly #failed = new Set<string>()
  readonly #completed: Set<string>

  /** Begins with a call; that its operations completed was heard before. */
  constructor({ invitations }: Call) {
    this.#completed = new Set(
      [...invitations].flatMap(([id, { operation }]) => (operation === 'completed' ? [id] : [])),
    )
  }

  mayBeAnswered(
    { options }: Call,
    { key, invitation = '', introducedAt, ringsUntil = introducedAt + options.ringTimeoutMs }: Participant,
    at: number,
  ): boolean {
    return !this.#failed.has(key) && (this.#completed.has(invitation) || at <= ringsUntil)
  }

  isCompleted(invitation = ''): boolean {
    return this.#completed.has(invitation)
  }

  note(before: Call, event: CallEvent): void {
    if (event.type === 'operation.reported') this.#hear(invitationOf(before, event), event.status)
    if (event.type !== 'invite.answered' || event.answer.verdict === 'unconfirmed') return
    this.#hear(
      before.invitations.get(event.invitation),
      event.answer.verdict === 'refused' ? 'failed' : event.answer.value.status,
    )
  }

  /** Of several invitees only the service knows for whom an operation failed. */
  #hear(invitation: Invitation | undefined, status: OperationReport['status']): void {
    if (invitation === undefined) return
    const [key, ...others] = invitation.keys
    if (status === 'completed') this.#completed.add(invitation.id)
    if (status === 'failed' && key !== undefined && others.length === 0) this.#failed.add(key)
  }
}

function invitationOf({ invitations }: Call, { clientContext, operationId }: OperationReport): Invitation | undefined {
  const named = clientContext === undefined ? undefined : invitations.get(clientContext)
  return (
    named ??
    [...invitations.values()].find((invitation) => operationId !== undefined && invitation.operationId === operationId)
  )
}
