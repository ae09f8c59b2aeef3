import { expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { LARGE_BATCH } from '../../src/host/ports/limits.ts'
import { graphWebhook } from '../../src/graph/index.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import type { Transport } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
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
  const isTurnBetween = async (entries: readonly RosterEntry[]): Promise<boolean | undefined> => {
    let hasTurned = false
    let wasTurned: boolean | undefined
    const receive = async (): Promise<void> => {
      wasTurned = hasTurned
    }
    const resourceData = entries.map(({ id, identity }) => ({ id, info: { identity } }))
    const text = JSON.stringify({
      value: [{ changeType: 'updated', resourceUrl: '/communications/calls/c/participants', resourceData }],
    })
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(text))
          controller.close()
          setImmediate(() => {
            hasTurned = true
          })
        },
      },
      { highWaterMark: 0 },
    )
    const request = new Request('https://bot.example/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect((await graphWebhook({ receive }, { authentication: 'off' })(request)).status).toBe(202)
    return wasTurned
  }
  expect([await isTurnBetween(crowd), await isTurnBetween(crowd.slice(1))]).toEqual([true, false])
})
