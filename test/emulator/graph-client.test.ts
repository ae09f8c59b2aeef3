import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Client, GraphError, PageIterator } from '@microsoft/microsoft-graph-client'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import { startBot, userIds, type Bot } from './bot.ts'

// Microsoft's client, unmodified; only address and token are replaced. It sends tokens to https hosts only.
const bob = '278405a3-f568-4b3e-b684-009193463064'
let emulator: Emulator
let bot: Bot
let client: Client
const authorities = getCACertificates('default')

afterAll(() => setDefaultCACertificates(authorities))

beforeEach(async () => {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'issued', seed: 'graph client', https: true })
  setDefaultCACertificates([...authorities, emulator.certificate ?? ''])
  bot = await startBot(emulator.url)
  client = Client.init({
    baseUrl: `${emulator.url}/`,
    authProvider: (done) => {
      requestToken().then(
        (token) => done(null, token),
        (error: unknown) => done(error, null),
      )
    },
    customHosts: new Set(['127.0.0.1']),
  })
})

afterEach(async () => {
  await bot.close()
  await emulator.close()
})

async function requestToken(): Promise<string> {
  const response = await fetch(`${emulator.url}/organizations/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 's',
      scope: 'https://graph.microsoft.com/.default',
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

async function failure(attempt: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (refusal: unknown) => refusal,
  )
  expect(error).toBeInstanceOf(GraphError)
  return error as GraphError
}

test("Microsoft's own client creates a call, invites, lists, gets and deletes", async () => {
  const call = await client
    .api('/communications/calls')
    .post({ callbackUri: bot.callbackUri, requestedModalities: ['audio'] })
  await emulator.advance(1_000)
  expect(await client.api(`/communications/calls/${call.id}`).get()).toMatchObject({
    id: call.id,
    state: 'established',
  })
  const operation = await client
    .api(`/communications/calls/${call.id}/participants/invite`)
    .post({ participants: [{ identity: { user: { id: bob } } }], clientContext: 'c' })
  expect(operation).toMatchObject({ status: 'Running', clientContext: 'c' })
  await emulator.advance(5_000)
  const { value } = await client.api(`/communications/calls/${call.id}/participants`).get()
  expect(userIds(value)).toEqual([bob])
  const [person] = value
  expect(await client.api(`/communications/calls/${call.id}/participants/${person.id}`).get()).toMatchObject({
    id: person.id,
  })
  await client.api(`/communications/calls/${call.id}/participants/${person.id}`).delete()
  await emulator.advance(1_000)
  expect(userIds(bot.rosters().at(-1))).toEqual([])
  await client.api(`/communications/calls/${call.id}/keepAlive`).post({})
  await client.api(`/communications/calls/${call.id}`).version('beta').delete()
  await emulator.advance(1_000)
  expect(bot.calls().at(-1).state).toBe('terminated')
})

test("Microsoft's own client reads every page of a list", async () => {
  const callId = emulator.control.placeCall({
    callbackUri: bot.callbackUri,
    appId: 'app',
    people: ['a', 'b', 'c', 'd'],
  })
  const people: unknown[] = []
  const page = await client.api(`/communications/calls/${callId}/participants`).top(2).get()
  expect(page.value).toHaveLength(2)
  await new PageIterator(client, page, (person) => people.push(person) > 0).iterate()
  expect(people).toHaveLength(5)
})

test("Microsoft's own client understands the errors", async () => {
  expect(await failure(client.api('/communications/calls/none').get())).toMatchObject({
    statusCode: 404,
    code: '8522',
    message: 'Call not found.',
  })
  expect(await failure(client.api('/communications/calls').post({}))).toMatchObject({ statusCode: 400, code: '8523' })
  const anonymous = Client.init({
    baseUrl: `${emulator.url}/`,
    authProvider: (done) => done(null, 'wrong'),
    customHosts: new Set(['127.0.0.1']),
  })
  expect(await failure(anonymous.api('/communications/calls/none').get())).toMatchObject({
    statusCode: 401,
    code: 'InvalidAuthenticationToken',
  })
})

test("Microsoft's own client waits and retries when it is throttled", async () => {
  const callId = emulator.control.placeCall({ callbackUri: bot.callbackUri, appId: 'app' })
  emulator.control.faults([
    { on: 'request', only: 'call.get', times: 1, fault: { type: 'status', status: 429, retryAfterSeconds: 0 } },
  ])
  expect(await client.api(`/communications/calls/${callId}`).get()).toMatchObject({ id: callId })
  expect(
    emulator
      .requestLog()
      .filter((entry) => entry.type === 'request' && entry.operation === 'call.get')
      .map((entry) => entry.type === 'request' && entry.status),
  ).toEqual([429, 200])
})
