/**
 * Conversations that fail: invites, lost answers, and the end of the call, seen through the public entry points only.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { graphError } from './graph-by-the-facts.ts'
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
  sample,
  settle,
  stage,
} from './stage.ts'
import { bob, cancelledOperation, withBob, ringing } from './conversation.ts'

describe('how an invite can fail', () => {
  const endings = [
    ['declined', { code: 603, subcode: 8538, message: 'Callee declined.' }, 'declined', 'remote'],
    ['declined by telephone', { code: '603', subCode: '560603', message: '' }, 'declined', 'remote'],
    ['busy', { code: 486, subcode: 8539 }, 'busy', 'remote'],
    ['not answered', { code: 408, subcode: 8544, message: 'Callee could not be reached.' }, 'noAnswer', undefined],
    ['unreachable', { code: 400, subcode: 8541, message: 'x. DiagCode: 480#10076.@' }, 'unreachable', undefined],
    [
      'forbidden',
      { code: 412, subcode: 9999, message: 'Underlying reason: Call declined. DiagCode: 403#10151.@' },
      'forbidden',
      undefined,
    ],
    ['something unpublished', { code: 799, subcode: 12345 }, expect.stringMatching(/unknown|failed/), undefined],
  ] as const
  test.each(endings)('as %s', async (_name, result, cause, by) => {
    const set = await ringing()
    await set.post(operation(set.context(), 'Failed', result))
    expect(await set.read()).toMatchObject({
      state: 'cancelled',
      ending: { cause, ...(by === undefined ? {} : { by }) },
    })
    expect(set.graph.count('DELETE', /./)).toBe(0)
  })

  test('when the POST is refused, definitely', async () => {
    const set = await establishedStage()
    set.graph.next(
      'POST',
      /invite$/,
      graphError(403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.'),
    )
    const { key } = await set.call.invite(bob)
    await settle()
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'forbidden', by: 'service' },
    })
    expect(set.graph.count('POST', /invite$/)).toBe(1)
  })

  test('when the answer of the POST already says so', async () => {
    const set = await establishedStage()
    set.graph.next('POST', /invite$/, ({ body }) => ({
      status: 200,
      body: {
        '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
        id: null,
        status: 'FAILED',
        clientContext: body.clientContext,
        resultInfo: { code: 603, subcode: 0 },
        participants: [],
      },
    }))
    const { key } = await set.call.invite(bob)
    await settle()
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'declined' },
    })
  })

  test('without any notification: the deadline ends it after a fetch', async () => {
    const set = await ringing()
    await set.clock.advance(89_000)
    expect((await set.read())?.state).toBe('ringing')
    await set.clock.advance(60_000)
    expect(await set.read()).toMatchObject({ state: 'cancelled', ending: { cause: 'noAnswer', by: 'deadline' } })
    expect(set.graph.count('GET', /participants$/)).toBeGreaterThan(0)
  })

  test('when the application lets it ring for ten seconds: expiry cancels, noAnswer by deadline', async () => {
    const set = await establishedStage()
    set.graph.namesInvitees = true
    const { key } = await set.call.invite(bob, { ringTimeoutMs: 10_000 })
    await settle()
    await set.clock.advance(10_001)
    await settle()
    expect(set.graph.count('DELETE', /9a6d30ea/)).toBe(1)
    await set.post(operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', cancelledOperation))
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'noAnswer', by: 'deadline' },
    })
  })

  test('for several, one ends and the others still ring', async () => {
    const set = await establishedStage()
    const [one, other] = await set.call.invite([bob, { phone: { id: '+61400000000' } }])
    await settle()
    const context = set.graph.sent('POST', /invite$/)[0]?.body.clientContext
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await set.post(
      operation(context, 'failed', {
        code: 412,
        subcode: 9999,
        message: 'addParticipants failed for participant 4:+61400000000. Underlying reason: x. DiagCode: 412#10073.@',
      }),
    )
    await settle()
    const { participants } = await set.call.read()
    expect(participants.get(one?.key ?? '')?.state).toBe('active')
    expect(participants.get(other?.key ?? '')).toMatchObject({ state: 'cancelled' })
  })
})

describe('lost answers', () => {
  test('a lost invite answer is never posted again, and the roster settles it', async () => {
    const set = await establishedStage()
    set.graph.next('POST', /invite$/, 'lost')
    const { key } = await set.call.invite(bob)
    await set.clock.advance(30_000)
    expect(set.graph.count('POST', /invite$/)).toBe(1)
    expect((await set.call.read()).participants.get(key)?.state).toMatch(/invited|ringing/)
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    expect((await set.call.read()).participants.get(key)?.state).toBe('active')
    expect(set.graph.count('POST', /invite$/)).toBe(1)
  })

  test('a 500 to the invite is indefinite, and is not posted again', async () => {
    const set = await establishedStage()
    set.graph.next('POST', /invite$/, graphError(500, '9999', 'Unknown internal server error.'))
    const { key } = await set.call.invite(bob)
    await set.clock.advance(30_000)
    expect(set.graph.count('POST', /invite$/)).toBe(1)
    expect((await set.call.read()).participants.get(key)?.ending).toBeUndefined()
    await set.clock.advance(200_000)
    expect((await set.call.read()).participants.get(key)).toMatchObject({ state: 'cancelled' })
  })

  test('a lost create answer is not confirmed', async () => {
    const set = stage()
    set.graph.next('POST', /calls$/, 'lost')
    await expect(set.rollcall.createCall({ callbackUri: 'https://bot.contoso.com/callback' })).rejects.toMatchObject({
      code: 'REQUEST_UNCONFIRMED',
      definite: false,
    })
    expect(set.graph.count('POST', /calls$/)).toBe(1)
    set.graph.next('POST', /calls$/, graphError(403, '7504', 'no'))
    await expect(set.rollcall.createCall({ callbackUri: 'https://bot.contoso.com/callback' })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      definite: true,
      details: { status: 403, serviceCode: '7504' },
    })
    await expect(set.rollcall.createCall({} as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})

describe('the end of the call', () => {
  test('ends all participants, once, and is quiet afterwards', async () => {
    const set = await withBob()
    const ann = await set.call.invite({ user: { id: annId } })
    await settle()
    const waits = [
      set.call.waitFor(ann.key, 'active'),
      set.call.remove(set.key),
      set.call.waitFor(set.key, ({ isMuted }) => isMuted),
    ].map((wait) => wait.catch((error: unknown) => error))
    await settle()
    set.graph.isEnded = true
    await set.post(sample('docs-call-terminated-notification.json', { '57dab8b1-894c-409a-b240-bd8beae78896': callId }))
    const [wait, removal, muted] = await Promise.all(waits)
    expect(wait).toMatchObject({ code: 'CALL_ENDED' })
    expect(muted).toMatchObject({ code: 'CALL_ENDED' })
    expect(removal).toMatchObject({ key: set.key, state: 'removed' })
    const asked = set.graph.asked.length
    await set.clock.advance(3_600_000)
    expect(set.graph.asked).toHaveLength(asked)
    await expect(set.call.invite(bob)).rejects.toMatchObject({ code: 'CALL_ENDED' })
    await expect(set.call.mute(set.key)).rejects.toMatchObject({
      code: expect.stringMatching(/CALL_ENDED|PARTICIPANT_ENDED/),
    })
    expect((await set.call.hangUp()).state).toBe('terminated')
    expect(set.graph.asked).toHaveLength(asked)
    expect((await set.call.read()).participants.get(ann.key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'callEnded' },
    })
  })

  test('is noticed by keepAlive, every fifteen minutes, without a notification', async () => {
    const set = await withBob()
    await set.clock.advance(15 * 60_000)
    expect(set.graph.count('POST', /keepAlive$/)).toBe(1)
    set.graph.isEnded = true
    await set.clock.advance(15 * 60_000)
    expect(await set.read()).toMatchObject({ state: 'removed', ending: { cause: 'lost' } })
    expect((await set.call.read()).state).toBe('terminated')
  })

  test('a hang up resolves when the notification proves it, or a 404', async () => {
    const set = await withBob()
    const hangUp = set.call.hangUp()
    await settle()
    expect(set.graph.sent('DELETE', /./).map(({ path }) => path)).toEqual([`/communications/calls/${callId}`])
    await set.post(callIs('terminating'))
    await set.post(callIs('terminated', { resultInfo: { code: 200, subcode: 7000 } }))
    expect(await hangUp).toMatchObject({ state: 'terminated' })

    const other = await withBob()
    other.graph.isEnded = true
    expect(await other.call.hangUp()).toMatchObject({ state: 'terminated' })
  })

  test('a hang up without a notification of the end is checked', async () => {
    const set = await withBob()
    const hangUp = set.call.hangUp()
    await settle()
    set.graph.isEnded = true
    await set.clock.advance(60_000)
    expect(await hangUp).toMatchObject({ state: 'terminated' })
  })
})
