/**
 * Conversations whose evidence arrives late, early or twice, seen through the public entry points only.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../src/index.ts'
import {
  annId,
  bobId,
  botId,
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
  stage,
  words,
} from './stage.ts'
import { bob, withBob, ringing } from './conversation.ts'

const documented = { 'ab6233a5-20b7-4c5e-bea2-ce56c9776429': callId }

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

  test('everything twice changes nothing, and every change is published once', async () => {
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

  test('a late roster does not bring back a removed participant', async () => {
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

  test('an empty roster, and one without the bot, remove no participant', async () => {
    const set = await withBob()
    await set.post(roster())
    await set.post(roster(person('p-ann', annId)))
    expect((await set.read())?.state).toBe('active')
    expect(present(await set.call.read())).toHaveLength(2)
  })

  test('numbered rosters: an older one is ignored, a gap is fetched, removedState is a departure', async () => {
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
