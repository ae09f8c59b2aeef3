/**
 * Moves: random events that shrink well. A move is a kind of event and a few small numbers. Its meaning depends on the
 * current call: numbers are indexes modulo what exists, so that a shorter history still makes sense.
 * @module
 */
import fc from 'fast-check'
import type { RequestEffect } from '../call/model/effects.ts'
import type {
  CallState,
  OperationReport,
  OperationStatus,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from '../call/model/events.ts'
import type { ReportedFacts } from '../participant/facts.ts'
import { wholeNumber } from '../call/codec/schema.ts'
import { checkArgument } from '../call/codec/options.ts'
import type { CallHarness } from './call-harness.ts'
import { bot, identityOf, type Message } from './truth-model.ts'
import { readFailure, readResult } from '../graph/wire/result-codes.ts'

/** One step of a random history. */
export interface Move {
  /** What happens. */
  readonly kind: MoveKind
  /** Says which participant or request, modulo how many there are. */
  readonly pick: number
  /** Says which variant. */
  readonly detail: number
  /** Milliseconds that pass before it. */
  readonly waitMs: number
}

const kinds = [
  'invite',
  'inviteSeveral',
  'remove',
  'cancel',
  'answer',
  'operation',
  'full',
  'delta',
  'deadline',
  'call',
  'repeat',
  'hangUp',
  'resume',
  'unrecognised',
  'mute',
  'stray',
] as const

/** The kinds of moves. */
export type MoveKind = (typeof kinds)[number]

/** How many people there are in the random world. */
const PEOPLE = 4

/** One move; the kinds that matter most are the most frequent. */
export const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<MoveKind>('answer', 'full', 'delta', 'operation') },
    { weight: 3, arbitrary: fc.constantFrom<MoveKind>('invite', 'remove', 'cancel', 'deadline', 'repeat') },
    { weight: 1, arbitrary: fc.constantFrom<MoveKind>(...kinds) },
  ),
  pick: fc.nat(15),
  detail: fc.nat(63),
  waitMs: fc.constantFrom(0, 10, 500, 3_000, 30_000),
})

/** Histories of up to that many moves. */
export function histories(maxLength = 30): fc.Arbitrary<readonly Move[]> {
  checkArgument('histories: the longest', maxLength, wholeNumber(1))
  return fc.array(move, { minLength: 1, maxLength })
}

/** The event that a move means for the current call; undefined if it means nothing there. */
export function interpret(player: CallHarness, { kind, pick, detail }: Move): Message | undefined {
  const { call } = player
  const keys = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal).map(({ key }) => key)
  switch (kind) {
    case 'invite':
      return invite(player, [pick % PEOPLE], detail)
    case 'inviteSeveral':
      return invite(player, [...new Set([pick % PEOPLE, (pick + 1 + (detail % 2)) % PEOPLE])], detail)
    case 'remove':
      return keys.length === 0 ? undefined : { type: 'removal.requested', key: at(keys, pick) }
    case 'cancel':
      return keys.length === 0 ? undefined : { type: 'cancel.requested', key: at(keys, pick) }
    case 'mute':
      return keys.length === 0
        ? undefined
        : { type: 'mute.requested', key: at(keys, pick), clientContext: `mute-${player.history.length}` }
    case 'answer':
      return player.open.length === 0
        ? undefined
        : answer(player, player.open.splice(pick % player.open.length, 1)[0] as RequestEffect, detail)
    case 'operation':
      return operation(player, pick, detail)
    case 'full':
      return {
        type: 'roster.reported',
        kind: 'full',
        ...(detail % 6 === 5 ? { sequence: (detail % 12) + 1 } : {}),
        entries: roster(pick, detail),
        ...completeness(detail),
      }
    case 'delta':
      return {
        type: 'roster.reported',
        kind: 'delta',
        sequence: detail === 63 ? undefined : (detail % 12) + 1,
        entries: changes(pick, detail),
      }
    case 'deadline':
      return deadline(player, pick)
    case 'call':
      return {
        type: 'call.reported',
        state: at(callStates, pick),
        ...(detail % 2 === 0 ? { myParticipantId: 'bot' } : {}),
        ...(detail > 60 ? { isDeleted: true } : {}),
      }
    case 'repeat':
      return player.history.length === 0
        ? undefined
        : at(player.history, player.history.length - 1 - (pick % Math.min(8, player.history.length)))
    case 'hangUp':
      return detail > 40 ? { type: 'hangUp.requested' } : undefined
    case 'resume':
      return { type: 'host.resumed' }
    case 'unrecognised':
      return { type: 'notification.unrecognised', resource: '/x', what: 'nothing known' }
    case 'stray':
      return at(strays, detail)
  }
}

const callStates: readonly CallState[] = [
  'incoming',
  'establishing',
  'established',
  'established',
  'hold',
  'transferring',
  'transferAccepted',
  'terminating',
]

const strays: readonly Message[] = [
  { type: 'removal.requested', key: '__proto__' },
  { type: 'removal.answered', key: 'constructor', attempt: 1, answer: { verdict: 'done', value: undefined } },
  { type: 'invite.answered', invitation: 'nobody', answer: { verdict: 'done', value: { status: 'running' } } },
  { type: 'operation.reported', status: 'failed', clientContext: 'of a prompt' },
  { type: 'operation.reported', status: 'completed' },
  { type: 'roster.fetched', fetch: 99, answer: { verdict: 'done', value: { entries: [] } } },
  { type: 'roster.reported', kind: 'full', entries: [] },
  { type: 'deadline.passed', deadline: 'ring/nobody' },
  {
    type: 'keepAlive.answered',
    answer: { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: '' } },
  },
  { type: 'call.adopted' },
]

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

function invite(player: CallHarness, people: readonly number[], detail: number): Message {
  const invitees = people.map((person) => ({
    identity: identityOf(person),
    ...(detail % 5 === 0 ? { participantId: `person-${person}-0` } : {}),
  }))
  return {
    type: 'invite.requested',
    invitation: `invite-${player.history.length}`,
    invitees,
    ...(detail % 7 === 0 ? { ringTimeoutMs: 20_000 } : {}),
  }
}

/** A roster of some people, each under one of their ids, sometimes without the bot or without ids. */
function roster(pick: number, detail: number): readonly RosterEntry[] {
  const people = Array.from({ length: PEOPLE }, (_, person) => person).filter((person) => (pick >> person) % 2 === 1)
  const entries = people.map((person) => entry(person, detail))
  return detail % 9 === 0 ? entries : [bot, ...entries]
}

/** Sometimes a roster says whether it is complete. */
function completeness(detail: number): Pick<RosterSnapshot, 'isComplete'> {
  return detail % 9 < 2 && detail % 4 === 1 ? { isComplete: detail % 8 === 1 } : {}
}

/** Sometimes the answer includes the operation of each invitation. */
function operations(player: CallHarness, detail: number): Pick<RosterSnapshot, 'operations'> {
  if (detail % 5 !== 2) return {}
  const reports = [...player.call.invitations.keys()].flatMap((_, pick) => operationReport(player, pick, detail) ?? [])
  return { operations: reports }
}

function entry(person: number, detail: number): RosterEntry {
  const id = detail % 11 === 0 ? undefined : `person-${person}-${detail % 3 === 0 ? 1 : 0}`
  return {
    id,
    identity: identityOf(person),
    isInLobby: detail % 13 === 0,
    isMuted: detail % 4 === 0,
    ...at(saidFacts, detail),
  }
}

/** The facts of entries besides identity and lobby; most have none. */
const saidFacts: readonly ReportedFacts[] = [
  {},
  {},
  {},
  {},
  { endpoint: 'default', media: [{ kind: 'audio', direction: 'sendReceive' }] },
  { endpoint: 'voicemail', isAnonymous: true },
  {
    media: [
      { kind: 'audio', direction: 'inactive' },
      { kind: 'screen', direction: 'sendOnly' },
    ],
    details: { meetingRole: 'none' },
  },
]

function changes(pick: number, detail: number): readonly RosterEntry[] {
  const { isInLobby, isMuted, ...changed } = entry(pick % PEOPLE, detail)
  const said = detail % 5 === 0 ? {} : { isInLobby, isMuted }
  return [{ ...changed, ...said, ...(pick > 9 ? { removed: { reason: 'left' } } : {}) }]
}

function operation(player: CallHarness, pick: number, detail: number): Message | undefined {
  const report = operationReport(player, pick, detail)
  return report && { type: 'operation.reported', ...report }
}

function operationReport({ call }: CallHarness, pick: number, detail: number): OperationReport | undefined {
  const invitations = [...call.invitations.keys()].sort()
  if (invitations.length === 0) return undefined
  const id = at(invitations, pick)
  const status = at<OperationStatus>(['running', 'completed', 'failed', 'failed'], detail)
  const code = at([603, 486, 408, 400, 777], detail)
  const subcode = at([8538, 8539, 8544, 8508, 1], detail)
  return {
    ...(detail % 6 === 0 ? {} : { clientContext: id }),
    operationId: `operation of ${id}`,
    status,
    ...(status === 'failed' ? { result: readResult({ code, subcode, message: 'said the service' }) } : {}),
  }
}

function deadline(player: CallHarness, pick: number): Message | undefined {
  const names = [...player.call.deadlines.keys()].sort()
  if (names.length === 0) return undefined
  const name = at(names, pick)
  player.at = Math.max(player.at, player.call.deadlines.get(name) ?? 0)
  return { type: 'deadline.passed', deadline: name }
}

const failures: readonly ServiceFailure[] = [
  readFailure({ status: 404, code: '8522', message: 'not found' }),
  readFailure({ status: 403, code: '7504', message: 'not permitted' }),
  readFailure({ status: 409, code: '8519', message: 'conflict' }),
  readFailure({ status: 500, code: '9999', message: 'unknown' }),
]

/** Done for most values; otherwise refused in some way, or unconfirmed. */
function verdict<T>(detail: number, value: T): Verdict<T> {
  if (detail < 40) return { verdict: 'done', value }
  if (detail < 52) return { verdict: 'refused', failure: at(failures, detail) }
  return { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: 'no answer' } }
}

function answer(player: CallHarness, effect: RequestEffect, detail: number): Message {
  switch (effect.type) {
    case 'participants.invite': {
      const participants = effect.invitees.map(({ identity }, index) => ({
        identity,
        ...(detail % 3 === 0 ? {} : { participantId: `${identity['user']?.id?.replace('user', 'person')}-0` }),
        index,
      }))
      return {
        type: 'invite.answered',
        invitation: effect.invitation,
        answer: verdict(detail, { status: 'running', operationId: `operation of ${effect.invitation}`, participants }),
      }
    }
    case 'participant.delete':
      return { type: 'removal.answered', key: effect.key, attempt: effect.attempt, answer: verdict(detail, undefined) }
    case 'roster.fetch':
      return {
        type: 'roster.fetched',
        fetch: effect.fetch,
        answer: verdict(detail, {
          entries: roster(player.history.length % 16, detail),
          ...completeness(detail),
          ...operations(player, detail),
        }),
      }
    case 'participant.mute':
      return {
        type: 'mute.answered',
        key: effect.key,
        clientContext: effect.clientContext,
        answer: verdict(detail, { status: 'completed' }),
      }
    case 'call.fetch':
      return { type: 'call.fetched', answer: verdict(detail % 40, { state: 'established' }) }
    // A 404 would end most histories at once: the end of the call has its own moves.
    case 'call.keepAlive':
      return {
        type: 'keepAlive.answered',
        answer: detail > 61 ? verdict(40, undefined) : verdict(detail % 40, undefined),
      }
    case 'call.hangUp':
      return { type: 'hangUp.answered', answer: verdict(detail, undefined) }
  }
}
