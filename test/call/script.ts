/**
 * Scripts: a call that receives events step by step, written so that a test reads like a ladder diagram.
 *
 * After every step the invariants are checked, and a second copy of the call, decoded before every step, has to give
 * the same result: every step is also a round trip.
 * @module
 */
import { expect } from 'vitest'
import type { Call, Change, StepResult } from '../../src/call/model/call.ts'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import { isRequest, type Effect, type RequestEffect } from '../../src/call/model/effects.ts'
import type {
  CallEvent,
  CallReport,
  InvitedParticipant,
  Invitee,
  InboundEvent,
  OperationReport,
  RosterEntry,
  ServiceFailure,
  Verdict,
} from '../../src/call/model/events.ts'
import { invariants } from '../../src/call/invariants.ts'
import type { CallOptions } from '../../src/call/model/options.ts'
import { openCall, step } from '../../src/call/step.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { Participant, ResultInfo } from '../../src/participant/participant.ts'
import { readFailure } from '../../src/graph/wire/result-codes.ts'
import { classifyEvent } from '../../src/graph/wire/classify-event.ts'

/** The bot's own roster id in every script. */
export const BOT = 'the-bot'

/** When every script begins. */
export const BEGINNING = Date.UTC(2026, 0, 1)

/** A person by their name: a user whose id is the name. */
export function user(name: string): IdentitySet {
  return { user: { id: name } }
}

/** What a roster entry may say beside who it is; `id: null` is one without an id. */
export interface Shown {
  readonly id?: string | null
  readonly lobby?: boolean
  readonly muted?: boolean
  readonly gone?: boolean | string
  readonly sequence?: number
  readonly identity?: IdentitySet
}

/** A roster entry; the id is `r-` and the name unless said otherwise. */
export function on(
  name: string,
  { id = `r-${name}`, lobby = false, muted = false, gone = false, sequence, identity = user(name) }: Shown = {},
): RosterEntry {
  return {
    ...(id === null ? {} : { id }),
    identity,
    isInLobby: lobby,
    isMuted: muted,
    ...(gone === false ? {} : { removed: gone === true ? {} : { reason: gone } }),
    ...(sequence === undefined ? {} : { sequence }),
  }
}

/** The bot's roster entry. */
export const bot: RosterEntry = {
  id: BOT,
  identity: { application: { id: 'the-app' } },
  isInLobby: false,
  isMuted: false,
}

/** A 2xx. */
export const done: Verdict = { verdict: 'done', value: undefined }

/** A definite refusal with that status. */
export function refused(status: number, code = 'none', message = 'refused'): Verdict<never> {
  return { verdict: 'refused', failure: readFailure({ status, code, message }) }
}

/** No answer, or one that says nothing. */
export function unconfirmed(failure: Partial<ServiceFailure> = {}): Verdict<never> {
  return {
    verdict: 'unconfirmed',
    failure: { ...readFailure({ code: 'timeout', message: 'no answer', ...failure }), ...failure },
  }
}

type Message = InboundEvent['event']

/** A call in the making. */
export class Script {
  call: Call
  at = BEGINNING
  readonly history: CallEvent[] = []
  readonly effects: Effect[] = []
  readonly changes: Change[] = []
  /** Requests in the order they were made, not yet looked at. */
  readonly #unseen: RequestEffect[] = []
  readonly #untold: Change[] = []
  #restored: Call | undefined

  /** `isChecked: false` leaves out what is asked after every step, for tests that ask something else very often. */
  constructor(options: Partial<CallOptions> = {}, { isChecked = true } = {}) {
    this.call = openCall('the-call', options)
    if (isChecked) this.#restored = this.call
  }

  /** Tells the call something now; returns `applied`, or why it was ignored. */
  tell(message: Message): string {
    return this.step(classifyEvent({ ...message, at: this.at } as CallEvent))
  }

  /** Tells the call an event as it stands. */
  step(event: CallEvent): string {
    const before = this.call
    const result = step(before, event)
    this.history.push(event)
    this.call = result.call
    if (this.#restored !== undefined) this.#restored = check(before, event, result, this.#restored)
    this.effects.push(...result.effects)
    this.changes.push(...result.changes)
    this.#untold.push(...result.changes)
    this.#unseen.push(...result.effects.filter(isRequest))
    return result.outcome.type === 'applied' ? 'applied' : result.outcome.reason
  }

  /**
   * Lets time pass; deadlines pass when they are due, in order. `isRosterLost`: every fetch of the roster comes to
   * nothing at once.
   */
  wait(ms: number, { isRosterLost = false } = {}): void {
    const until = this.at + ms
    for (let rounds = 0; rounds < 10_000; rounds += 1) {
      if (isRosterLost && this.call.roster.fetch !== undefined) this.fetched(unconfirmed())
      const [next] = [...this.call.deadlines]
        .filter(([, at]) => at <= until)
        .sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))
      if (next === undefined) break
      this.at = Math.max(this.at, next[1])
      this.tell({ type: 'deadline.passed', deadline: next[0] })
    }
    this.at = until
  }

  // what the application wants

  /** Invites people, in one request; its `clientContext` is the first one's name unless said otherwise. */
  invite(
    people: string | readonly (string | Invitee)[],
    { as, ringTimeoutMs }: { as?: string; ringTimeoutMs?: number } = {},
  ): string {
    const invitees = [people].flat().map((one): Invitee => (typeof one === 'string' ? { identity: user(one) } : one))
    const first = [people].flat()[0]
    return this.tell({
      type: 'invite.requested',
      invitation: as ?? (typeof first === 'string' ? first : 'invitation'),
      invitees,
      ringTimeoutMs,
    })
  }

  remove(key: string): string {
    return this.tell({ type: 'removal.requested', key })
  }

  cancel(key: string): string {
    return this.tell({ type: 'cancel.requested', key })
  }

  // what the service answers

  /** The POST is answered 200, the operation running; people may come with the ids the service gives them. */
  taken(
    invitation: string,
    ids: Readonly<Record<string, string | undefined>> = {},
    status: OperationReport['status'] = 'running',
  ): string {
    const participants = Object.entries(ids).map(
      ([name, participantId]): InvitedParticipant => ({ identity: user(name), participantId }),
    )
    return this.tell({
      type: 'invite.answered',
      invitation,
      answer: { verdict: 'done', value: { operationId: `op-${invitation}`, status, participants } },
    })
  }

  /** The POST is answered otherwise. */
  invited(invitation: string, answer: Verdict<OperationReport>): string {
    return this.tell({ type: 'invite.answered', invitation, answer })
  }

  /** The latest DELETE for them is answered. */
  deleted(key: string, answer: Verdict = done): string {
    const sent = this.effects.findLast((effect) => effect.type === 'participant.delete' && effect.key === key)
    if (sent?.type !== 'participant.delete') throw new TypeError(`no DELETE went out for ${key}`)
    return this.tell({ type: 'removal.answered', key, attempt: sent.attempt, answer })
  }

  /** The fetch under way is answered with this roster. */
  snapshot(...entries: readonly RosterEntry[]): string {
    return this.fetched({ verdict: 'done', value: { entries } })
  }

  /** The fetch under way is answered. */
  fetched(answer: Extract<Message, { type: 'roster.fetched' }>['answer']): string {
    const { fetch } = this.call.roster
    if (fetch === undefined) throw new TypeError('no fetch of the roster is under way')
    return this.tell({ type: 'roster.fetched', fetch: fetch.number, answer })
  }

  // what the service tells

  full(...entries: readonly RosterEntry[]): string {
    return this.tell({ type: 'roster.reported', kind: 'full', entries })
  }

  delta(sequence: number | undefined, ...entries: readonly RosterEntry[]): string {
    return this.tell({ type: 'roster.reported', kind: 'delta', sequence, entries })
  }

  operation(invitation: string, status: OperationReport['status'], result?: ResultInfo): string {
    return this.tell({
      type: 'operation.reported',
      clientContext: invitation,
      operationId: `op-${invitation}`,
      status,
      result,
    })
  }

  reported(report: CallReport): string {
    return this.tell({ type: 'call.reported', ...report })
  }

  // what came of it

  get(key: string): Participant {
    const participant = this.call.participants.get(key)
    if (participant === undefined)
      throw new TypeError(`no participant ${key}: there are ${[...this.call.participants.keys()].join(', ')}`)
    return participant
  }

  /** The state of a participant, in words: `ringing`, `active, removal sent`, `cancelled: declined by remote`. */
  is(key: string): string {
    return describeParticipant(this.get(key))
  }

  /** Everybody of that identity, in the order they were introduced, in words. */
  all(name: string): readonly string[] {
    return [...this.call.participants.values()]
      .filter(({ identity }) => identity['user']?.id === name)
      .sort((one, other) => one.ordinal - other.ordinal)
      .map(describeParticipant)
  }

  /** The requests since this was last asked, in words: `POST bob`, `DELETE r-bob`, `GET roster`, `keepAlive`. */
  requests(): readonly string[] {
    return this.#unseen.splice(0).map(describeRequest)
  }

  /**
   * What the application was told since this was last asked: `bob: ringing → active`, `call: unknown → established`.
   */
  told(): readonly string[] {
    return this.#untold.splice(0).flatMap((change) => {
      if (change.type === 'participant.forgotten') return []
      if (change.type === 'call.changed') return [`call: ${change.from} → ${change.to}`]
      return change.isAnnounced ? [`${change.key}: ${change.from ?? 'nobody'} → ${change.to}`] : []
    })
  }

  /** Puts aside what was asked for and told so far: what follows is looked at alone. */
  forgetSoFar(): this {
    this.requests()
    this.told()
    return this
  }
}

/** A script whose call is established and whose bot is known. */
export function established(options: Partial<CallOptions> = {}): Script {
  const script = new Script(options)
  script.reported({ state: 'established', myParticipantId: BOT })
  return script.forgetSoFar()
}

/** An established call with these people in it, present for long. */
export function withPresent(...names: readonly string[]): Script {
  const script = established()
  script.full(bot, ...names.map((name) => on(name)))
  script.wait(5_000)
  return script.forgetSoFar()
}

/** An established call in which one person was invited and rings; the service gave no id. */
export function withRinging(
  name: string,
  ids: Readonly<Record<string, string | undefined>> = {},
  options: { ringTimeoutMs?: number } = {},
): Script {
  const script = established()
  script.invite(name, options)
  script.taken(name, ids)
  return script.forgetSoFar()
}

/** What holds of every step; returns the restored call after it. */
function check(before: Call, event: CallEvent, result: StepResult, restored: Call): Call {
  expect(invariants(result.call), `after ${event.type}`).toEqual([])
  if (result.outcome.type === 'ignored') {
    expect(result.call, `${event.type} was ignored`).toBe(before)
    expect([result.effects, result.changes], `${event.type} was ignored`).toEqual([[], []])
  }
  expect(result.changes.filter(isUnexplained), `changes without a word of why, after ${event.type}`).toEqual([])
  expect(strayCancels(before, result.effects), `timers cancelled that were not set, after ${event.type}`).toEqual([])
  const other = step(decodeCall(JSON.parse(JSON.stringify(encodeCall(restored)))), event)
  expect(plain(other), `restored before ${event.type}`).toEqual(plain(result))
  return other.call
}

function isUnexplained(change: Change): boolean {
  return change.type === 'participant.changed' && (change.evidence.source === '' || change.evidence.note === '')
}

function strayCancels({ deadlines }: Call, effects: readonly Effect[]): readonly string[] {
  const set = new Set(deadlines.keys())
  return effects.flatMap((effect) => {
    if (effect.type === 'timer.schedule') set.add(effect.deadline)
    return effect.type === 'timer.cancel' && !set.delete(effect.deadline) ? [effect.deadline] : []
  })
}

function describeParticipant({ state, removal, ending }: Participant): string {
  if (ending !== undefined) return `${state}: ${ending.cause} by ${ending.by}`
  return removal === undefined ? state : `${state}, removal ${removal}`
}

function describeRequest(effect: RequestEffect): string {
  switch (effect.type) {
    case 'participants.invite':
      return `POST ${effect.invitees.map(({ identity }) => Object.values(identity)[0]?.id).join(' ')}`
    case 'participant.delete':
      return `DELETE ${effect.participantId}`
    case 'participant.mute':
      return `mute ${effect.participantId}`
    case 'roster.fetch':
      return 'GET roster'
    case 'call.fetch':
      return 'GET call'
    case 'call.keepAlive':
      return 'keepAlive'
    case 'call.hangUp':
      return 'hang up'
  }
}

/** A result as data, the call in its encoded form: what two calls that are equal agree in. */
function plain({ call, effects, changes, outcome }: StepResult): unknown {
  return JSON.parse(JSON.stringify({ call: encodeCall(call), effects, changes, outcome }))
}
