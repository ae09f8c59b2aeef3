/**
 * A stage for stories about the contract: a bot on the public entry points, a service by the facts, and a clock
 * that is nothing but the two methods the contract names.
 * @module
 */
import { createRollcall, type PublishedChange, type Rollcall, type RollcallOptions } from '../../src/index.ts'
import { graphTransport, graphWebhook, type GraphTransportOptions } from '../../src/graph/index.ts'
import { payloadText } from '../graph/payload-files.ts'
import { GraphByTheFacts, type WireParticipant } from './graph-by-the-facts.ts'

/** The call of the documented examples. */
export const callId = '7531d31f-d10d-44de-802f-c569dbca451c'
/** The bot's own participant id. */
export const botId = '05491616-385f-44a8-9974-18cc5f9933c1'
/** The application id of the bot. */
export const appId = 'f2fa86af-3c51-4bc2-8fc0-475452d9764f'
/** The invitee of the documented examples. */
export const bobId = '278405a3-f568-4b3e-b684-009193463064'

/** Another person in the directory. */
export const annId = '112f7296-5fa4-42ca-bae8-6a692b15d4b8'

/** The clock of the contract, and the hand that moves it. */
export interface HandClock {
  readonly now: () => number
  readonly schedule: (atMs: number, run: () => void) => () => void
  readonly advance: (ms: number) => Promise<void>
  readonly pending: () => number
}

/** A clock that stands until it is moved. */
export function handClock(startMs = Date.UTC(2030, 0, 1)): HandClock {
  let now = startMs
  let alarms: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    schedule(atMs, run) {
      const alarm = { at: atMs, run }
      alarms.push(alarm)
      return () => {
        alarms = alarms.filter((each) => each !== alarm)
      }
    },
    pending: () => alarms.length,
    async advance(ms) {
      const target = now + ms
      for (;;) {
        await settle()
        const [first] = alarms.filter(({ at }) => at <= target).sort((one, other) => one.at - other.at)
        if (first === undefined) break
        alarms = alarms.filter((each) => each !== first)
        now = Math.max(now, first.at)
        first.run()
      }
      now = target
    },
  }
}

const aTurn = setImmediate

/** Lets everything happen that needs no time. */
export async function settle(turns = 25): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => aTurn(resolve))
}

/** A roster entry as Graph writes it. */
export function person(id: string | null, userId: string, more: Record<string, unknown> = {}): WireParticipant {
  return {
    '@odata.type': '#microsoft.graph.participant',
    info: {
      '@odata.type': '#microsoft.graph.participantInfo',
      identity: {
        '@odata.type': '#microsoft.graph.identitySet',
        user: { '@odata.type': '#microsoft.graph.identity', id: userId, displayName: 'Somebody' },
      },
      endpointType: 'default',
      ...(id === null ? {} : { participantId: id }),
    },
    mediaStreams: [
      {
        '@odata.type': '#microsoft.graph.mediaStream',
        mediaType: 'audio',
        sourceId: '1',
        direction: 'sendReceive',
        serverMuted: false,
      },
    ],
    isMuted: false,
    isInLobby: false,
    id,
    ...more,
  }
}

/** The bot's own roster entry. */
export function itself(id: string | null = botId): WireParticipant {
  return {
    ...person(id, ''),
    info: {
      '@odata.type': '#microsoft.graph.participantInfo',
      identity: { application: { id: appId } },
      ...(id === null ? {} : { participantId: id }),
    },
  }
}

/** A notification collection with one item. */
export function notification(path: string, resourceData: unknown, changeType = 'updated', of = callId): unknown {
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType,
        resource: `/app/calls/${of}${path}`,
        resourceUrl: `/communications/calls/${of}${path}`,
        resourceData,
      },
    ],
  }
}

/** A full roster. */
export function roster(...entries: readonly WireParticipant[]): unknown {
  return notification('/participants', entries)
}

/** The end of an invite operation. */
export function operation(
  clientContext: string | null,
  status: string,
  resultInfo?: unknown,
  more: Record<string, unknown> = {},
): unknown {
  const id = 'id' in more ? more['id'] : '0fc3812a-fdc3-4fb4-825c-a06c9f35414e'
  return notification(
    `/operations/${String(id)}`,
    {
      '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
      participants: [],
      status,
      ...(clientContext === null ? {} : { clientContext }),
      ...(resultInfo === undefined ? {} : { resultInfo }),
      id,
      ...more,
    },
    'deleted',
  )
}

/** News of the call itself. */
export function callIs(state: string, more: Record<string, unknown> = {}): unknown {
  return notification(
    '',
    { '@odata.type': '#microsoft.graph.call', state, ...more },
    state === 'terminated' ? 'deleted' : 'updated',
  )
}

/** A documented sample with other ids. */
export function sample(name: string, ids: Readonly<Record<string, string>> = {}): unknown {
  let text = payloadText(name)
  for (const [old, id] of Object.entries(ids)) text = text.replaceAll(old, id)
  return JSON.parse(text)
}

/** Everything a story needs. */
export interface Stage {
  readonly graph: GraphByTheFacts
  readonly clock: HandClock
  readonly rollcall: Rollcall
  readonly told: PublishedChange[]
  readonly errors: unknown[]
  readonly handle: (request: Request) => Promise<Response>
  /** Posts a callback; resolves with its status. */
  readonly post: (body: unknown) => Promise<number>
}

/** Another host, on the same service and clock if they are given. */
export function stage(
  given: Partial<RollcallOptions> & {
    graph?: GraphByTheFacts
    hand?: HandClock
    wire?: Partial<GraphTransportOptions>
  } = {},
): Stage {
  const { graph = new GraphByTheFacts(), hand: clock = handClock(), wire, ...options } = given
  const errors: unknown[] = []
  const told: PublishedChange[] = []
  const rollcall = createRollcall({
    transport: graphTransport({ token: async () => 'secret', fetch: graph.fetch, ...wire }),
    clock: { now: clock.now, schedule: clock.schedule },
    onError: (error) => errors.push(error),
    ...options,
  })
  rollcall.subscribe((change) => {
    told.push(change)
  })
  const handle = graphWebhook(rollcall, { authentication: 'off' })
  const post = async (body: unknown): Promise<number> => {
    const response = await handle(
      new Request('https://bot.contoso.com/callback', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
    return response.status
  }
  return { graph, clock, rollcall, told, errors, handle, post }
}

/** An established call with the bot on the roster. */
export async function establishedStage(
  given: Parameters<typeof stage>[0] = {},
): Promise<Stage & { call: ReturnType<Rollcall['call']> }> {
  const set = stage(given)
  set.graph.roster = [itself()]
  await set.post(callIs('establishing', { myParticipantId: botId }))
  await set.post(callIs('established', { myParticipantId: botId }))
  await set.post(roster(itself()))
  return { ...set, call: set.rollcall.call(callId) }
}

/** What became of each participant, in words. */
export function words(told: readonly PublishedChange[]): string[] {
  return told.filter(({ key }) => key !== undefined).map(({ from, to }) => `${from ?? '-'}>${to}`)
}
