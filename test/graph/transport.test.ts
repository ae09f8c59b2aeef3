import { describe, expect, test } from 'vitest'
import { graphTransport, type GraphTransport } from '../../src/graph/transport/transport.ts'
import { bench, connectionError, empty, graphError, json } from './fake-graph.ts'
import { payload } from './payload-files.ts'

const callId = 'ab6233a5-20b7-4c5e-bea2-ce56c9776429'
const callUrl = `https://graph.microsoft.com/v1.0/communications/calls/${callId}`
const invitee = {
  identity: { user: { id: '278405a3-f568-4b3e-b684-009193463064' } },
  replacesCallId: 'a7ebfb2d-871e-419c-87af-27290b22e8db',
}
const clientContext = 'f2fa86af-3c51-4bc2-8fc0-475452d9764f'

describe('requests are those of the documentation', () => {
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

  test("an invitee's participantId, hidden and audio routing go along", async () => {
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
          timeoutSeconds: 30,
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

  test('the deprecated /app alias can be asked for', async () => {
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

  test('no token source is a TypeError', () => {
    expect(() => graphTransport({ token: undefined as never })).toThrow(TypeError)
    expect(() => graphTransport({ token: 'secret' as never })).toThrow(/^(?!.*secret)/)
  })
})

describe('answers', () => {
  test('a created call has the id of its body, else of its Location', async () => {
    const { graph, transport } = bench()
    graph.script(json(201, { id: 'AB6233A520B74C5EBEA2CE56C9776429', state: 'Establishing', myParticipantId: 'M' }))
    expect(await transport.createCall({ callbackUri: 'https://bot.example/c', tenantId: 't' })).toEqual({
      verdict: 'done',
      value: { callId, state: 'establishing', myParticipantId: 'M' },
    })
    expect(graph.asked[0]).toMatchObject({
      method: 'POST',
      url: 'https://graph.microsoft.com/v1.0/communications/calls',
      body: { '@odata.type': '#microsoft.graph.call', callbackUri: 'https://bot.example/c', tenantId: 't' },
    })
    graph.script(empty(201, { location: callUrl }))
    expect(await transport.createCall({ callbackUri: 'https://bot.example/c' })).toEqual({
      verdict: 'done',
      value: { callId },
    })
  })

  test('a call created without an id exists and is not known: unconfirmed, and not created twice', async () => {
    const { graph, transport } = bench()
    graph.script(empty(201))
    expect(await transport.createCall({ callbackUri: 'https://bot.example/c' })).toMatchObject({
      verdict: 'unconfirmed',
      failure: { code: 'answerUnreadable', requestId: 'request-1' },
    })
    expect(graph.asked).toHaveLength(1)
  })

  test('an invite whose answer cannot be read was taken all the same', async () => {
    const { graph, transport } = bench()
    for (const reply of [empty(200), new Response('{', { status: 200 }), json(200, { status: 5 })]) {
      graph.script(reply)
      expect(await transport.invite(callId, { clientContext, invitees: [invitee] })).toEqual({
        verdict: 'done',
        value: { status: 'running', clientContext },
      })
    }
    expect(graph.asked).toHaveLength(3)
  })

  test('Location names the operation where the body does not', async () => {
    const { graph, transport } = bench()
    graph.script(empty(200, { location: `${callUrl}/operations/0FE0623FD62842EDB4BD8AC290072CC5` }))
    expect(await transport.invite(callId, { clientContext, invitees: [invitee] })).toEqual({
      verdict: 'done',
      value: { status: 'running', clientContext, operationId: '0fe0623f-d628-42ed-b4bd-8ac290072cc5' },
    })
  })

  test('an unknown operation status in an answer counts as running', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, { id: 'o', status: 'unknownFutureValue' }))
    expect(await transport.invite(callId, { clientContext, invitees: [invitee] })).toMatchObject({
      verdict: 'done',
      value: { status: 'running', operationId: 'o' },
    })
  })

  test('the list of participants is the documented one', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, payload('docs-list-participants-response-200.json')))
    expect(await transport.listParticipants(callId)).toMatchObject({
      verdict: 'done',
      value: {
        entries: [{ id: 'a7ebfb2d-871e-419c-87af-27290b22e8db' }, { id: '1e126418-44a0-4a94-a6f8-0efe1ad71acb' }],
      },
    })
  })

  test('a list is read to its last page', async () => {
    const { graph, transport } = bench()
    const next = `${callUrl}/participants?$skiptoken=2`
    graph.script(json(200, { value: [{ id: 'a' }], '@odata.nextLink': next }), json(200, { value: [{ id: 'b' }] }))
    expect(await transport.listParticipants(callId)).toMatchObject({
      verdict: 'done',
      value: { entries: [{ id: 'a' }, { id: 'b' }] },
    })
    expect(graph.asked.map(({ url }) => url)).toEqual([`${callUrl}/participants`, next])
  })

  test('a next link to another host gets no token, and there is no list', async () => {
    const { graph, transport } = bench()
    for (const link of [
      'https://evil.example/v1.0/x',
      'http://graph.microsoft.com/x',
      'https://graph.microsoft.com.evil.example/',
      '/relative',
      'https://graph.microsoft.com:444/',
    ]) {
      graph.script(json(200, { value: [], '@odata.nextLink': link }))
      expect(await transport.listParticipants(callId)).toMatchObject({
        verdict: 'unconfirmed',
        failure: { code: 'answerUnreadable' },
      })
    }
    expect(graph.asked.every(({ url }) => url === `${callUrl}/participants`)).toBe(true)
  })

  test('a list without end is no list', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, { value: [], '@odata.nextLink': `${callUrl}/participants?again` }))
    expect(await transport.listParticipants(callId)).toMatchObject({ verdict: 'unconfirmed' })
    expect(graph.asked).toHaveLength(200)
  })

  test('a half-read or malformed list is no list', async () => {
    const { graph, transport } = bench({ maxAttempts: 1 })
    for (const reply of [
      json(200, {}),
      json(200, { value: [7] }),
      new Response('{"value":[', { status: 200 }),
      empty(200),
    ]) {
      graph.script(reply)
      expect(await transport.listParticipants(callId)).toMatchObject({
        verdict: 'unconfirmed',
        failure: { code: 'answerUnreadable' },
      })
    }
  })

  test('one participant is read like an entry of the list', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, payload('docs-get-participant-response-200.json')))
    expect(await transport.getParticipant(callId, '7e1b4346-85a6-4bdd-abe3-d11c5d420efe')).toMatchObject({
      verdict: 'done',
      value: { id: '7e1b4346-85a6-4bdd-abe3-d11c5d420efe' },
    })
  })
})

describe('limits are checked before the wire', () => {
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
    ['a redirect that rings for 10 s', (transport) => transport.redirect('c', { targets: [one], timeoutSeconds: 10 })],
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
    "participant id %j is refused, for its URL would be another resource's",
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

describe('refusals say what they mean', () => {
  test('a 403 on a removal names the tenant policy and the application', async () => {
    const { graph, transport } = bench({ appId: '0efc74f7-41c3-47a4-8775-7259bfef4241' })
    graph.script(graphError(403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.'))
    const answer = await transport.deleteParticipant(callId, 'p')
    expect(answer).toMatchObject({ verdict: 'refused', failure: { status: 403, code: '7504', requestId: 'request-1' } })
    expect(answer).toMatchObject({
      failure: {
        message: expect.stringContaining(
          'Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds @{Add="0efc74f7-41c3-47a4-8775-7259bfef4241"}',
        ),
      },
    })
    expect(graph.asked).toHaveLength(1)
  })

  test('a 403 on anything else does not', async () => {
    const { graph, transport } = bench()
    graph.script(graphError(403, '7504'))
    expect(await transport.muteParticipant(callId, 'p', 'c')).toMatchObject({
      failure: { message: expect.not.stringContaining('Set-Cs') },
    })
  })

  test.each<[string, number, string, number, RegExp]>([
    ['404 8522: the call or participant is not there', 404, '8522', 404, /not there/],
    ['8522 is 404 whatever status it comes with', 400, '8522', 404, /not there/],
    ['8558 is 404, too: the participant is not in the call', 403, '8558', 404, /not in the call/],
    ['8528 is 404, too: the call has ended', 400, '8528', 404, /has ended/],
    ['8552: the organizer cannot be removed', 403, '8552', 403, /organizer/],
    ['412: not in a state that allows it', 412, '8583', 412, /not in a state/],
    ['401: the token', 401, '7500', 401, /token/],
    ['7505: another tenant', 403, '7505', 403, /another tenant/],
    ['404 of a participant without a code', 404, 'NotFound', 404, /not there any more, or not yet/],
  ])('%s', async (_, status, code, counted, message) => {
    const { graph, transport } = bench()
    graph.script(graphError(status, code))
    expect(await transport.deleteParticipant(callId, 'p')).toMatchObject({
      verdict: 'refused',
      failure: { status: counted, code, message: expect.stringMatching(message) },
    })
  })

  test('409, a conflict with another change, is tried again; then the removal is not confirmed', async () => {
    const { graph, clock, transport } = bench()
    graph.script(graphError(409, '8519'))
    const answer = transport.deleteParticipant(callId, 'p')
    await clock.advance(60_000)
    expect(await answer).toMatchObject({
      verdict: 'unconfirmed',
      failure: { status: 409, code: '8519', message: expect.stringMatching(/Another change/) },
    })
    expect(graph.asked).toHaveLength(4)
  })

  test('409 for an invite is a refusal', async () => {
    const { graph, transport } = bench()
    graph.script(graphError(409, '8519'))
    expect(await transport.invite(callId, { clientContext, invitees: [invitee] })).toMatchObject({
      verdict: 'refused',
      failure: { status: 409 },
    })
    expect(graph.asked).toHaveLength(1)
  })

  test('500 9999 may have happened', async () => {
    const { graph, transport } = bench()
    graph.script(json(500, { error: payload('error-delete-participant-500-9999.json') }))
    expect(await transport.deleteParticipant(callId, 'p')).toMatchObject({
      verdict: 'unconfirmed',
      failure: { status: 500, code: '9999' },
    })
    expect(await transport.invite(callId, { clientContext, invitees: [invitee] })).toMatchObject({
      verdict: 'unconfirmed',
    })
    expect(graph.asked).toHaveLength(2)
  })

  test('a redirect is not followed, and the token goes nowhere else', async () => {
    const { graph, transport } = bench()
    for (const status of [301, 302, 303, 307, 308]) {
      graph.script(empty(status, { location: 'https://evil.example/' }))
      expect(await transport.hangUp(callId)).toMatchObject({
        verdict: 'refused',
        failure: { status, code: 'redirected' },
      })
    }
    expect(graph.asked).toHaveLength(5)
    expect(graph.asked.every(({ url, redirect }) => url === callUrl && redirect === 'manual')).toBe(true)
  })

  test('neither token nor phone number is in a message', async () => {
    const { graph, transport } = bench()
    graph.script(
      graphError(400, 'BadRequest', 'bad Bearer secret-token for 4:+61412345678 and eyJhbGciOi.eyJzdWIi.c2ln'),
    )
    const answer = await transport.hangUp(callId)
    expect(JSON.stringify(answer)).not.toMatch(/secret-token|61412345678|eyJ/)
    graph.script(connectionError('ECONNRESET'))
    expect(JSON.stringify(await transport.invite(callId, { clientContext, invitees: [invitee] }))).not.toMatch(
      /secret-token/,
    )
  })
})
