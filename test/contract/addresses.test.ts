/**
 * The address of a DELETE, and requests that fail halfway.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../src/index.ts'
import { graphError, type Asked } from './graph-by-the-facts.ts'
import {
  annId,
  bobId,
  callId,
  callIs,
  establishedStage,
  itself,
  operation,
  person,
  roster,
  settle,
  stage,
  words,
} from './stage.ts'

const bob = { user: { id: bobId } }

/** The documented answer, with what is to be different in each participant. */
const answering =
  (more: Record<string, unknown>, status = 'Running') =>
  ({ body }: Asked) => ({
    status: 200,
    body: {
      '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
      id: 'eec3812a-fdc3-4fb4-825c-a06c9f35414e',
      status,
      clientContext: body.clientContext,
      resultInfo: null,
      participants: body.participants.map((each: object) => ({ endpointType: null, id: null, ...each, ...more })),
    },
  })

describe('the address of an invitee who rings', () => {
  const addresses = [
    [
      'the participantId of the answer',
      { participantId: '57DAB8B1894C409AB240BD8BEAE78896', id: 'other' },
      undefined,
      '57dab8b1-894c-409a-b240-bd8beae78896',
    ],
    [
      'the id of the answer',
      { id: '57dab8b1-894c-409a-b240-bd8beae78896' },
      undefined,
      '57dab8b1-894c-409a-b240-bd8beae78896',
    ],
    [
      'the participantId the application gave',
      {},
      '11111111-2222-3333-4444-555555555555',
      '11111111-2222-3333-4444-555555555555',
    ],
    [
      'the participantId of the answer before the application’s',
      { participantId: '57dab8b1-894c-409a-b240-bd8beae78896' },
      '11111111-2222-3333-4444-555555555555',
      '57dab8b1-894c-409a-b240-bd8beae78896',
    ],
  ] as const
  test.each(addresses)('is %s', async (_name, more, participantId, expected) => {
    const set = await establishedStage()
    set.graph.pending.add(expected)
    set.graph.next('POST', /invite$/, answering(more))
    const { key } = await set.call.invite(bob, participantId === undefined ? {} : { participantId })
    await settle()
    const removal = set.call.remove(key)
    await set.clock.advance(10_000)
    await settle()
    expect(set.graph.sent('DELETE', /./).map(({ path }) => path)).toEqual([
      `/communications/calls/${callId}/participants/${expected}`,
    ])
    expect((await removal).ending).toMatchObject({ cause: 'cancelled', by: 'local' })
  })
})

describe('a cancel', () => {
  test('that is refused leaves them ringing, and their answer is published', async () => {
    const set = await establishedStage()
    set.graph.namesInvitees = true
    const { key } = await set.call.invite(bob)
    await settle()
    set.graph.next(
      'DELETE',
      /./,
      graphError(403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.'),
    )
    await expect(set.call.remove(key)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED', details: { state: 'ringing' } })
    await set.post(roster(itself(), person('p-bob', bobId)))
    expect(words(set.told)).toEqual(['->invited', 'invited>ringing', 'ringing>active'])
  })

  test('whose answer is lost, and which crosses the answer of the invitee, ends as removed', async () => {
    const set = await establishedStage()
    set.graph.namesInvitees = true
    const { key } = await set.call.invite(bob)
    await settle()
    set.graph.next('DELETE', /./, 'lost')
    const removal = set.call.remove(key)
    await settle()
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await set.clock.advance(15_000)
    expect(set.graph.count('DELETE', /p-bob/)).toBe(1)
    set.graph.roster = [itself()]
    await set.clock.advance(11_000)
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
    expect(words(set.told)).not.toContain('ringing>active')
  })

  test('that takes too long rejects the wait, and continues', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await settle()
    const removal = set.call.remove(key, { timeoutMs: 1_000 }).catch((error: unknown) => error)
    await set.clock.advance(1_000)
    expect(await removal).toMatchObject({ code: 'WAIT_TIMEOUT', definite: false })
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    expect(set.graph.count('DELETE', /p-bob/)).toBe(1)
  })

  test('of an invitee whose removal is held at the ring deadline ends with the grace, never before', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await settle()
    const removal = set.call.remove(key)
    await set.clock.advance(130_000)
    expect(await removal).toMatchObject({ state: 'cancelled', ending: { by: expect.stringMatching(/local|deadline/) } })
  })

  test('while the POST was lost is held and met by the roster', async () => {
    const set = await establishedStage()
    set.graph.next('POST', /invite$/, 'lost')
    const { key } = await set.call.invite(bob)
    await settle()
    const removal = set.call.remove(key)
    await set.clock.advance(5_000)
    expect(set.graph.count('DELETE', /./)).toBe(0)
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    expect(set.graph.count('DELETE', /p-bob/)).toBe(1)
    set.graph.roster = [itself()]
    await set.clock.advance(11_000)
    expect(await removal).toMatchObject({ state: 'removed', ending: { by: 'local' } })
  })

  test('of one of several does not affect the others', async () => {
    const set = await establishedStage()
    set.graph.namesInvitees = true
    const [one, other] = await set.call.invite([bob, { user: { id: annId } }])
    await settle()
    const removal = set.call.remove(one?.key ?? '')
    await set.clock.advance(11_000)
    expect((await removal).ending?.cause).toBe('cancelled')
    expect((await set.call.read()).participants.get(other?.key ?? '')?.state).toBe('ringing')
    set.graph.roster = [itself(), person('p-ann', annId)]
    await set.post(roster(...set.graph.roster))
    expect(present(await set.call.read()).map(({ id }) => id)).toEqual(['p-ann'])
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })
})

describe('an operation', () => {
  test('completed in the answer itself, with an empty roster, is checked after ten seconds', async () => {
    const set = await establishedStage()
    set.graph.next('POST', /invite$/, answering({}, 'Completed'))
    const { key } = await set.call.invite(bob)
    await settle()
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.clock.advance(11_000)
    expect((await set.call.read()).participants.get(key)?.state).toBe('active')
  })

  test('that failed for several without a name ends the invitees whom the roster does not show', async () => {
    const set = await establishedStage()
    const [one, other] = await set.call.invite([bob, { user: { id: annId } }])
    await settle()
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(
      operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', {
        code: 500,
        subcode: 9999,
        message: 'x',
      }),
    )
    await set.clock.advance(2_000)
    const { participants } = await set.call.read()
    expect(participants.get(one?.key ?? '')?.state).toBe('active')
    expect(participants.get(other?.key ?? '')).toMatchObject({ state: 'cancelled', ending: { cause: 'failed' } })
  })

  test('that failed for an invitee on the roster does not end them', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await settle()
    await set.post(roster(itself(), person('p-bob', bobId)))
    await set.post(
      operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', { code: 408, subcode: 8544 }),
    )
    expect((await set.call.read()).participants.get(key)?.state).toBe('active')
  })

  test('that fails after our own deadline adds no second ending', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await set.clock.advance(150_000)
    const context = set.graph.sent('POST', /invite$/)[0]?.body.clientContext
    await set.post(operation(context, 'failed', { code: 603, subcode: 8538 }))
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { by: 'deadline' },
    })
    expect(set.told.filter(({ to }) => to === 'cancelled')).toHaveLength(1)
  })

  test('that is answered with an empty body, or without JSON, was accepted', async () => {
    for (const body of [undefined, 'gibberish', []]) {
      const set = await establishedStage()
      set.graph.next('POST', /invite$/, { status: 200, body })
      const { key } = await set.call.invite(bob)
      await settle()
      expect((await set.call.read()).participants.get(key)?.state).toBe('ringing')
    }
  })
})

describe('requests that fail', () => {
  test('a mute without an answer is not confirmed, and an aborted creation is aborted', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-bob', bobId)))
    const [someone] = present(await set.call.read())
    for (let times = 0; times < 10; times += 1) set.graph.next('POST', /mute$/, 'lost')
    const mute = set.call.mute(someone?.key ?? '').catch((error: unknown) => error)
    await set.clock.advance(180_000)
    expect(await mute).toMatchObject({ code: 'REQUEST_UNCONFIRMED', definite: false })
    const gaveUp = new AbortController()
    set.graph.next('POST', /calls$/, () => new Promise<never>(() => undefined))
    const create = set.rollcall
      .createCall({ callbackUri: 'https://bot.contoso.com/' }, { signal: gaveUp.signal })
      .catch((error: unknown) => error)
    await settle()
    gaveUp.abort()
    expect(await create).toMatchObject({ name: 'AbortError' })
  })

  test('an invite that is throttled beyond every timeout is refused, definitely, once', async () => {
    const set = await establishedStage()
    for (let times = 0; times < 50; times += 1)
      set.graph.next('POST', /invite$/, {
        ...graphError(429, 'TooManyRequests', 'Please retry again later.'),
        headers: { 'retry-after': '40.5' },
      })
    const { key } = await set.call.invite(bob)
    await set.clock.advance(300_000)
    expect((await set.call.read()).participants.get(key)).toMatchObject({ state: 'cancelled' })
    expect(set.told.filter(({ to }) => to === 'cancelled')).toHaveLength(1)
  })

  test('a list that always fails removes no participant', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-bob', bobId)))
    for (let times = 0; times < 200; times += 1) set.graph.next('GET', /participants$/, graphError(500, '9999', 'x'))
    await set.post(roster(itself()))
    await set.clock.advance(200_000)
    expect(present(await set.call.read())).toHaveLength(1)
  })

  test('a list that is not found while the call is alive removes no participant and ends nothing', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-bob', bobId)))
    for (let times = 0; times < 200; times += 1) set.graph.next('GET', /participants$/, graphError(404, '8522', 'x'))
    await set.post(roster(itself()))
    await set.clock.advance(200_000)
    expect((await set.call.read()).state).toBe('established')
    expect(present(await set.call.read())).toHaveLength(1)
  })
})

describe('spellings of the service', () => {
  test('beta, and the /app alias, are used if configured', async () => {
    const urls: string[] = []
    const set = stage({
      wire: {
        version: 'beta',
        pathPrefix: 'app',
        fetch: async (url) => {
          urls.push(String(url))
          return new Response('{}', { status: 200 })
        },
      },
    })
    await set.post(callIs('established'))
    await set.rollcall.call(callId).invite(bob)
    await settle()
    expect(urls.every((url) => url.startsWith(`https://graph.microsoft.com/beta/app/calls/${callId}`))).toBe(true)
    expect(urls.some((url) => url.endsWith('/participants/invite'))).toBe(true)
  })

  test.each([
    'https://graph.microsoft.us',
    'https://graph.microsoft.us/',
    'https://graph.microsoft.us/v1.0',
    'https://graph.microsoft.us/v1.0/',
  ])('a base address %s is one address', async (baseUrl) => {
    const urls: string[] = []
    const set = stage({
      wire: {
        baseUrl,
        fetch: async (url) => {
          urls.push(String(url))
          return new Response('{}', { status: 200 })
        },
      },
    })
    await set.rollcall.call(callId).invite(bob)
    await settle()
    expect(urls).toContain(`https://graph.microsoft.us/v1.0/communications/calls/${callId}/participants/invite`)
  })
})
