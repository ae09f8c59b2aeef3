/**
 * Wire text: requests, answers and notifications in a few words.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'
import type { CallEvent, InboundEvent, RosterEntry } from '../call/model/events.ts'
import { displayNameOf } from './people.ts'

/** A request of the bot and its answer. */
export interface Exchange {
  readonly method: string
  /** With the version, `/v1.0/communications/calls/…`. */
  readonly path: string
  readonly request: unknown
  readonly status: number
  readonly response: unknown
}

/** `DELETE /communications/calls/57da…/participants/9a6d…`, with shortened ids. */
export function requestText({ method, path }: Exchange): string {
  return `${method} ${path.replace(/^\/(v1\.0|beta)/, '').replaceAll(/([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f-]{27}/gi, '$1…')}`
}

/** The answer: its status, and the content of an operation or list. */
export function answerText({ status, response }: Exchange): string {
  const said = isObject(response) ? response : {}
  const { status: operation, participants, value, error } = said
  if (isObject(error)) return `${status} ${String(error['code'])}`
  if (Array.isArray(value)) return `${status} ${value.length} on the roster`
  if (typeof operation !== 'string' || !Array.isArray(participants)) return String(status)
  const [first] = participants as readonly unknown[]
  return `${status} operation ${operation}, id ${isObject(first) ? String(first['id'] ?? null) : 'absent'}`
}

/** True for the request that keeps a call alive: every quarter of an hour, as long as the call lasts. */
export function isKeepAlive({ path }: Exchange): boolean {
  return path.endsWith('/keepAlive')
}

/** A notification. */
export function observationText({ event }: InboundEvent): string {
  switch (event.type) {
    case 'roster.reported':
      return `roster: ${event.entries.map(entryText).join(', ') || 'empty'}`
    case 'operation.reported':
      return `operation ${event.status}${resultText(event.result)}`
    case 'call.reported':
      return `call ${event.state ?? 'updated'}${resultText(event.result)}`
    default:
      return event.type
  }
}

function entryText({ identity, isInLobby, isMuted }: RosterEntry): string {
  const marks = [...(isInLobby ? ['in the lobby'] : []), ...(isMuted ? ['muted'] : [])]
  return marks.length === 0 ? displayNameOf(identity) : `${displayNameOf(identity)} (${marks.join(', ')})`
}

function resultText(result: Extract<CallEvent, { type: 'call.reported' }>['result']): string {
  return result === undefined ? '' : ` ${result.code ?? 0}/${result.subcode ?? 0}`
}
