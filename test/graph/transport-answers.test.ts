import { describe, expect, test } from 'vitest'
import { bench, connectionError, empty, graphError, json } from './fake-graph.ts'
import { payload } from './payload-files.ts'
import { callId, callUrl, invitee, clientContext } from './invitee.ts'

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

  test('a call created without an id exists and is unknown: unconfirmed, and not created twice', async () => {
    const { graph, transport } = bench()
    graph.script(empty(201))
    expect(await transport.createCall({ callbackUri: 'https://bot.example/c' })).toMatchObject({
      verdict: 'unconfirmed',
      failure: { code: 'answerUnreadable', requestId: 'request-1' },
    })
    expect(graph.asked).toHaveLength(1)
  })

  test('an invite whose answer cannot be read was accepted nevertheless', async () => {
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

  test('Location names the operation if the body does not', async () => {
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

  test('a next link to another host gets no token, and the list is refused', async () => {
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

  test('an endless list is refused', async () => {
    const { graph, transport } = bench()
    graph.script(json(200, { value: [], '@odata.nextLink': `${callUrl}/participants?again` }))
    expect(await transport.listParticipants(callId)).toMatchObject({ verdict: 'unconfirmed' })
    expect(graph.asked).toHaveLength(200)
  })

  test('an incomplete or malformed list is refused', async () => {
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

describe('refusals explain themselves', () => {
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

  test('409, a conflict with another change, is repeated; in the end the removal is not confirmed', async () => {
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

  test('500 9999 may have been executed', async () => {
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

  test('a redirect is not followed, and the token is sent to no other host', async () => {
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
