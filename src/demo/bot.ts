/**
 * The demo's bot: embeds rollcall as any application would, over real HTTP, and logs its requests and notifications.
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
import type { PublishedChange } from '../host/ports/published-change.ts'
import { createRollcall } from '../host/api/rollcall.ts'
import type { TraceBuffer } from '../inspect/trace-buffer.ts'
import type { SteppedTime } from '../emulator/stepped-time.ts'
import type { DemoLog } from './demo-log.ts'
import { answerText, isKeepAlive, observationText, requestText, type Exchange } from './wire-text.ts'

/** Options of a bot. */
export interface BotOptions {
  /** The service's base URL. */
  readonly serviceUrl: string
  readonly pathPrefix: GraphPathPrefix
  readonly time: SteppedTime
  readonly log: DemoLog
  /** Records every step of the bot's host. */
  readonly buffer: TraceBuffer
}

/** A bot in one call. */
export interface Bot {
  readonly call: CallHandle
  /** Its requests, oldest first. */
  readonly exchanges: readonly Exchange[]
  /** The changes its subscription received. */
  readonly changes: readonly PublishedChange[]
  /** Resolves when everything known is in the log. */
  written(): Promise<void>
  /** Closes the bot, but does not end the call. */
  close(): Promise<void>
}

/** Starts a bot, creates a call, and resolves when the call is established. */
export async function startBot({ serviceUrl, pathPrefix, time, log, buffer }: BotOptions): Promise<Bot> {
  const exchanges: Exchange[] = []
  const changes: PublishedChange[] = []
  let call: CallHandle | undefined
  let writing = Promise.resolve()
  // Answers may still arrive while the bot closes; the log has ended then.
  let isOver = false
  const written = (): Promise<void> =>
    (writing = writing.then(() => (isOver ? undefined : writeLog(log, call, changes))))

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
    log.wire('out', requestText(exchange), answerText(exchange), isKeepAlive(exchange))
    void written()
    return response
  }
  const rollcall = createRollcall({
    transport: graphTransport({ token: async () => 'demo', baseUrl: serviceUrl, pathPrefix, fetch: observedFetch }),
    clock: time.clock,
  })
  buffer.watch(rollcall)
  rollcall.subscribe((change) => {
    changes.push(change)
    void written()
  })

  const handle = graphWebhook(rollcall, { authentication: 'off' })
  const server = createServer(
    toNodeListener(async (request) => {
      const events = parseNotifications(read(await request.clone().text()))
      log.wire('in', events.map(observationText).join('; '))
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
    changes,
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

/** Logs requests and notifications, the conclusions about each participant, and the reasons. */
async function writeLog(
  log: DemoLog,
  call: CallHandle | undefined,
  changes: readonly PublishedChange[],
): Promise<void> {
  const keys = call === undefined ? [] : [...(await call.read()).participants.keys()]
  const known = await Promise.all(keys.map((key) => (call as CallHandle).explain(key)))
  log.write(known, (of, { state, at }) =>
    changes.some(({ key, to, at: changedAt }) => key === of && to === state && changedAt === at),
  )
}

function read(body: unknown): unknown {
  return typeof body === 'string' && body !== '' ? (JSON.parse(body) as unknown) : undefined
}
