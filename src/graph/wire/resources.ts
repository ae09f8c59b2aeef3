/**
 * Resources: converts single Graph resources to the library's values. The reader is tolerant: enums in any casing,
 * numbers as text, `null` as absent, unknown properties and enum members ignored; only a wrong type is an error.
 *
 * Rule 1: a participant's id is `id ?? info.participantId`. `info.id` of old samples is another id and is not read.
 * Rule 2: a `removedState` on a delta entry means that the participant left. On a full roster the listing outranks it,
 * unless it has a reason.
 * Rule 3: a call's id is in its URL: no observed call body of a notification has one.
 * Rule 4: an entry of a full roster is complete: an absent flag is false. An entry of a delta may be partial: an absent
 * flag is unknown.
 * @module
 */
import type {
  CallReport,
  CallState,
  InvitedParticipant,
  OperationReport,
  OperationStatus,
  RosterEntry,
} from '../../call/model/events.ts'
import type { ResultInfo } from '../../participant/participant.ts'
import { readIdentitySet } from './identity-sets.ts'
import { readFacts } from './participant-facts.ts'
import { normaliseId } from './ids.ts'
import { readRemoved, readResult } from './result-codes.ts'
import {
  booleanAt,
  integerAt,
  objectAt,
  odataType,
  readArray,
  readObject,
  stringAt,
  type JsonObject,
  type JsonPath,
} from './json-reader.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A property that is an id, normalised; undefined for empty text. @throws RollcallError NOTIFICATION_INVALID */
export function idAt(owner: JsonObject, key: string, path: JsonPath): string | undefined {
  const id = stringAt(owner, key, path)
  const normalised = id === undefined ? '' : normaliseId(id)
  return normalised === '' ? undefined : normalised
}

/** One roster entry. @throws RollcallError NOTIFICATION_INVALID */
export function readParticipant(value: unknown, path: JsonPath, kind: 'full' | 'delta'): RosterEntry {
  const participant = readObject(value, path)
  const info = objectAt(participant, 'info', path)
  const infoPath: JsonPath = { parent: path, step: 'info' }
  const entry: Writable<RosterEntry> = {
    identity: readIdentitySet(info?.['identity'], { parent: infoPath, step: 'identity' }),
    ...readFacts(participant, info),
  }
  for (const flag of ['isInLobby', 'isMuted'] as const) {
    // Absent from a full roster means false; null means unknown.
    const said =
      booleanAt(participant, flag, path) ?? (kind === 'full' && participant[flag] !== null ? false : undefined)
    if (said !== undefined) entry[flag] = said
  }
  const id = idAt(participant, 'id', path) ?? (info === undefined ? undefined : idAt(info, 'participantId', infoPath))
  if (id !== undefined) entry.id = id
  const removed = readRemovedState(participant, path, kind)
  if (removed !== undefined) entry.removed = removed
  const sequence = integerAt(participant, 'rosterSequenceNumber', path)
  if (sequence !== undefined) entry.sequence = sequence
  return entry
}

function readRemovedState(participant: JsonObject, path: JsonPath, kind: 'full' | 'delta'): RosterEntry['removed'] {
  const removedState = objectAt(participant, 'removedState', path)
  if (removedState === undefined) return undefined
  const reason = stringAt(removedState, 'reason', { parent: path, step: 'removedState' })?.trim()
  if (reason !== undefined && reason !== '') return readRemoved(reason)
  return kind === 'delta' ? {} : undefined
}

/** A list of roster entries, in order. @throws RollcallError NOTIFICATION_INVALID */
export function readParticipants(value: unknown, path: JsonPath, kind: 'full' | 'delta'): readonly RosterEntry[] {
  return readArray(value, path).map((entry, index) => readParticipant(entry, { parent: path, step: index }, kind))
}

/** A `resultInfo` with its classification; `subcode` in any casing. @throws RollcallError NOTIFICATION_INVALID */
function readResultInfo(value: unknown, path: JsonPath): ResultInfo {
  const info = readObject(value, path)
  const result: Writable<ResultInfo> = {}
  const code = integerAt(info, 'code', path)
  if (code !== undefined) result.code = code
  const subcodeKey = Object.keys(info).find((key) => key.toLowerCase() === 'subcode')
  const subcode = subcodeKey === undefined ? undefined : integerAt(info, subcodeKey, path)
  if (subcode !== undefined) result.subcode = subcode
  const message = stringAt(info, 'message', path)
  if (message !== undefined) result.message = message
  return readResult(result)
}

function resultAt(owner: JsonObject, path: JsonPath): ResultInfo | undefined {
  const value = owner['resultInfo']
  return value === undefined || value === null ? undefined : readResultInfo(value, { parent: path, step: 'resultInfo' })
}

const operationStatuses = new Map<string, OperationStatus>([
  ['', 'running'],
  ['idle', 'running'],
  ['notstarted', 'running'],
  ['running', 'running'],
  ['completed', 'completed'],
  ['failed', 'failed'],
])

/** An operation, with the original text of an unknown status. */
export interface ReadOperation {
  /** An unknown status counts as running, because it is not a documented end. */
  readonly report: OperationReport
  readonly unknownStatus?: string
}

/** One operation of any kind. @throws RollcallError NOTIFICATION_INVALID */
export function readOperation(value: unknown, path: JsonPath): ReadOperation {
  const operation = readObject(value, path)
  const spelled = (stringAt(operation, 'status', path) ?? '').trim()
  const status = operationStatuses.get(spelled.toLowerCase())
  const report: Writable<OperationReport> = { status: status ?? 'running' }
  const operationId = idAt(operation, 'id', path)
  if (operationId !== undefined) report.operationId = operationId
  // Not normalised: it is the library's own text and is compared as it is.
  const clientContext = stringAt(operation, 'clientContext', path)
  if (clientContext !== undefined) report.clientContext = clientContext
  const result = resultAt(operation, path)
  if (result !== undefined) report.result = result
  const participants = readInvited(operation, path)
  if (participants !== undefined) report.participants = participants
  return status === undefined ? { report, unknownStatus: spelled } : { report }
}

/** `participants` of an invite operation; of other operations (muteAll's are plain ids) they are not invitees. */
function readInvited(operation: JsonObject, path: JsonPath): readonly InvitedParticipant[] | undefined {
  const value = operation['participants']
  if (value === undefined || value === null) return undefined
  const type = odataType(operation, path)
  if (type !== undefined && type !== 'inviteparticipantsoperation') return undefined
  const at: JsonPath = { parent: path, step: 'participants' }
  return readArray(value, at).map((item, index) => {
    const itemPath: JsonPath = { parent: at, step: index }
    const invited = readObject(item, itemPath)
    const identity = readIdentitySet(invited['identity'], { parent: itemPath, step: 'identity' })
    const participantId = idAt(invited, 'participantId', itemPath) ?? idAt(invited, 'id', itemPath)
    return participantId === undefined ? { identity } : { identity, participantId }
  })
}

/** Graph's words for the states of a call, in any casing. */
const callStates = new Map<string, CallState>(
  (
    [
      'incoming',
      'ringing',
      'redirecting',
      'establishing',
      'established',
      'hold',
      'transferring',
      'transferAccepted',
      'terminating',
      'terminated',
    ] as const
  ).map((state) => [state.toLowerCase(), state]),
)

/** A call report, with the original text of an unknown state. */
export interface ReadCall {
  readonly report: CallReport
  readonly unknownState?: string
}

/** A call body, which may be partial. @throws RollcallError NOTIFICATION_INVALID */
export function readCall(value: unknown, path: JsonPath): ReadCall {
  const call = readObject(value, path)
  const report: Writable<CallReport> = {}
  const spelled = (stringAt(call, 'state', path) ?? '').trim()
  const state = callStates.get(spelled.toLowerCase())
  if (state !== undefined) report.state = state
  const myParticipantId = idAt(call, 'myParticipantId', path)
  if (myParticipantId !== undefined) report.myParticipantId = myParticipantId
  // `terminationReason` (beta) says in a word what `resultInfo` says in numbers.
  const reason = stringAt(call, 'terminationReason', path)
  const result = resultAt(call, path) ?? (reason === undefined ? undefined : readResult({ message: reason }))
  if (result !== undefined) report.result = result
  return state === undefined && spelled !== '' ? { report, unknownState: spelled } : { report }
}
