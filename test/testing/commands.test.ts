/**
 * Commands over the host: one after the other, and with notifications in any order; and hosts they find wrong.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, vi, test } from 'vitest'
import type { Store } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import {
  CommandedHost,
  hostCommands,
  settleHost,
  type HostModel,
  type MakeCommandedHost,
} from '../verification/commands.ts'
import { runs } from '../effort/runs.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

async function inOrder(numRuns: number, make?: MakeCommandedHost): Promise<void> {
  await fc.assert(
    fc.asyncProperty(hostCommands(), async (commands) => {
      const model: HostModel = new Map()
      const host = await CommandedHost.begin({ make })
      await fc.asyncModelRun(() => ({ model, real: host }), commands)
      await host.close()
    }),
    { seed, numRuns },
  )
}

async function inAnyOrder(numRuns: number, make?: MakeCommandedHost): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), hostCommands({ maxCommands: 12 }), async (scheduler, commands) => {
      const model: HostModel = new Map()
      let isScheduling = false
      const host = await CommandedHost.begin({
        make,
        schedule(deliver) {
          const scheduled = scheduler.scheduleFunction(deliver)
          return (observations) => (isScheduling ? scheduled(observations) : deliver(observations))
        },
      })
      isScheduling = true
      await fc.scheduledModelRun(scheduler, () => ({ model, real: host }), commands)
      await scheduler.waitIdle()
      isScheduling = false
      await settleHost(model, host)
      await host.close()
    }),
    { seed, numRuns },
  )
}

/** A host that forgets a roster now and then. */
const forgetful: MakeCommandedHost = (surroundings) => {
  const inner = createRollcall(surroundings)
  let rosters = 0
  return {
    ...inner,
    receive(observations, options) {
      const kept = observations.filter(({ event }) => event.type !== 'roster.reported' || (rosters += 1) % 3 !== 0)
      return inner.receive(kept, options)
    },
  }
}

/** A host that has DELETEs answered before they are sent. */
const hasty: MakeCommandedHost = (surroundings) =>
  createRollcall({
    ...surroundings,
    transport: {
      ...surroundings.transport,
      fencesSends: false,
      deleteParticipant: async () => ({ verdict: 'done', value: undefined }),
    },
  })

describe(`commands over the host (seed ${seed})`, () => {
  test('one after the other leave it believing what is so, after each', () => inOrder(runs(60, 200)))

  test('with notifications in any order leave it believing what is so, in the end', () => inAnyOrder(runs(30, 100)))

  test('find a host that forgets rosters, and say by which commands', async () => {
    await expect(inOrder(200, forgetful)).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ name: 'LawBroken' }) }),
    )
  })

  test('find a host whose removals never happen', async () => {
    await expect(inOrder(200, hasty)).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ name: 'LawBroken' }) }),
    )
    await expect(inAnyOrder(100, hasty)).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ name: 'LawBroken' }) }),
    )
  })

  test('that failed are played again by the replay path that fast-check prints', async () => {
    const property = (replayPath?: string) =>
      fc.asyncProperty(hostCommands({ replayPath }), async (commands) => {
        const host = await CommandedHost.begin({ make: hasty })
        await fc.asyncModelRun(() => ({ model: new Map(), real: host }), commands)
        await host.close()
      })
    const found = await fc.check(property(), { seed, numRuns: 200 })
    const [printed, replayPath] = /\/\*replayPath="(.+)"\*\//.exec(String(found.counterexample?.[0])) ?? []
    const again = await fc.check(property(replayPath), {
      seed,
      path: found.counterexamplePath ?? '',
      endOnFailure: true,
    })
    expect(again).toMatchObject({ failed: true, numRuns: 1 })
    expect(String(again.counterexample?.[0])).toBe(String(found.counterexample?.[0]))
    expect(String(again.counterexample?.[0])).toContain(printed)
  })

  test('are not played again by something else', () => {
    for (const replayPath of ['', 'AAH', 'AAH:F:', '5:0:0', 'AAH:?', 7]) {
      expect(() => hostCommands({ replayPath: replayPath as string })).toThrow(TypeError)
      expect(() => hostCommands({ replayPath: replayPath as string })).toThrow(
        /^hostCommands: replayPath: expected a replay path/,
      )
    }
  })

  test('go over one store from host to host, whose methods are its own or of its class', async () => {
    const kept = memoryStore()
    const close = vi.spyOn(kept, 'close')
    const host = await CommandedHost.begin({ store: Object.create(kept) as Store })
    await host.invite('ann')
    await host.restart()
    expect((await host.participants()).map(({ identity }) => identity)).toEqual([{ user: { id: 'ann' } }])
    await host.close()
    expect(close).not.toHaveBeenCalled()
  })
})
