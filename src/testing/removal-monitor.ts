/**
 * The monitor of removals: no participant is removed without a request of the application.
 *
 * Rule 1: the removal of a participant starts with the application's request.
 * Rule 2: otherwise it is inherited from another participant whose removal is pending: one with the same id, one from the
 * lobby who was not known beside them at the time of the request, a cancelled invitee whose ring may be answered, or an
 * invitee who joined another way, was removed, and may still answer.
 * Rule 3: a cancel that an answer ends starts with the application's request for that invitee, or with the ring deadline
 * of their invitation, and is not inherited. The deadline of a completed operation starts nothing.
 * Rule 4: a ring may be answered while its ring time has not passed, or after its operation has completed; never after
 * the operation has failed.
 * @module
 */
import type { Call, Invitation } from '../call/model/call.ts'
import type { CallEvent, OperationReport } from '../call/model/events.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isRemovalPending, type Participant } from '../participant/participant.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'

/** Monitors that each removal was requested. A monitor that starts in the middle accepts what it has not seen. */
export function noUnaskedRemoval(): StepMonitor {
  let heard: Rings | undefined
  const asked = new Map<string, number>()
  return (seen) => {
    const { before, event, result } = seen
    const rings = (heard ??= new Rings(before))
    rings.note(before, event)
    if (event.type === 'removal.requested' && result.outcome.type === 'applied') asked.set(event.key, before.introduced)
    for (const change of result.changes) {
      // The removal of a new participant is recorded before their id.
      const one =
        change.type === 'participant.changed'
          ? (result.call.participants.get(change.key) ?? change.participant)
          : undefined
      if (one === undefined || !isNewlyWantedOut(seen, one, rings)) continue
      if (one.isCancelOnly === true) return `${event.type} started a cancel of ${one.key} without a reason`
      const isPassedOn = [...before.participants.values()].some(
        (former) => isRemovalPending(former) && goesOn(seen, former, one, rings, asked.get(former.key) ?? 0),
      )
      if (!isPassedOn) return `${event.type} started a removal of ${one.key}, which the application did not request`
    }
    return undefined
  }
}

/** A pending removal that was not requested, in this step or before. */
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

/** Whether the ring deadline passes, by itself or with the answer to the fetch that it waited for. */
function isDue({ roster }: Call, event: CallEvent, key: string): boolean {
  if (event.type === 'deadline.passed') return event.deadline === `ring/${key}`
  return (
    event.type === 'roster.fetched' && roster.fetch?.waiting?.some(([deadline]) => deadline === `ring/${key}`) === true
  )
}

/**
 * Whether one participant can inherit the removal of the other. `known`: how many participants there were at the
 * request.
 */
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
  // The same change shows the answer and removes the presence they had joined with.
  if (isAnswer && mayAnswer && result.call.participants.get(former.key)?.state === 'removed') return true
  if (hasTheirId || (former.id !== undefined && one.participantId === former.id)) return true
  const hasWaited = former.lobbyAt !== undefined && former.activeAt === undefined
  return isSame && hasWaited && (one.ordinal >= known || isExchange(event, former.id, one))
}

/** Whether the same change removes the one id from the roster and shows the other participant. */
function isExchange(event: CallEvent, formerId: string | undefined, one: Participant): boolean {
  if (event.type !== 'roster.reported' || event.kind !== 'delta') return false
  return (
    event.entries.some(({ id, removed }) => removed !== undefined && id === formerId) &&
    event.entries.some(({ id, removed }) => removed === undefined && id === one.id)
  )
}

/** What the events said about the operations. */
class Rings {
  readonly #failed = new Set<string>()
  readonly #completed: Set<string>

  /** Starts with a call, with its completed operations. */
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

  /** With several invitees, only the service knows for which one an operation failed. */
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
