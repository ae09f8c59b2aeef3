/**
 * A Graph that knows only what Microsoft has written down: routes, answers and errors of the documentation, 404 for
 * the rest. It decides nothing by itself; who is on the roster, what is told and when is the test's.
 * @module
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was asked of the service. */
export interface Asked {
  readonly method: string
  /** Path behind the version. */
  readonly path: string
  readonly body: any
  readonly authorization: string | undefined
}

/** What it answers: a body, or the connection breaks before or after the request was carried out. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'lost'

/** Somebody on a roster, as Graph writes them. */
export interface WireParticipant {
  readonly id: string | null
  readonly [more: string]: unknown
}

/** An error body of Graph's. */
export function graphError(status: number, code: string, message: string): { status: number; body: unknown } {
  const innerError = {
    date: '2022-07-01T14:26:18',
    'request-id': 'de149e4c-e316-4682-a539-0ccdac07c86f',
    'client-request-id': 'a15f1853-9973-420b-9c5c-1c6cc1080451',
  }
  return { status, body: { error: { code, message, innerError } } }
}

interface Planned {
  readonly method: string
  readonly path: RegExp
  readonly answer: (asked: Asked, usual: () => Reply) => Reply | Promise<Reply>
}

/** The service. Give `fetch` to the transport, or `listen` and give it the address. */
export class GraphByTheFacts {
  readonly asked: Asked[] = []
  /** What a list of participants shows. */
  roster: WireParticipant[] = []
  /** Ids that DELETE answers 204 for, beside those on the roster. */
  readonly pending = new Set<string>()
  /** Whether an invite's answer carries a server-made `participantId`, as the wire does and the documentation does not. */
  namesInvitees = false
  isEnded = false
  #plans: Planned[] = []
  #made = 0
  #server: Server | undefined

  readonly fetch = async (input: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input)
    const body = typeof init.body === 'string' && init.body !== '' ? JSON.parse(init.body) : undefined
    const authorization = new Headers(init.headers).get('authorization') ?? undefined
    const reply = await this.#answer({
      method: init.method ?? 'GET',
      path: url.pathname.replace(/^\/(v1\.0|beta)/, ''),
      body,
      authorization,
    })
    if (reply === 'lost')
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      })
    const text = reply.body === undefined ? null : JSON.stringify(reply.body)
    return new Response(text, {
      status: reply.status,
      headers: { 'content-type': 'application/json', ...reply.headers },
    })
  }

  /** Answers the next request of this kind otherwise. */
  next(method: string, path: RegExp, answer: Reply | Planned['answer']): void {
    this.#plans.push({ method, path, answer: typeof answer === 'function' ? answer : () => answer })
  }

  count(method: string, path: RegExp): number {
    return this.sent(method, path).length
  }

  sent(method: string, path: RegExp): Asked[] {
    return this.asked.filter((asked) => asked.method === method && path.test(asked.path))
  }

  /** Listens on loopback; resolves with the address. */
  async listen(): Promise<string> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      const path = (request.url ?? '').replace(/^\/(v1\.0|beta)/, '')
      const reply = await this.#answer({
        method: request.method ?? '',
        path,
        body: text === '' ? undefined : JSON.parse(text),
        authorization: request.headers.authorization,
      })
      if (reply === 'lost') return void response.destroy()
      response.writeHead(reply.status, { 'content-type': 'application/json', connection: 'close', ...reply.headers })
      response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body))
    })
    this.#server = server
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    server.closeAllConnections()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }

  async #answer(asked: Asked): Promise<Reply> {
    this.asked.push(asked)
    const usual = (): Reply => this.#usual(asked)
    const index = this.#plans.findIndex(({ method, path }) => method === asked.method && path.test(asked.path))
    if (index < 0) return usual()
    const [plan] = this.#plans.splice(index, 1)
    return plan === undefined ? usual() : plan.answer(asked, usual)
  }

  #usual({ method, path, body, authorization }: Asked): Reply {
    if (authorization !== 'Bearer secret') return graphError(401, '7500', 'Unsupported AAD Identity.')
    if (method === 'POST' && path === '/communications/calls') return this.#created(body)
    const [, callId, below = ''] = /^\/communications\/calls\/([^/]+)(\/.*)?$/.exec(path) ?? []
    if (callId === undefined) return noSegment()
    const known = this.#below(method, below, body, callId)
    if (known === undefined) return noSegment()
    return this.isEnded ? graphError(404, '8522', 'Call not found.') : known()
  }

  #below(method: string, below: string, body: any, callId: string): (() => Reply) | undefined {
    const [, id, verb] = /^\/participants\/([^/]+)(\/mute)?$/.exec(below) ?? []
    if (method === 'DELETE' && below === '') return () => ({ status: 204 })
    if (method === 'POST' && below === '/keepAlive') return () => ({ status: 200 })
    if (method === 'POST' && below === '/participants/invite') return () => this.#invited(body, callId)
    if (method === 'GET' && below === '/participants') return () => ({ status: 200, body: { value: this.roster } })
    if (id === undefined || id === 'invite') return undefined
    if (method === 'POST' && verb !== undefined)
      return () => ({
        status: 200,
        body: {
          '@odata.type': '#microsoft.graph.muteParticipantOperation',
          id: '17e3b46c-f61d-4f4d-9635-c626ef18e6ad',
          status: 'completed',
          clientContext: body?.clientContext,
        },
      })
    if (verb !== undefined) return undefined
    const shown = this.roster.find((each) => each.id === id)
    if (method === 'GET') return () => (shown === undefined ? gone() : { status: 200, body: shown })
    if (method === 'DELETE') return () => (shown === undefined && !this.pending.has(id) ? gone() : { status: 204 })
    return undefined
  }

  #created(body: any): Reply {
    const id = `2e1a0b00-2db4-4022-9570-24370000000${(this.#made += 1)}`
    return {
      status: 201,
      headers: { location: `https://graph.microsoft.com/v1.0/communications/calls/${id}` },
      body: {
        '@odata.type': '#microsoft.graph.call',
        state: 'establishing',
        direction: 'outgoing',
        callbackUri: body?.callbackUri,
        myParticipantId: '05491616-385f-44a8-9974-18cc5f9933c1',
        id,
        targets: body?.targets,
        resultInfo: null,
      },
    }
  }

  #invited(body: any, callId: string): Reply {
    const id = `eec3812a-fdc3-4fb4-825c-a06c9f35000${(this.#made += 1)}`
    const participants = body.participants.map((invitee: any, index: number) => {
      const participantId = `9a6d30ea-3815-41d6-0000-00000000${this.#made}${index}00`
      if (this.namesInvitees) this.pending.add(participantId)
      return {
        endpointType: null,
        id: null,
        ...(this.namesInvitees ? { participantId } : {}),
        replacesCallId: invitee.replacesCallId ?? null,
        identity: { application: null, device: null, phone: null, ...invitee.identity },
      }
    })
    return {
      status: 200,
      headers: { location: `https://graph.microsoft.com/v1.0/communications/calls/${callId}/operations/${id}` },
      body: {
        '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
        id,
        status: 'Running',
        clientContext: body.clientContext,
        resultInfo: null,
        participants,
      },
    }
  }
}

function noSegment(): Reply {
  return graphError(404, 'BadRequest', 'Resource not found for the segment.')
}

function gone(): Reply {
  return graphError(404, '8522', 'Participant not found.')
}
