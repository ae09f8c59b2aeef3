import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SteppedTime } from '../../src/emulator/stepped-time.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { graphTransport, graphWebhook, type GraphWebhookOptions } from '../../src/graph/index.ts'
import { createRollcall, present, type Rollcall } from '../../src/index.ts'
import { mounts, type Listening } from './mounts.ts'
import { appId, signingService, tenantId, type SigningService } from './signing-service.ts'

const callId = '57dab8b1-894c-409a-b240-bd8beae78896'
const bob = '278405a3-f568-4b3e-b684-009193463064'
const open: { close(): Promise<unknown> }[] = []
let service: SigningService

beforeAll(async () => {
  service = await signingService()
})

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

function roster(...people: readonly string[]): string {
  const resourceData = ['bot', ...people].map((id) => ({
    '@odata.type': '#microsoft.graph.participant',
    id,
    info: { identity: { user: { id } } },
    isInLobby: false,
    isMuted: false,
  }))
  return JSON.stringify({
    value: [{ changeType: 'updated', resourceUrl: `/communications/calls/${callId}/participants`, resourceData }],
  })
}

/** A host nobody answers: callbacks are all it hears. */
function startRollcall(): Rollcall {
  const rollcall = createRollcall({
    transport: graphTransport({ token: () => 'token', fetch: () => new Promise(() => undefined) }),
  })
  open.push({ close: () => rollcall.close({ drainMs: 0 }) })
  return rollcall
}

describe.each(mounts)('the webhook under $name', ({ start }) => {
  interface Bot extends Listening {
    readonly rollcall: Rollcall
    readonly refused: unknown[]
    post(
      body: string,
      headers?: Record<string, string>,
    ): Promise<{ status: number; error: { code?: string; path?: string } }>
  }

  async function startBot(options: Partial<GraphWebhookOptions> = {}): Promise<Bot> {
    const rollcall = startRollcall()
    const refused: unknown[] = []
    const handle = graphWebhook(rollcall, {
      appId,
      tenantId,
      fetch: service.fetch,
      onRefused: (error: unknown) => refused.push(error),
      ...options,
    } as GraphWebhookOptions)
    const server = await start(handle)
    open.push(server)
    const authorization = await service.authorization()
    return {
      ...server,
      rollcall,
      refused,
      async post(body, headers = {}) {
        const response = await fetch(server.url, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json; charset=utf-8', authorization, ...headers },
        })
        const text = await response.text()
        return { status: response.status, error: text === '' ? {} : (JSON.parse(text) as { error: object }).error }
      },
    }
  }

  test("takes the service's callback, and what it says is known at once", async () => {
    const bot = await startBot()
    expect(await bot.post(roster(bob))).toEqual({ status: 202, error: {} })
    const call = await bot.rollcall.call(callId).read()
    expect(present(call).map(({ id }) => id)).toContain(bob)
  })

  test('applies the next roster to the call it knows', async () => {
    const bot = await startBot({ unknownCalls: 'refuse' })
    await bot.rollcall.receive([
      { callId, event: { type: 'call.reported', state: 'established', myParticipantId: 'bot' } },
    ])
    const call = bot.rollcall.call(callId)
    expect((await bot.post(roster(bob, 'ann'))).status).toBe(202)
    expect(
      present(await call.read())
        .map(({ id }) => id)
        .sort(),
    ).toEqual([bob, 'ann'])
  })

  test('refuses a call it does not know, where it is told to', async () => {
    const bot = await startBot({ unknownCalls: 'refuse' })
    expect(await bot.post(roster(bob))).toMatchObject({ status: 404, error: { code: 'CALL_UNKNOWN' } })
  })

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['no token', async () => ({ authorization: '' })],
    ['a token for another bot', async () => ({ authorization: await service.authorization({ aud: 'another' }) })],
    ['a token of another tenant', async () => ({ authorization: await service.authorization({ tid: 'another' }) })],
    ['a forged token', async () => ({ authorization: await (await signingService()).authorization() })],
  ])('lets nobody in with %s', async (_, headers) => {
    const bot = await startBot({ unknownCalls: 'refuse' })
    expect(await bot.post(roster(bob), await headers())).toMatchObject({
      status: 401,
      error: { code: 'TOKEN_REFUSED' },
    })
    expect(bot.refused).toMatchObject([{ code: 'TOKEN_REFUSED' }])
    expect((await bot.rollcall.call(callId).read()).participants.size).toBe(0)
  })

  test('says where a body is wrong', async () => {
    const bot = await startBot()
    expect(await bot.post('{"value":')).toMatchObject({ status: 400, error: { code: 'BODY_NOT_JSON', path: '$' } })
    const wrong = roster(bob).replace('"isMuted":false', '"isMuted":"no"')
    expect(await bot.post(wrong)).toMatchObject({
      status: 400,
      error: { code: 'NOTIFICATION_INVALID', path: '$.value[0].resourceData[0].isMuted' },
    })
  })

  test('refuses a body over the limit, and takes one of several megabytes under it', async () => {
    const bot = await startBot({ bodyLimit: 4_000_000 })
    expect((await bot.post(roster(bob).padEnd(3_000_000))).status).toBe(202)
    expect(await bot.post(roster(bob).padEnd(4_000_001))).toMatchObject({
      status: 413,
      error: { code: 'BODY_TOO_LARGE' },
    })
  })

  test('reads bodies whatever their content type says', async () => {
    const bot = await startBot()
    for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
      expect((await bot.post(roster(bob), { 'content-type': type })).status, type).toBe(202)
    }
  })

  test('hears a whole conversation with the emulator, its callbacks signed', async () => {
    const epochMs = Date.now()
    const emulator = await startEmulator({
      clock: 'stepped',
      epochMs,
      callbackTimeoutMs: 0,
      requireToken: 'issued',
      seed: 'interop',
    })
    open.push(emulator)
    const time = new SteppedTime(emulator, epochMs)
    const counted = time.counted(fetch)
    const transport = graphTransport({
      token: () => tokenOf(emulator.url, counted),
      baseUrl: emulator.url,
      fetch: counted,
    })
    const rollcall = createRollcall({ transport, clock: time.clock })
    open.push({ close: () => time.during(rollcall.close()) })
    const server = await start(graphWebhook(rollcall, { appId, openIdConfigUrl: emulator.openIdConfigUrl }))
    open.push(server)
    const call = rollcall.call(emulator.control.placeCall({ callbackUri: server.url, appId }))
    emulator.control.script('dan', { type: 'noAnswer' })
    const ann = await time.during(call.invite({ user: { id: 'ann' } }))
    const dan = await time.during(call.invite({ user: { id: 'dan' } }))
    await time.during(call.waitFor(ann.key, 'active'))
    expect((await time.during(call.remove(dan.key))).ending).toMatchObject({ cause: 'cancelled', by: 'local' })
    expect((await time.during(call.remove(ann.key))).ending).toMatchObject({ cause: 'removed', by: 'local' })
    const callbacks = emulator.requestLog().filter(({ type }) => type === 'notification') as {
      attempts: readonly unknown[]
    }[]
    expect(callbacks.flatMap(({ attempts }) => attempts).every((status) => status === 202)).toBe(true)
    expect(callbacks.length).toBeGreaterThan(3)
  })
})

/** A token of the emulator's token endpoint. */
async function tokenOf(url: string, send: (url: string, init: RequestInit) => Promise<Response>): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: appId, client_secret: 'secret', scope: `${url}/.default` }
  const response = await send(`${url}/organizations/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return ((await response.json()) as { access_token: string }).access_token
}
