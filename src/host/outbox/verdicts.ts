/**
 * Verdicts: whether what a transport answered is one, and whether its value is of the shape that was asked for.
 *
 * Rule: a transport is somebody else's code. What it answers is looked at before it reaches the call: a value of another
 * shape could not be stepped, or be stored and never be read again.
 * @module
 */
import type {
  CallReport,
  OperationReport,
  OperationStatus,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from '../../call/model/events.ts'
import { isReference } from '../../call/model/reference.ts'
import type { FailureReason } from '../../participant/participant.ts'
import type { CreatedCall } from '../ports/ports.ts'

/** True for a value of the shape that was asked for. */
export type ValueTest<T> = (value: unknown) => value is T

/** True for a verdict whose value, or whose failure, is of the right shape. */
export function isVerdict<T>(answer: unknown, isValue: ValueTest<T>): answer is Verdict<T> {
  if (!isObject(answer)) return false
  const { verdict, value, failure } = answer
  if (verdict === 'done') return isValue(value)
  return (verdict === 'refused' || verdict === 'unconfirmed') && isFailure(failure)
}

/** True for anything: the answer says enough. */
export function isAnything(_value: unknown): _value is undefined {
  return true
}

/** True for what is said of an operation. */
export function isOperationReport(value: unknown): value is OperationReport {
  if (!isObject(value)) return false
  const { status, operationId, clientContext, result, participants } = value
  return (
    statuses.has(status) &&
    [operationId, clientContext].every(isOptionalText) &&
    isOptional(result, isObject) &&
    isOptional(
      participants,
      (list) =>
        Array.isArray(list) &&
        list.every(
          (invitee) =>
            isObject(invitee) && isIdentitySet(invitee['identity']) && isOptionalText(invitee['participantId']),
        ),
    )
  )
}

/** True for what is said of a call. */
export function isCallReport(value: unknown): value is CallReport {
  return (
    isObject(value) &&
    isOptionalText(value['state']) &&
    isOptionalText(value['myParticipantId']) &&
    isOptional(value['result'], isObject) &&
    isOptional(value['reference'], isReference)
  )
}

/** True for a call that was made. */
export function isCreatedCall(value: unknown): value is CreatedCall {
  return isCallReport(value) && typeof (value as { readonly callId?: unknown }).callId === 'string'
}

/** True for a list of participants. */
export function isRosterSnapshot(value: unknown): value is RosterSnapshot {
  if (!isObject(value)) return false
  const { entries, isComplete, operations } = value
  return (
    Array.isArray(entries) &&
    entries.every(isRosterEntry) &&
    isOptional(isComplete, (said) => typeof said === 'boolean') &&
    isOptional(operations, (list) => Array.isArray(list) && list.every(isOperationReport))
  )
}

const statuses: ReadonlySet<unknown> = new Set<OperationStatus>(['running', 'completed', 'failed'])

function isRosterEntry(entry: unknown): entry is RosterEntry {
  if (!isObject(entry)) return false
  const { id, identity, isInLobby, isMuted, isAnonymous, media, endpoint, details, removed, sequence } = entry
  return (
    isOptionalText(id) &&
    isIdentitySet(identity) &&
    [isInLobby, isMuted, isAnonymous].every((flag) => isOptional(flag, (said) => typeof said === 'boolean')) &&
    isOptional(removed, isObject) &&
    isOptional(sequence, Number.isFinite) &&
    isOptionalText(endpoint) &&
    isOptional(details, isObject) &&
    isOptional(media, (list) => Array.isArray(list) && list.every(isMediaStream))
  )
}

function isMediaStream(stream: unknown): boolean {
  if (!isObject(stream)) return false
  const { kind, direction, label, sourceId, isServerMuted } = stream
  return (
    typeof kind === 'string' &&
    typeof direction === 'string' &&
    isOptionalText(label) &&
    isOptionalText(sourceId) &&
    isOptional(isServerMuted, (said) => typeof said === 'boolean')
  )
}

function isIdentitySet(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((identity) => isOptional(identity, isIdentity))
}

function isIdentity(value: unknown): boolean {
  return (
    isObject(value) &&
    [value['id'], value['displayName'], value['tenantId'], value['identityProvider']].every(isOptionalText)
  )
}

const reasons: ReadonlySet<unknown> = new Set<FailureReason>(['gone', 'forbidden', 'throttled', 'conflict', 'other'])

function isFailure(value: unknown): value is ServiceFailure {
  if (!isObject(value)) return false
  const { reason, cause, by, isUnclassified, code, message, status, retryAfterMs, requestId } = value
  return (
    reasons.has(reason) &&
    [cause, by].every(isOptionalText) &&
    isOptional(isUnclassified, (flag) => typeof flag === 'boolean') &&
    typeof code === 'string' &&
    typeof message === 'string' &&
    isOptional(status, Number.isFinite) &&
    isOptional(retryAfterMs, Number.isFinite) &&
    isOptionalText(requestId)
  )
}

function isOptionalText(value: unknown): boolean {
  return isOptional(value, (text) => typeof text === 'string')
}

function isOptional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
