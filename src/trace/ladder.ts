/**
 * The ladder: a call's history as the messages between bot and service, each with the conclusions from it.
 *
 * Rule 1: one row per message, in the order of the trace; an event's requests follow it, because they were sent after
 * it.
 * Rule 2: messages without effect have rows as well, marked lost, late, ignored, refused or unconfirmed.
 * Rule 3: the start of a new recording has a row with the time of the recording's first entry: its own time is unknown.
 * @module
 */
import type { Call, Change } from '../call/model/call.ts'
import { isRequest, type RequestEffect } from '../call/model/effects.ts'
import type { CallEvent } from '../call/model/events.ts'
import type { Ending, Participant, ParticipantState, RemovalPhase } from '../participant/participant.ts'
import { nameOf } from './labels.ts'
import { isObject } from '../call/codec/schema.ts'
import { callBefore, isRenamed, startOf, timeOf, type BegunEntry, type Frame, type TraceEntry } from './trace.ts'
import { describeEvent, isLate, describeKey, describeReason, describeRequest, type WhoIs } from './describe.ts'

/** The direction of a message; `bot` for events inside the bot. */
export type Direction = 'toService' | 'toBot' | 'bot'

/** Why a message had no effect, or no certain one. */
export interface Mark {
  /** The kind of mark. */
  readonly type: 'lost' | 'late' | 'ignored' | 'refused' | 'unconfirmed'
  /** The reason, in a few words. */
  readonly text: string
}

/** A conclusion about a participant. */
export interface Conclusion {
  /** The participant's key. */
  readonly key: string
  /** The participant's name, or its pseudonym. */
  readonly name: string
  /** The state before; absent for a new participant. */
  readonly from?: ParticipantState | undefined
  /** The state after. */
  readonly to: ParticipantState
  /** How far a removal has come. */
  readonly removal?: RemovalPhase | undefined
  /** How the participant ended. */
  readonly ending?: Ending | undefined
  /** The evidence, as part of a sentence. */
  readonly note: string
  /** True if the state or the removal phase changed. */
  readonly isMove: boolean
  /** False if the change is not announced to the application. */
  readonly isAnnounced: boolean
}

/** One row. */
export interface LadderRow {
  /** Index of the trace's entry. */
  readonly entry: number
  /** When, in milliseconds since the epoch. */
  readonly at: number
  /** Where the message went. */
  readonly direction: Direction
  /** What the row is about. */
  readonly kind: 'intent' | 'request' | 'answer' | 'notification' | 'time' | 'lost' | 'note'
  /** What happened, in a few words. */
  readonly text: string
  /** Why it had no effect, or no certain one. */
  readonly mark?: Mark | undefined
  /** What was concluded about participants. */
  readonly conclusions: readonly Conclusion[]
  /** Keys of the participants concerned. */
  readonly about: readonly string[]
}

/** Builds rows, entry by entry. */
export class Ladder {
  /** Ids of the requests that have a row, with whether a trace line recorded that they were sent. */
  readonly #requests = new Map<string, boolean>()
  #call: Call | undefined
  #pendingStart: { readonly entry: BegunEntry; readonly place: number } | undefined

  /** Starts from the trace's start call, if it has one. */
  constructor(start?: Call) {
    this.#call = start
  }

  /** The rows of an entry; `frame` is given if the entry is an event. */
  rows(entry: TraceEntry, frame: Frame | undefined, place: number): readonly LadderRow[] {
    if ('begun' in entry) this.#startRecording(entry, place)
    const at = timeOf(entry)
    const begun = this.#pendingStart
    if (at === undefined) return []
    this.#pendingStart = undefined
    return [
      ...(begun === undefined ? [] : [recordingRow(begun.entry, at, begun.place)]),
      ...this.#rowsOf(entry, frame, place),
    ]
  }

  #startRecording(entry: BegunEntry, place: number): void {
    this.#call = startOf(entry.begun)
    this.#pendingStart = { entry, place }
    if (isRenamed(entry)) this.#requests.clear()
  }

  #rowsOf(entry: TraceEntry, frame: Frame | undefined, place: number): readonly LadderRow[] {
    if (frame !== undefined) return this.#rowsOfFrame(frame, place)
    if ('sent' in entry) return this.#rowsOfSent(entry.sent, entry.at, place)
    if ('lost' in entry) {
      return [
        {
          entry: place,
          at: entry.at,
          direction: entry.direction,
          kind: 'lost',
          text: lostText(entry.lost),
          mark: { type: 'lost', text: 'it never arrived' },
          conclusions: [],
          about: [],
        },
      ]
    }
    if ('note' in entry)
      return [
        { entry: place, at: entry.at, direction: 'bot', kind: 'note', text: entry.note, conclusions: [], about: [] },
      ]
    if ('loaded' in entry) {
      this.#call = callBefore(this.#call, entry)
      return [
        {
          entry: place,
          at: entry.at,
          direction: 'bot',
          kind: 'note',
          text: 'loaded as stored by another host',
          conclusions: [],
          about: [],
        },
      ]
    }
    return []
  }

  #rowsOfFrame(frame: Frame, entry: number): readonly LadderRow[] {
    const { event, changes, effects, outcome, call } = frame
    const before = this.#call
    this.#call = call
    const who = this.#who(before)
    const conclusions = conclusionsOf(changes, before)
    const row: LadderRow = {
      entry,
      at: event.at,
      ...routeOf(event),
      text: describeEvent(event, who, call.self.participantId),
      mark:
        outcome.type === 'ignored'
          ? { type: isLate(outcome.reason) ? 'late' : 'ignored', text: describeReason(outcome.reason) }
          : answerMark(event),
      conclusions,
      about: [...new Set([...aboutOf(event, before ?? call), ...conclusions.map(({ key }) => key)])],
    }
    const requests = effects.filter(isRequest).map((effect) => {
      this.#requests.set(effect.id, false)
      return requestRow(effect, event.at, entry, who, call)
    })
    return [row, ...requests]
  }

  #rowsOfSent(effect: RequestEffect, at: number, entry: number): readonly LadderRow[] {
    const wasSent = this.#requests.get(effect.id)
    this.#requests.set(effect.id, true)
    if (wasSent === false) return []
    const row = requestRow(effect, at, entry, this.#who(undefined), this.#call)
    return [wasSent === undefined ? row : { ...row, text: `${row.text} (again)` }]
  }

  #who(before: Call | undefined): WhoIs {
    return (key) => {
      const participant = this.#call?.participants.get(key) ?? before?.participants.get(key)
      return participant === undefined ? describeKey(key) : nameOf(participant.identity)
    }
  }
}

/** The rows of a whole trace. */
export function ladderOf(entries: readonly TraceEntry[], frames: readonly Frame[], start?: Call): readonly LadderRow[] {
  const ladder = new Ladder(start)
  const byEntry = new Map(frames.map((frame) => [frame.entry, frame]))
  return entries.flatMap((entry, place) => ladder.rows(entry, byEntry.get(place), place))
}

function recordingRow(entry: BegunEntry, at: number, place: number): LadderRow {
  const text = `a new recording starts${isRenamed(entry) ? ', with pseudonyms of its own' : ''}`
  return { entry: place, at, direction: 'bot', kind: 'note', text, conclusions: [], about: [] }
}

function requestRow(effect: RequestEffect, at: number, entry: number, who: WhoIs, call: Call | undefined): LadderRow {
  const about = 'key' in effect ? [effect.key] : 'invitation' in effect ? keysOf(call, effect.invitation) : []
  return {
    entry,
    at,
    direction: 'toService',
    kind: 'request',
    text: describeRequest(effect, who),
    conclusions: [],
    about,
  }
}

function keysOf(call: Call | undefined, invitation: string | undefined): readonly string[] {
  return invitation === undefined ? [] : (call?.invitations.get(invitation)?.keys ?? [])
}

/** `from` of a change is the last announced state; here it is the actual state before. */
function conclusionsOf(changes: readonly Change[], before: Call | undefined): readonly Conclusion[] {
  const known = new Map<string, Participant>()
  return changes.flatMap((change) => {
    if (change.type !== 'participant.changed') return []
    const { key, to, ending, participant, evidence, isAnnounced } = change
    const last = known.get(key) ?? before?.participants.get(key)
    known.set(key, participant)
    const isMove = last?.state !== to || last.removal !== participant.removal
    return [
      {
        key,
        name: nameOf(participant.identity),
        from: last?.state,
        to,
        removal: participant.removal,
        ending,
        note: evidence.note,
        isMove,
        isAnnounced,
      },
    ]
  })
}

function routeOf({ type }: CallEvent): Pick<LadderRow, 'direction' | 'kind'> {
  switch (type) {
    case 'invite.requested':
    case 'removal.requested':
    case 'cancel.requested':
    case 'mute.requested':
    case 'hangUp.requested':
    case 'call.adopted':
      return { direction: 'bot', kind: 'intent' }
    case 'deadline.passed':
    case 'host.resumed':
      return { direction: 'bot', kind: 'time' }
    case 'call.bound':
    case 'call.reported':
    case 'operation.reported':
    case 'roster.reported':
    case 'notification.unrecognised':
      return { direction: 'toBot', kind: 'notification' }
    default:
      return { direction: 'toBot', kind: 'answer' }
  }
}

function answerMark(event: CallEvent): Mark | undefined {
  if (!('answer' in event) || event.answer.verdict === 'done') return undefined
  return event.answer.verdict === 'refused'
    ? { type: 'refused', text: 'the request had no effect' }
    : { type: 'unconfirmed', text: 'the request may have had an effect' }
}

function aboutOf(event: CallEvent, call: Call): readonly string[] {
  if ('key' in event) return [event.key]
  if (event.type === 'invite.answered') return keysOf(call, event.invitation)
  if (event.type === 'operation.reported') return keysOf(call, event.clientContext)
  if (event.type !== 'deadline.passed') return []
  const [, ...rest] = event.deadline.split('/')
  return rest.length === 0 ? [] : [rest.join('/')]
}

/** Characters shown of a lost message of unknown shape. */
const LONGEST_LOST = 80

function lostText(lost: unknown): string {
  if (typeof lost === 'string') return lost
  if (isObject(lost)) {
    const name = [lost['type'], lost['what'], lost['kind']].find((value) => typeof value === 'string')
    if (typeof name === 'string') return name
  }
  return (JSON.stringify(lost) ?? 'something').slice(0, LONGEST_LOST)
}
