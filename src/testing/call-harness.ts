/**
 * The call harness: steps events through a system, records the results, and answers the requests of the call as a fair
 * service would.
 * @module
 */
import { RESYNC } from '../call/resync.ts'
import { isRequest, type RequestEffect } from '../call/model/effects.ts'
import type { Call, Change, StepResult } from '../call/model/call.ts'
import type { CallEvent, RosterEntry, Verdict } from '../call/model/events.ts'
import type { CallOptions } from '../call/model/options.ts'
import type { CallSystem } from './system.ts'
import type { Message } from './truth-model.ts'

/** Enough rounds of answers and deadlines to settle any small call; a call that needs more does not settle. */
const SETTLING_ROUNDS = 400

/** A running call with its history. */
export class CallHarness {
  /** The system under test. */
  readonly system: CallSystem
  /** Every event so far. */
  readonly history: CallEvent[] = []
  /** Every change so far. */
  readonly changes: Change[] = []
  /** Every request so far. */
  readonly requests: RequestEffect[] = []
  /** Requests without an answer. */
  readonly open: RequestEffect[] = []
  /** The call as it is now. */
  call: Call
  /** The time of the next event, in milliseconds since the epoch. */
  at = 1_000

  constructor(system: CallSystem, options: Partial<CallOptions> = {}) {
    this.system = system
    this.call = system.open('call', options)
  }

  /** Steps one event at the current time. */
  tell(message: Message): StepResult {
    const event = { ...message, at: this.at } as CallEvent
    const result = this.system.step(this.call, event)
    this.history.push(event)
    this.call = result.call
    this.changes.push(...result.changes)
    for (const effect of result.effects) {
      if (!isRequest(effect)) continue
      this.requests.push(effect)
      this.open.push(effect)
    }
    return result
  }

  /** Answers every open request as a truthful service would, in the order of the requests. */
  answerAll(roster: () => readonly RosterEntry[], onDelete: (participantId: string) => Verdict = () => done): void {
    for (let effect = this.open.shift(); effect !== undefined; effect = this.open.shift()) {
      const answer = fairAnswer(effect, roster, onDelete)
      if (answer !== undefined) this.tell(answer)
    }
  }

  /**
   * Answers requests and lets time pass until only recurring deadlines are left. Returns whether the call came to
   * rest.
   */
  settle(roster: () => readonly RosterEntry[], onDelete?: (participantId: string) => Verdict): boolean {
    for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
      this.answerAll(roster, onDelete)
      const next = [...this.call.deadlines]
        .filter(([name]) => !goingOn.has(name))
        .sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))[0]
      if (next === undefined) return true
      this.at = Math.max(this.at, next[1])
      this.tell({ type: 'deadline.passed', deadline: next[0] })
    }
    return false
  }
}

/** Deadlines that recur for as long as the call lasts. */
const goingOn: ReadonlySet<string> = new Set(['keepAlive', RESYNC])

const done: Verdict = { verdict: 'done', value: undefined }

function fairAnswer(
  effect: RequestEffect,
  roster: () => readonly RosterEntry[],
  onDelete: (participantId: string) => Verdict,
): Message | undefined {
  switch (effect.type) {
    case 'roster.fetch':
      return { type: 'roster.fetched', fetch: effect.fetch, answer: { verdict: 'done', value: { entries: roster() } } }
    case 'participant.delete':
      return {
        type: 'removal.answered',
        key: effect.key,
        attempt: effect.attempt,
        answer: onDelete(effect.participantId),
      }
    case 'call.keepAlive':
      return { type: 'keepAlive.answered', answer: done }
    case 'call.hangUp':
      return { type: 'hangUp.answered', answer: done }
    case 'call.fetch':
      return {
        type: 'call.fetched',
        answer: { verdict: 'done', value: { state: 'established', myParticipantId: 'bot' } },
      }
    case 'participant.mute':
      return {
        type: 'mute.answered',
        key: effect.key,
        clientContext: effect.clientContext,
        answer: { verdict: 'done', value: { status: 'completed' } },
      }
    // The answer to the invite is separate evidence: delivered, or lost.
    case 'participants.invite':
      return undefined
  }
}
