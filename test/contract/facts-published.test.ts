/**
 * What a subscriber receives about a participant besides the state, in the call and in the lobby.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore, type PublishedChange } from '../../src/index.ts'
import { callIs, establishedStage, itself, roster, settle, stage, words } from './stage.ts'
import { bobIs, bobAt } from './bob-on-roster.ts'

function stream(mediaType: string, direction: string): object {
  return { '@odata.type': '#microsoft.graph.mediaStream', mediaType, sourceId: '1', direction, serverMuted: false }
}

describe('a subscriber', () => {
  const onHold = bobAt(
    {},
    {
      isMuted: true,
      mediaStreams: [
        stream('audio', 'inactive'),
        stream('videoBasedScreenSharing', 'sendOnly'),
        stream('Video', 'ReceiveOnly'),
      ],
    },
  )

  test('who asks for facts receives mute, hold and media with the evidence; others receive states only', async () => {
    const set = await establishedStage()
    const facts: PublishedChange[] = []
    set.rollcall.subscribe(
      (change) => {
        facts.push(change)
      },
      { facts: true },
    )
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    await set.post(roster(itself(), onHold))
    await set.post(roster(itself(), bobAt()))
    expect(words(set.told)).toEqual(['->active'])
    expect(words(facts)).toEqual(['->active', 'active>active', 'active>active'])
    expect(facts[1]).toMatchObject({
      callId: set.call.id,
      key: bobIs,
      facts: ['isMuted', 'isOnHold', 'media'],
      at: expect.any(Number),
      evidence: { source: 'roster.full', note: expect.stringContaining('muted, on hold') },
      participant: {
        isMuted: true,
        isOnHold: true,
        media: [
          { kind: 'audio', direction: 'inactive' },
          { kind: 'screen', direction: 'sendOnly' },
          { kind: 'video', direction: 'receiveOnly' },
        ],
      },
    })
    expect(facts[2]?.participant).toMatchObject({ isMuted: false, isOnHold: false })
    expect(
      [
        facts[1],
        facts[1]?.facts,
        facts[1]?.evidence,
        facts[1]?.participant?.media,
        facts[1]?.participant?.media?.[0],
      ].every(Object.isFrozen),
    ).toBe(true)
  })

  test('with a cursor receives facts that changed while no process ran, if it asks for them', async () => {
    const store = memoryStore()
    const set = await establishedStage({ store })
    const [states, facts]: [PublishedChange[], PublishedChange[]] = [[], []]
    set.rollcall.subscribe(() => undefined, { cursor: 'states' })()
    set.rollcall.subscribe(() => undefined, { cursor: 'facts', facts: true })()
    const stops = [
      set.rollcall.subscribe((change) => void states.push(change), { cursor: 'states' }),
      set.rollcall.subscribe((change) => void facts.push(change), { cursor: 'facts', facts: true }),
    ]
    await settle()
    for (const stop of stops) stop()
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    set.rollcall.subscribe((change) => void states.push(change), { cursor: 'states' })
    set.rollcall.subscribe((change) => void facts.push(change), { cursor: 'facts', facts: true })
    await settle()
    expect(words(states)).toEqual(['->active'])
    expect(words(facts)).toEqual(['->active', 'active>active'])
  })

  test('can wait for a fact with a predicate, whichever host receives it', async () => {
    const store = memoryStore()
    const set = await establishedStage({ store })
    set.graph.roster = [itself(), bobAt()]
    await set.post(roster(itself(), bobAt()))
    const other = stage({ store, graph: set.graph, hand: set.clock })
    const held = set.call.waitFor(bobIs, ({ isOnHold }) => isOnHold)
    await settle()
    await other.post(roster(itself(), onHold))
    expect(await held).toMatchObject({ isMuted: true, isOnHold: true })
  })

  test('finds the facts in the explanation', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    expect((await set.call.explain(bobIs)).sentence).toMatch(
      /is active, muted, on hold: .*: muted, on hold, audio inactive, screen sendOnly, video receiveOnly → active\.$/,
    )
  })
})

describe('a participant in the lobby', () => {
  const delta = (sequenceNumber: number, ...participants: readonly object[]): unknown => ({
    value: [
      {
        changeType: 'updated',
        resourceUrl: '/communications/calls/7531d31f-d10d-44de-802f-c569dbca451c/participants',
        resourceData: [{ '@odata.type': '#microsoft.graph.deltaParticipants', sequenceNumber, participants }],
      },
    ],
  })

  test.each([
    ['200#5855', 'lobbyTimeout', 'service'],
    ['200#5300', 'removed', 'remote'],
  ])('whose removal has the diagnosis %s ended as %s by %s', async (diagnosis, cause, by) => {
    const set = await establishedStage()
    await set.post(delta(1, itself(), bobAt({}, { isInLobby: true })))
    await set.post(
      delta(2, bobAt({}, { isInLobby: true, removedState: { reason: `They are gone. DiagCode: ${diagnosis}.@` } })),
    )
    expect((await set.call.read()).participants.get(bobIs)?.ending).toMatchObject({ cause, by })
  })

  test('whose absence is all that is known has left', async () => {
    const set = await establishedStage()
    await set.post(callIs('established'))
    await set.post(roster(itself(), bobAt({}, { isInLobby: true })))
    await set.clock.advance(5_000)
    await set.post(roster(itself()))
    expect((await set.call.read()).participants.get(bobIs)?.ending).toMatchObject({ cause: 'left', by: 'remote' })
  })
})
