/**
 * Surprises for a new user of the library: subscribers that misbehave, uninvited people, calls from outside.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { present, type PublishedChange } from '../../src/index.ts'
import {
  annId,
  appId,
  bobId,
  callId,
  callIs,
  establishedStage,
  itself,
  notification,
  operation,
  person,
  roster,
  settle,
  stage,
  words,
} from './stage.ts'

describe('subscribers', () => {
  test('that throw, reject or stop in the middle affect no others, and each receives everything once in order', async () => {
    const set = await establishedStage()
    const mine: PublishedChange[] = []
    const offs = [
      set.rollcall.subscribe(() => {
        throw new Error('mine')
      }),
    ]
    set.rollcall.subscribe(async () => {
      throw new Error('mine, later')
    })
    const off = set.rollcall.subscribe((change) => {
      mine.push(change)
      off()
    })
    const all: PublishedChange[] = []
    set.rollcall.subscribe((change) => {
      all.push(change)
    })
    set.rollcall.subscribe((change) => {
      all.push(change)
    })
    const { key } = await set.call.invite({ user: { id: bobId } })
    await settle()
    await set.post(roster(itself(), person('p-bob', bobId)))
    await settle()
    expect(mine.map(({ to }) => to)).toEqual(['invited'])
    expect(all.filter((_, index) => index % 2 === 0).map(({ to }) => to)).toEqual(['invited', 'ringing', 'active'])
    expect(
      all.every(
        (change) => change.key === key && change.participant?.key === key && change.participant.state === change.to,
      ),
    ).toBe(true)
    expect(set.errors.length).toBeGreaterThanOrEqual(3)
    for (const each of offs) {
      each()
      each()
    }
  })

  test('can use the call of a change', async () => {
    const set = await establishedStage()
    const reads: unknown[] = []
    set.rollcall.subscribe(async ({ key, to }) => {
      if (key === undefined || to !== 'active') return
      reads.push((await set.call.read()).participants.get(key)?.state)
      await set.call.remove(key)
      reads.push((await set.call.read()).participants.get(key)?.state)
    })
    await set.post(roster(itself(), person('p-bob', bobId)))
    await settle()
    expect(set.graph.count('DELETE', /p-bob/)).toBe(1)
    set.graph.roster = [itself()]
    await set.clock.advance(11_000)
    expect(reads).toEqual(['active', 'removed'])
  })
})

describe('people', () => {
  test('who join uninvited are added, leave, and return as another participant', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-1', bobId)))
    await set.clock.advance(3_000)
    await set.post(roster(itself()))
    await set.post(roster(itself(), person('p-2', bobId)))
    const all = [...(await set.call.read()).participants.values()]
    expect(all.map(({ id, state }) => [id, state])).toEqual([
      ['p-1', 'removed'],
      ['p-2', 'active'],
    ])
    expect(words(set.told)).toEqual(['->active', 'active>removed', '->active'])
  })

  test('with two devices are two participants, and one device removed leaves the other', async () => {
    const set = await establishedStage()
    set.graph.roster = [itself(), person('p-1', bobId), person('p-2', bobId)]
    await set.post(roster(...set.graph.roster))
    const [one] = present(await set.call.read())
    await set.clock.advance(3_000)
    const removal = set.call.remove(one?.key ?? '')
    await settle()
    await set.post(roster(itself(), person('p-2', bobId)))
    expect(await removal).toMatchObject({ id: 'p-1', state: 'removed' })
    expect(present(await set.call.read()).map(({ id }) => id)).toEqual(['p-2'])
  })

  test('in the lobby are in the lobby, are admitted under the same or a new id, and are one participant', async () => {
    for (const admitted of ['p-1', 'p-9']) {
      const set = await establishedStage()
      const { key } = await set.call.invite({ user: { id: bobId } })
      await settle()
      await set.post(roster(itself(), person('p-1', bobId, { isInLobby: true })))
      expect((await set.call.waitFor(key, 'lobby')).state).toBe('lobby')
      const active = set.call.waitFor(key, 'active')
      await set.clock.advance(3_000)
      await set.post(roster(itself(), person(admitted, bobId)))
      expect(await active).toMatchObject({ key, id: admitted })
      expect((await set.call.read()).participants.size).toBe(1)
    }
  })

  test('who declined can be invited again, as a new participant', async () => {
    const set = await establishedStage()
    const first = await set.call.invite({ user: { id: bobId } })
    await settle()
    await set.post(
      operation(set.graph.sent('POST', /invite$/)[0]?.body.clientContext, 'failed', { code: 603, subcode: 8538 }),
    )
    const second = await set.call.invite({ user: { id: bobId } })
    expect(second.key).not.toBe(first.key)
    await settle()
    await set.post(roster(itself(), person('p-2', bobId)))
    const { participants } = await set.call.read()
    expect(participants.get(first.key)?.state).toBe('cancelled')
    expect(participants.get(second.key)?.state).toBe('active')
    expect(set.graph.count('POST', /invite$/)).toBe(2)
  })

  test('who are present already are returned, not invited again', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), person('p-1', bobId)))
    const invited = await set.call.invite({ user: { id: bobId } })
    await settle()
    expect(invited).toMatchObject({ state: 'active', id: 'p-1' })
    expect(set.graph.count('POST', /invite$/)).toBe(0)
  })

  test('who are invited together are told apart when one entry has no id', async () => {
    const set = await establishedStage()
    const [bob, ann] = await set.call.invite([{ user: { id: bobId } }, { user: { id: annId } }])
    await settle()
    await set.post(roster(itself(), person(null, annId)))
    const { participants } = await set.call.read()
    expect(participants.get(ann?.key ?? '')?.state).toBe('active')
    expect(participants.get(bob?.key ?? '')?.state).toBe('ringing')
  })
})

describe('calls', () => {
  test('from outside are adopted by their first notification, even if the GET of the call is not answered', async () => {
    const set = stage()
    set.graph.roster = [itself(), person('p-1', bobId)]
    expect(await set.post(callIs('established'))).toBe(202)
    await set.clock.advance(1_000)
    expect(present(await set.rollcall.call(callId).read()).some(({ id }) => id === 'p-1')).toBe(true)
    expect((await set.rollcall.call(callId).read()).state).toBe('established')
  })

  test('that are used by a handle before anything is known work, even if the GET of the call is not answered', async () => {
    const set = stage()
    set.graph.roster = [itself()]
    const call = set.rollcall.call(callId)
    const bob = await call.invite({ user: { id: bobId } })
    await set.clock.advance(5_000)
    expect(set.graph.count('POST', /invite$/)).toBe(1)
    await set.post(roster(itself(), person('p-1', bobId)))
    expect((await call.waitFor(bob.key, 'active')).id).toBe('p-1')
    expect((await call.read()).state).not.toBe('terminated')
  })

  test('whose bot is known only by its application id do not show it as a participant', async () => {
    const set = stage({ applicationId: appId.toUpperCase() })
    await set.post(callIs('established'))
    await set.post(roster(itself(null), person('p-1', bobId)))
    const view = await set.rollcall.call(callId).read()
    expect(view.participants.size).toBe(1)
  })

  test('that have ended are not adopted for ever', async () => {
    const set = stage()
    set.graph.isEnded = true
    const wait = set.rollcall
      .call(callId)
      .invite({ user: { id: bobId } })
      .then(({ key }) => set.rollcall.call(callId).waitFor(key, 'active'))
      .catch((error: unknown) => error)
    await set.clock.advance(60_000)
    expect(await wait).toMatchObject({ code: expect.stringMatching(/CALL_ENDED|PARTICIPANT_ENDED/) })
    const asked = set.graph.asked.length
    await set.clock.advance(3_600_000)
    expect(set.graph.asked).toHaveLength(asked)
  })

  test('that are answered keep the dashed id, whatever the notification says', async () => {
    const set = stage()
    await set.post({
      value: [
        {
          changeType: 'created',
          resourceUrl: '/communications/calls/57DAB8B1894C409AB240BD8BEAE78896',
          resourceData: { '@odata.type': '#microsoft.graph.call', state: 'incoming', direction: 'incoming' },
        },
      ],
    })
    expect(await set.rollcall.call('57dab8b1-894c-409a-b240-bd8beae78896').read()).toMatchObject({
      id: '57dab8b1-894c-409a-b240-bd8beae78896',
      state: 'incoming',
    })
  })

  test('that end while an invite is under way are quiet when its answer arrives', async () => {
    const set = await establishedStage()
    let answer = (): void => undefined
    set.graph.next('POST', /invite$/, async (_asked, usual) => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return usual()
    })
    const { key } = await set.call.invite({ user: { id: bobId } })
    await settle()
    await set.post(callIs('terminated', { resultInfo: { code: 200, subcode: 5000, message: 'removed' } }))
    answer()
    await settle()
    await set.clock.advance(600_000)
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'callEnded' },
    })
    expect(set.graph.asked.filter(({ method }) => method !== 'GET')).toHaveLength(1)
  })

  test('a transfer that fails returns to established', async () => {
    const set = await establishedStage()
    for (const [state, more] of [
      ['transferring', {}],
      ['transferAccepted', {}],
      ['established', { resultInfo: { code: 500, subCode: 7700 } }],
    ] as const)
      await set.post(callIs(state, more))
    expect((await set.call.read()).state).toBe('established')
  })

  test('several at once are not mixed up', async () => {
    const set = stage()
    const other = 'aaaaaaaa-0000-4000-8000-000000000001'
    const both = {
      value: [callId, other].flatMap(
        (id) =>
          (
            notification('/participants', [itself(), person(`p-${id[0]}`, bobId)], 'updated', id) as {
              value: unknown[]
            }
          ).value,
      ),
    }
    expect(await set.post(both)).toBe(202)
    expect(present(await set.rollcall.call(callId).read()).map(({ id }) => id)).toContain('p-7')
    expect(present(await set.rollcall.call(other).read()).map(({ id }) => id)).toContain('p-a')
  })
})
