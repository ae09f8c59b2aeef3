import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { playScenario, readScenario } from '../../src/simulator/graph/scenario/scenario.ts'
import { simulatedTransport, type SimulatedTransport } from '../../src/simulator/graph/transport.ts'

const folder = new URL('../scenarios/', import.meta.url)
let rollcall: Rollcall

afterEach(() => rollcall.close())

interface Plot {
  readonly invites: readonly string[]
  /** The invitees the bot cancels, and after how long. */
  readonly cancels?: { readonly who: readonly string[]; readonly afterMs: number }
  /** The ending of each person: cause and origin, or the state of a present participant. */
  readonly ends: { readonly [id: string]: string }
}

const plots: { readonly [file: string]: Plot } = {
  'everyone-answers.json': {
    invites: ['ann', 'bob', 'carl'],
    ends: { ann: 'active', bob: 'left by remote', carl: 'active' },
  },
  'nobody-comes.json': {
    invites: ['ann', 'bob', 'carl', 'dan', '+15550100'],
    ends: {
      ann: 'declined by remote',
      bob: 'busy by remote',
      carl: 'noAnswer by remote',
      dan: 'unreachable by remote',
      '+15550100': 'failed by service',
    },
  },
  'cancel-crosses-answer.json': {
    invites: ['ann', 'bob'],
    cancels: { who: ['ann', 'bob'], afterMs: 3_000 },
    ends: { ann: 'removed by local', bob: 'removed by local' },
  },
  'cancel-not-found.json': {
    invites: ['ann', 'bob'],
    cancels: { who: ['ann', 'bob'], afterMs: 3_000 },
    ends: { ann: 'removed by local', bob: 'noAnswer by remote' },
  },
  'delta-rosters-without-order.json': {
    invites: ['ann', 'bob'],
    ends: { ann: 'left by remote', bob: 'left by remote', 'walk-in': 'left by remote' },
  },
  'bad-network.json': {
    invites: ['ann', 'bob'],
    cancels: { who: ['bob'], afterMs: 15_000 },
    ends: { ann: 'active', bob: 'removed by local' },
  },
  'thrown-out.json': { invites: ['ann', 'bob'], ends: { ann: 'left by remote', bob: 'callEnded by remote' } },
}

test('every scenario file is played', () => {
  rollcall = createRollcall({ transport: simulatedTransport(), store: memoryStore() })
  expect(readdirSync(folder).sort()).toEqual(Object.keys(plots).sort())
})

test.each(Object.entries(plots))(
  "%s ends as expected, and rollcall's view is the truth",
  async (file, { invites, cancels, ends }) => {
    const service = simulatedTransport(playScenario(readScenario(readFileSync(new URL(file, folder), 'utf8'))))
    rollcall = createRollcall({ transport: service, store: memoryStore(), clock: service.clock })
    service.deliverTo(rollcall)
    const [call] = await Promise.all([
      rollcall.createCall({ callbackUri: 'http://bot.example/callback' }),
      service.advance(1_000),
    ])
    const keys = new Map<string, string>()
    for (const id of invites) {
      const [invited] = await Promise.all([
        call.invite(id.startsWith('+') ? { phone: { id } } : { user: { id } }),
        service.advance(10),
      ])
      keys.set(id, invited.key)
    }
    if (cancels !== undefined) {
      await service.advance(cancels.afterMs)
      for (const id of cancels.who) void call.remove(keys.get(id) ?? '').catch(() => 'checked below')
    }
    await service.advance(300_000)
    const { participants } = await call.read()
    const byIdentity = (id: string) =>
      [...participants.values()].find(({ key, identity }) =>
        keys.has(id) ? key === keys.get(id) : identity['user']?.id === id,
      )
    expect(
      Object.fromEntries(
        Object.keys(ends).map((id) => {
          const participant = byIdentity(id)
          return [
            id,
            participant?.ending === undefined
              ? participant?.state
              : `${participant.ending.cause} by ${participant.ending.by}`,
          ]
        }),
      ),
    ).toEqual(ends)
    expect(believed([...participants.values()])).toEqual(present(service, call.id))
  },
)

function believed(participants: readonly { id?: string | undefined; state: string }[]): string[] {
  return participants
    .filter(({ state }) => state === 'active' || state === 'lobby')
    .map(({ id }) => id ?? '')
    .sort()
}

function present(service: SimulatedTransport, callId: string): string[] {
  return (service.truth(callId)?.present ?? []).map(({ id }) => id).sort()
}
