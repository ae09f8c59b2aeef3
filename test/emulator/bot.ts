/**
 * A bot for tests that uses only `node:http` and `fetch`: it listens for callbacks and sends requests to Graph's URLs.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A notification item on the wire. */
interface Item {
  readonly changeType: string
  readonly resource: string
  readonly resourceUrl: string
  readonly resourceData: unknown
}

/** A participant on the wire. */
export interface Entry {
  readonly id: string | null
  readonly isInLobby: boolean
  readonly isMuted: boolean
  readonly info: { readonly participantId?: string; readonly identity: Record<string, { id?: string }> }
  readonly removedState?: { readonly reason: string }
  readonly rosterSequenceNumber?: number
}

/** A bot that listens for callbacks. */
export interface Bot {
  readonly callbackUri: string
  readonly items: Item[]
  readonly headers: NodeJS.Dict<string | string[]>[]
  /** Decides the status of the next callbacks; 202 by default. */
  answerWith: (item: Item) => number | Promise<number>
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: any }>
  rosters(): Entry[][]
  operations(): any[]
  calls(): any[]
  close(): Promise<void>
}

/** Starts a bot of the service at `base`. */
export async function startBot(base: string, prefix = '/v1.0/communications'): Promise<Bot> {
  const items: Item[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    headers.push(request.headers)
    const { value } = JSON.parse(Buffer.concat(chunks).toString()) as { value: Item[] }
    items.push(...value)
    response.writeHead(await bot.answerWith(value[0] as Item)).end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const of = (ending: RegExp): any[] =>
    items.filter(({ resourceUrl }) => ending.test(resourceUrl)).map(({ resourceData }) => resourceData)
  const bot: Bot = {
    callbackUri: `http://127.0.0.1:${port}/callback`,
    items,
    headers,
    answerWith: () => 202,
    async ask(method, path, body, more = {}) {
      const response = await fetch(
        path.startsWith('/v1.0') || path.startsWith('/beta') || path.startsWith('/_')
          ? base + path
          : base + prefix + path,
        {
          method,
          headers: {
            connection: 'close',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...more,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        },
      )
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
    rosters: () => of(/\/participants$/),
    operations: () => of(/\/operations\//),
    calls: () => of(/\/calls\/[^/]+$/),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return bot
}

/** Ids of the people on a roster, without bots. */
export function userIds(roster: readonly Entry[] | undefined): (string | undefined)[] {
  return (roster ?? [])
    .map(({ info }) => info.identity['user']?.id ?? info.identity['phone']?.id)
    .filter((id) => id !== undefined)
}
