/**
 * Conversations with a service that keeps to what is written down, seen through the public entry points only.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { graphError } from './graph-by-the-facts.ts'
import { bobId, callId, establishedStage, itself, operation, person, roster, settle, words } from './stage.ts'
import { bob, cancelledOperation, withBob, ringing } from './conversation.ts'

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

  test('is proved by a fetch if no roster arrives', async () => {
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

  test('is refused with 403: a typed error, they stay, and it can be requested again', async () => {
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

  test('whose DELETE is 500 9999 is sent again until it is accepted, never two at a time', async () => {
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

  test('whose DELETE is always 500 9999 ends with an error instead of hanging', async () => {
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

  test('who leaves on their own has left', async () => {
    const set = await withBob()
    await set.post(roster(itself()))
    expect(await set.read()).toMatchObject({
      state: 'removed',
      ending: { cause: 'left', by: expect.stringMatching(/remote|unknown/) },
    })
    expect(await set.call.remove(set.key)).toMatchObject({ ending: { cause: 'left' } })
    expect(set.graph.count('DELETE', /./)).toBe(0)
  })

  test('requested twice at once is one DELETE and one ending', async () => {
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

  test('held without an address: no DELETE, and the failed operation proves it', async () => {
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

  test('held without an address: sent as soon as they are on the roster, and ends as removed', async () => {
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

  test('before the POST is answered: no answer is published and exactly one DELETE follows', async () => {
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

  test('waiting for them to be active rejects at once with what happened instead', async () => {
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
  test('ends as removed by local, with one DELETE to the roster id and no "active" published', async () => {
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

  test('after the cancel was proved: the ended participant stays ended, a new one is added and removed', async () => {
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
