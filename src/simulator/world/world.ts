/**
 * World: a call service as a pure, seeded reducer under a virtual clock. It knows people and calls; a face says what it
 * knows on a service's wire.
 *
 * Rule 1: the same world and the same input at the same instant give the same next world and the same outputs.
 * Rule 2: due events are handled in order, each at its own instant, before the input.
 * Rule 3: time never goes back; a late input is handled now.
 * @module
 */
import { enableMapSet, produce } from 'immer'
import type { Act, Acted, TimelineEntry } from './acts.ts'
import type { Dialect } from './dialect.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from './event-queue.ts'
import { defaultCallee, type CalleeScripts } from './callee.ts'
import type { NotificationKind, ServiceFace } from './face.ts'
import { answerInvitee, failInvitee, ringOut } from './invites.ts'
import { endIfAlone, endLeg, establish, establishing, expireLeg } from './legs.ts'
import { listScripts, perform } from './act-handlers.ts'
import { outcomeOf } from './outcomes.ts'
import { seedRandom, type RandomState } from './random.ts'
import { admit, depart, join, setHeld, setMuted, sendGathered } from './roster.ts'
import { mergeSettings, type SettingsInput } from './settings.ts'
import { recordFact, planAfter, type Fact, type QueuedEvent, type Notice, type Tick } from './tick.ts'
import type { WorldState } from './world-state.ts'

enableMapSet()

/** A call service at an instant. */
export interface World<D extends Dialect = Dialect> {
  readonly face: ServiceFace<D>
  /** The state, without the plan. */
  readonly state: WorldState
  /** The planned items, by time. */
  readonly queue: EventQueue<QueuedEvent>
}

/** Options of a world. */
export interface WorldOptions<D extends Dialect = Dialect> {
  /** Default `rollcall`. */
  readonly seed?: string | undefined
  /** The start of virtual time in milliseconds since the epoch. Default 2025-01-01. */
  readonly epochMs?: number | undefined
  readonly settings?: SettingsInput<D['switches']> | undefined
  /** What people do when called, by user id, phone number or other identity id. */
  readonly scripts?: Iterable<readonly [id: string, scripts: CalleeScripts<D>]> | undefined
  /** What every other person does. Default: answers after two seconds and stays. */
  readonly defaultScript?: CalleeScripts<D> | undefined
  /** Timed acts. */
  readonly timeline?: readonly TimelineEntry<D>[] | undefined
}

/** An input of the world. */
export type WorldInput<D extends Dialect = Dialect> =
  | { readonly type: 'request'; readonly request: D['request'] }
  | { readonly type: 'act'; readonly act: Act<D> }

/** An output of the world and its instant. */
export type WorldOutput<D extends Dialect = Dialect> = { readonly at: number } & (
  | { readonly type: 'response'; readonly response: D['response'] }
  | { readonly type: 'acted'; readonly acted: Acted }
  | {
      readonly type: 'notification'
      /** The call's id. */
      readonly callId: string
      /** The application id of the bot. */
      readonly appId: string
      /** The tenant id. */
      readonly tenantId: string
      /** Where notifications of the call go. */
      readonly callbackUri: string
      /** What the notification is about. */
      readonly kind: NotificationKind
      readonly body: D['body']
    }
  | { readonly type: 'fact'; readonly fact: Fact }
)

/** 1 January 2025: a fixed moment, so that a history does not depend on when it runs. */
export const DEFAULT_EPOCH_MS = 1_735_689_600_000

/**
 * A new world behind a face.
 * @throws TypeError for settings that do not exist
 */
export function createWorld<D extends Dialect>(face: ServiceFace<D>, options: WorldOptions<D> = {}): World<D> {
  const seed = options.seed ?? 'rollcall'
  const timeline: readonly TimelineEntry[] = options.timeline ?? []
  const initial = timeline
    .filter(({ since }) => since === 'start')
    .map(({ afterMs, act }) => ({ at: afterMs, what: { type: 'act', act } as const }))
  return {
    face,
    queue: plan(emptyQueue<QueuedEvent>(), initial),
    state: {
      seed,
      now: 0,
      epochMs: options.epochMs ?? DEFAULT_EPOCH_MS,
      random: seedRandom(seed),
      settings: mergeSettings(face.switchReadings, options.settings),
      scripts: new Map([...(options.scripts ?? [])].map(([id, scripts]) => [id.toLowerCase(), listScripts(scripts)])),
      defaultScripts: listScripts(options.defaultScript ?? defaultCallee),
      attempts: new Map(),
      conversations: new Map(),
      legs: new Map(),
      ended: [],
      legsMade: 0,
      timeline,
      invitees: new Map(),
      operations: new Map(),
    },
  }
}

/** When the next event is due; undefined if none is planned. */
export function nextWorldAt(world: World): number | undefined {
  return nextAt(world.queue)
}

/** Advances to `at`, then handles the input, if any. */
export function advanceWorld<D extends Dialect>(
  world: World<D>,
  at: number,
  input?: WorldInput<D>,
): { readonly world: World<D>; readonly outputs: readonly WorldOutput<D>[] } {
  const outputs: WorldOutput<D>[] = []
  const { face } = world
  let present = world
  for (;;) {
    const taken = takeNext(present.queue)
    if (taken === undefined || taken.next.at > at) break
    present = runEvent(
      { face, state: present.state, queue: taken.rest },
      taken.next.at,
      (tick) => {
        handleEvent(tick, taken.next.what)
      },
      outputs,
    )
  }
  if (input === undefined) return { world: present, outputs }
  const place = outputs.length
  let answer: WorldOutput<D> | undefined
  present = runEvent(
    present,
    Math.max(at, present.state.now),
    (tick) => {
      const now = tick.draft.now
      answer =
        input.type === 'request'
          ? { at: now, type: 'response', response: face.answer(tick, input.request) }
          : { at: now, type: 'acted', acted: perform(tick, input.act) }
    },
    outputs,
  )
  // The answer comes before the notifications it causes.
  if (answer !== undefined) outputs.splice(place, 0, answer)
  return { world: present, outputs }
}

/** Runs one event: drafts, finishes, renders. */
function runEvent<D extends Dialect>(
  { face, state: base, queue }: World<D>,
  at: number,
  recipe: (tick: Tick) => void,
  outputs: WorldOutput<D>[],
): World<D> {
  const notices: Notice[] = []
  const plans: Tick['plans'] = []
  const random: RandomState = [...base.random]
  const state = produce(base, (draft) => {
    draft.now = at
    recipe({ base, draft, terms: face, random, notices, plans })
    draft.random = random
  })
  for (const notice of notices) render(face, state, notice, outputs)
  return { face, state, queue: plan(queue, plans) }
}

function handleEvent(tick: Tick, planned: QueuedEvent): void {
  switch (planned.type) {
    case 'leg.establishing':
      return establishing(tick, planned.callId)
    case 'leg.established':
      return establish(tick, planned.callId)
    case 'leg.ends':
      return endLeg(tick, planned.callId, planned.outcome, planned.by)
    case 'leg.expires':
      return expireLeg(tick, planned.callId)
    case 'leg.leftAlone':
      return endIfAlone(tick, planned.callId)
    case 'leg.unanswered':
      if (tick.base.legs.get(planned.callId)?.state === 'incoming')
        endLeg(tick, planned.callId, outcomeOf('notAnswered'), 'callEnded')
      return
    case 'invitee.decides':
      if (planned.failure === undefined) answerInvitee(tick, planned.id)
      else failInvitee(tick, planned.id, planned.failure, 'self')
      return
    case 'invitee.ringsOut':
      return ringOut(tick, planned.id)
    case 'member.leaves':
      return leave(tick, planned)
    case 'member.admitted':
      return admit(tick, planned.conversationId, planned.id, planned.stay)
    case 'roster.gathered':
      return sendGathered(tick, planned.conversationId)
    case 'member.muted':
      return setMuted(tick, planned.conversationId, [planned.id], true)
    case 'member.held': {
      const { conversationId, id, isHeld, thenAfterMs } = planned
      setHeld(tick, conversationId, id, isHeld)
      if (thenAfterMs !== undefined)
        planAfter(tick, thenAfterMs, { type: 'member.held', conversationId, id, isHeld: !isHeld })
      return
    }
    case 'act': {
      const acted = perform(tick, planned.act)
      if (!acted.done) recordFact(tick, { type: 'actRefused', act: planned.act.act, reason: acted.reason })
      return
    }
    case 'person.joins':
      join(tick, planned.conversationId, { identity: planned.identity }, planned.stay)
  }
}

function leave(tick: Tick, { conversationId, id, by, returns }: Extract<QueuedEvent, { type: 'member.leaves' }>): void {
  const member = tick.base.conversations.get(conversationId)?.members.get(id)
  if (member === undefined || (by === 'lobbyTimeout' && !member.isInLobby)) return
  if (member.callId !== undefined) return endLeg(tick, member.callId, outcomeOf('removed'), by)
  const isPeer = tick.base.conversations.get(conversationId)?.kind === 'peer'
  depart(tick, conversationId, id, by)
  if (returns !== undefined) {
    planAfter(tick, returns.afterMs, {
      type: 'person.joins',
      conversationId,
      identity: member.identity,
      stay: returns.stay,
    })
  }
  if (!isPeer) return
  for (const { callId } of tick.base.conversations.get(conversationId)?.members.values() ?? []) {
    if (callId !== undefined)
      planAfter(tick, 0, { type: 'leg.ends', callId, outcome: outcomeOf('peerLeft'), by: 'callEnded' })
  }
}

/** A notice as outputs, rendered from the finished state. */
function render<D extends Dialect>(
  face: ServiceFace<D>,
  state: WorldState,
  notice: Notice,
  outputs: WorldOutput<D>[],
): void {
  const at = state.now
  if (notice.type === 'fact') {
    outputs.push({ at, type: 'fact', fact: notice.fact })
    return
  }
  const { callId, type: kind } = notice
  const leg = state.legs.get(callId)
  if (leg === undefined) throw new Error(`The notice names the unknown call ${callId}.`)
  const { appId, tenantId } = leg
  for (const { callbackUri = leg.callbackUri, body } of face.render(state, notice, leg))
    outputs.push({ at, type: 'notification', callId, appId, tenantId, callbackUri, kind, body })
}
