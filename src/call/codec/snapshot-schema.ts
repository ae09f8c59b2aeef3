/**
 * The shape of a stored call: what has to be where before anything is built from it.
 *
 * Rule: whatever a store hands back is refused here, with the path of what is wrong, or is safe to step.
 * @module
 */
import { factNames } from '../../participant/facts.ts'
import type { OpenState, ParticipantState, RemovalPhase } from '../../participant/participant.ts'
import type { Invitation } from '../model/call.ts'
import { RollcallError } from '../model/errors.ts'
import type { CallState, OperationStatus } from '../model/events.ts'
import { isReference } from '../model/reference.ts'

/** Throws when the value at the path is not what it should be. */
export type Check = (value: unknown, path: string) => void

/** The error that says what is expected where. */
export function invalid(path: string, expected: string): RollcallError {
  return new RollcallError('SNAPSHOT_INVALID', `The stored call is not readable: expected ${expected} at ${path}.`, {
    path,
    expected,
  })
}

function is(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (!holds(value)) throw invalid(path, expected)
  }
}

const text = is('a string', (value) => typeof value === 'string')
const flag = is('true or false', (value) => typeof value === 'boolean')
const number = is('a number', Number.isFinite)
const count = is('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const object = is('an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const array = is('an array', Array.isArray)

/** Names come as the keys of a record, so that the compiler says when one is missing. */
function oneOf(expected: string, names: Readonly<Record<string, true>>): Check {
  const known = new Set<unknown>(Object.keys(names))
  return is(expected, (value) => known.has(value))
}

function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path)
  }
}

function listOf(check: Check): Check {
  return (value, path) => {
    array(value, path)
    for (const [index, item] of (value as readonly unknown[]).entries()) check(item, `${path}[${index}]`)
  }
}

function pairsOf(check: Check): Check {
  return listOf((pair, path) => {
    array(pair, path)
    const [name, value] = pair as readonly unknown[]
    text(name, `${path}[0]`)
    check(value, `${path}[1]`)
  })
}

function shape(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields)
  return (value, path) => {
    object(value, path)
    for (const [field, check] of checks) check((value as Readonly<Record<string, unknown>>)[field], `${path}.${field}`)
  }
}

const said = { code: optional(number), subcode: optional(number), message: optional(text), requestId: optional(text) }
const ending = shape({ ...said, cause: text, by: text, at: number })
const result = {
  ...said,
  cause: optional(text),
  by: optional(text),
  isUnclassified: optional(flag),
  invitee: optional(text),
}
const identity = shape({
  id: optional(text),
  displayName: optional(text),
  tenantId: optional(text),
  identityProvider: optional(text),
})
const identitySet: Check = (value, path) => {
  object(value, path)
  for (const [kind, one] of Object.entries(value as object)) identity(one, `${path}.${kind}`)
}

const open: Readonly<Record<OpenState, true>> = { invited: true, ringing: true, lobby: true, active: true }
const states: Readonly<Record<ParticipantState, true>> = { ...open, removed: true, cancelled: true }
const phases: Readonly<Record<RemovalPhase, true>> = {
  held: true,
  sent: true,
  accepted: true,
  refused: true,
  crossed: true,
  confirmed: true,
}
const state = oneOf('a participant state', states)
const removal = optional(oneOf('a removal phase', phases))

const media = listOf(
  shape({
    kind: text,
    direction: text,
    label: optional(text),
    sourceId: optional(text),
    isServerMuted: optional(flag),
  }),
)
const facts = listOf(oneOf('the name of a fact', Object.fromEntries(factNames.map((name) => [name, true]))))

const participantShape = shape({
  key: text,
  state,
  removal,
  identity: identitySet,
  id: optional(text),
  participantId: optional(text),
  invitation: optional(text),
  ordinal: count,
  isHidden: optional(flag),
  isMuted: flag,
  isOnHold: optional(flag),
  media: optional(media),
  endpoint: optional(text),
  isAnonymous: optional(flag),
  details: optional(object),
  sequence: optional(number),
  introducedAt: number,
  invitedAt: optional(number),
  ringsUntil: optional(number),
  ringingAt: optional(number),
  lobbyAt: optional(number),
  activeAt: optional(number),
  completedAt: optional(number),
  expiredAt: optional(number),
  missingSince: optional(number),
  lobbyEnding: optional(ending),
  isIdUnconfirmed: optional(flag),
  removalRequestedAt: optional(number),
  removalBy: optional(text),
  isCancelOnly: optional(flag),
  isRemovalUnsure: optional(flag),
  knownAtRemoval: optional(count),
  removalTarget: optional(text),
  isRemovalEarly: optional(flag),
  removalAcceptedAt: optional(number),
  removalConfirmedAt: optional(number),
  removalAttempts: count,
  refusal: optional(
    shape({
      reason: optional(text),
      status: optional(number),
      code: text,
      message: text,
      requestId: optional(text),
      at: number,
    }),
  ),
  announcedState: (value, path) => value === null || optional(state)(value, path),
  ending: optional(ending),
  trail: listOf(shape({ at: number, source: text, state, removal, note: text, facts: optional(facts) })),
})

/** A stored participant with their evidence. */
export const checkParticipant: Check = (value, path) => {
  participantShape(value, path)
  const stored = value as { readonly state: string; readonly ending?: unknown }
  if (Object.hasOwn(open, stored.state) !== (stored.ending === undefined))
    throw invalid(`${path}.ending`, 'an ending for those who have ended, and for nobody else')
}

const callStates: Readonly<Record<CallState, true>> = {
  unknown: true,
  incoming: true,
  ringing: true,
  redirecting: true,
  establishing: true,
  established: true,
  hold: true,
  transferring: true,
  transferAccepted: true,
  terminating: true,
  terminated: true,
}
const operations: Readonly<Record<OperationStatus, true>> = { running: true, completed: true, failed: true }
const requests: Readonly<Record<Invitation['request'], true>> = {
  sent: true,
  accepted: true,
  unconfirmed: true,
  refused: true,
}
const operation = oneOf('the status of an operation', operations)
const invitees = listOf(shape({ identity: identitySet, participantId: optional(text) }))

const invitationShape = shape({
  id: text,
  keys: listOf(text),
  invitees,
  requestedAt: number,
  cancelsOnExpiry: flag,
  operationId: optional(text),
  request: oneOf('how a request stands', requests),
  operation: optional(operation),
  completedAt: optional(number),
  over: optional(listOf(text)),
  failure: optional(shape(result)),
})
const invitation: Check = (value, path) => {
  invitationShape(value, path)
  const { keys, invitees: asked } = value as Invitation
  if (keys.length !== asked.length) throw invalid(`${path}.keys`, 'a key for each invitee')
}
const invitations: Check = (value, path) => {
  pairsOf(invitation)(value, path)
  for (const [index, [name, { id }]] of (value as readonly (readonly [string, Invitation])[]).entries()) {
    if (name !== id) throw invalid(`${path}[${index}][0]`, 'the id of the invitation')
  }
}

/** Everything of a stored call but the participants. */
export const checkCore: Check = shape({
  id: text,
  state: oneOf('a call state', callStates),
  adoption: optional(oneOf('how an adoption stands', { asked: true, denied: true })),
  tenant: optional(text),
  reference: optional(is('a reference', isReference)),
  options: shape({
    ringTimeoutMs: optional(number),
    graceMs: optional(number),
    confirmTimeoutMs: optional(number),
    reorderWindowMs: optional(number),
    keepAliveMs: optional(number),
    tombstoneMs: optional(number),
    tombstoneLimit: optional(number),
    applicationId: optional(text),
    liveness: optional(oneOf('how a call is kept alive', { push: true, poll: true })),
    isBotOnRoster: optional(flag),
    resyncMs: optional(number),
  }),
  self: shape({
    participantId: optional(text),
    formerId: optional(text),
    isInLobby: optional(flag),
    isMuted: optional(flag),
    isOnRoster: optional(flag),
    doubt: optional(text),
    questions: optional(count),
  }),
  ending: optional(ending),
  aliases: pairsOf(text),
  invitations,
  unmatchedOperations: pairsOf(
    shape({
      operationId: optional(text),
      clientContext: optional(text),
      status: operation,
      result: optional(shape(result)),
      participants: optional(invitees),
    }),
  ),
  roster: shape({
    sequence: optional(number),
    baseline: optional(number),
    isOrdered: optional(flag),
    completeThrough: optional(number),
    fetches: count,
    attempts: count,
    introducedBefore: optional(count),
    settledBefore: optional(count),
    fetch: optional(
      shape({
        number: count,
        requestedAt: number,
        attempt: count,
        isFenceBroken: flag,
        waiting: optional(pairsOf(number)),
      }),
    ),
  }),
  deadlines: pairsOf(number),
  hangUpRequestedAt: optional(number),
  hangUps: optional(count),
  mutes: listOf(text),
  introduced: count,
  forgotten: optional(count),
  keepAlives: count,
  at: optional(number),
  counters: shape({
    unrecognised: count,
    unclassified: count,
    suspected: count,
    unmatchedDropped: count,
    uninvitedDropped: optional(count),
  }),
})

/** A whole call as it is encoded: a core, and a list of participants. */
export const checkWhole: Check = shape({ participants: listOf(shape({ key: text })) })

/** The schema version, before anything else is asked of a core. */
export const checkVersioned: Check = shape({
  schema: is('a schema version', (value) => Number.isSafeInteger(value) && (value as number) >= 1),
})
