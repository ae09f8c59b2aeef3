import { expect, test, vi } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { LARGE_BATCH } from '../../src/host/ports/limits.ts'
import { graphWebhook } from '../../src/graph/index.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import type { Transport } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { giveWay } from '../../src/time/system-clock.ts'

vi.mock('../../src/time/system-clock.ts', async (load) => {
  const clock = await load<typeof import('../../src/time/system-clock.ts')>()
  return { ...clock, giveWay: vi.fn(clock.giveWay) }
})

const gaveWay = vi.mocked(giveWay)

const refuses = async () => ({
  verdict: 'refused',
  failure: { reason: 'forbidden', status: 403, code: 'none', message: 'no' },
})
const methods = [
  'createCall',
  'getCall',
  'keepAlive',
  'hangUp',
  'invite',
  'listParticipants',
  'deleteParticipant',
  'muteParticipant',
]
const transport = Object.fromEntries(methods.map((name) => [name, refuses])) as unknown as Transport

/** How many turns others in the process had while something went on. */
async function turnsDuring(act: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns += 1
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await act()
  isOver = true
  return turns
}

const crowd = Array.from(
  { length: LARGE_BATCH },
  (_, place): RosterEntry => ({ id: `r-${place}`, identity: { user: { id: `u-${place}` } } }),
)

test('a large batch yields to other work between its step, its commit and the published changes', async () => {
  const rollcall = createRollcall({ store: memoryStore(), transport })
  await rollcall.ready
  const turns = await turnsDuring(() =>
    rollcall.receive([{ callId: 'c', event: { type: 'roster.reported', kind: 'full', entries: crowd } }]),
  )
  expect(turns).toBeGreaterThanOrEqual(2)
  await rollcall.close({ drainMs: 0 })
})

test('a large body yields to other work between reading and receiving it', async () => {
  const webhook = graphWebhook({ receive: async () => undefined }, { authentication: 'off' })
  const turnsFor = async (entries: readonly RosterEntry[]): Promise<number> => {
    const resourceData = entries.map(({ id, identity }) => ({ id, info: { identity } }))
    const body = JSON.stringify({
      value: [{ changeType: 'updated', resourceUrl: '/communications/calls/c/participants', resourceData }],
    })
    gaveWay.mockClear()
    expect((await webhook(new Request('https://bot.example/', { method: 'POST', body }))).status).toBe(202)
    return gaveWay.mock.calls.length
  }
  expect([await turnsFor(crowd), await turnsFor(crowd.slice(1))]).toEqual([1, 0])
})
