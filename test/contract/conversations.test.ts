/**
 * Conversations with a service that keeps to what is written down, seen through the public entry points only.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memoryStore, present } from '../../src/index.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { graphError, GraphByTheFacts } from './graph-by-the-facts.ts'
import {
  bobId,
  botId,
  callId,
  callIs,
  establishedStage,
  handClock,
  itself,
  notification,
  operation,
  person,
  roster,
  sample,
  settle,
  stage,
  words,
} from './stage.ts'

const annId = '112f7296-5fa4-42ca-bae8-6a692b15d4b8'
const bob = { user: { id: bobId } }
const cancelledOperation = { code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' }
const documented = { 'ab6233a5-20b7-4c5e-bea2-ce56c9776429': callId }

async function withBob(given: Parameters<typeof establishedStage>[0] = {}) {
  const set = await establishedStage(given)
  const { key } = await set.call.invite(bob)
  await settle()
  set.graph.roster = [itself(), person('p-bob', bobId)]
  await set.post(roster(...set.graph.roster))
  await set.clock.advance(3_000)
  return { ...set, key, read: async () => (await set.call.read()).participants.get(key) }
}

async function ringing(given: Parameters<typeof establishedStage>[0] & { names?: boolean } = {}) {
  const set = await establishedStage(given)
  set.graph.namesInvitees = given.names ?? false
  const { key } = await set.call.invite(bob)
  await settle()
  const context = (): string => set.graph.sent('POST', /invite$/).at(-1)?.body.clientContext
  return { ...set, key, context, read: async () => (await set.call.read()).participants.get(key) }
}

describe('example 1, an active participant is removed', () => {
  test('is one DELETE to the roster id, and the roster proves it', async () => {
    const set = await withBob()
    const removal = set.call.remove(set.key)
    await settle()
    expect(set.graph.sent('DELETE', /./).map(({ path }) => path)).toEqual([
      `/communications/calls/${callId}/participants/p-bob`,
    ])
    expect(await set.read()).toMatchObject({ state: 'active', removal: 'accepted' })
    set.graph.roster = [itself()]
    await set.post(roster(itself()))
    expect(await removal).toMatchObject({ state: 'removed', id: 'p-bob', ending: { cause: 'removed', by: 'local' } })
    await set.clock.advance(120_000)
    expect(set.graph.count('DELETE', /./)).toBe(1)
    expect(words(set.told)).toEqual(['->invited', 'invited>ringing', 'ringing>active', 'active>removed'])
  })

  test('is proved by a fetch when no roster comes', async () => {
    const set = await withBob()
    const removal = set.call.remove(set.key)
    await settle()
    set.graph.roster = [itself()]
    await set.clock.advance(9_000)
    expect((await set.read())?.state).toBe('active')
    await set.clock.advance(2_000)
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
  })

  test('ends by a 404 on their DELETE', async () => {
    const set = await withBob()
    set.graph.next('DELETE', /participants/, graphError(404, '8522', 'Participant not found.'))
    expect(await set.call.remove(set.key)).toMatchObject({ state: 'removed' })
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })

  test('is refused with 403: a typed error, they stay, and it can be asked again', async () => {
    const set = await withBob()
    set.graph.next(
      'DELETE',
      /participants/,
      graphError(403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.'),
    )
    const error = await set.call.remove(set.key).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'REMOVAL_REFUSED', details: { status: 403, serviceCode: '7504' } })
    expect(String(error)).toContain('Set-CsApplicationMeetingConfiguration')
    expect(await set.read()).toMatchObject({ state: 'active', removal: 'refused' })
    const again = set.call.remove(set.key)
    await settle()
    set.graph.roster = [itself()]
    await set.post(roster(itself()))
    expect((await again).ending).toMatchObject({ cause: 'removed', by: 'local' })
    expect(set.graph.count('DELETE', /./)).toBe(2)
  })

  test('whose DELETE is 500 9999 is sent again until it is taken, never two at a time', async () => {
    const set = await withBob()
    for (let times = 0; times < 2; times += 1)
      set.graph.next('DELETE', /participants/, {
        status: 500,
        body: { error: { code: '9999', message: 'Unknown internal server error.' } },
      })
    const removal = set.call.remove(set.key)
    await set.clock.advance(60_000)
    set.graph.roster = [itself()]
    await set.clock.advance(60_000)
    expect((await removal).ending).toMatchObject({ cause: 'removed', by: 'local' })
  })

  test('whose DELETE is 500 9999 for ever does not hang without a word', async () => {
    const set = await withBob()
    for (let times = 0; times < 500; times += 1)
      set.graph.next('DELETE', /participants/, {
        status: 500,
        body: { error: { code: '9999', message: 'Unknown internal server error.' } },
      })
    const removal = set.call.remove(set.key, { timeoutMs: 300_000 }).catch((error: unknown) => error)
    await set.clock.advance(400_000)
    expect(await removal).toMatchObject({ code: expect.stringMatching(/WAIT_TIMEOUT|REMOVAL_REFUSED/) })
    expect(await set.read()).toMatchObject({ state: 'active' })
    await set.post(roster(itself()))
    expect(await set.read()).toMatchObject({ state: 'removed', ending: { by: 'local' } })
  })

  test('whose DELETE lost its answer is removed when the roster says so', async () => {
    const set = await withBob()
    set.graph.next('DELETE', /participants/, 'lost')
    const removal = set.call.remove(set.key)
    await settle()
    await set.post(roster(itself()))
    expect((await removal).ending).toMatchObject({ cause: 'removed', by: 'local' })
  })

  test('who leaves by themselves has left', async () => {
    const set = await withBob()
    await set.post(roster(itself()))
    expect(await set.read()).toMatchObject({
      state: 'removed',
      ending: { cause: 'left', by: expect.stringMatching(/remote|unknown/) },
    })
    expect(await set.call.remove(set.key)).toMatchObject({ ending: { cause: 'left' } })
    expect(set.graph.count('DELETE', /./)).toBe(0)
  })

  test('asked twice at once is one DELETE and one ending', async () => {
    const set = await withBob()
    const removals = [set.call.remove(set.key), set.call.remove(set.key)]
    await settle()
    await set.post(roster(itself()))
    const [one, other] = await Promise.all(removals)
    expect(one).toEqual(other)
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })
})

describe('example 2, an invitee is cancelled', () => {
  test('by the participantId of the response, proved by the failed operation', async () => {
    const set = await ringing({ names: true })
    const removal = set.call.remove(set.key)
    await settle()
    expect(set.graph.sent('DELETE', /./)[0]?.path).toMatch(/participants\/9a6d30ea-/)
    expect(await set.read()).toMatchObject({ state: 'ringing', removal: 'accepted' })
    await set.post(operation(set.context(), 'failed', cancelledOperation))
    expect(await removal).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
    expect(words(set.told)).toEqual(['->invited', 'invited>ringing', 'ringing>cancelled'])
  })

  test('by the participantId of the response, proved by a fetch', async () => {
    const set = await ringing({ names: true })
    const removal = set.call.remove(set.key)
    await set.clock.advance(11_000)
    expect(await removal).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })

  test('held while nothing names them: no DELETE, and the failed operation proves it', async () => {
    const set = await ringing()
    const removal = set.call.remove(set.key)
    await settle()
    expect(set.graph.count('DELETE', /./)).toBe(0)
    expect(await set.read()).toMatchObject({ state: 'ringing', removal: 'held' })
    await set.post(
      operation(set.context(), 'failed', { code: 408, subcode: 8544, message: 'Callee could not be reached.' }),
    )
    expect(await removal).toMatchObject({ state: 'cancelled' })
  })

  test('held while nothing names them: sent the moment they are on the roster, and ends removed', async () => {
    const set = await ringing()
    const removal = set.call.remove(set.key)
    await settle()
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    expect(set.graph.sent('DELETE', /./).map(({ path }) => path.split('/').at(-1))).toEqual(['p-bob'])
    await set.post(operation(set.context(), 'completed'))
    set.graph.roster = [itself()]
    await set.clock.advance(3_000)
    await set.post(roster(itself()))
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
    expect(words(set.told).some((change) => change.endsWith('>active'))).toBe(false)
  })

  test('whose early DELETE is not found is held, and ends right either way', async () => {
    const set = await ringing({ names: true })
    set.graph.pending.clear()
    const removal = set.call.remove(set.key)
    await settle()
    expect(set.graph.count('DELETE', /./)).toBe(1)
    expect(await set.read()).toMatchObject({ state: 'ringing' })
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    expect(set.graph.sent('DELETE', /./).map(({ path }) => path.split('/').at(-1))).toEqual([
      expect.stringMatching(/^9a6d30ea/),
      'p-bob',
    ])
    set.graph.roster = [itself()]
    await set.clock.advance(11_000)
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
  })

  test('before the POST is answered: nothing is told as answered and exactly one DELETE follows', async () => {
    const set = await establishedStage()
    set.graph.namesInvitees = true
    let answer = (): void => undefined
    set.graph.next('POST', /invite$/, async (_asked, usual) => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return usual()
    })
    const { key } = await set.call.invite(bob)
    await settle()
    const removal = set.call.remove(key)
    await settle()
    expect(set.graph.count('DELETE', /./)).toBe(0)
    answer()
    await settle()
    expect(set.graph.count('DELETE', /./)).toBe(1)
    await set.post(operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', cancelledOperation))
    expect(await removal).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
  })

  test('waiting for them to be active is told at once what happened instead', async () => {
    const set = await ringing({ names: true })
    const wait = set.call.waitFor(set.key, 'active').catch((error: unknown) => error)
    void set.call.remove(set.key)
    await settle()
    await set.post(operation(set.context(), 'failed', cancelledOperation))
    expect(await wait).toMatchObject({
      code: 'PARTICIPANT_ENDED',
      details: { state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } },
    })
  })
})

describe('glare', () => {
  test('ends as removed by local, with one DELETE to the roster id and no "active" told', async () => {
    const set = await ringing({ names: true })
    set.graph.next('DELETE', /9a6d30ea/, graphError(404, '8522', 'Participant not found.'))
    const removal = set.call.remove(set.key)
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    await set.post(operation(set.context(), 'completed'))
    set.graph.roster = [itself()]
    await set.clock.advance(3_000)
    await set.post(roster(itself()))
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
    expect(set.graph.count('DELETE', /p-bob/)).toBe(1)
    expect(words(set.told)).not.toContain('ringing>active')
    expect(set.told.filter(({ key, to }) => key === set.key && to === 'removed')).toHaveLength(1)
  })

  test('with a 204 in flight sends no second DELETE when the roster id is the same', async () => {
    const set = await ringing({ names: true })
    const removal = set.call.remove(set.key)
    await settle()
    const id = set.graph.sent('DELETE', /./)[0]?.path.split('/').at(-1) ?? ''
    set.graph.roster = [itself(), person(id, bobId)]
    await set.post(roster(...set.graph.roster))
    await set.post(operation(set.context(), 'completed'))
    await settle()
    set.graph.roster = [itself()]
    await set.post(roster(itself()))
    await set.clock.advance(15_000)
    expect(await removal).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })

  test('after the cancel was proved: the ended stays ended, a new participant comes with a removal', async () => {
    const set = await ringing({ names: true })
    const removal = set.call.remove(set.key)
    await set.clock.advance(11_000)
    expect((await removal).state).toBe('cancelled')
    set.graph.roster = [itself(), person('p-late', bobId)]
    await set.post(roster(...set.graph.roster))
    await settle()
    expect(set.graph.sent('DELETE', /p-late/)).toHaveLength(1)
    expect(await set.read()).toMatchObject({ state: 'cancelled' })
    set.graph.roster = [itself()]
    await set.clock.advance(15_000)
    const { participants } = await set.call.read()
    expect([...participants.values()].map(({ state, ending }) => [state, ending?.by])).toEqual([
      ['cancelled', 'local'],
      ['removed', 'local'],
    ])
  })
})

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

  test('when nothing is ever heard: the deadline ends it after it was looked for', async () => {
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

  test('for several, one ends and the others ring on', async () => {
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

describe('evidence out of turn', () => {
  test('the roster before the answer of the POST', async () => {
    const set = await establishedStage()
    let answer = (): void => undefined
    set.graph.next('POST', /invite$/, async (_asked, usual) => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return usual()
    })
    const { key } = await set.call.invite(bob)
    await settle()
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(roster(...set.graph.roster))
    await set.post(operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'completed'))
    expect((await set.call.read()).participants.get(key)).toMatchObject({ state: 'active', id: 'p-bob' })
    answer()
    await settle()
    expect(words(set.told)).toEqual(['->invited', 'invited>active'])
    expect((await set.call.read()).participants.size).toBe(1)
  })

  test('the failure before the answer of the POST', async () => {
    const set = await establishedStage()
    let answer = (): void => undefined
    set.graph.next('POST', /invite$/, async (_asked, usual) => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return usual()
    })
    const { key } = await set.call.invite(bob)
    await settle()
    await set.post(
      operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', { code: 603, subcode: 8538 }),
    )
    answer()
    await settle()
    await set.clock.advance(300_000)
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'declined', by: 'remote' },
    })
    expect(words(set.told)).toEqual(['->invited', 'invited>cancelled'])
  })

  test('the documented roster: id null, an application entry for an invited user', async () => {
    const set = await ringing()
    await set.post(sample('docs-invite-one-roster-notification.json', documented))
    expect(await set.read()).toMatchObject({ state: 'active' })
    await set.post(roster(itself(), person('p-bob', bobId)))
    await set.clock.advance(3_000)
    const view = await set.call.read()
    expect(view.participants.size).toBe(1)
    expect(view.participants.get(set.key)).toMatchObject({ state: 'active', id: 'p-bob' })
    const removal = set.call.remove(set.key)
    await settle()
    expect(set.graph.sent('DELETE', /./)[0]?.path).toMatch(/p-bob$/)
    await set.post(roster(itself()))
    expect((await removal).ending?.by).toBe('local')
  })

  test('the documented operation with id null finishes the right invitation by clientContext', async () => {
    const set = await ringing()
    await set.post(operation(set.context(), 'failed', { code: 486, subcode: 8539 }, { id: null }))
    expect(await set.read()).toMatchObject({ state: 'cancelled', ending: { cause: 'busy' } })
  })

  test('ids upper case and without dashes are the same ids', async () => {
    const set = await ringing({ names: true })
    const id = 'ABB33D04-3A2C-4D78-996F-9EEB55EF4119'
    const upperCall = callId.toUpperCase().replaceAll('-', '')
    await set.post(
      notification(
        '/participants',
        [itself(botId.toUpperCase()), person(id, bobId.toUpperCase().replaceAll('-', ''))],
        'Updated',
        upperCall,
      ),
    )
    expect(await set.read()).toMatchObject({ state: 'active', id: id.toLowerCase() })
    await set.post(
      notification(
        '/participants',
        [itself(botId.replaceAll('-', '')), person(id.toLowerCase().replaceAll('-', ''), bobId)],
        'UPDATED',
        upperCall,
      ),
    )
    const view = await set.call.read()
    expect(view.participants.size).toBe(1)
    expect(present(view)).toHaveLength(1)
    expect(set.told.every((change) => change.callId === callId)).toBe(true)
  })

  test('everything twice changes nothing, and everything is told once', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await settle()
    const context = set.graph.sent('POST', /invite$/)[0]?.body.clientContext
    set.graph.roster = [itself(), person('p-bob', bobId)]
    const all = [
      callIs('established'),
      roster(...set.graph.roster),
      operation(context, 'completed'),
      callIs('established', { mediaState: { audio: 'Active' } }),
    ]
    for (const body of [...all, ...all]) expect(await set.post(body)).toBe(202)
    await set.clock.advance(3_000)
    const removal = set.call.remove(key)
    await settle()
    set.graph.roster = [itself()]
    for (let times = 0; times < 3; times += 1) await set.post(roster(itself()))
    await removal
    for (let times = 0; times < 2; times += 1)
      await set.post(operation(context, 'failed', { code: 500, subcode: 9999 }))
    for (let times = 0; times < 2; times += 1)
      await set.post(callIs('terminated', { resultInfo: { code: '200', subcode: '5010' } }))
    expect(words(set.told)).toEqual(['->invited', 'invited>ringing', 'ringing>active', 'active>removed'])
    expect(set.told.filter((change) => change.key === undefined).map(({ to }) => to)).toEqual([
      'establishing',
      'established',
      'terminated',
    ])
  })

  test('a late roster does not bring back who was removed', async () => {
    const set = await withBob()
    const removal = set.call.remove(set.key)
    await settle()
    set.graph.roster = [itself()]
    await set.post(roster(itself()))
    await removal
    await set.post(roster(itself(), person('p-bob', bobId)))
    await settle()
    await set.clock.advance(5_000)
    const view = await set.call.read()
    expect(present(view)).toEqual([])
    expect(view.participants.size).toBe(1)
    expect(set.graph.count('DELETE', /./)).toBe(1)
  })

  test('established before establishing stays established', async () => {
    const set = stage()
    await set.post(callIs('established'))
    await set.post(callIs('establishing'))
    expect((await set.rollcall.call(callId).read()).state).toBe('established')
  })

  test('an empty roster, and one without the bot, remove nobody', async () => {
    const set = await withBob()
    await set.post(roster())
    await set.post(roster(person('p-ann', annId)))
    expect((await set.read())?.state).toBe('active')
    expect(present(await set.call.read())).toHaveLength(2)
  })

  test('numbered rosters: an older one is nothing, a gap is fetched, removedState is leaving', async () => {
    const set = await establishedStage()
    const delta = (sequenceNumber: unknown, ...participants: unknown[]) =>
      notification('/participants', [
        { '@odata.type': '#microsoft.graph.deltaParticipants', participants, sequenceNumber },
      ])
    set.graph.roster = [itself(), person('p-bob', bobId)]
    await set.post(delta(1, itself(), person('p-bob', bobId)))
    await settle()
    expect(present(await set.call.read())).toHaveLength(1)
    await set.post(delta('3', person('p-ann', annId)))
    set.graph.roster = [itself(), person('p-bob', bobId), person('p-ann', annId)]
    await set.clock.advance(1_000)
    expect(present(await set.call.read())).toHaveLength(2)
    await set.post(
      delta(2, person('p-bob', bobId, { removedState: { reason: 'Participant has left the meeting call.' } })),
    )
    expect(present(await set.call.read())).toHaveLength(2)
    await set.post(
      delta(4, person('p-bob', bobId, { removedState: { reason: 'Participant has left the meeting call.' } })),
    )
    set.graph.roster = [itself(), person('p-ann', annId)]
    await set.clock.advance(1_000)
    expect(present(await set.call.read()).map(({ id }) => id)).toEqual(['p-ann'])
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
  test('ends everybody, once, and is quiet afterwards', async () => {
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

  test('is noticed by keepAlive, every fifteen minutes, when nobody says so', async () => {
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

  test('a hang up whose end nobody tells is looked for', async () => {
    const set = await withBob()
    const hangUp = set.call.hangUp()
    await settle()
    set.graph.isEnded = true
    await set.clock.advance(60_000)
    expect(await hangUp).toMatchObject({ state: 'terminated' })
  })
})

describe('waiting', () => {
  test('gives up by signal and by time, which takes nothing back', async () => {
    const set = await ringing({ names: true })
    const gaveUp = new AbortController()
    const wait = set.call.waitFor(set.key, 'active', { signal: gaveUp.signal }).catch((error: unknown) => error)
    const removal = set.call.remove(set.key, { signal: gaveUp.signal }).catch((error: unknown) => error)
    await settle()
    gaveUp.abort(new Error('enough'))
    expect(await wait).toMatchObject({ message: 'enough' })
    expect(await removal).toMatchObject({ message: 'enough' })
    expect(set.graph.count('DELETE', /./)).toBe(1)
    await expect(set.call.waitFor(set.key, 'active', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    const late = set.call.waitFor(set.key, 'active', { timeoutMs: 1_000 }).catch((error: unknown) => error)
    await set.clock.advance(1_000)
    expect(await late).toMatchObject({ code: 'WAIT_TIMEOUT' })
    await set.post(operation(set.context(), 'failed', cancelledOperation))
    expect(await set.read()).toMatchObject({ state: 'cancelled' })
    await expect(set.call.invite({ user: { id: annId } }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await settle()
    expect((await set.call.read()).participants.size).toBe(1)
  })

  test('a predicate sees every state, and what it throws is the waiter’s own', async () => {
    const set = await ringing()
    const seen: string[] = []
    const wait = set.call.waitFor(set.key, ({ state }) => {
      seen.push(state)
      return state === 'active'
    })
    await expect(
      set.call.waitFor(set.key, () => {
        throw new Error('mine')
      }),
    ).rejects.toThrow('mine')
    await set.post(roster(itself(), person('p-bob', bobId, { isInLobby: true })))
    await set.post(roster(itself(), person('p-bob', bobId)))
    expect((await wait).state).toBe('active')
    expect(seen).toContain('lobby')
    await expect(set.call.waitFor(set.key, 'nonsense' as never)).rejects.toThrow(TypeError)
  })

  test('the handle that waits need not be the one that invites', async () => {
    const set = await ringing()
    const wait = set.rollcall.call(callId.toUpperCase()).waitFor(set.key, ['removed', 'cancelled'])
    await set.post(operation(set.context(), 'failed', { code: 603, subcode: 8538 }))
    expect((await wait).ending?.cause).toBe('declined')
  })
})

describe('mute', () => {
  test('is a POST to the roster id and shows on the roster', async () => {
    const set = await withBob()
    await set.call.mute(set.key)
    expect(set.graph.sent('POST', /mute$/)[0]?.path).toMatch(/p-bob\/mute$/)
    await set.post(roster(itself(), person('p-bob', bobId, { isMuted: true })))
    expect(await set.read()).toMatchObject({ state: 'active', isMuted: true })
    set.graph.next('POST', /mute$/, graphError(403, '7504', 'no'))
    await expect(set.call.mute(set.key)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' })
  })

  test('of somebody who rings is told to be too early', async () => {
    const set = await ringing()
    await expect(set.call.mute(set.key)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})

describe('a restart', () => {
  const moments = [
    'before the POST is answered',
    'while they ring',
    'while a removal is in flight',
    'after the 204',
  ] as const
  const kinds = ['memory', 'sqlite'] as const
  const cases = kinds.flatMap((kind) => moments.map((moment) => [kind, moment] as const))
  test.each(cases)('on the same %s store %s ends the same', async (kind, moment) => {
    const folder = kind === 'sqlite' ? mkdtempSync(join(tmpdir(), 'rollcall-')) : undefined
    const memory = memoryStore()
    const open = () => (folder === undefined ? memory : sqliteStore(join(folder, 'calls.db')))
    try {
      const graph = new GraphByTheFacts()
      graph.namesInvitees = true
      const hand = handClock()
      const first = await establishedStage({ graph, hand, store: open() })
      const never = () => new Promise<never>(() => undefined)
      if (moment === 'before the POST is answered')
        graph.next('POST', /invite$/, (_asked, usual) => {
          usual()
          return never()
        })
      const { key } = await first.call.invite(bob)
      await settle()
      if (moment === 'while a removal is in flight') graph.next('DELETE', /./, never)
      if (moment === 'while a removal is in flight' || moment === 'after the 204')
        void first.call.remove(key).catch(() => undefined)
      await settle()
      await first.rollcall.close()

      const second = stage({ graph, hand, store: open() })
      const call = second.rollcall.call(callId)
      expect((await call.read()).participants.get(key)?.state).toMatch(/invited|ringing/)
      expect(graph.count('POST', /invite$/)).toBe(1)
      const removal = call.remove(key)
      await hand.advance(1_000)
      const context = graph.sent('POST', /invite$/)[0]?.body.clientContext
      await second.post(operation(context, 'failed', cancelledOperation))
      await hand.advance(20_000)
      expect(await removal).toMatchObject({ key, state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
      expect(graph.count('POST', /invite$/)).toBe(1)
      expect([...first.told, ...second.told].filter(({ to }) => to === 'cancelled')).toHaveLength(1)
      await second.rollcall.close()
      expect([...first.errors, ...second.errors]).toEqual([])
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true })
    }
  })

  test('keeps deadlines: one that passed meanwhile fires once, after a fetch', async () => {
    const graph = new GraphByTheFacts()
    const hand = handClock()
    const store = memoryStore()
    const first = await establishedStage({ graph, hand, store })
    const { key } = await first.call.invite(bob)
    await settle()
    await first.rollcall.close()
    await hand.advance(200_000)
    const fetches = graph.count('GET', /participants$/)
    const second = stage({ graph, hand, store })
    await second.rollcall.ready
    await hand.advance(60_000)
    expect((await second.rollcall.call(callId).read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'noAnswer', by: 'deadline' },
    })
    expect(graph.count('GET', /participants$/)).toBeGreaterThan(fetches)
  })

  test('two hosts on one store take each other’s notifications', async () => {
    const graph = new GraphByTheFacts()
    const hand = handClock()
    const store = memoryStore()
    const first = await establishedStage({ graph, hand, store })
    const second = stage({ graph, hand, store })
    const { key } = await first.call.invite(bob)
    await settle()
    const wait = first.call.waitFor(key, 'active')
    graph.roster = [itself(), person('p-bob', bobId)]
    await second.post(roster(...graph.roster))
    expect((await wait).id).toBe('p-bob')
    await hand.advance(3_000)
    const removal = first.call.remove(key)
    await settle()
    graph.roster = [itself()]
    await second.post(roster(itself()))
    expect((await removal).ending?.by).toBe('local')
    expect(words(first.told)).toEqual(words(second.told))
    expect(graph.count('DELETE', /./)).toBe(1)
  })
})
