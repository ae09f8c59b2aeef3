/**
 * The bot of the demo: embeds rollcall as any application would, over real HTTP, and lets the timeline look on at what
 * goes in and out.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fetch } from '../graph/transport/http-attempt.ts'
import { toNodeListener } from '../webhook/node-listener.ts'
import { parseNotifications } from '../graph/wire/notifications.ts'
import { graphTransport } from '../graph/transport/transport.ts'
import { graphWebhook } from '../graph/webhook/webhook.ts'
import type { GraphPathPrefix } from '../graph/wire/shapes.ts'
import type { CallHandle } from '../host/api/call-handle.ts'
import type { PublishedChange } from '../host/ports/ports.ts'
import { createRollcall } from '../host/api/rollcall.ts'
import type { TraceBuffer } from '../inspect/trace-buffer.ts'
import type { SteppedTime } from './stepped-time.ts'
import type { Timeline } from './timeline.ts'
import { answerWords, observationWords, requestWords, type Exchange } from './wire-words.ts'

/** What a bot is started with. */
export interface BotOptions {
  /** The service's address. */
  readonly serviceUrl: string
  readonly pathPrefix: GraphPathPrefix
  readonly time: SteppedTime
  readonly timeline: Timeline
  /** Looks on at every step of the bot's host. */
  readonly buffer: TraceBuffer
}

/** A bot in one call. */
export interface Bot {
  readonly call: CallHandle
  /** Its requests, oldest first. */
  readonly exchanges: readonly Exchange[]
  /** What its subscription was told. */
  readonly told: readonly PublishedChange[]
  /** Resolves when everything that is known is on the timeline. */
  written(): Promise<void>
  /** Ends the bot, not the call. */
  close(): Promise<void>
}

/** Starts a bot, has it create a call, and resolves when that is established. */
export async function startBot({ serviceUrl, pathPrefix, time, timeline, buffer }: BotOptions): Promise<Bot> {
  const exchanges: Exchange[] = []
  const told: PublishedChange[] = []
  let call: CallHandle | undefined
  let writing = Promise.resolve()
  // Answers may still come in while the bot closes; the timeline has ended then.
  let isOver = false
  const written = (): Promise<void> =>
    (writing = writing.then(() => (isOver ? undefined : writeTimeline(timeline, call, told))))

  const send = time.counted(fetch)
  const observedFetch: Fetch = async (input, init) => {
    const response = await send(input, init)
    const text = await response.clone().text()
    const exchange = {
      method: init.method ?? 'GET',
      path: new URL(input).pathname,
      request: read(init.body),
      status: response.status,
      response: read(text),
    }
    exchanges.push(exchange)
    timeline.wire('out', requestWords(exchange), answerWords(exchange))
    void written()
    return response
  }
  const rollcall = createRollcall({
    transport: graphTransport({ token: async () => 'demo', baseUrl: serviceUrl, pathPrefix, fetch: observedFetch }),
    clock: time.clock,
  })
  buffer.watch(rollcall)
  rollcall.subscribe((change) => {
    told.push(change)
    void written()
  })

  const handle = graphWebhook(rollcall, { authentication: 'off' })
  const server = createServer(
    toNodeListener(async (request) => {
      const observations = parseNotifications(read(await request.clone().text()))
      timeline.wire('in', observations.map(observationWords).join('; '))
      const response = await handle(request)
      void written()
      return response
    }),
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  call = await time.during(rollcall.createCall({ callbackUri: `http://127.0.0.1:${port}/callback` }))
  await time.during(call.established())
  return {
    call,
    exchanges,
    told,
    written,
    async close() {
      await written()
      isOver = true
      await writing
      await time.during(rollcall.close())
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

/** Writes what happened, what has been concluded about everybody, and why. */
async function writeTimeline(
  timeline: Timeline,
  call: CallHandle | undefined,
  told: readonly PublishedChange[],
): Promise<void> {
  const keys = call === undefined ? [] : [...(await call.read()).participants.keys()]
  const known = await Promise.all(keys.map((key) => (call as CallHandle).explain(key)))
  timeline.write(known, (of, { state, at }) =>
    told.some(({ key, to, at: toldAt }) => key === of && to === state && toldAt === at),
  )
}

function read(body: unknown): unknown {
  return typeof body === 'string' && body !== '' ? (JSON.parse(body) as unknown) : undefined
}
