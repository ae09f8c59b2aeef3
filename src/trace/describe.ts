/**
 * Descriptions: an event, a request or an outcome of a call in a few words.
 * @module
 */
import type { IgnoredReason } from '../call/model/call.ts'
import type { RequestEffect } from '../call/model/effects.ts'
import type {
  CallEvent,
  CallReport,
  OperationReport,
  RosterEntry,
  ServiceFailure,
  Verdict,
} from '../call/model/events.ts'
import type { ResultInfo } from '../participant/participant.ts'
import { formatCount, nameOf, shorten } from './labels.ts'

/** Maps a key to the participant's name. */
export type WhoIs = (key: string) => string

/** Longer lists of names are shortened. */
const NAMED = 3

/** An event in a few words. `selfId` is the bot's own participant id, if known. */
export function describeEvent(event: CallEvent, who: WhoIs, selfId?: string): string {
  const rosterWords = (entries: readonly RosterEntry[]): string =>
    names(entries.map((entry) => entryText(entry, selfId))) || 'empty'
  switch (event.type) {
    case 'invite.requested':
      return `invite ${names(event.invitees.map(({ identity }) => nameOf(identity)))}`
    case 'removal.requested':
      return `remove ${who(event.key)}`
    case 'cancel.requested':
      return `cancel ${who(event.key)}`
    case 'mute.requested':
      return `mute ${who(event.key)}`
    case 'hangUp.requested':
      return 'hang up'
    case 'call.adopted':
      return 'take the call in'
    case 'invite.answered':
      return answerText(event.answer, 'invite', operationText)
    case 'removal.answered':
      return answerText(event.answer, `removal of ${who(event.key)}`)
    case 'mute.answered':
      return answerText(event.answer, `mute of ${who(event.key)}`)
    case 'hangUp.answered':
      return answerText(event.answer, 'hang-up')
    case 'keepAlive.answered':
      return answerText(event.answer, 'keep-alive')
    case 'call.fetched':
      return answerText(event.answer, 'call', callText)
    case 'roster.fetched':
      return answerText(event.answer, 'roster', ({ entries, isComplete, operations = [] }) =>
        [rosterWords(entries) + completenessText(isComplete), ...operations.map(operationText)].join(', '),
      )
    case 'call.bound':
      return 'whose the call is'
    case 'call.reported':
      return callText(event)
    case 'operation.reported':
      return operationText(event)
    case 'roster.reported':
      return event.kind === 'full'
        ? `roster${sequenceText(event.sequence)}: ${rosterWords(event.entries)}${completenessText(event.isComplete)}`
        : `roster change${sequenceText(event.sequence)}: ${deltaText(event.entries, selfId)}`
    case 'notification.unrecognised':
      return `not understood: ${event.what}`
    case 'deadline.passed':
      return deadlineText(event.deadline, who)
    case 'host.resumed':
      return 'the host resumed'
  }
}

/** A request in a few words. */
export function describeRequest(effect: RequestEffect, who: WhoIs): string {
  switch (effect.type) {
    case 'participants.invite':
      return `POST invite ${names(effect.invitees.map(({ identity }) => nameOf(identity)))}`
    case 'participant.delete':
      return `DELETE ${who(effect.key)}${effect.attempt > 1 ? `, attempt ${effect.attempt}` : ''}`
    case 'participant.mute':
      return `POST mute ${who(effect.key)}`
    case 'roster.fetch':
      return 'GET roster'
    case 'call.fetch':
      return 'GET call'
    case 'call.keepAlive':
      return 'POST keepAlive'
    case 'call.hangUp':
      return 'DELETE call'
  }
}

const reasons: { readonly [R in IgnoredReason]: string } = {
  callEnded: 'the call has ended',
  duplicate: 'it is known already',
  outOfDate: 'a later report is known',
  unknownParticipant: 'no participant has this key',
  unknownInvitation: 'no open invitation has this id',
  unknownDeadline: 'the deadline is no longer set',
  participantEnded: 'the participant has ended already',
  participantAnswered: 'the participant has answered',
  alreadyRequested: 'it is requested already',
  notPossible: 'it is not possible in this state',
}

/** Why an event changed nothing. */
export function describeReason(reason: IgnoredReason): string {
  return reasons[reason]
}

/** True for evidence that arrived after the outcome was final. */
export function isLate(reason: IgnoredReason): boolean {
  return reason === 'callEnded' || reason === 'outOfDate' || reason === 'participantEnded'
}

function answerText<T>(answer: Verdict<T>, what: string, words?: (value: T) => string): string {
  if (answer.verdict === 'done') return words === undefined ? `${what} taken` : `${what}: ${words(answer.value)}`
  return `${what} ${answer.verdict} (${failureText(answer.failure)})`
}

function failureText({ status, code }: ServiceFailure): string {
  return status === undefined || String(status) === code ? code : `${status} ${code}`
}

function operationText({ status, result }: OperationReport): string {
  return `operation ${status}${resultText(result)}`
}

function sequenceText(sequence: number | undefined): string {
  return sequence === undefined ? '' : ` ${sequence}`
}

function completenessText(isComplete: boolean | undefined): string {
  return isComplete === undefined ? '' : isComplete ? ' (all)' : ' (not all)'
}

function callText({ state, isDeleted, result }: CallReport): string {
  return `call ${isDeleted === true ? 'deleted' : (state ?? 'updated')}${resultText(result)}`
}

function resultText(result: ResultInfo | undefined): string {
  return result?.code === undefined ? '' : ` ${result.code}/${result.subcode ?? 0}`
}

function deltaText(entries: readonly RosterEntry[], selfId: string | undefined): string {
  return (
    names(entries.map((entry) => `${entry.removed === undefined ? '+' : '−'}${entryText(entry, selfId)}`)) || 'nothing'
  )
}

function entryText(
  { id, identity, isInLobby, isMuted, endpoint = 'default' }: RosterEntry,
  selfId: string | undefined,
): string {
  if (id !== undefined && id === selfId) return 'the bot'
  const marks = [
    ...(isInLobby ? ['lobby'] : []),
    ...(isMuted ? ['muted'] : []),
    ...(endpoint === 'default' ? [] : [endpoint]),
  ]
  return `${nameOf(identity)}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
}

function deadlineText(deadline: string, who: WhoIs): string {
  const [name = '', ...rest] = deadline.split('/')
  const subject = rest.join('/')
  return subject === '' ? `time: ${name}` : `time: ${name} ${who(subject)}`
}

function names(all: readonly string[]): string {
  return all.length <= NAMED
    ? all.join(', ')
    : `${all.slice(0, NAMED - 1).join(', ')} and ${formatCount(all.length - NAMED + 1, 'other')}`
}

/** A key as text, for unknown participants. */
export function describeKey(key: string): string {
  return shorten(key)
}
