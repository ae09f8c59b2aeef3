/**
 * Wire words: what went over the wire, in a few words a person can read.
 * @module
 */
import type { CallEvent, InboundEvent, RosterEntry } from '../call/model/events.ts'
import { nameOf } from './cast.ts'

/** A request of the bot and its answer. */
export interface Exchange {
  readonly method: string
  /** With its version, `/v1.0/communications/calls/…`. */
  readonly path: string
  readonly request: unknown
  readonly status: number
  readonly response: unknown
}

/** `DELETE /communications/calls/57da…/participants/9a6d…`: ids shortened to what tells them apart. */
export function requestWords({ method, path }: Exchange): string {
  return `${method} ${path.replace(/^\/(v1\.0|beta)/, '').replaceAll(/([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f-]{27}/gi, '$1…')}`
}

/** The answer: its status, and what an operation or a list says. */
export function answerWords({ status, response }: Exchange): string {
  const said = isObject(response) ? response : {}
  const { status: operation, participants, value, error } = said
  if (isObject(error)) return `${status} ${String(error['code'])}`
  if (Array.isArray(value)) return `${status} ${value.length} on the roster`
  if (typeof operation !== 'string' || !Array.isArray(participants)) return String(status)
  const [first] = participants as readonly unknown[]
  return `${status} operation ${operation}, id ${isObject(first) ? String(first['id'] ?? null) : 'absent'}`
}

/** What a notification says. */
export function observationWords({ event }: InboundEvent): string {
  switch (event.type) {
    case 'roster.reported':
      return `roster: ${event.entries.map(entryWords).join(', ') || 'nobody'}`
    case 'operation.reported':
      return `operation ${event.status}${resultWords(event.result)}`
    case 'call.reported':
      return `call ${event.state ?? 'updated'}${resultWords(event.result)}`
    default:
      return event.type
  }
}

function entryWords({ identity, isInLobby, isMuted }: RosterEntry): string {
  const marks = [...(isInLobby ? ['in the lobby'] : []), ...(isMuted ? ['muted'] : [])]
  return marks.length === 0 ? nameOf(identity) : `${nameOf(identity)} (${marks.join(', ')})`
}

function resultWords(result: Extract<CallEvent, { type: 'call.reported' }>['result']): string {
  return result === undefined ? '' : ` ${result.code ?? 0}/${result.subcode ?? 0}`
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
