/**
 * World: a Teams-like call service as a pure, seeded reducer under a virtual clock. There is one: the emulator serves
 * it over HTTP, the simulated transport without.
 *
 * Rule 1: the same world and the same input at the same instant give the same next world and the same outputs.
 * Rule 2: what is due by itself happens in order, each at its own instant, before the input is taken.
 * Rule 3: time never goes back; an input that comes late is taken now.
 * @module
 */
import { enableMapSet, produce } from 'immer'
import type { Act, Acted, TimelineEntry } from './acts.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from './event-queue.ts'
import { defaultCallee, type CalleeScripts } from './callee.ts'
import { answerInvitee, failInvitee, ringOut } from './invites.ts'
import { endIfAlone, endLeg, establish, establishing, expireLeg } from './legs.ts'
import { listScripts, perform } from './act-handlers.ts'
import { seedRandom, type RandomState } from './random.ts'
import { answerRequest, type ServiceRequest, type ServiceResponse } from './requests.ts'
import { callResults } from './results.ts'
import { admit, depart, join, setHeld, setMuted, tellGathered } from './roster.ts'
import { mergeSettings, type SettingsInput } from './settings.ts'
import { note, planAfter, type Fact, type QueuedEvent, type Notice, type Tick } from './tick.ts'
import {
  visibleMembers,
  writeCallChange,
  writeFinishedInvite,
  writeNotification,
  writeParticipant,
  writeRemoved,
  writeResult,
} from './wire.ts'
import type { WireObject } from './wire-object.ts'
import type { WorldState } from './world-state.ts'

enableMapSet()

/** A call service at an instant. */
export interface World {
  readonly state: WorldState
  readonly agenda: EventQueue<QueuedEvent>
}

/** What a world is made from. */
export interface WorldOptions {
  /** Default `rollcall`. */
  readonly seed?: string | undefined
  /** The moment virtual time starts at, milliseconds since the epoch. Default 2025-01-01. */
  readonly epochMs?: number | undefined
  readonly settings?: SettingsInput | undefined
  /** What people do when called, by user id, phone number or other identity id. */
  readonly scripts?: Iterable<readonly [id: string, scripts: CalleeScripts]> | undefined
  /** What everybody else does: by default they answer after two seconds and stay. */
  readonly defaultScript?: CalleeScripts | undefined
  /** What happens by itself. */
  readonly timeline?: readonly TimelineEntry[] | undefined
}

/** Something done to the world. */
export type WorldInput =
  | { readonly type: 'request'; readonly request: ServiceRequest }
  | { readonly type: 'act'; readonly act: Act }

/** What kind of news a notification brings. */
export type NotificationKind = 'call' | 'operation' | 'roster' | 'raw'

/** Something the world says, and when. */
export type WorldOutput = { readonly at: number } & (
  | { readonly type: 'response'; readonly response: ServiceResponse }
  | { readonly type: 'acted'; readonly acted: Acted }
  | {
      readonly type: 'notification'
      readonly callId: string
      readonly appId: string
      readonly tenantId: string
      readonly callbackUri: string
      readonly kind: NotificationKind
      readonly body: WireObject
    }
  | { readonly type: 'fact'; readonly fact: Fact }
)

/** The first of January 2025: a fixed moment, so that a history does not depend on when it is played. */
export const DEFAULT_EPOCH_MS = 1_735_689_600_000

/** A world in which nothing has happened yet.
 * @throws TypeError for settings that do not exist. */
export function createWorld(options: WorldOptions = {}): World {
  const seed = options.seed ?? 'rollcall'
  const timeline = options.timeline ?? []
  const initial = timeline
    .filter(({ since }) => since === 'start')
    .map(({ afterMs, act }) => ({ at: afterMs, what: { type: 'act', act } as const }))
  return {
    agenda: plan(emptyQueue<QueuedEvent>(), initial),
    state: {
      seed,
      now: 0,
      epochMs: options.epochMs ?? DEFAULT_EPOCH_MS,
      random: seedRandom(seed),
      settings: mergeSettings(options.settings),
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

/** When something next happens by itself; undefined when nothing will. */
export function nextWorldAt(world: World): number | undefined {
  return nextAt(world.agenda)
}

/** Lets time pass until `at`, then takes the input, if there is one. */
export function advanceWorld(
  world: World,
  at: number,
  input?: WorldInput,
): { readonly world: World; readonly outputs: readonly WorldOutput[] } {
  const outputs: WorldOutput[] = []
  let present = world
  for (;;) {
    const taken = takeNext(present.agenda)
    if (taken === undefined || taken.next.at > at) break
    present = play(
      { state: present.state, agenda: taken.rest },
      taken.next.at,
      (stage) => {
        happen(stage, taken.next.what)
      },
      outputs,
    )
  }
  if (input === undefined) return { world: present, outputs }
  const place = outputs.length
  let answer: WorldOutput | undefined
  present = play(
    present,
    Math.max(at, present.state.now),
    (stage) => {
      const now = stage.draft.now
      answer =
        input.type === 'request'
          ? { at: now, type: 'response', response: answerRequest(stage, input.request) }
          : { at: now, type: 'acted', acted: perform(stage, input.act) }
    },
    outputs,
  )
  // The answer is said before the news it makes.
  if (answer !== undefined) outputs.splice(place, 0, answer)
  return { world: present, outputs }
}

/** Plays one happening: drafts, finishes, renders. */
function play(world: World, at: number, recipe: (stage: Tick) => void, outputs: WorldOutput[]): World {
  const notices: Notice[] = []
  const plans: Tick['plans'] = []
  const random: RandomState = [...world.state.random]
  const state = produce(world.state, (draft) => {
    draft.now = at
    recipe({ base: world.state, draft, random, notices, plans })
    draft.random = random
  })
  for (const notice of notices) outputs.push(render(state, notice))
  return { state, agenda: plan(world.agenda, plans) }
}

function happen(stage: Tick, happening: QueuedEvent): void {
  switch (happening.type) {
    case 'leg.establishing':
      return establishing(stage, happening.callId)
    case 'leg.established':
      return establish(stage, happening.callId)
    case 'leg.ends':
      return endLeg(stage, happening.callId, happening.result, happening.by)
    case 'leg.expires':
      return expireLeg(stage, happening.callId)
    case 'leg.leftAlone':
      return endIfAlone(stage, happening.callId)
    case 'leg.unanswered':
      if (stage.base.legs.get(happening.callId)?.state === 'incoming')
        endLeg(stage, happening.callId, callResults.notAcknowledged, 'callEnded')
      return
    case 'invitee.decides':
      if (happening.failure === undefined) answerInvitee(stage, happening.id)
      else failInvitee(stage, happening.id, happening.failure, 'self')
      return
    case 'invitee.ringsOut':
      return ringOut(stage, happening.id)
    case 'member.leaves':
      return leave(stage, happening)
    case 'member.admitted':
      return admit(stage, happening.conversationId, happening.id, happening.stay)
    case 'roster.gathered':
      return tellGathered(stage, happening.conversationId)
    case 'member.muted':
      return setMuted(stage, happening.conversationId, [happening.id], true)
    case 'member.held': {
      const { conversationId, id, isHeld, thenAfterMs } = happening
      setHeld(stage, conversationId, id, isHeld)
      if (thenAfterMs !== undefined)
        planAfter(stage, thenAfterMs, { type: 'member.held', conversationId, id, isHeld: !isHeld })
      return
    }
    case 'act': {
      const acted = perform(stage, happening.act)
      if (!acted.done) note(stage, { type: 'actRefused', act: happening.act.act, reason: acted.reason })
      return
    }
    case 'person.joins':
      join(stage, happening.conversationId, { identity: happening.identity }, happening.stay)
  }
}

function leave(
  stage: Tick,
  { conversationId, id, by, returns }: Extract<QueuedEvent, { type: 'member.leaves' }>,
): void {
  const member = stage.base.conversations.get(conversationId)?.members.get(id)
  if (member === undefined || (by === 'lobbyTimeout' && !member.isInLobby)) return
  if (member.callId !== undefined) return endLeg(stage, member.callId, callResults.removed, by)
  const isPeer = stage.base.conversations.get(conversationId)?.kind === 'peer'
  depart(stage, conversationId, id, by)
  if (returns !== undefined) {
    planAfter(stage, returns.afterMs, {
      type: 'person.joins',
      conversationId,
      identity: member.identity,
      stay: returns.stay,
    })
  }
  if (!isPeer) return
  for (const { callId } of stage.base.conversations.get(conversationId)?.members.values() ?? []) {
    if (callId !== undefined)
      planAfter(stage, 0, { type: 'leg.ends', callId, result: callResults.peerLeft, by: 'callEnded' })
  }
}

/** A notice as the world says it, from the finished state. */
function render(state: WorldState, notice: Notice): WorldOutput {
  const at = state.now
  if (notice.type === 'fact') return { at, type: 'fact', fact: notice.fact }
  const { settings } = state
  const { casing } = settings.switches
  const { callId } = notice
  const leg = state.legs.get(callId)
  if (leg === undefined) throw new Error(`The world speaks of the call ${callId}, which it does not know.`)
  const about = {
    at,
    type: 'notification',
    callId,
    appId: leg.appId,
    tenantId: leg.tenantId,
    callbackUri: leg.callbackUri,
  } as const
  switch (notice.type) {
    case 'raw':
      return { ...about, kind: 'raw', body: notice.body }
    case 'call': {
      const more = leg.result === undefined ? notice.more : { ...notice.more, resultInfo: writeResult(leg.result) }
      return {
        ...about,
        kind: 'call',
        body: writeNotification(notice.changeType, callId, writeCallChange(leg, settings.switches, more), casing),
      }
    }
    case 'operation': {
      const { operation, status, result } = notice
      const data = writeFinishedInvite(operation, status, result, settings)
      return {
        ...about,
        kind: 'operation',
        body: writeNotification('deleted', `${callId}/operations/${operation.id}`, data, casing),
      }
    }
    case 'roster':
      return {
        ...about,
        kind: 'roster',
        body: writeNotification('updated', `${callId}/participants`, renderRoster(state, notice), casing),
      }
  }
}

function renderRoster(state: WorldState, notice: Extract<Notice, { type: 'roster' }>): readonly WireObject[] {
  const { settings } = state
  const conversation = state.conversations.get(state.legs.get(notice.callId)?.conversationId ?? '')
  if (conversation === undefined) return []
  const visible = visibleMembers(conversation, notice.callId, settings.switches)
  if (!notice.isDelta) return visible.map((member) => writeParticipant(member, settings))
  const told = notice.isWhole ? visible : visible.filter(({ id }) => notice.changed.includes(id))
  const gone = notice.isWhole
    ? []
    : notice.removed.filter(({ member }) => member.hiddenBy === undefined || member.hiddenBy === notice.callId)
  return [
    {
      '@odata.type': '#microsoft.graph.deltaParticipants',
      participants: [
        ...told.map((member) => writeParticipant(member, settings, { isNumbered: true })),
        ...gone.map(({ member, reason }) => writeRemoved(member, reason, settings)),
      ],
      sequenceNumber: conversation.sequence,
    },
  ]
}
