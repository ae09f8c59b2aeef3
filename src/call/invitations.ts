/**
 * Invitations: one POST that invites up to five identities, and everything the service reports about it.
 *
 * Rule 1: an invite is never posted twice. After a lost answer, the operation, the roster, a definite refusal or the
 * ring deadline decides the outcome.
 * Rule 2: inviting an identity that is pending or present returns the existing participant.
 * Rule 3: `completed` is a promise, and the roster confirms it. `failed` ends a single invitee. With several invitees,
 * it ends the one that the result names, or else those that a snapshot does not show.
 * @module
 */
import { identityIds, isSameIdentity } from '../participant/identity.ts'
import {
  isClassified,
  isOpen,
  isPending,
  isPresent,
  meaningOf,
  type Meaning,
  type Participant,
  type ResultInfo,
} from '../participant/participant.ts'
import type { Call, Invitation } from './model/call.ts'
import type { CallEvent, InvitedParticipant, Invitee, OperationReport, ServiceFailure } from './model/events.ts'
import { requestFetch } from './roster-fetch.ts'
import { mergePresence } from './roster/reconcile.ts'
import { checkAlive } from './self.ts'
import { findSameIdentityKeys } from './model/identity-index.ts'
import { persistentMap } from './model/persistent-map.ts'
import { freshKey } from './model/known-ids.ts'
import {
  count,
  ignore,
  addParticipant,
  addEvidence,
  schedule,
  settleInvitation,
  send,
  type EvidenceSource,
  type CallDraft,
} from './draft.ts'
import { findAnswerable } from './model/removal-lifetime.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** How many operation reports without a matching invitation are kept. Each waits only for the answer of one POST. */
export const UNMATCHED_OPERATIONS_LIMIT = 64

const requested: EvidenceSource = { source: 'invite.requested', note: 'the application asked for them' }
const answered: EvidenceSource = { source: 'invite.answered', note: 'the service took the invite' }
const refused: EvidenceSource = { source: 'invite.answered', note: 'the service refused the invite' }
const running: EvidenceSource = { source: 'operation.running', note: 'the invite operation runs' }
const completed: EvidenceSource = { source: 'operation.completed', note: 'the invite operation completed' }

/** Invites the given identities at the application's request. */
export function requestInvite(draft: CallDraft, { invitation, invitees, ringTimeoutMs }: Of<'invite.requested'>): void {
  const { call, at } = draft
  if (hasSeen(call, invitation)) return ignore(draft, 'alreadyRequested')
  const ringsForMs = ringTimeoutMs ?? call.options.ringTimeoutMs
  const ringsUntil = ringsForMs > call.options.ringTimeoutMs ? at + ringsForMs : undefined
  const keys: string[] = []
  const asked: Invitee[] = []
  for (const [index, invitee] of invitees.entries()) {
    if (findInvited(call, invitee) !== undefined) continue
    const key = freshKey(call, invitees.length === 1 ? invitation : `${invitation}/${index}`)
    const { identity, participantId, isHidden } = invitee
    addParticipant(draft, key, { identity, participantId, isHidden, invitation, invitedAt: at, ringsUntil }, requested)
    keys.push(key)
    asked.push(invitee)
    schedule(draft, `ring/${key}`, at + ringsForMs)
  }
  if (keys.length === 0) return ignore(draft, 'alreadyRequested')
  const cancelsOnExpiry = ringsForMs < call.options.ringTimeoutMs
  call.invitations = call.invitations.set(invitation, {
    id: invitation,
    keys,
    invitees: asked,
    requestedAt: at,
    cancelsOnExpiry,
    request: 'sent',
  })
  draft.effects.push({
    type: 'participants.invite',
    id: `invite/${invitation}`,
    invitation,
    invitees: asked,
    ...(ringTimeoutMs === undefined ? {} : { ringTimeoutMs }),
  })
}

/** An invitation that is settled is gone, but for its invitees, as long as they are remembered. */
function hasSeen({ invitations, byInvitation }: Call, invitation: string): boolean {
  return invitations.has(invitation) || byInvitation.has(invitation)
}

/**
 * The key of each invitee after the step of `invite.requested`, in the order of the request. For an invitee who was
 * pending or present before, it is the key of the existing participant. Undefined when an invitee has no participant:
 * the id belongs to another invitation.
 */
export function invitedKeys(call: Call, invitees: readonly Invitee[]): readonly string[] | undefined {
  const keys = invitees.flatMap((invitee) => findInvited(call, invitee)?.key ?? [])
  return keys.length === invitees.length ? keys : undefined
}

function findInvited(call: Call, { identity, participantId }: Invitee): Participant | undefined {
  const known = participantId === undefined ? undefined : call.byId.get(participantId)
  const named = known === undefined ? undefined : call.participants.get(known)
  if (named !== undefined && isOpen(named)) return named
  let found: Participant | undefined
  for (const key of findSameIdentityKeys(call.byIdentity, [identity])) {
    const participant = call.participants.get(key)
    if (participant === undefined || !isOpen(participant) || !isSameIdentity(participant.identity, identity)) continue
    if (found === undefined || participant.ordinal < found.ordinal) found = participant
  }
  return found
}

/** Applies the answer to the POST. */
export function answerInvite(draft: CallDraft, { invitation: id, answer }: Of<'invite.answered'>): void {
  const invitation = draft.call.invitations.get(id)
  if (invitation === undefined) return ignore(draft, 'unknownInvitation')
  if (answer.verdict === 'done') {
    update(draft, { ...invitation, request: 'accepted' })
    takeReport(draft, id, answer.value, answered)
    takeUnmatchedReport(draft, id, answer.value.operationId)
  } else if (answer.verdict === 'refused') refuseInvite(draft, invitation, answer.failure)
  else if (invitation.request === 'sent') update(draft, { ...invitation, request: 'unconfirmed' })
  settleInvitation(draft, id)
  if (draft.call.unmatchedOperations.size > 0 && !awaitsOperation(draft.call))
    draft.call.unmatchedOperations = persistentMap()
}

/**
 * Ends the invitees of an invite that certainly did not happen. The reason may be unknown: the request may never have
 * left.
 */
function refuseInvite(draft: CallDraft, invitation: Invitation, failure: ServiceFailure): void {
  const { cause = 'unknown', by = 'unknown' } = failure
  if (invitation.request !== 'refused' && failure.isUnclassified === true) count(draft, 'unclassified')
  update(draft, { ...endRing(invitation, invitation.keys), request: 'refused' })
  // Either the invitee or the call itself was not found.
  if (failure.reason === 'gone') checkAlive(draft)
  failAll(draft, invitation.keys, resultOf(failure), refused, { cause: cause === 'unknown' ? 'failed' : cause, by })
}

/** A refusal as a result for display: the HTTP status is the code, the service's numeric code the subcode. */
function resultOf({ status, code, message, requestId }: ServiceFailure): ResultInfo {
  const subcode = /^\d{1,9}$/.test(code) ? Number(code) : undefined
  return { code: status, subcode, message, requestId }
}

/** Applies an operation report. Operations of other kinds (prompts, mutes) match no invitation. */
export function reportOperation(draft: CallDraft, report: OperationReport): void {
  const invitation = findInvitation(draft.call, report)
  if (invitation !== undefined) {
    takeReport(draft, invitation.id, report, running)
    return settleInvitation(draft, invitation.id)
  }
  if (hasContext(report) || report.operationId === undefined || !awaitsOperation(draft.call))
    return ignore(draft, 'unknownInvitation')
  const known = draft.call.unmatchedOperations.get(report.operationId)
  if (known === undefined && draft.call.unmatchedOperations.size >= UNMATCHED_OPERATIONS_LIMIT)
    return count(draft, 'unmatchedDropped')
  const isOutdone = known !== undefined && finality[report.status] <= finality[known.status]
  const [word, other] = isOutdone ? [known, report] : [report, known]
  const participants = word.participants ?? other?.participants
  if (isOutdone && participants === known.participants) return
  draft.call.unmatchedOperations = draft.call.unmatchedOperations.set(report.operationId, { ...word, participants })
}

/** How final each status is. Of two reports on one operation the more final one holds, in either order of arrival. */
const finality: { readonly [S in OperationReport['status']]: number } = { running: 0, completed: 1, failed: 2 }

/** True while an unknown operation may belong to an invitation. */
function awaitsOperation({ invitations }: Call): boolean {
  return [...invitations.values()].some(
    ({ operationId, request }) => operationId === undefined && request !== 'refused',
  )
}

/**
 * Finds the invitation of a report by `clientContext`, then by operation id, then (without a context) by its
 * participants.
 */
function findInvitation(call: Call, report: OperationReport): Invitation | undefined {
  const { clientContext, operationId, participants } = report
  const named = clientContext === undefined ? undefined : call.invitations.get(clientContext)
  if (named !== undefined) return named
  const open = [...call.invitations.values()].sort(
    (one, other) => one.requestedAt - other.requestedAt || (one.id < other.id ? -1 : 1),
  )
  const byOperation =
    operationId === undefined ? undefined : open.find((invitation) => invitation.operationId === operationId)
  if (byOperation !== undefined || hasContext(report)) return byOperation
  return participants === undefined
    ? undefined
    : open.find(
        (invitation) =>
          invitation.operationId === undefined &&
          invitation.invitees.length === participants.length &&
          participants.every(({ identity }) =>
            invitation.invitees.some((invitee) => isSameIdentity(invitee.identity, identity)),
          ),
      )
}

/** Keys of the invitees whose operations are running according to the reports. */
export function invitedBy(call: Call, reports: readonly OperationReport[]): ReadonlySet<string> {
  const running = reports.filter(({ status }) => status === 'running')
  return new Set(running.flatMap((report) => findInvitation(call, report)?.keys ?? []))
}

function hasContext({ clientContext }: OperationReport): boolean {
  return clientContext !== undefined && clientContext !== ''
}

function takeUnmatchedReport(draft: CallDraft, id: string, operationId: string | undefined): void {
  if (operationId === undefined) return
  const unmatched = draft.call.unmatchedOperations.get(operationId)
  if (unmatched === undefined) return
  draft.call.unmatchedOperations = draft.call.unmatchedOperations.delete(operationId)
  if (draft.call.invitations.has(id)) takeReport(draft, id, unmatched, running)
}

function takeReport(draft: CallDraft, id: string, report: OperationReport, source: EvidenceSource): void {
  const invitation = draft.call.invitations.get(id) as Invitation
  if (invitation.operationId === undefined) update(draft, { ...invitation, operationId: report.operationId })
  if (report.status === 'failed') return failOperation(draft, id, report.result ?? {})
  for (const key of invitation.keys) {
    if (draft.call.participants.has(key)) send(draft, key, { type: 'invitation.accepted', at: draft.at }, source)
  }
  learnAddresses(draft, invitation, report.participants ?? [], source)
  if (report.status === 'completed') completeOperation(draft, id)
}

/**
 * Assigns the ids in an operation to the invitees, by position as in the request, else by identity. A participant that
 * the roster showed under such an id before the answer is merged into the invitee.
 */
function learnAddresses(
  draft: CallDraft,
  { keys, invitees }: Invitation,
  reported: readonly InvitedParticipant[],
  source: EvidenceSource,
): void {
  for (const [index, key] of keys.entries()) {
    const invitee = invitees[index] as Invitee
    const own =
      reported.length === keys.length && isPlaceKept(reported[index] as InvitedParticipant, invitee)
        ? reported[index]
        : reported.find(({ identity }) => isSameIdentity(identity, invitee.identity))
    const participant = draft.call.participants.get(key)
    if (participant === undefined || !isOpen(participant)) continue
    const address = own?.participantId ?? participant.participantId
    if (address === undefined) continue
    if (isPending(participant)) mergeUninvited(draft, key, address, source)
    learn(draft, key, address, source)
  }
}

function isPlaceKept({ identity }: InvitedParticipant, invitee: Invitee): boolean {
  return identityIds(identity).length === 0 || isSameIdentity(identity, invitee.identity)
}

function learn(draft: CallDraft, key: string, address: string, source: EvidenceSource): void {
  const participant = draft.call.participants.get(key)
  const isUseful =
    participant !== undefined && (isPending(participant) || (isPresent(participant) && participant.id === undefined))
  if (isUseful) send(draft, key, { type: 'address.learned', address, at: draft.at }, source)
}

/**
 * Merges the participant under this id into the invitee, if it looked uninvited because the roster showed it before the
 * answer contained the id. It may have ended since. A participant that ended and was introduced before the invitation
 * was an earlier visit and is not merged.
 */
function mergeUninvited(draft: CallDraft, key: string, address: string, source: EvidenceSource): void {
  const uninvitedKey = draft.call.byId.get(address)
  const uninvited = uninvitedKey === undefined ? undefined : draft.call.participants.get(uninvitedKey)
  const { invitedAt = Infinity } = draft.call.participants.get(key) as Participant
  if (
    uninvited === undefined ||
    uninvited.invitation !== undefined ||
    (!isOpen(uninvited) && uninvited.introducedAt < invitedAt)
  )
    return
  mergePresence(draft, key, uninvited, source)
}

function completeOperation(draft: CallDraft, id: string): void {
  const invitation = draft.call.invitations.get(id)
  if (invitation === undefined) return
  if (invitation.operation === undefined) {
    update(draft, { ...invitation, operation: 'completed', completedAt: draft.at })
    if (hasUnseen(draft.call, invitation))
      schedule(draft, `complete/${id}`, draft.at + draft.call.options.confirmTimeoutMs)
  }
  for (const key of invitation.keys) {
    if (draft.call.participants.has(key)) send(draft, key, { type: 'invitation.completed', at: draft.at }, completed)
  }
}

/** True while the roster has not shown an invitee who is pending, or was cancelled and may have answered. */
export function hasUnseen(call: Call, { keys }: Invitation): boolean {
  return keys.some((key) => {
    const participant = call.participants.get(key)
    return participant !== undefined && (isPending(participant) || findAnswerable(call, participant) !== undefined)
  })
}

/**
 * After a complete snapshot: ends the ring of invitees whose operation completed before the fetch and who are not
 * pending.
 */
export function endAnswers(draft: CallDraft, fetchedAt: number): void {
  for (const { id, keys, completedAt = Infinity } of [...draft.call.invitations.values()]) {
    const invitation = draft.call.invitations.get(id)
    if (invitation === undefined || completedAt >= fetchedAt) continue
    update(
      draft,
      endRing(
        invitation,
        keys.filter((key) => !draft.call.pending.includes(key)),
      ),
    )
    settleInvitation(draft, id)
  }
}

/** Marks the ring of these invitees as over. */
function endRing(invitation: Invitation, keys: readonly string[]): Invitation {
  const { over = [] } = invitation
  const ended = keys.filter((key) => !over.includes(key))
  return ended.length === 0 ? invitation : { ...invitation, over: [...over, ...ended] }
}

function failOperation(draft: CallDraft, id: string, result: ResultInfo): void {
  const invitation = draft.call.invitations.get(id) as Invitation
  const source = failedSource(result)
  if (invitation.operation !== 'failed' && !isClassified(result)) count(draft, 'unclassified')
  const named = invitation.keys.filter((_, index) => isNamed(invitation.invitees[index] as Invitee, result))
  const isShared = invitation.keys.length > 1 && named.length !== 1
  update(draft, {
    ...endRing(invitation, named.length === 1 ? named : invitation.keys),
    operation: 'failed',
    ...(isShared ? { failure: invitation.failure ?? result } : {}),
  })
  if (!isShared) failAll(draft, named.length === 1 ? named : invitation.keys, result, source)
  else if (invitation.failure === undefined) requestFetch(draft)
}

function failedSource({ code, subcode }: ResultInfo): EvidenceSource {
  return { source: 'operation.failed', note: `the invite operation failed (${code ?? '?'}/${subcode ?? '?'})` }
}

function isNamed({ identity }: Invitee, { invitee }: ResultInfo): boolean {
  const name = invitee?.toLowerCase()
  return identityIds(identity).some((id) => id.toLowerCase() === name)
}

function failAll(
  draft: CallDraft,
  keys: readonly string[],
  result: ResultInfo,
  source: EvidenceSource,
  { cause, by }: Meaning = meaningOf(result),
): void {
  for (const key of keys) {
    const participant = draft.call.participants.get(key)
    if (participant === undefined) continue
    if (isPending(participant)) send(draft, key, { type: 'invitation.failed', cause, by, result, at: draft.at }, source)
    else if (participant.state === 'lobby') failInLobby(draft, participant, { cause, by, result }, source)
    // A failure after the ring deadline adds evidence, not a second ending.
    else if (participant.ending?.by === 'deadline') addEvidence(draft, participant, source)
  }
}

/** The roster outranks a report: the invitee stays until a fetched roster shows that they left. */
function failInLobby(
  draft: CallDraft,
  before: Participant,
  failure: Meaning & { readonly result: ResultInfo },
  source: EvidenceSource,
): void {
  const after = send(draft, before.key, { type: 'invitation.failed', ...failure, at: draft.at }, source)
  if (after === before) return
  addEvidence(draft, after, source)
  requestFetch(draft)
}

function update(draft: CallDraft, invitation: Invitation): void {
  const known = draft.call.invitations.get(invitation.id) as Invitation
  const isSame = (Object.keys(invitation) as (keyof Invitation)[]).every((field) => known[field] === invitation[field])
  if (!isSame) draft.call.invitations = draft.call.invitations.set(invitation.id, invitation)
}
