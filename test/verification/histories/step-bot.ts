/**
 * The step bot: a call stepped directly against a service, without a host. It is fast; the host bot has the mailbox, the
 * store, the leases and several instances.
 *
 * Rule: the promises of a host hold: events one at a time, an answer to every request, deadlines as alarms; after a
 * restart a DELETE or a GET is sent again, and an invite or a cancel is not.
 * @module
 */
import { isRequest, type RequestEffect } from '../../../src/call/model/effects.ts'
import type { Call, StepResult } from '../../../src/call/model/call.ts'
import type { CallEvent, CallReport, InboundEvent } from '../../../src/call/model/events.ts'
import type { CallOptions } from '../../../src/call/model/options.ts'
import { CallTimers } from '../../../src/host/actor/ownership.ts'
import type { Clock } from '../../../src/time/clock.ts'
import { carryOut, unconfirmed } from '../../../src/host/outbox/effect-runner.ts'
import { isBeingRemoved, isOpen, isPending, isPresent } from '../../../src/participant/participant.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import type { StepMonitor } from '../../../src/testing/step-monitors.ts'
import type { Belief, PlayedBot } from '../../../src/testing/histories/bot.ts'
import { callId } from '../../../src/testing/histories/test-environment.ts'
import type { TappedTransport } from '../../../src/testing/histories/tapped-transport.ts'

/** The parts of a step bot. */
export interface StepBotSettings {
  readonly system: CallSystem
  readonly tapped: TappedTransport
  readonly clock: Clock
  readonly options?: Partial<CallOptions> | undefined
  /** Called for every step. */
  readonly watch?: StepMonitor | undefined
}

/** A call in a run. */
export class StepBot implements PlayedBot {
  events = 0
  #complaint: string | undefined
  readonly #settings: StepBotSettings
  readonly #inbox: InboundEvent['event'][] = []
  readonly #outbox = new Map<string, RequestEffect>()
  #deadlines: CallTimers
  #call: Call
  #isStepping = false
  #lives = 0
  #invitations = 0

  constructor(settings: StepBotSettings) {
    this.#settings = settings
    this.#call = settings.system.open(callId, settings.options)
    this.#deadlines = this.#newDeadlines()
  }

  get complaint(): string | undefined {
    return this.#complaint ?? this.#settings.tapped.complaint
  }

  /** The application has its call; the call is fetched. */
  begin(news?: CallReport): void {
    this.#tell(news === undefined ? { type: 'call.adopted' } : { type: 'call.reported', ...news })
  }

  /** Receives events of the edge. */
  receive(observations: readonly InboundEvent[]): void {
    for (const { event } of observations) this.#tell(event)
  }

  invite(ids: readonly string[], options: { readonly ringTimeoutMs?: number | undefined } = {}): void {
    this.#invitations += 1
    this.#tell({
      type: 'invite.requested',
      invitation: `invite-${this.#invitations}`,
      invitees: ids.map((id) => ({ identity: { user: { id } } })),
      ...options,
    })
  }

  remove(id: string): void {
    const found = [...this.#call.participants.values()].find(
      (one) => isOpen(one) && !isBeingRemoved(one) && one.identity['user']?.id === id,
    )
    if (found !== undefined) this.#tell({ type: 'removal.requested', key: found.key })
  }

  cancel(id: string): void {
    const found = [...this.#call.participants.values()].find((one) => isPending(one) && one.identity['user']?.id === id)
    if (found !== undefined) this.#tell({ type: 'cancel.requested', key: found.key })
  }

  mute(id: string): void {
    const found = [...this.#call.participants.values()].find((one) => isPresent(one) && one.identity['user']?.id === id)
    if (found !== undefined)
      this.#tell({ type: 'mute.requested', key: found.key, clientContext: `mute-${this.events}` })
  }

  hangUp(): void {
    this.#tell({ type: 'hangUp.requested' })
  }

  /** Requests under way are dropped; the call continues from what is stored. */
  restart(): void {
    const { system } = this.#settings
    this.#lives += 1
    this.#deadlines.keep([])
    this.#deadlines = this.#newDeadlines()
    const stored = JSON.parse(JSON.stringify(system.encode(this.#call))) as unknown
    this.#call = system.decode(stored)
    const asked = [...this.#outbox.values()]
    this.#tell({ type: 'host.resumed' })
    this.#deadlines.keep(this.#call.deadlines)
    // Nothing is requested of an ended call.
    if (this.#call.state === 'terminated') this.#outbox.clear()
    else
      for (const effect of asked) {
        if (effect.type === 'participant.delete' && effect.isCancelOnly === true)
          this.#settle(effect, {
            type: 'removal.answered',
            key: effect.key,
            attempt: effect.attempt,
            answer: unconfirmed('interrupted', 'the process ended while it was under way'),
          })
        else if (effect.type !== 'participants.invite') this.#send(effect)
        else
          this.#settle(effect, {
            type: 'invite.answered',
            invitation: effect.invitation,
            answer: unconfirmed('interrupted', 'the process ended while it was under way'),
          })
      }
  }

  present(): ReadonlySet<string> {
    return presentIds(this.#call.participants.values())
  }

  belief(): Belief {
    return this.look()
  }

  look(): Belief {
    return { call: this.#call, participants: [...this.#call.participants.values()] }
  }

  close(): void {
    this.#lives += 1
    this.#deadlines.keep([])
  }

  #newDeadlines(): CallTimers {
    const life = this.#lives
    return new CallTimers(this.#settings.clock, (deadline) => {
      if (life === this.#lives) this.#tell({ type: 'deadline.passed', deadline })
    })
  }

  #tell(message: InboundEvent['event']): void {
    this.#inbox.push(message)
    if (this.#isStepping) return
    this.#isStepping = true
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift())
      this.#step({ ...next, at: this.#settings.clock.now() } as CallEvent)
    this.#isStepping = false
  }

  #step(event: CallEvent): void {
    const { system, watch } = this.#settings
    this.events += 1
    const before = this.#call
    let result: StepResult
    try {
      result = system.step(before, event)
    } catch (error) {
      this.#complaint ??= `totality: ${event.type} threw ${String(error)}`
      return
    }
    this.#call = result.call
    this.#complaint ??= watch?.({ before, event, result })
    if (event.type === 'deadline.passed') this.#deadlines.set(event.deadline, result.call.deadlines.get(event.deadline))
    for (const effect of result.effects) {
      if (isRequest(effect)) {
        this.#outbox.set(effect.id, effect)
        this.#send(effect)
      } else this.#deadlines.set(effect.deadline, result.call.deadlines.get(effect.deadline))
    }
  }

  #send(effect: RequestEffect): void {
    const life = this.#lives
    void carryOut(effect, callId, this.#settings.tapped.transport, (send) => send({})).then((answer) => {
      if (life === this.#lives) this.#settle(effect, answer)
    })
  }

  #settle(effect: RequestEffect, answer: InboundEvent['event']): void {
    this.#outbox.delete(effect.id)
    this.#tell(answer)
  }
}

/** The ids of the present participants, as the service knows them. */
export function presentIds(participants: Iterable<Parameters<typeof isPresent>[0]>): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const one of participants) {
    const id = one.identity['user']?.id
    if (id !== undefined && isPresent(one)) ids.add(id)
  }
  return ids
}
