/**
 * An invalid callback is one 400 that names the place, and changes nothing. Merely odd input is accepted.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { present, RollcallError } from '../../src/index.ts'
import { graphWebhook, parseNotifications, toNodeListener } from '../../src/graph/index.ts'
import { payloadNames, payloadText } from '../graph/payload-files.ts'
import {
  bobId,
  callId,
  callIs,
  establishedStage,
  itself,
  notification,
  operation,
  person,
  roster,
  sample,
  settle,
} from './stage.ts'

const good = roster(itself(), person('p-bob', bobId)) as { value: object[] }
const withItem = (item: unknown) => ({ value: [good.value[0], item] })
const rosterOf = (entry: unknown) => notification('/participants', [itself(), entry])

const bad: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['an empty body', '', 'BODY_NOT_JSON', /^\$/],
  ['no JSON', '{"value": [', 'BODY_NOT_JSON', /^\$/],
  ['text', 'hello', 'BODY_NOT_JSON', /^\$/],
  ['null', 'null', 'NOTIFICATION_INVALID', /^\$/],
  ['a number', '7', 'NOTIFICATION_INVALID', /^\$/],
  ['a string', '"hello"', 'NOTIFICATION_INVALID', /^\$/],
  ['an array', [], 'NOTIFICATION_INVALID', /^\$/],
  ['an object without value', {}, 'NOTIFICATION_INVALID', /^\$\.value|^\$/],
  ['a value that is an object', { value: {} }, 'NOTIFICATION_INVALID', /^\$\.value/],
  ['a value that is null', { value: null }, 'NOTIFICATION_INVALID', /^\$\.value/],
  ['an item that is null', withItem(null), 'NOTIFICATION_INVALID', /^\$\.value\[1\]/],
  ['an item that is text', withItem('x'), 'NOTIFICATION_INVALID', /^\$\.value\[1\]/],
  [
    'a resourceUrl that is a number',
    withItem({ changeType: 'updated', resourceUrl: 7, resourceData: {} }),
    'NOTIFICATION_INVALID',
    /^\$\.value\[1\]\.resourceUrl/,
  ],
  ['a roster entry that is a number', rosterOf(7), 'NOTIFICATION_INVALID', /^\$\.value\[0\]\.resourceData\[1\]/],
  [
    'a participant whose id is an object',
    rosterOf({ '@odata.type': '#microsoft.graph.participant', id: {} }),
    'NOTIFICATION_INVALID',
    /resourceData\[1\]\.id/,
  ],
  [
    'a participant whose info is text',
    rosterOf({ ...person('x', 'y'), info: 'x' }),
    'NOTIFICATION_INVALID',
    /resourceData\[1\]\.info/,
  ],
  [
    'an identity that is text',
    rosterOf({ ...person('x', 'y'), info: { identity: { user: 'x' } } }),
    'NOTIFICATION_INVALID',
    /resourceData\[1\]\.info\.identity\.user/,
  ],
  [
    'an isInLobby that is an object',
    rosterOf({ ...person('x', 'y'), isInLobby: {} }),
    'NOTIFICATION_INVALID',
    /resourceData\[1\]\.isInLobby/,
  ],
  ['a state that is a number', callIs(7 as never), 'NOTIFICATION_INVALID', /resourceData\.state/],
  ['a status that is an array', operation('c', [] as never), 'NOTIFICATION_INVALID', /resourceData\.status/],
  [
    'a result code that is an object',
    operation('c', 'failed', { code: {} }),
    'NOTIFICATION_INVALID',
    /resourceData\.resultInfo\.code/,
  ],
  [
    'participants of a delta that are an object',
    notification('/participants', [
      { '@odata.type': '#microsoft.graph.deltaParticipants', participants: {}, sequenceNumber: 1 },
    ]),
    'NOTIFICATION_INVALID',
    /resourceData\[0\]\.participants/,
  ],
  [
    'a sequence number that is a word',
    notification('/participants', [
      { '@odata.type': '#microsoft.graph.deltaParticipants', participants: [], sequenceNumber: 'two' },
    ]),
    'NOTIFICATION_INVALID',
    /resourceData\[0\]\.sequenceNumber/,
  ],
]

describe('bad input', () => {
  test.each(bad)('%s is one 400 with a code and a path, and nothing changes', async (_name, body, code, path) => {
    const set = await establishedStage()
    const before = await set.call.read()
    const toldBefore = set.told.length
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await set.handle(new Request('https://bot.contoso.com/callback', { method: 'POST', body: text }))
    expect(response.status).toBe(400)
    const answer = (await response.json()) as { error: { code: string; path?: string } }
    expect(answer.error.code).toBe(code)
    expect(answer.error.path).toMatch(path)
    expect(await set.call.read()).toBe(before)
    expect(set.told).toHaveLength(toldBefore)
    const thrown = code === 'BODY_NOT_JSON' ? undefined : caught(() => parseNotifications(text))
    if (thrown !== undefined) expect(thrown).toMatchObject({ code, details: { path: expect.stringMatching(path) } })
    expect(await set.post(good)).toBe(202)
    expect(present(await set.call.read())).toHaveLength(1)
  })

  test('is answered the same through a node listener, and the connection serves on', async () => {
    const set = await establishedStage()
    const server = createServer(toNodeListener(graphWebhook(set.rollcall, { authentication: 'off' })))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
    try {
      const answers: number[] = []
      for (const body of ['{', '[]', JSON.stringify(good)]) {
        const response = await fetch(url, { method: 'POST', body })
        if (response.status !== 202) expect(await response.json()).toHaveProperty('error.code')
        answers.push(response.status)
      }
      const got = await fetch(url)
      await got.text()
      expect([...answers, got.status]).toEqual([400, 400, 202, 405])
    } finally {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    }
  })
})

describe('odd input', () => {
  const odd: readonly (readonly [string, unknown])[] = [
    ['an unknown state', callIs('unknownFutureValue')],
    ['an unknown status', operation('c', 'pondering')],
    ['an unknown changeType', notification('/participants', [itself()], 'unknownFutureValue')],
    [
      'unknown properties',
      notification('', { '@odata.type': '#microsoft.graph.call', state: 'established', whatever: [1, { a: null }] }),
    ],
    ['an unknown type', notification('/weather', { '@odata.type': '#microsoft.graph.weather' })],
    ['an empty collection', { value: [] }],
    [
      'a legacy envelope without types',
      { value: [{ changeType: 'updated', resource: `/app/calls/${callId}`, resourceData: { state: 'ESTABLISHED' } }] },
    ],
    [
      'an absolute resourceUrl',
      {
        value: [
          {
            changeType: 'updated',
            resourceUrl: `https://graph.microsoft.com/beta/communications/calls/${callId}`,
            resourceData: { '@odata.type': '#microsoft.graph.call', state: 'established' },
          },
        ],
      },
    ],
    ['numbers as text', operation('c', 'failed', { code: '500', subCode: '9999', message: null })],
  ]
  test.each(odd)('%s is accepted', async (_name, body) => {
    const set = await establishedStage()
    expect(await set.post(body)).toBeLessThan(300)
    expect((await set.call.read()).state).toBe('established')
    expect(set.errors).toEqual([])
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '', '..'])(
    'a participant id %j is an ordinary id',
    async (id) => {
      const set = await establishedStage()
      expect(await set.post(roster(itself(), person(id, 'user-of-it')))).toBe(202)
      const view = await set.call.read()
      expect(present(view)).toHaveLength(1)
      const [participant] = present(view)
      expect(({} as Record<string, unknown>)['state']).toBeUndefined()
      expect(view.participants.get(participant?.key ?? '')?.state).toBe('active')
      await set.clock.advance(3_000)
      expect(await set.post(roster(itself()))).toBe(202)
      expect(present(await set.call.read())).toHaveLength(0)
    },
  )

  test.each(['__proto__', 'constructor'])('a user id and a call id %j are ordinary ids', async (id) => {
    const set = await establishedStage()
    const invited = await set.call.invite({ user: { id } })
    await settle()
    await set.post(roster(itself(), person('p-1', id)))
    expect((await set.call.read()).participants.get(invited.key)?.state).toBe('active')
    await set.post(notification('', { '@odata.type': '#microsoft.graph.call', state: 'established' }, 'updated', id))
    expect((await set.rollcall.call(id).read()).state).toBe('established')
  })
})

describe('every documented sample', () => {
  test.each(payloadNames.filter((name) => name.includes('notification')))('%s is accepted', async (name) => {
    const set = await establishedStage()
    const body = sample(name)
    expect(parseNotifications(body as never).length).toBeGreaterThan(0)
    expect(await set.post(payloadText(name))).toBe(202)
    expect(set.errors).toEqual([])
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(RollcallError)
    return error
  }
}
