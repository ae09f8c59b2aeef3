/**
 * Host laws of traits: a host follows what the transport says about its service, and passes the reference of the call to
 * every request.
 * @module
 */
import type { InboundEvent, RosterEntry, Verdict } from '../../call/model/events.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { CallHandle } from '../../host/api/call-handle.ts'
import type { RequestOptions, Transport, TransportTraits } from '../../host/ports/ports.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { callId, demand, same, type Scene } from './scene.ts'

const bob = { user: { id: 'bob' } }
const ann = { user: { id: 'ann' } }

/** A service ends a call without keepAlive after this (Graph, documented). A polled call has been queried by then. */
const UNATTENDED_MS = 45 * 60_000

/** How often the roster is fetched in the law. */
const RESYNC_MS = 10_000

/** Longer than any report of an arrival stays in doubt. */
const SETTLED_MS = 5_000

/** Longer than any host waits before it looks for the bot's own id. */
const ASKED_BY_MS = 60_000

/** Called for each request: its method, its options, its call. */
type Tap = (method: string, options: RequestOptions | undefined, callId: string) => void

/** The laws of traits. */
export const traitLaws = {
  async 'traits: an invite beyond the limits is refused, and the ring time reaches the service'(scene: Scene) {
    const rings: (number | undefined)[] = []
    const rollcall = await scene.begin({
      traits: traitsOf(scene, { inviteesPerRequest: 2, ringTimeoutMs: [5_000, 60_000] }),
      tap: (inner) => ({
        ...inner,
        invite(id, invitation, options) {
          rings.push(invitation.ringTimeoutMs)
          return inner.invite(id, invitation, options)
        },
      }),
    })
    const call = rollcall.call(callId)
    const outcomes = [
      await outcomeOf(scene, call.invite([ann, bob, { user: { id: 'cy' } }])),
      await outcomeOf(scene, call.invite(bob, { ringTimeoutMs: 4_999 })),
      await outcomeOf(scene, call.invite(bob, { ringTimeoutMs: 60_001 })),
    ]
    same(
      outcomes,
      ['REQUEST_INVALID 2', 'REQUEST_INVALID 5000', 'REQUEST_INVALID 60000'],
      'the outcomes of an invite of too many, and of ring times that are too short and too long',
    )
    demand(scene.sent.length === 0, 'an invite beyond the limits was sent')
    const taken = [
      await outcomeOf(scene, call.invite([ann, bob], { ringTimeoutMs: 5_000 })),
      await outcomeOf(scene, call.invite({ user: { id: 'cy' } })),
    ]
    same(
      [taken, rings],
      [
        ['done', 'done'],
        [5_000, undefined],
      ],
      'the outcomes of two invites, and the ring times sent',
    )
    await rollcall.close()
  },

  async 'traits: an id is normalised by the transport, and unchanged where the transport does not normalise'(
    scene: Scene,
  ) {
    // Names of rooms that look like GUIDs of Graph and are not.
    for (const [room, normaliseId] of [
      ['3F2B0C1D4E5F60718293A4B5C6D7E8F9', undefined],
      ['4A2B0C1D4E5F60718293A4B5C6D7E8F9', (id: string): string => id.toLowerCase()],
    ] as const) {
      const rooms = [room, room.toLowerCase()]
      const expected = normaliseId === undefined ? rooms : [room.toLowerCase()]
      const asked: string[] = []
      const rollcall = scene.host(undefined, {
        traits: { normaliseId },
        tap: (inner) => ({ ...inner, ...silentCall((_method, _options, id) => asked.push(id)) }),
      })
      const handles = rooms.map((name) => rollcall.call(name).id)
      rollcall.receive(rooms.map((name) => ({ callId: name, event: established }))).catch(() => undefined)
      await scene.pass()
      same([...new Set(handles)], expected, `the ids of the calls ${rooms.join(' and ')}`)
      // The second host also resumes what the first one left.
      const ours = new Set(asked.filter((id) => id.toLowerCase() === room.toLowerCase()))
      same([...ours].sort(), [...expected].sort(), `the calls that were queried of ${rooms.join(' and ')}`)
      await rollcall.close()
    }
  },

  async 'traits: a polled call is queried and never kept alive'(scene: Scene) {
    const counts = { getCall: 0, keepAlive: 0 }
    const rollcall = await scene.begin({
      traits: traitsOf(scene, { liveness: 'poll' }),
      tap: (inner) => ({
        ...inner,
        getCall(id, options) {
          counts.getCall += 1
          return inner.getCall(id, options)
        },
        keepAlive(id, options) {
          counts.keepAlive += 1
          return inner.keepAlive(id, options)
        },
      }),
    })
    // The service does not report that it ends the call: the poll finds out.
    scene.service.deliverTo({ receive: () => undefined })
    await scene.pass(UNATTENDED_MS / 2)
    demand(counts.getCall > 0, `a polled call was not queried in ${UNATTENDED_MS / 2 / 60_000} minutes`)
    await scene.pass(UNATTENDED_MS)
    same(counts.keepAlive, 0, 'how many keepAlives were sent for a polled call')
    same((await rollcall.call(callId).read()).state, 'terminated', 'the state of a call that the service does not know')
    await rollcall.close()
  },

  async 'traits: the roster is fetched at the interval of the transport'(scene: Scene) {
    const rollcall = await scene.begin({ traits: traitsOf(scene, { resyncMs: RESYNC_MS }) })
    scene.service.act({ act: 'join', callId, person: 'ann' })
    await scene.pass(SETTLED_MS)
    const call = rollcall.call(callId)
    same(await statesOf(call), ['active'], 'who is in the call')
    scene.service.deliverTo({ receive: () => undefined })
    scene.service.act({ act: 'leave', callId, who: 'ann' })
    await scene.pass(3 * RESYNC_MS)
    same(await statesOf(call), ['removed'], 'who is in the call after a departure without a notification')
    await rollcall.close()
  },

  async 'traits: where rosters omit the bot, its id is not looked for and a roster without it is complete'(
    scene: Scene,
  ) {
    let asked = 0
    const rollcall = scene.host(undefined, {
      traits: { isBotOnRoster: false },
      tap: (inner) => ({ ...inner, ...silentCall((method) => (asked += method === 'getCall' ? 1 : 0)) }),
    })
    const tell = async (event: InboundEvent['event']): Promise<void> => {
      rollcall.receive([{ callId, event }]).catch(() => undefined)
      await scene.pass(SETTLED_MS)
    }
    await tell({ type: 'call.reported', state: 'establishing' })
    await tell(established)
    await tell({ type: 'roster.reported', kind: 'full', entries: [entryOf('ann'), entryOf('bob')] })
    await tell({ type: 'roster.reported', kind: 'full', entries: [entryOf('bob')] })
    await scene.pass(ASKED_BY_MS)
    same(
      await statesOf(rollcall.call(callId)),
      ['removed', 'active'],
      'the states of two participants, one of whom left',
    )
    same(asked, 0, 'how often the call was queried for the id of a bot that no roster shows')
    await rollcall.close()
  },

  async 'reference: the reference of a call is stored and passed to every request about it'(scene: Scene) {
    const seen: string[] = []
    const tap = (inner: Transport): Transport =>
      tapped(inner, (method, options) => void seen.push(`${method} ${options?.reference ?? 'without a reference'}`))
    const first = await scene.begin({ tap })
    first
      .receive([{ callId, event: { type: 'call.reported', state: 'established', reference: REFERENCE } }])
      .catch(() => undefined)
    await scene.pass()
    seen.length = 0
    await useEverything(scene, first)
    await first.close()
    // Another process knows only what is stored.
    const next = scene.host(undefined, { tap })
    next
      .call(callId)
      .hangUp()
      .catch(() => undefined)
    await scene.pass()
    same(
      [...new Set(seen.map((one) => one.split(' ')[0]))].sort(),
      ['deleteParticipant', 'hangUp', 'invite', 'keepAlive', 'listParticipants', 'muteParticipant'],
      'the requests that were made',
    )
    same(
      [...new Set(seen.filter((one) => !one.endsWith(` ${REFERENCE}`)))],
      [],
      `the requests that were sent with something other than ${REFERENCE}`,
    )
    await next.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>

const REFERENCE = 'conference-1'

const established = { type: 'call.reported', state: 'established' } as const

function traitsOf({ service }: Scene, traits: TransportTraits): TransportTraits {
  return { ...service.traits, ...traits }
}

function entryOf(id: string): RosterEntry {
  return { id: `${id}-1`, identity: { user: { id } }, isInLobby: false, isMuted: false }
}

/** `done`, or the code of the error and its limit. */
async function outcomeOf(scene: Scene, asked: Promise<unknown>): Promise<string> {
  let outcome = 'nothing'
  asked.then(
    () => {
      outcome = 'done'
    },
    (error: unknown) => {
      outcome = isRollcallError(error) ? `${error.code} ${String(error.details.limit)}` : String(error)
    },
  )
  await scene.pass()
  return outcome
}

async function statesOf(call: CallHandle): Promise<readonly string[]> {
  return [...(await call.read()).participants.values()].map(({ state }) => state)
}

/** Answers the queries for an established call without participants, without the service of the scene. */
function silentCall(onAsked: Tap): Pick<Transport, 'getCall' | 'listParticipants'> {
  const answer = async <T>(
    method: string,
    id: string,
    options: RequestOptions | undefined,
    value: T,
  ): Promise<Verdict<T>> => {
    if (options?.beforeSend !== undefined && !(await options.beforeSend()))
      return {
        verdict: 'refused',
        failure: { reason: 'other', code: 'aborted', message: 'it was aborted before it was sent' },
      }
    onAsked(method, options, id)
    return { verdict: 'done', value }
  }
  return {
    getCall: (id, options) => answer('getCall', id, options, { state: 'established', myParticipantId: 'bot-1' }),
    listParticipants: (id, options) => answer('listParticipants', id, options, { entries: [] }),
  }
}

/** The transport, with a tap for every request about a call. */
function tapped(inner: Transport, tap: Tap): Transport {
  const told = <T>(method: string, id: string, options: RequestOptions | undefined, act: () => T): T => {
    tap(method, options, id)
    return act()
  }
  return {
    ...inner,
    getCall: (id, options) => told('getCall', id, options, () => inner.getCall(id, options)),
    keepAlive: (id, options) => told('keepAlive', id, options, () => inner.keepAlive(id, options)),
    hangUp: (id, options) => told('hangUp', id, options, () => inner.hangUp(id, options)),
    invite: (id, invitation, options) => told('invite', id, options, () => inner.invite(id, invitation, options)),
    listParticipants: (id, options) => told('listParticipants', id, options, () => inner.listParticipants(id, options)),
    deleteParticipant: (id, participantId, options) =>
      told('deleteParticipant', id, options, () => inner.deleteParticipant(id, participantId, options)),
    muteParticipant: (id, participantId, clientContext, options) =>
      told('muteParticipant', id, options, () => inner.muteParticipant(id, participantId, clientContext, options)),
  }
}

/** Makes the host send every request about a call except the hang-up and the query for the call itself. */
async function useEverything(scene: Scene, rollcall: Rollcall): Promise<void> {
  const call = rollcall.call(callId)
  let key = ''
  call.invite(bob).then(
    (invited) => {
      key = invited.key
    },
    () => undefined,
  )
  await scene.pass()
  scene.service.act({ act: 'answer', callId, who: 'bob' })
  await scene.pass(SETTLED_MS)
  call.mute(key).catch(() => undefined)
  await scene.pass()
  // Without news of the removal, the roster is fetched.
  scene.service.deliverTo({ receive: () => undefined })
  call.remove(key).catch(() => undefined)
  await scene.pass(UNATTENDED_MS / 2)
}
