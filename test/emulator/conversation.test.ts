import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/server.ts'
import { untilSettled } from '../waiting/waiting.ts'
import { startBot, userIds, type Bot, type Entry } from './bot.ts'

const bob = '278405a3-f568-4b3e-b684-009193463064'
const ann = '112f7296-5fa4-42ca-bae8-6a692b15d4b8'
let emulator: Emulator
let bot: Bot

afterEach(async () => {
  await bot.close()
  await emulator.close()
})

async function begin(options: EmulatorOptions = {}, prefix?: string): Promise<string> {
  emulator = await startEmulator({ clock: 'stepped', seed: 'conversation', requireToken: 'none', ...options })
  bot = await startBot(emulator.url, prefix)
  const created = await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri })
  expect(created.status).toBe(201)
  await emulator.advance(1_000)
  return created.body.id
}

const invitation = { participants: [{ identity: { user: { id: bob } } }], clientContext: 'context-1' }
const deletes = (): number =>
  emulator.requestLog().filter((entry) => entry.type === 'request' && entry.method === 'DELETE').length

test('a created call is establishing, then established, and its first roster is the bot alone', async () => {
  const callId = await begin()
  expect(bot.calls().map(({ state }) => state)).toEqual(['establishing', 'established', 'established'])
  expect(bot.calls().every((call) => !('id' in call))).toBe(true)
  const { body } = await bot.ask('GET', `/calls/${callId}`)
  expect(body).toMatchObject({ id: callId, state: 'established', direction: 'outgoing', callbackUri: bot.callbackUri })
  expect(bot.rosters()).toHaveLength(1)
  expect(bot.rosters()[0]?.map(({ id }) => id)).toEqual([body.myParticipantId])
  expect(bot.calls()[0].myParticipantId).toBe(body.myParticipantId)
})

test('the Location of a created call is its URL', async () => {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'none' })
  bot = await startBot(emulator.url)
  const created = await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri })
  expect(created.headers.get('location')).toBe(`${emulator.url}/v1.0/communications/calls/${created.body.id}`)
})

test('an invite is answered as documented and ends with the invitee on the roster', async () => {
  const callId = await begin()
  const invited = await bot.ask(
    'POST',
    `/calls/${callId}/participants/invite`,
    JSON.parse(documented('docs-invite-one-request.json')),
  )
  expect(invited.status).toBe(200)
  const expected = JSON.parse(documented('docs-invite-one-response-200.json'))
  const { participantId, ...participant } = invited.body.participants[0]
  expect({ ...invited.body, participants: [participant] }).toEqual({ ...expected, id: invited.body.id })
  expect(invited.headers.get('location')).toBe(
    `${emulator.url}/v1.0/communications/calls/${callId}/operations/${invited.body.id}`,
  )
  await emulator.advance(5_000)
  const roster = bot.rosters().at(-1)
  expect(userIds(roster)).toEqual([bob])
  expect(roster?.find((entry) => entry.info.identity['user'] !== undefined)?.id).toBe(participantId)
  const [operation] = bot.operations()
  const sample = JSON.parse(documented('docs-invite-one-op-completed-notification.json')).value[0]
  expect(bot.items.find(({ resourceUrl }) => resourceUrl.includes('/operations/'))?.changeType).toBe('deleted')
  expect(operation).toEqual({ ...sample.resourceData, id: invited.body.id })
})

test('an active participant is removed by one DELETE and is then absent', async () => {
  const callId = await begin()
  const id = emulator.control.join(callId, ann)
  await emulator.advance(0)
  expect(userIds(bot.rosters().at(-1))).toEqual([ann])
  expect((await bot.ask('DELETE', `/calls/${callId}/participants/${id}`)).status).toBe(204)
  await emulator.advance(1_000)
  expect(userIds(bot.rosters().at(-1))).toEqual([])
  expect(await bot.ask('DELETE', `/calls/${callId}/participants/${id}`)).toMatchObject({
    status: 404,
    body: { error: { code: '8522' } },
  })
})

test('an invitee can be removed before they answer, by the participantId of the response', async () => {
  const callId = await begin({ defaultScript: { type: 'noAnswer' } })
  const { body } = await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  expect((await bot.ask('DELETE', `/calls/${callId}/participants/${body.participants[0].participantId}`)).status).toBe(
    204,
  )
  await emulator.advance(90_000)
  expect(bot.operations()).toMatchObject([
    { status: 'failed', clientContext: 'context-1', resultInfo: { code: 400, subcode: 8508 } },
  ])
  expect(bot.rosters()).toHaveLength(1)
})

test.each([
  ['taken', 200, {}],
  ['refused', 400, { error: { code: '8501' } }],
] as const)('an invite before the call is established is %s', async (earlyInvite, status, body) => {
  await begin({ settings: { switches: { earlyInvite } } })
  const created = await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri })
  const early = await bot.ask('POST', `/calls/${created.body.id}/participants/invite`, invitation)
  expect(early).toMatchObject({ status, body })
})

test('the removal of an invitee can be reported or silent', async () => {
  const callId = await begin({
    defaultScript: { type: 'noAnswer' },
    settings: { switches: { removedInvitee: 'silence' } },
  })
  const { body } = await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  expect((await bot.ask('DELETE', `/calls/${callId}/participants/${body.participants[0].participantId}`)).status).toBe(
    204,
  )
  await emulator.advance(90_000)
  expect(bot.operations()).toEqual([])
  expect(emulator.truth(callId)).toMatchObject({
    present: [],
    ringing: [],
    past: [{ identityId: bob, wasPresent: false, by: 'bot' }],
  })
})

test('a cancel that crosses the answer shows the invitee on the roster and then gone, after one DELETE', async () => {
  const callId = await begin({ scripts: { [bob]: { type: 'noAnswer', answersOnCancel: true } } })
  const { body } = await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  expect((await bot.ask('DELETE', `/calls/${callId}/participants/${body.participants[0].participantId}`)).status).toBe(
    204,
  )
  await emulator.advance(1_000)
  expect(bot.rosters().map(userIds)).toEqual([[], [bob], []])
  expect(bot.operations()).toMatchObject([{ status: 'completed' }])
  expect(deletes()).toBe(1)
  expect(emulator.truth(callId)?.past).toMatchObject([{ identityId: bob, wasPresent: true, by: 'bot' }])
})

test.each([
  ['declines', { type: 'decline' }, { code: 603, subcode: 8538 }],
  ['is busy', { type: 'busy' }, { code: 486, subcode: 8539 }],
  ['does not answer', { type: 'noAnswer' }, { code: 408, subcode: 8544 }],
  [
    'does not answer and is cancelled on timeout',
    { type: 'noAnswer', reported: '487/10004' },
    { code: 487, subcode: 10004 },
  ],
  ['cannot be reached', { type: 'unreachable' }, { code: 400, subcode: 8541 }],
  [
    'fails otherwise',
    { type: 'fail', code: 500, subcode: 9999, message: 'no' },
    { code: 500, subcode: 9999, message: 'no' },
  ],
] as const)('an invitee who %s ends the operation as failed, and no roster is sent', async (_, script, resultInfo) => {
  const callId = await begin({ scripts: { [bob]: script } })
  await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  await emulator.advance(90_000)
  expect(bot.operations()).toMatchObject([{ status: 'failed', resultInfo }])
  expect(bot.rosters()).toHaveLength(1)
})

test('ringing ends after sixty seconds, not before', async () => {
  const callId = await begin({ defaultScript: { type: 'noAnswer' } })
  await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  await emulator.advance(59_999)
  expect(bot.operations()).toEqual([])
  await emulator.advance(1)
  expect(bot.operations()).toHaveLength(1)
})

test('an invitee can arrive in the lobby, be admitted, leave, rejoin with a new id, and join with a second device', async () => {
  const callId = await begin({
    scripts: {
      [bob]: {
        type: 'answer',
        afterMs: 1_000,
        lobby: { admittedAfterMs: 2_000 },
        secondDevice: { afterMs: 1_000 },
        leaves: { afterMs: 5_000, rejoins: { afterMs: 3_000 } },
      },
    },
  })
  await bot.ask('POST', `/calls/${callId}/participants/invite`, invitation)
  await emulator.advance(60_000)
  const seen = bot.rosters().map((roster) => roster.filter(({ info }) => info.identity['user'] !== undefined))
  expect(seen.map((people) => people.map(({ isInLobby }) => isInLobby))).toEqual([
    [],
    [true],
    [false],
    [false, false],
    [false],
    [false, false],
  ])
  const ids = (people: readonly Entry[] | undefined): (string | null)[] => (people ?? []).map(({ id }) => id)
  expect(ids(seen[2])).toEqual(ids(seen[1]))
  const first = seen[1]?.[0]?.id
  expect(ids(seen[5])).not.toContain(first)
})

test('hanging up ends with a deleted notification, and the call is gone', async () => {
  const callId = await begin()
  expect((await bot.ask('DELETE', `/calls/${callId}`)).status).toBe(204)
  await emulator.advance(1_000)
  expect(bot.items.at(-1)).toMatchObject({
    changeType: 'deleted',
    resourceData: { state: 'terminated', resultInfo: { code: 200 } },
  })
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/keepAlive'],
    ['GET', '/participants'],
  ] as const) {
    expect(await bot.ask(method, `/calls/${callId}${path}`)).toMatchObject({
      status: 404,
      body: { error: { code: '8522', message: 'Call not found.' } },
    })
  }
})

test('a call without keepAlive ends after 45 minutes, and continues with one', async () => {
  const callId = await begin()
  await emulator.advance(40 * 60_000)
  expect((await bot.ask('POST', `/calls/${callId}/keepAlive`)).status).toBe(200)
  await emulator.advance(44 * 60_000)
  expect(bot.calls().at(-1).state).toBe('established')
  await emulator.advance(2 * 60_000)
  expect(bot.calls().at(-1)).toMatchObject({ state: 'terminated', resultInfo: { code: 408, subcode: 8537 } })
})

test('muting is answered as completed and shows on the roster', async () => {
  const callId = await begin()
  const id = emulator.control.join(callId, ann)
  expect(await bot.ask('POST', `/calls/${callId}/participants/${id}/mute`, { clientContext: 'm' })).toMatchObject({
    status: 200,
    body: { status: 'completed', clientContext: 'm' },
  })
  await emulator.advance(0)
  expect(
    bot
      .rosters()
      .at(-1)
      ?.find((entry) => entry.id === id)?.isMuted,
  ).toBe(true)
})

test.each(['/v1.0/app', '/beta/app', '/beta/communications'])('%s is the same service', async (prefix) => {
  const callId = await begin({}, prefix)
  const { body } = await bot.ask('GET', `/calls/${callId}/participants`)
  expect(body.value).toHaveLength(1)
  expect(await bot.ask('GET', `/calls/${callId.replaceAll('-', '').toUpperCase()}`)).toMatchObject({ status: 200 })
  expect(await bot.ask('GET', `/calls/${callId}/participants/${body.value[0].id}`)).toMatchObject({
    status: 200,
    body: { id: body.value[0].id },
  })
})

test.each(['v1.0', 'beta'])('the answers of /%s name that version in @odata.context', async (version) => {
  const callId = await begin({}, `/${version}/communications`)
  const id = emulator.control.join(callId, ann)
  const answers = await Promise.all([
    bot.ask('POST', '/calls', { callbackUri: bot.callbackUri }),
    bot.ask('GET', `/calls/${callId}`),
    bot.ask('GET', `/calls/${callId}/participants`),
    bot.ask('GET', `/calls/${callId}/participants/${id}`),
    bot.ask('POST', `/calls/${callId}/participants/${id}/mute`, { clientContext: 'm' }),
  ])
  for (const { body } of answers)
    expect(body['@odata.context']).toMatch(`https://graph.microsoft.com/${version}/$metadata#`)
})

test('every notification carries both resource paths', async () => {
  const callId = await begin()
  emulator.control.join(callId, ann)
  await emulator.advance(0)
  expect(bot.items.length).toBeGreaterThan(3)
  for (const { resource, resourceUrl } of bot.items) {
    expect(resource.startsWith(`/app/calls/${callId}`)).toBe(true)
    expect(resourceUrl.startsWith(`/communications/calls/${callId}`)).toBe(true)
  }
})

test('an emulator at speed 1000 rings a minute in a fraction of a second', async () => {
  // The call stays alive for hours of real time, however slow the bot's requests are.
  const timing = { keepAliveMs: 365 * 24 * 60 * 60_000 }
  emulator = await startEmulator({
    speed: 1_000,
    defaultScript: { type: 'noAnswer' },
    seed: 'speed',
    requireToken: 'none',
    settings: { timing },
    callbackTimeoutMs: 0,
  })
  bot = await startBot(emulator.url)
  const received = (what: RegExp, state: string): Promise<void> =>
    new Promise((resolve) => {
      bot.answerWith = ({ resourceUrl, resourceData }) => {
        const { state: said, status } = resourceData as { state?: string; status?: string }
        if (what.test(resourceUrl) && (said ?? status) === state) resolve()
        return 202
      }
    })
  const established = received(/calls\/[^/]+$/, 'established')
  const { body } = await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri })
  await untilSettled('the call is established', established)
  const failed = received(/operations/, 'failed')
  await bot.ask('POST', `/calls/${body.id}/participants/invite`, invitation)
  await untilSettled('the invite operation has failed', failed)
  expect(emulator.now()).toBeGreaterThan(60_000)
})

function documented(name: string): string {
  return readFileSync(new URL(`../graph/payloads/${name}`, import.meta.url), 'utf8')
}
