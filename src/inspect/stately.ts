/**
 * The bridge to Stately's inspector: a live host's calls and participants as actors with their statecharts.
 *
 * Rule 1: messages keep the order of the steps: the event to the call, its meaning for each participant, the call after
 * it. All messages of one step have the same `correlation`.
 * Rule 2: identities and call ids are replaced unless asked otherwise: the inspector's page is a third party's.
 * Rule 3: a participant becomes an actor at its first change; unchanged participants are not sent.
 * Rule 4: a call's actors end with it. Steps of ended calls are not shown.
 * @module
 */
import { callStates } from '../call/codec/event-schema.ts'
import { checkArgument, options, readOptions, withMethods } from '../call/codec/options.ts'
import { flag, optional } from '../call/codec/schema.ts'
import type { Call, Change, ParticipantChange } from '../call/model/call.ts'
import { isRequest } from '../call/model/effects.ts'
import { participantConfig } from '../participant/machine-config.ts'
import { createParticipant } from '../participant/create-participant.ts'
import { isOpen, type Participant } from '../participant/participant.ts'
import { nameOf } from '../trace/labels.ts'
import { Redactor } from '../trace/redaction.ts'
import { stepSource, type ObservedStep, type StepSource } from '../trace/source.ts'

/** An actor in the shape the inspector reads: it looks for configuration and parent in these fields. */
export interface StatelyActor {
  /** Different for each actor. */
  readonly sessionId: string
  /** The name the inspector shows. */
  readonly id?: string
  /** The actor it belongs to. */
  readonly _parent?: StatelyActor
  /** What the actor runs. */
  readonly logic?: {
    /** The configuration of its machine. */
    readonly config: object
  }
}

/** A snapshot in the shape the inspector reads. */
export interface StatelySnapshot {
  /** Whether the actor is still running. */
  readonly status: 'active' | 'done' | 'stopped'
  /** The state, as XState writes it. */
  readonly value?: unknown
  /** The context. */
  readonly context?: object
}

interface StatelyEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** The methods used of an inspector of `@statelyai/inspect`; every kind of its inspectors has them. */
export interface StatelyInspector {
  /** Shows an actor. */
  actor(actor: StatelyActor | string, snapshot?: StatelySnapshot): void
  /** Shows an event that an actor received. */
  event(actor: StatelyActor | string, event: StatelyEvent | string, info?: { source?: StatelyActor | string }): void
  /** Shows the state of an actor. */
  snapshot(actor: StatelyActor | string, snapshot: StatelySnapshot, info?: { event?: StatelyEvent }): void
}

/** Options of the bridge. */
export interface StatelyBridgeOptions {
  /** Show names and ids. Default: pseudonyms. */
  readonly showIdentities?: boolean | undefined
}

const shape = options<StatelyBridgeOptions>({ showIdentities: optional(flag) })

/**
 * Shows every step of a live host in an inspector; returns a function that stops it.
 * @throws TypeError for an option that does not exist, or that has not its type
 */
export function bridgeToStately(
  source: StepSource,
  inspector: StatelyInspector,
  given: StatelyBridgeOptions = {},
): () => void {
  const { showIdentities = false } = readOptions('bridgeToStately', shape, given)
  checkArgument('bridgeToStately: the host', source, stepSource)
  checkArgument('bridgeToStately: the inspector', inspector, withMethods('actor', 'event', 'snapshot'))
  const calls = new Map<string, CallBridge>()
  let count = 0
  return source.onStep((seen) => {
    if (seen.before.state === 'terminated') return
    let bridge = calls.get(seen.callId)
    if (bridge === undefined) {
      count += 1
      calls.set(
        seen.callId,
        (bridge = new CallBridge(seen, inspector, showIdentities ? undefined : new Redactor(`call-${count}`))),
      )
    }
    bridge.show(seen)
    if (seen.result.call.state === 'terminated') calls.delete(seen.callId)
  })
}

class CallBridge {
  readonly #inspector: StatelyInspector
  readonly #redactor: Redactor | undefined
  readonly #call: StatelyActor
  readonly #service: StatelyActor
  readonly #participants = new Map<string, StatelyActor>()
  #steps = 0

  constructor({ callId, before }: ObservedStep, inspector: StatelyInspector, redactor: Redactor | undefined) {
    this.#inspector = inspector
    this.#redactor = redactor
    const id = redactor?.nameCall(callId) ?? callId
    const name = chartName(id)
    this.#call = { sessionId: id, id, logic: { config: { ...callChart, id: name } } }
    this.#service = {
      sessionId: `${id}/service`,
      id: 'service',
      _parent: this.#call,
      logic: { config: { ...serviceChart, id: `${name}_service` } },
    }
    inspector.actor(this.#call, this.#snapshotOfCall(before))
    inspector.actor(this.#service, { status: 'active', value: 'answering' })
  }

  show({ event, before, result: { call, changes, effects, outcome } }: ObservedStep): void {
    this.#steps += 1
    const correlation = `${this.#call.sessionId}#${this.#steps}`
    const shown: StatelyEvent = { ...this.#clean(event), correlation }
    this.#inspector.event(this.#call, shown, isFromService(event.type) ? { source: this.#service } : {})
    for (const change of changes) this.#showChange(change, before, correlation)
    for (const effect of effects) {
      if (isRequest(effect))
        this.#inspector.event(this.#service, { ...this.#clean(effect), correlation }, { source: this.#call })
    }
    const snapshot = this.#snapshotOfCall(call)
    this.#inspector.snapshot(
      this.#call,
      { ...snapshot, context: { ...snapshot.context, outcome, correlation } },
      { event: shown },
    )
    if (call.state === 'terminated')
      this.#inspector.snapshot(
        this.#service,
        { status: 'done', value: 'ended' },
        { event: { type: 'call.ended', at: event.at, correlation } },
      )
  }

  #showChange(change: Change, before: Call, correlation: string): void {
    if (change.type === 'participant.changed') return this.#showParticipant(change, before, correlation)
    if (change.type !== 'participant.forgotten') return
    const actor = this.#participants.get(change.key)
    this.#participants.delete(change.key)
    if (actor !== undefined)
      this.#inspector.snapshot(
        actor,
        { status: 'stopped' },
        { event: { type: 'participant.forgotten', at: change.at, correlation } },
      )
  }

  #showParticipant(
    { key, participant, evidence: { source, note, at } }: ParticipantChange,
    before: Call,
    correlation: string,
  ): void {
    let actor = this.#participants.get(key)
    if (actor === undefined) {
      const { identity, ordinal, introducedAt } = participant
      const known = before.participants.get(key) ?? createParticipant({ key, identity, ordinal, at: introducedAt })
      actor = this.#actorOf(known)
      this.#participants.set(key, actor)
      this.#inspector.actor(actor, this.#snapshotOf(known))
    }
    const event: StatelyEvent = { type: source, ...this.#clean({ note }), at, correlation }
    this.#inspector.event(actor, event, { source: this.#call })
    this.#inspector.snapshot(actor, this.#snapshotOf(participant), { event })
  }

  #actorOf(participant: Participant): StatelyActor {
    const { key, identity, ordinal } = this.#clean(participant)
    const id = `${chartName(nameOf(identity))}_${ordinal}`
    return { sessionId: `${this.#call.sessionId}/${key}`, id, _parent: this.#call, logic: { config: chartNamed(id) } }
  }

  #snapshotOf(participant: Participant): StatelySnapshot {
    const { state, removal, ...context } = this.#clean(participant)
    return isOpen(participant)
      ? { status: 'active', value: { [state]: removal ?? 'idle' }, context }
      : { status: 'done', value: state, context }
  }

  #snapshotOfCall({
    state,
    self,
    ending,
    counters,
    introduced,
    participants,
    invitations,
    deadlines,
  }: Call): StatelySnapshot {
    const context = {
      self,
      ending,
      counters,
      introduced,
      remembered: participants.size,
      invitations: invitations.size,
      deadlines: deadlines.size,
    }
    return { status: state === 'terminated' ? 'done' : 'active', value: state, context: this.#clean(context) }
  }

  #clean<T>(value: T): T {
    return this.#redactor === undefined ? value : this.#redactor.value(value)
  }
}

/** The call as a chart: the service reports its state, and may report any. */
const callChart = {
  id: 'call',
  initial: 'unknown',
  on: { 'call.reported': callStates.map((state) => ({ guard: state, target: `.${state}` })) },
  states: Object.fromEntries(callStates.map((state) => [state, state === 'terminated' ? { type: 'final' } : {}])),
}

/** The service as the bridge sees it: it answers until the call ends. */
const serviceChart = {
  id: 'service',
  initial: 'answering',
  states: { answering: { on: { 'call.ended': 'ended' } }, ended: { type: 'final' } },
}

const chartText = JSON.stringify(participantConfig)

/** The participant's chart with its own id: the inspector lists actors by chart id. */
function chartNamed(id: string): object {
  const chart = JSON.parse(chartText.replaceAll(`#${participantConfig.id}.`, `#${id}.`)) as object
  return { ...chart, id }
}

/** A name as a chart id. */
function chartName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_-]+/gu, '_')
}

function isFromService(type: string): boolean {
  return /\.(?:answered|fetched|reported|unrecognised)$/.test(type)
}
