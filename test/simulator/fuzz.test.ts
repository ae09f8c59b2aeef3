import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import type { Act } from '../../src/simulator/graph/dialect.ts'
import type { CalleeScript } from '../../src/simulator/graph/dialect.ts'
import { replayHistory } from '../../src/simulator/graph/service.ts'
import { operations, type ServiceRequest } from '../../src/simulator/graph/operations.ts'
import { switchReadings, type Switches } from '../../src/simulator/graph/settings.ts'
import { TestService, type WireParticipant } from './service.ts'

const seed = 20_250_101
const options = { seed, numRuns: 150 }
const ids = fc.constantFrom('ann', 'bob', 'carl', '+15550100', '__proto__')

/** Ids in moves are indexes into the existing ids, so that a shrunk move stays meaningful. */
type Move =
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'act'; readonly act: Act['act']; readonly call: number; readonly who: string }
  | {
      readonly type: 'request'
      readonly operation: ServiceRequest['operation']
      readonly call: number
      readonly participant: number
      readonly body: unknown
    }

const script: fc.Arbitrary<CalleeScript> = fc.oneof(
  fc.record({ type: fc.constant('answer' as const), afterMs: fc.nat(9_000), answersOnCancel: fc.boolean() }),
  fc.record({
    type: fc.constant('answer' as const),
    afterMs: fc.nat(9_000),
    lobby: fc.record({ admittedAfterMs: fc.nat(9_000) }),
  }),
  fc.record({
    type: fc.constant('answer' as const),
    afterMs: fc.nat(9_000),
    leaves: fc.record({ afterMs: fc.nat(9_000), rejoins: fc.record({ afterMs: fc.nat(9_000) }) }),
  }),
  fc.record({
    type: fc.constant('answer' as const),
    secondDevice: fc.record({ afterMs: fc.nat(9_000), removedByHuman: fc.record({ afterMs: fc.nat(9_000) }) }),
  }),
  fc.constantFrom<CalleeScript>(
    { type: 'decline' },
    { type: 'busy' },
    { type: 'unreachable' },
    { type: 'noAnswer', answersOnCancel: true },
  ),
)
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      participants: fc.array(fc.record({ identity: ids.map((id) => ({ user: { id } })) }), {
        minLength: 1,
        maxLength: 3,
      }),
      clientContext: fc.string(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      callbackUri: fc.constant('http://bot.example/'),
      targets: fc.array(
        ids.map((id) => ({ identity: { user: { id } } })),
        { maxLength: 2 },
      ),
      transferTarget: ids.map((id) => ({ identity: { user: { id } } })),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ type: fc.constant('advance' as const), ms: fc.oneof(fc.nat(5_000), fc.constantFrom(60_000, 900_000)) }),
  fc.record({
    type: fc.constant('act' as const),
    act: fc.constantFrom<Act['act']>(
      'join',
      'leave',
      'remove',
      'admit',
      'mute',
      'unmute',
      'answer',
      'decline',
      'callBot',
      'placeCall',
      'endCall',
      'endConversation',
    ),
    call: fc.nat(3),
    who: ids,
  }),
  fc.record({
    type: fc.constant('request' as const),
    operation: fc.constantFrom(...operations),
    call: fc.nat(3),
    participant: fc.nat(5),
    body,
  }),
)
const switches = fc.record(
  Object.fromEntries(Object.entries(switchReadings).map(([name, readings]) => [name, fc.constantFrom(...readings)])),
) as unknown as fc.Arbitrary<Switches>
const history = fc.record({
  moves: fc.array(move, { maxLength: 40 }),
  switches,
  scripts: fc.array(fc.tuple(ids, script), { maxLength: 5 }),
})

function play({
  moves,
  switches: chosen,
  scripts,
}: {
  moves: Move[]
  switches: Switches
  scripts: [string, CalleeScript][]
}): TestService {
  const service = new TestService({ seed: 'fuzz', settings: { switches: chosen }, scripts })
  service.call(['dan'])
  for (const one of moves) {
    const calls = [...service.driver.simulation.world.state.legs.keys()]
    if (one.type === 'advance') service.advance(one.ms)
    else if (one.type === 'act') service.driver.act(service.now, actOf(one, calls[one.call % calls.length] ?? ''))
    else {
      const callId = calls[one.call % calls.length] ?? ''
      const truth = service.truth(callId)
      const known = [...truth.present, ...truth.ringing].map(({ id }) => id)
      void service.send({
        operation: one.operation,
        callId,
        participantId: known[one.participant] ?? 'absent',
        body: one.body,
      })
    }
  }
  service.advance(120_000)
  return service
}

function actOf({ act, who }: Extract<Move, { type: 'act' }>, callId: string): Act {
  const callbackUri = 'http://bot.example/'
  switch (act) {
    case 'join':
      return { act, callId, person: who, stay: who === 'ann' ? { lobby: {} } : {} }
    case 'callBot':
      return { act, callbackUri, person: who, appId: DEFAULT_APP_ID }
    case 'placeCall':
      return { act, callbackUri, people: [who], threadId: 'shared' }
    case 'endCall':
    case 'endConversation':
      return { act, callId }
    default:
      return { act: act as 'leave', callId, who }
  }
}

/** The roster of a bot that receives every notification in order. */
function rosterOf(service: TestService, callId: string): { ids: string[]; isReported: boolean } {
  let entries = new Map<string, WireParticipant>()
  let isReported = false
  for (const data of service.received('roster', callId) as (WireParticipant & {
    participants?: WireParticipant[]
  })[][]) {
    isReported = true
    const delta = data[0]?.participants
    if (delta === undefined) entries = new Map(data.map((entry) => [idOf(entry), entry]))
    for (const entry of delta ?? []) {
      if (entry.removedState === undefined) entries.set(idOf(entry), entry)
      else entries.delete(idOf(entry))
    }
  }
  return { ids: [...entries.keys()].sort(), isReported }
}

function idOf({ id, info }: WireParticipant): string {
  return id ?? info.participantId ?? ''
}

const runAll = () =>
  fc.assert(
    fc.property(history, (plot) => void play(plot)),
    options,
  )

describe(`for any acts on a world (seed ${seed})`, () => {
  test('no act throws', runAll)

  test('the rosters a bot receives add up to the present participants', () => {
    let compared = 0
    fc.assert(
      fc.property(history, (plot) => {
        const chosen = {
          ...plot.switches,
          rosterIds: ['none', 'list-only'].includes(plot.switches.rosterIds ?? 'both')
            ? 'both'
            : plot.switches.rosterIds,
        } as const
        const service = play({ ...plot, switches: chosen })
        for (const { id, myParticipantId, state } of service.driver.simulation.world.state.legs.values()) {
          const { ids: believed, isReported } = rosterOf(service, id)
          if (state === 'terminated' || !isReported) continue
          compared += 1
          expect(believed).toEqual([...service.truth(id).present.map((one) => one.id), myParticipantId].sort())
        }
      }),
      options,
    )
    expect(compared).toBeGreaterThan(50)
  })

  test('the end of a call is reported once, and last', () => {
    let ended = 0
    fc.assert(
      fc.property(history, (plot) => {
        const service = play(plot)
        for (const { id, state } of service.driver.simulation.world.state.legs.values()) {
          const kinds = service.notifications
            .filter(({ callId }) => callId === id)
            .map(({ kind, body: said }) =>
              kind === 'call' ? (said['value'] as [{ changeType: string }])[0].changeType.toLowerCase() : kind,
            )
          expect(kinds.filter((kind) => kind === 'deleted')).toHaveLength(state === 'terminated' ? 1 : 0)
          if (state !== 'terminated') continue
          ended += 1
          expect(kinds.at(-1)).toBe('deleted')
        }
      }),
      options,
    )
    expect(ended).toBeGreaterThan(20)
  })

  test('ringing, present and past participants are disjoint', () => {
    fc.assert(
      fc.property(history, (plot) => {
        const service = play(plot)
        for (const id of service.driver.simulation.world.state.legs.keys()) {
          const { present, ringing, past } = service.truth(id)
          const open = [...present, ...ringing].map((one) => one.id)
          expect(new Set(open).size).toBe(open.length)
          expect(past.filter((one) => open.includes(one.id))).toEqual([])
          if (service.truth(id).state === 'terminated') expect(ringing).toEqual([])
        }
      }),
      options,
    )
  })

  test('the history replays to the same outputs', () => {
    fc.assert(
      fc.property(history, (plot) => {
        expect(replayHistory(play(plot).driver.history()).difference).toBeUndefined()
      }),
      { ...options, numRuns: 50 },
    )
  })
})
