import { describe, expect, test } from 'vitest'
import { graphTransport, type GraphTransport } from '../../src/graph/transport/transport.ts'
import { bench, empty, json } from './fake-graph.ts'
import { payload } from './payload-files.ts'
import { callId, callUrl, invitee, clientContext } from './invitee.ts'

describe('requests match the documentation', () => {
  test('invite: the documented example, request and answer', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, payload('docs-invite-one-response-200.json')))
    const answer = await transport.invite(callId, { clientContext, invitees: [invitee] })
    const documented = payload('docs-invite-one-request.json')
    delete documented.participants[0].identity.user.identityProvider
    expect(graph.asked).toMatchObject([{ method: 'POST', url: `${callUrl}/participants/invite`, body: documented }])
    expect(graph.asked[0]?.headers.get('authorization')).toBe('Bearer secret-token')
    expect(graph.asked[0]?.headers.get('content-type')).toBe('application/json')
    expect(graph.asked[0]?.headers.get('client-request-id')).toBe('request-1')
    expect(answer).toMatchObject({
      verdict: 'done',
      value: {
        status: 'running',
        operationId: 'eec3812a-fdc3-4fb4-825c-a06c9f35414e',
        clientContext,
        participants: [{ identity: { user: { id: invitee.identity.user.id } } }],
      },
    })
  })

  test("an invitee's participantId, hidden and audio routing are sent", async () => {
    const { graph, transport } = bench()
    graph.script(json(200, payload('docs-invite-one-response-200.json')))
    await transport.invite(callId, {
      clientContext,
      invitees: [
        {
          identity: { phone: { id: '+1' } },
          participantId: 'p',
          isHidden: true,
          removeFromDefaultAudioRoutingGroup: false,
        },
      ],
    })
    expect(graph.asked[0]?.body).toMatchObject({
      participants: [{ participantId: 'p', hidden: true, removeFromDefaultAudioRoutingGroup: false }],
    })
  })

  const others: [string, (transport: GraphTransport) => Promise<unknown>, number, string, string, unknown][] = [
    [
      'delete a participant',
      (transport) => transport.deleteParticipant(callId, 'p 1/2'),
      204,
      'DELETE',
      '/participants/p%201%2F2',
      undefined,
    ],
    ['hang up', (transport) => transport.hangUp(callId), 204, 'DELETE', '', undefined],
    ['keep alive', (transport) => transport.keepAlive(callId), 200, 'POST', '/keepAlive', undefined],
    [
      'answer',
      (transport) => transport.answer(callId, { callbackUri: 'https://bot.example/c' }),
      202,
      'POST',
      '/answer',
      {
        callbackUri: 'https://bot.example/c',
        acceptedModalities: ['audio'],
        mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' },
      },
    ],
    ['reject', (transport) => transport.reject(callId, { reason: 'busy' }), 202, 'POST', '/reject', { reason: 'busy' }],
    ['reject without a reason', (transport) => transport.reject(callId), 202, 'POST', '/reject', { reason: 'none' }],
    [
      'redirect',
      (transport) =>
        transport.redirect(callId, {
          targets: [{ identity: { user: { id: 'u' } } }],
          ringTimeoutMs: 30_000,
          callbackUri: 'https://bot.example/c',
        }),
      202,
      'POST',
      '/redirect',
      {
        targets: [
          {
            '@odata.type': '#microsoft.graph.invitationParticipantInfo',
            identity: {
              '@odata.type': '#microsoft.graph.identitySet',
              user: { '@odata.type': '#microsoft.graph.identity', id: 'u' },
            },
          },
        ],
        timeout: 30,
        callbackUri: 'https://bot.example/c',
      },
    ],
    [
      'transfer',
      (transport) => transport.transfer(callId, { target: { identity: { user: { id: 'u' } }, replacesCallId: 'c' } }),
      202,
      'POST',
      '/transfer',
      {
        transferTarget: {
          '@odata.type': '#microsoft.graph.invitationParticipantInfo',
          replacesCallId: 'c',
          identity: {
            '@odata.type': '#microsoft.graph.identitySet',
            user: { '@odata.type': '#microsoft.graph.identity', id: 'u' },
          },
        },
      },
    ],
  ]
  test.each(others)('%s', async (_, act, status, method, path, body) => {
    const { graph, transport } = bench()
    graph.script(empty(status))
    expect(await act(transport)).toEqual({ verdict: 'done', value: undefined })
    expect(graph.asked).toHaveLength(1)
    expect(graph.asked[0]).toMatchObject({ method, url: `${callUrl}${path}`, redirect: 'manual' })
    expect(graph.asked[0]?.body).toEqual(body)
  })

  const operations: [string, (transport: GraphTransport) => Promise<unknown>, string, unknown][] = [
    [
      'mute',
      (transport) => transport.muteParticipant(callId, 'p', 'c'),
      `${callUrl}/participants/p/mute`,
      { clientContext: 'c' },
    ],
    [
      'mute all, on beta only',
      (transport) => transport.muteAll(callId, ['p', 'q'], 'c'),
      `${callUrl.replace('v1.0', 'beta')}/participants/muteAll`,
      { participants: ['p', 'q'], clientContext: 'c' },
    ],
    [
      'start hold music',
      (transport) => transport.startHoldMusic(callId, 'p', { clientContext: 'c', customPrompt: { a: 1 } }),
      `${callUrl}/participants/p/startHoldMusic`,
      { clientContext: 'c', customPrompt: { a: 1 } },
    ],
    [
      'cancel media processing',
      (transport) => transport.cancelMediaProcessing(callId, 'c'),
      `${callUrl}/cancelMediaProcessing`,
      { clientContext: 'c' },
    ],
    [
      'stop hold music',
      (transport) => transport.stopHoldMusic(callId, 'p', { clientContext: 'c' }),
      `${callUrl}/participants/p/stopHoldMusic`,
      { clientContext: 'c' },
    ],
  ]
  test.each(operations)('%s answers with an operation', async (_, act, url, body) => {
    const { graph, transport } = bench()
    graph.script(json(200, payload('docs-mute-response-200.json')))
    expect(await act(transport)).toEqual({
      verdict: 'done',
      value: {
        status: 'completed',
        operationId: '17e3b46c-f61d-4f4d-9635-c626ef18e6ad',
        clientContext: 'd45324c1-fcb5-430a-902c-f20af696537c',
      },
    })
    expect(graph.asked).toMatchObject([{ method: 'POST', url, body }])
  })

  test.each([
    ['https://graph.microsoft.com', undefined, 'https://graph.microsoft.com/v1.0/communications/calls/c'],
    ['https://graph.microsoft.com/', 'beta', 'https://graph.microsoft.com/beta/communications/calls/c'],
    ['https://graph.microsoft.com/v1.0', undefined, 'https://graph.microsoft.com/v1.0/communications/calls/c'],
    ['https://graph.microsoft.com/beta/', undefined, 'https://graph.microsoft.com/beta/communications/calls/c'],
    ['https://graph.microsoft.com/beta', 'v1.0', 'https://graph.microsoft.com/v1.0/communications/calls/c'],
    ['http://127.0.0.1:1234/graph/v1.0/', undefined, 'http://127.0.0.1:1234/graph/v1.0/communications/calls/c'],
  ] as const)('base URL %s with version %s asks %s', async (baseUrl, version, url) => {
    const { graph, transport } = bench({ baseUrl, version })
    graph.script(json(200, { state: 'established' }))
    await transport.getCall('c')
    expect(graph.asked[0]?.url).toBe(url)
  })

  test('the deprecated /app alias can be chosen', async () => {
    const { graph, transport } = bench({ pathPrefix: 'app' })
    graph.script(empty(204))
    await transport.hangUp('c')
    expect(graph.asked[0]?.url).toBe('https://graph.microsoft.com/v1.0/app/calls/c')
  })

  test.each(['nonsense', 'ftp://x', 'https://user:pass@x', 'https://x/?a', 'https://x/#a'])(
    'base URL %s is a TypeError',
    (baseUrl) => {
      expect(() => graphTransport({ token: () => 't', baseUrl })).toThrow(TypeError)
    },
  )

  test('a missing token source is a TypeError', () => {
    expect(() => graphTransport({ token: undefined as never })).toThrow(TypeError)
    expect(() => graphTransport({ token: 'secret' as never })).toThrow(/^(?!.*secret)/)
  })
})

describe('limits are checked before sending', () => {
  const one = { identity: { user: { id: 'u' } } }
  const wrong: [string, (transport: GraphTransport) => Promise<unknown>][] = [
    ['no invitee', (transport) => transport.invite('c', { clientContext: 'c', invitees: [] })],
    [
      'six invitees',
      (transport) => transport.invite('c', { clientContext: 'c', invitees: Array.from({ length: 6 }, () => one) }),
    ],
    [
      'a clientContext of 257 characters',
      (transport) => transport.invite('c', { clientContext: 'x'.repeat(257), invitees: [one] }),
    ],
    ['an empty clientContext', (transport) => transport.invite('c', { clientContext: '', invitees: [one] })],
    [
      'replacesCallId for one of two',
      (transport) => transport.invite('c', { clientContext: 'c', invitees: [one, { ...one, replacesCallId: 'r' }] }),
    ],
    [
      'an identity without an id',
      (transport) =>
        transport.invite('c', { clientContext: 'c', invitees: [{ identity: { user: { displayName: 'Jane' } } }] }),
    ],
    ['no callback address', (transport) => transport.createCall({})],
    ['a callback address that is none', (transport) => transport.createCall({ callbackUri: 'not a url' })],
    [
      'six targets of a new call',
      (transport) => transport.createCall({ callbackUri: 'https://x', targets: [1, 2, 3, 4, 5, 6] }),
    ],
    [
      '26 targets of a redirect',
      (transport) => transport.redirect('c', { targets: Array.from({ length: 26 }, () => one) }),
    ],
    [
      'a redirect that rings for 10 s',
      (transport) => transport.redirect('c', { targets: [one], ringTimeoutMs: 10_000 }),
    ],
    ['a reason nobody knows', (transport) => transport.reject('c', { reason: 'tired' as never })],
    ['muting nobody', (transport) => transport.muteAll('c', [], 'c')],
  ]
  test.each(wrong)('%s', async (_, act) => {
    const { graph, transport } = bench()
    await expect(act(transport)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      definite: true,
      message: expect.not.stringContaining('Jane'),
    })
    expect(graph.asked).toEqual([])
  })

  test('a ring time is ignored: Graph has no field for it', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, {}))
    await transport.invite('c', { clientContext: 'c', invitees: [one], ringTimeoutMs: 1 })
    expect(JSON.stringify(graph.asked)).not.toContain('ring')
    expect(transport.traits).not.toHaveProperty('ringTimeoutMs')
  })

  test('5 invitees and 256 characters are within them', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, {}))
    expect(
      await transport.invite('c', { clientContext: 'x'.repeat(256), invitees: Array.from({ length: 5 }, () => one) }),
    ).toMatchObject({ verdict: 'done' })
  })

  test.each(['.', '..', '', 'x'.repeat(1_025)])(
    "participant id %j is refused, because its URL would be another resource's",
    async (participantId) => {
      const { graph, transport } = bench()
      expect(await transport.deleteParticipant('c', participantId)).toMatchObject({
        verdict: 'refused',
        failure: { code: 'REQUEST_INVALID' },
      })
      expect(await transport.getCall(participantId)).toMatchObject({ verdict: 'refused' })
      expect(graph.asked).toEqual([])
    },
  )

  test.each(['__proto__', 'constructor', '%2e%2e', '../..', 'a?b#c', '\uD800', '8:orgid:x'])(
    'participant id %j is an ordinary one',
    async (participantId) => {
      const { graph, transport } = bench()
      graph.script(empty(204))
      expect(await transport.deleteParticipant('c', participantId)).toMatchObject({ verdict: 'done' })
      const { pathname, search, hash } = new URL(graph.asked[0]?.url ?? '')
      expect(pathname.split('/')).toHaveLength(7)
      expect(search + hash).toBe('')
    },
  )
})
