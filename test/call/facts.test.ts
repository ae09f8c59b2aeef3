import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { explain } from '../../src/call/explain.ts'
import { TRAIL_LIMIT } from '../../src/call/model/evidence.ts'
import { bot, established, on, type Script } from './script.ts'
import { ordersOf, play } from './orders.ts'

const audio = (direction: string): RosterEntry['media'] => [{ kind: 'audio', direction, sourceId: '1' }]
const mailbox: RosterEntry = { ...on('bob'), endpoint: 'voicemail', media: audio('sendReceive') }

/** The changes of facts since the call was made, in words. */
function factsTold({ changes }: Script): readonly string[] {
  return changes.flatMap((change) =>
    change.type === 'participant.changed' && change.facts !== undefined
      ? [`${change.from} = ${change.to}: ${change.facts.join()}`]
      : [],
  )
}

describe('a participant', () => {
  test('has endpoint, anonymity, media and details as on the roster', () => {
    const script = established()
    script.full(bot, { ...mailbox, isAnonymous: true, details: { meetingRole: 'none' } })
    expect(script.get('r-bob')).toMatchObject({
      state: 'active',
      endpoint: 'voicemail',
      isAnonymous: true,
      isOnHold: false,
      media: [{ kind: 'audio', direction: 'sendReceive', sourceId: '1' }],
      details: { meetingRole: 'none' },
    })
  })

  test('without reported facts has no endpoint, no media, and is not anonymous', () => {
    const script = established()
    script.full(bot, on('bob'))
    expect(script.get('r-bob')).toMatchObject({
      endpoint: undefined,
      media: undefined,
      details: undefined,
      isAnonymous: false,
      isOnHold: false,
    })
  })

  test('keeps unknown endpoints, kinds and directions as they are', () => {
    const script = established()
    script.full(bot, { ...on('bob'), endpoint: 'hologram', media: [{ kind: 'smell', direction: 'upwards' }] })
    expect(script.get('r-bob')).toMatchObject({
      endpoint: 'hologram',
      media: [{ kind: 'smell', direction: 'upwards' }],
    })
  })

  test('keeps a fact that a later report omits, and each detail that it does not repeat', () => {
    const script = established()
    script.full(bot, { ...mailbox, details: { region: 'westus', metadata: 'a' } })
    script.full(bot, { ...on('bob'), details: { metadata: 'b' } })
    expect(script.get('r-bob')).toMatchObject({
      endpoint: 'voicemail',
      media: mailbox.media,
      details: { region: 'westus', metadata: 'b' },
    })
  })

  test.each([
    [[], false],
    [audio('inactive'), true],
    [audio('sendReceive'), false],
    [audio('receiveOnly'), false],
    [[...(audio('inactive') ?? []), { kind: 'video', direction: 'sendReceive' }], true],
    [[{ kind: 'video', direction: 'inactive' }], false],
  ])('with the streams %j is on hold: %s', (media, isOnHold) => {
    const script = established()
    script.full(bot, { ...on('bob'), media })
    expect(script.get('r-bob').isOnHold).toBe(isOnHold)
  })

  test('does not change if the same facts are reported again', () => {
    const script = established()
    const told = { ...mailbox, details: { publishedStates: [{ name: 'x' }] } }
    script.full(bot, told)
    expect(script.full(bot, structuredClone(told))).toBe('duplicate')
  })

  test('who has ended is neither muted nor on hold and has no media, but keeps its endpoint', () => {
    const script = established()
    script.full(bot, {
      ...mailbox,
      isMuted: true,
      isAnonymous: true,
      media: audio('inactive'),
      details: { meetingRole: 'none' },
    })
    script.wait(5_000)
    script.full(bot)
    expect(script.get('r-bob')).toMatchObject({
      state: 'removed',
      isMuted: false,
      isOnHold: false,
      media: undefined,
      details: undefined,
      endpoint: 'voicemail',
      isAnonymous: true,
    })
  })
})

describe('the facts of all participants, present or ended, do not depend on the order of arrival,', () => {
  const muted = { ...on('bob', { muted: true }), media: audio('inactive'), endpoint: 'default' }
  const there = { ...on('bob'), media: audio('sendReceive'), endpoint: 'default' }
  const other = { ...on('carol'), endpoint: 'voicemail' }

  function factsAfter(
    evidence: readonly Parameters<Script['tell']>[0][],
    truth: readonly RosterEntry[],
    isSettled: boolean,
  ): ReadonlySet<string> {
    const found = new Set<string>()
    for (const order of ordersOf(evidence)) {
      const { call } = play({ evidence, truth, isSettled }, order)
      const facts = [...call.participants.values()].map(
        ({ identity, state, isMuted, isOnHold, media, endpoint, isAnonymous }) => [
          identity['user']?.id,
          state,
          isMuted,
          isOnHold,
          media,
          endpoint,
          isAnonymous,
        ],
      )
      found.add(JSON.stringify(facts.sort()))
    }
    return found
  }

  test('from numbered deltas without a snapshot', () => {
    const delta = (sequence: number, ...entries: readonly RosterEntry[]) =>
      ({ type: 'roster.reported', kind: 'delta', sequence, entries }) as const
    const evidence = [delta(1, there), delta(2, muted), delta(3, { ...muted, removed: {} }), delta(4, other)]
    expect([...factsAfter(evidence, [other], false)]).toHaveLength(1)
  })

  test('from full rosters, after a snapshot', () => {
    const full = (...entries: readonly RosterEntry[]) =>
      ({ type: 'roster.reported', kind: 'full', entries: [bot, ...entries] }) as const
    const evidence = [full(there, other), full(muted, other), full(other)]
    expect([...factsAfter(evidence, [other], true)]).toHaveLength(1)
  })
})

describe('a change of facts', () => {
  test('is announced with the unchanged state and its evidence', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.full(bot, { ...on('bob', { muted: true }), media: audio('inactive') })
    expect(factsTold(script)).toEqual(['active = active: isMuted,isOnHold,media'])
    expect(script.changes.at(-1)).toMatchObject({
      from: 'active',
      to: 'active',
      isAnnounced: false,
      evidence: {
        source: 'roster.full',
        note: 'a full roster shows them: muted, on hold, audio inactive',
        facts: ['isMuted', 'isOnHold', 'media'],
      },
    })
  })

  test('that comes with a change of state is part of that change', () => {
    const script = established()
    script.full(bot, { ...mailbox, isInLobby: true })
    script.full(bot, { ...mailbox, isMuted: true })
    expect(factsTold(script)).toEqual([])
    expect(script.changes.at(-1)).toMatchObject({
      from: 'lobby',
      to: 'active',
      evidence: { note: 'a full roster shows them, muted' },
    })
  })

  test('of a participant whose arrival was not announced is not announced', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.taken('bob')
    script.full(bot, on('bob'))
    script.full(bot, on('bob', { muted: true }))
    expect(script.get('bob')).toMatchObject({ state: 'active', isMuted: true })
    expect(factsTold(script)).toEqual([])
  })
})

describe('an explanation', () => {
  test('lists the current facts, and since which evidence', () => {
    const script = established()
    script.full(bot, { ...mailbox, isAnonymous: true })
    script.wait(3_000)
    script.full(bot, { ...mailbox, media: audio('inactive') })
    expect(explain(script.call, 'r-bob')?.sentence).toBe(
      'r-bob is active, on hold, endpoint voicemail, anonymous: ' +
        '2026-01-01T00:00:00.000Z a full roster shows them, endpoint voicemail, anonymous → active; ' +
        '2026-01-01T00:00:03.000Z a full roster shows them: on hold, audio inactive → active.',
    )
  })

  test('keeps the latest evidence of each fact, however often facts change, and all evidence of the states', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob', { bob: 'r-bob' })
    script.full(bot, on('bob'))
    for (let times = 0; times < 2 * TRAIL_LIMIT; times += 1) script.full(bot, on('bob', { muted: times % 2 === 0 }))
    script.full(bot, { ...on('bob'), media: audio('inactive') })
    expect(explain(script.call, 'bob')?.evidence.map(({ note }) => note)).toEqual([
      'the application asked for them',
      'the service took the invite',
      'a full roster shows them',
      'a full roster shows them: not muted',
      'a full roster shows them: on hold, audio inactive',
    ])
  })

  test('repeats no text of the service that could be a name', () => {
    const script = established()
    script.full(bot, { ...on('bob'), endpoint: 'Ann Secret', media: [{ kind: 'Ann Secret', direction: '+15550100' }] })
    script.full(bot, { ...on('bob'), endpoint: '+15550100', media: [] })
    expect(JSON.stringify(explain(script.call, 'r-bob')?.evidence)).not.toMatch(/Secret|5550100/)
  })
})

describe('a departure from the lobby', () => {
  const waiting = on('bob', { lobby: true })

  test.each([
    ['a timeout', 'Nobody let them in. DiagCode: 200#5855.@', 'lobbyTimeout by service'],
    ['a denial', 'Denied. DiagCode: 200#5300.@', 'removed by remote'],
    ['nothing that is known', 'Participant has left the meeting call.', 'left by remote'],
    ['another diagnosis', 'DiagCode: 603#0.@', 'left by remote'],
  ])('with a diagnosis of %s ends so', (_, reason, ending) => {
    const script = established()
    script.delta(1, bot, waiting)
    script.delta(2, { ...waiting, removed: { reason } })
    expect(script.is('r-bob')).toBe(`removed: ${ending}`)
    expect(script.get('r-bob').ending?.message).toBe(reason)
  })

  test.each([
    [200, 5855, 'lobbyTimeout by service'],
    [200, 5300, 'removed by remote'],
    [603, 8538, 'left by remote'],
  ])('of an invitee whose operation failed with %i/%i ends as %s once the roster shows it', (code, subcode, ending) => {
    const script = established()
    script.invite('bob')
    script.taken('bob')
    script.full(bot, waiting)
    script.wait(3_000)
    script.requests()
    script.operation('bob', 'failed', { code, subcode })
    expect(script.is('bob')).toBe('lobby')
    expect(script.requests()).toEqual(code === 200 ? ['GET roster'] : [])
    script.full(bot)
    expect(script.is('bob')).toBe(`removed: ${ending}`)
  })

  test('is not explained by a failure that came before the admission', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob')
    script.full(bot, waiting)
    script.operation('bob', 'failed', { code: 200, subcode: 5855 })
    script.full(bot, on('bob'))
    script.wait(5_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: left by remote')
  })

  test("caused by the bot's removal is local, whatever the reason says", () => {
    const script = established()
    script.delta(1, bot, waiting)
    script.remove('r-bob')
    script.delta(2, { ...waiting, removed: { reason: 'DiagCode: 200#5855.@' } })
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })
})
