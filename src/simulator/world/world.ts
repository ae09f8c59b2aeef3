/**
 * World: a call service like Teams, as a pure, seeded reducer under a virtual clock. The emulator serves it over HTTP,
 * the simulated transport without HTTP.
 *
 * Rule 1: the same world and the same input at the same instant give the same next world and the same outputs.
 * Rule 2: due events are handled in order, each at its own instant, before the input.
 * Rule 3: time never goes back; a late input is handled now.
 * @module
 */
import { enableMapSet, produce } from 'immer'
import { options, readOptions, refusalOf } from '../../call/codec/options.ts'
import { inside, is, list, oneOf, optional, text, time, wholeNumber, type Fields } from '../../call/codec/schema.ts'
import { shapeBySchema } from '../graph/scenario/schema.ts'
import type { Act, Acted, TimelineEntry } from './acts.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from './event-queue.ts'
import { defaultCallee, type CalleeScripts } from './callee.ts'
import { answerInvitee, failInvitee, ringOut } from './invites.ts'
import { endIfAlone, endLeg, establish, establishing, expireLeg } from './legs.ts'
import { listScripts, perform } from './act-handlers.ts'
import { seedRandom, type RandomState } from './random.ts'
import { answerRequest, type ServiceRequest, type ServiceResponse } from '../graph/requests.ts'
import { callResults } from '../graph/results.ts'
import { admit, depart, join, setHeld, setMuted, sendGathered } from './roster.ts'
import { mergeSettings, settingsShape, type SettingsInput } from './settings.ts'
import { recordFact, planAfter, type Fact, type QueuedEvent, type Notice, type Tick } from './tick.ts'
import {
  visibleMembers,
  writeCallChange,
  writeFinishedInvite,
  writeNotification,
  writeParticipant,
  writeRemoved,
  writeResult,
} from '../graph/wire.ts'
import type { WireObject } from '../graph/wire-object.ts'
import type { WorldState } from './world-state.ts'

enableMapSet()

/** A call service at an instant. */
export interface World {
  /** The state, without what is planned. */
  readonly state: WorldState
  /** What is planned, by its time. */
  readonly queue: EventQueue<QueuedEvent>
}

/** Options of a world. */
export interface WorldOptions {
  /** Default `rollcall`. */
  readonly seed?: string | undefined
  /** The start of virtual time in milliseconds since the epoch. Default 2025-01-01. */
  readonly epochMs?: number | undefined
  /** Settings that differ from the default. */
  readonly settings?: SettingsInput | undefined
  /** What people do when called, by user id, phone number or other identity id. */
  readonly scripts?: Iterable<readonly [id: string, scripts: CalleeScripts]> | undefined
  /** What every other person does. Default: answers after two seconds and stays. */
  readonly defaultScript?: CalleeScripts | undefined
  /** Timed acts. */
  readonly timeline?: readonly TimelineEntry[] | undefined
}

const timelineEntry = options<TimelineEntry>({
  afterMs: wholeNumber(0),
  since: optional(oneOf('start', 'established')),
  act: shapeBySchema('act'),
})

/** The checks of those options without the scripts, which {@link checkScripts} checks. */
export const worldFields: Fields<Omit<WorldOptions, 'scripts' | 'defaultScript'>> = {
  seed: optional(text),
  epochMs: optional(time),
  settings: optional(settingsShape),
  timeline: optional(list(timelineEntry)),
}

/** What people do when called, as data: one script, or one for each time. */
export const scriptsShape = shapeBySchema<CalleeScripts>('callees')

/** A table of scripts, whose entries are checked when they are read: some can be read only once. */
export const scriptTable = is<Iterable<readonly [id: string, scripts: CalleeScripts]>>(
  'pairs of an id and a script',
  (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
)

/** Checks the scripts of a table, by id. @throws TypeError */
export function checkScripts(where: string, scripts: Iterable<readonly [id: string, scripts: unknown]>): void {
  for (const [id, script] of scripts) {
    const fault = scriptsShape(script)
    if (fault !== undefined) throw refusalOf(where, inside('scripts', inside(id, fault)))
  }
}

const shape = options<WorldOptions>({
  ...worldFields,
  scripts: optional(scriptTable),
  defaultScript: optional(scriptsShape),
})

/** An input of the world. */
export type WorldInput =
  | {
      readonly type: 'request'
      /** The request of a bot. */
      readonly request: ServiceRequest
    }
  | {
      readonly type: 'act'
      /** The act. */
      readonly act: Act
    }

/** The kind of a notification. */
export type NotificationKind = 'call' | 'operation' | 'roster' | 'raw'

/** An output of the world and its instant. */
export type WorldOutput = {
  /** The instant, in virtual milliseconds since the start. */
  readonly at: number
} & (
  | {
      readonly type: 'response'
      /** The answer to the request of the input. */
      readonly response: ServiceResponse
    }
  | {
      readonly type: 'acted'
      /** What came of the act of the input. */
      readonly acted: Acted
    }
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
      /** The body to post. */
      readonly body: WireObject
    }
  | {
      readonly type: 'fact'
      /** Ground truth. */
      readonly fact: Fact
    }
)

/** 1 January 2025: a fixed moment, so that a history does not depend on when it runs. */
export const DEFAULT_EPOCH_MS = 1_735_689_600_000

/**
 * A new world.
 * @throws TypeError for an option, setting, script or act that does not exist, or that cannot be
 */
export function createWorld(options: WorldOptions = {}): World {
  const { scripts = [], ...given } = readOptions('createWorld', shape, options)
  const table = [...scripts]
  checkScripts('createWorld', table)
  return makeWorld({ ...given, scripts: table })
}

/** A new world with options that were checked. */
export function makeWorld(options: WorldOptions): World {
  const seed = options.seed ?? 'rollcall'
  const timeline = options.timeline ?? []
  const initial = timeline
    .filter(({ since }) => since === 'start')
    .map(({ afterMs, act }) => ({ at: afterMs, what: { type: 'act', act } as const }))
  return {
    queue: plan(emptyQueue<QueuedEvent>(), initial),
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

/** When the next event is due; undefined if none is planned. */
export function nextWorldAt(world: World): number | undefined {
  return nextAt(world.queue)
}

/** Advances to `at`, then handles the input, if any. */
export function advanceWorld(
  world: World,
  at: number,
  input?: WorldInput,
): { readonly world: World; readonly outputs: readonly WorldOutput[] } {
  const outputs: WorldOutput[] = []
  let present = world
  for (;;) {
    const taken = takeNext(present.queue)
    if (taken === undefined || taken.next.at > at) break
    present = runEvent(
      { state: present.state, queue: taken.rest },
      taken.next.at,
      (tick) => {
        handleEvent(tick, taken.next.what)
      },
      outputs,
    )
  }
  if (input === undefined) return { world: present, outputs }
  const place = outputs.length
  let answer: WorldOutput | undefined
  present = runEvent(
    present,
    Math.max(at, present.state.now),
    (tick) => {
      const now = tick.draft.now
      answer =
        input.type === 'request'
          ? { at: now, type: 'response', response: answerRequest(tick, input.request) }
          : { at: now, type: 'acted', acted: perform(tick, input.act) }
    },
    outputs,
  )
  // The answer comes before the notifications it causes.
  if (answer !== undefined) outputs.splice(place, 0, answer)
  return { world: present, outputs }
}

/** Runs one event: drafts, finishes, renders. */
function runEvent(world: World, at: number, recipe: (tick: Tick) => void, outputs: WorldOutput[]): World {
  const notices: Notice[] = []
  const plans: Tick['plans'] = []
  const random: RandomState = [...world.state.random]
  const state = produce(world.state, (draft) => {
    draft.now = at
    recipe({ base: world.state, draft, random, notices, plans })
    draft.random = random
  })
  for (const notice of notices) outputs.push(render(state, notice))
  return { state, queue: plan(world.queue, plans) }
}

function handleEvent(tick: Tick, planned: QueuedEvent): void {
  switch (planned.type) {
    case 'leg.establishing':
      return establishing(tick, planned.callId)
    case 'leg.established':
      return establish(tick, planned.callId)
    case 'leg.ends':
      return endLeg(tick, planned.callId, planned.result, planned.by)
    case 'leg.expires':
      return expireLeg(tick, planned.callId)
    case 'leg.leftAlone':
      return endIfAlone(tick, planned.callId)
    case 'leg.unanswered':
      if (tick.base.legs.get(planned.callId)?.state === 'incoming')
        endLeg(tick, planned.callId, callResults.notAcknowledged, 'callEnded')
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
  if (member.callId !== undefined) return endLeg(tick, member.callId, callResults.removed, by)
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
      planAfter(tick, 0, { type: 'leg.ends', callId, result: callResults.peerLeft, by: 'callEnded' })
  }
}

/** A notice as an output, rendered from the finished state. */
function render(state: WorldState, notice: Notice): WorldOutput {
  const at = state.now
  if (notice.type === 'fact') return { at, type: 'fact', fact: notice.fact }
  const { settings } = state
  const { casing } = settings.switches
  const { callId } = notice
  const leg = state.legs.get(callId)
  if (leg === undefined) throw new Error(`The notice names the unknown call ${callId}.`)
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
  const shown = notice.isWhole ? visible : visible.filter(({ id }) => notice.changed.includes(id))
  const gone = notice.isWhole
    ? []
    : notice.removed.filter(({ member }) => member.hiddenBy === undefined || member.hiddenBy === notice.callId)
  return [
    {
      '@odata.type': '#microsoft.graph.deltaParticipants',
      participants: [
        ...shown.map((member) => writeParticipant(member, settings, { isNumbered: true })),
        ...gone.map(({ member, reason }) => writeRemoved(member, reason, settings)),
      ],
      sequenceNumber: conversation.sequence,
    },
  ]
}
