/**
 * Closing: bounded, whatever hangs, and whether or not anything else keeps the process alive.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, vi, test } from 'vitest'
import { holdingClock, systemClock } from '../../src/time/system-clock.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { callId, callIs, entry, roster } from './stage.ts'

/** Runs a program of this folder to its own end; returns the code it ended with, and what it wrote. */
async function runProcess(
  name: string,
  ...operands: readonly string[]
): Promise<readonly [code: unknown, output: string]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url)), ...operands], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  return [code, output.trim()]
}

describe('closing a host whose transport hangs', () => {
  test('ends, with the store closed, in a process that nothing else keeps alive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-closing-'))
    try {
      expect(await runProcess('closing-process.ts', join(folder, 'calls.db'))).toEqual([0, 'store closed: true'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('ends, with every promise settled, also in a process whose store hangs', async () => {
    const said = [
      'createCall: REQUEST_UNCONFIRMED indefinite',
      'invite: HOST_CLOSED indefinite',
      'read: HOST_CLOSED definite',
      'remove: HOST_CLOSED indefinite',
      'store closed: 1',
    ]
    expect(await runProcess('closing-hanging-process.ts')).toEqual([0, said.join('\n')])
  })

  test.each([undefined, 30])(
    'waits for requests under way for drainMs, and no longer (drainMs: %s)',
    async (drainMs) => {
      vi.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
      })
      try {
        const transport = fakeTransport()
        let isStoreClosed = false
        const store = memoryStore()
        const rollcall = createRollcall({
          transport,
          store: {
            ...store,
            close: async () => {
              isStoreClosed = true
            },
          },
          onError: () => undefined,
        })
        await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
        transport.hold('deleteParticipant')
        rollcall
          .call(callId)
          .remove('ann')
          .catch(() => undefined)
        while (transport.count('deleteParticipant') === 0) await new Promise((resolve) => setImmediate(resolve))
        const closed = rollcall.close(drainMs === undefined ? {} : { drainMs })
        await vi.advanceTimersByTimeAsync((drainMs ?? 5_000) - 1)
        expect(isStoreClosed).toBe(false)
        await vi.advanceTimersByTimeAsync(1)
        await closed
        expect(isStoreClosed).toBe(true)
      } finally {
        vi.useRealTimers()
      }
    },
  )

  test('waits for a creation under way, and stores the call that was created', async () => {
    const { clock, transport, store } = { clock: virtualClock(), transport: fakeTransport(), store: memoryStore() }
    const rollcall = createRollcall({
      clock,
      transport,
      store: { ...store, close: async () => undefined },
      onError: () => undefined,
    })
    await rollcall.ready
    const answer = Promise.withResolvers<void>()
    const create = transport.createCall.bind(transport)
    transport.createCall = async (...given) => {
      await answer.promise
      return create(...given)
    }
    const created = rollcall.createCall({ callbackUri: 'https://bot.example/callback' })
    const closed = rollcall.close({ drainMs: 1_000 })
    answer.resolve()
    const call = await created
    await closed
    expect(await store.load(call.id)).toBeDefined()
  })

  test('rejects an aborted creation as possibly made', async () => {
    const { clock, transport } = { clock: virtualClock(), transport: fakeTransport() }
    const rollcall = createRollcall({ clock, transport, onError: () => undefined })
    await rollcall.ready
    transport.createCall = () => new Promise(() => undefined)
    const created = rollcall.createCall({ callbackUri: 'https://bot.example/callback' })
    const refused = expect(created).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED', definite: false })
    await rollcall.close()
    await refused
  })

  test('rejects waits as possibly fulfilled, and refused requests as definitely not made', async () => {
    const { clock, transport } = { clock: virtualClock(), transport: fakeTransport() }
    const rollcall = createRollcall({ clock, transport, onError: () => undefined })
    await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    const call = rollcall.call(callId)
    transport.hold('deleteParticipant')
    const waits = [call.remove('ann'), call.waitFor('ann', 'removed')].map((wait) =>
      expect(wait).rejects.toMatchObject({ code: 'HOST_CLOSED', definite: false }),
    )
    await clock.advance(100)
    await rollcall.close()
    await Promise.all(waits)
    await expect(rollcall.receive([callIs('established')])).rejects.toMatchObject({
      code: 'HOST_CLOSED',
      definite: true,
    })
  })

  test.each(['commit', 'release', 'close'] as const)(
    'ends though the %s of its store never does, tells so, and closes the store',
    async (hanging) => {
      const { clock, transport, store } = { clock: virtualClock(), transport: fakeTransport(), store: memoryStore() }
      const errors: unknown[] = []
      let isHanging = false
      let isStoreClosed = false
      const hang =
        <A extends readonly unknown[], R>(name: string, act: (...given: A) => Promise<R>) =>
        (...given: A): Promise<R> =>
          isHanging && name === hanging ? new Promise(() => undefined) : act(...given)
      const rollcall = createRollcall({
        clock,
        transport,
        onError: (error) => void errors.push(error),
        store: {
          ...store,
          commit: hang('commit', store.commit),
          release: hang('release', store.release),
          close: () => {
            isStoreClosed = true
            return hang('close', async () => undefined)()
          },
        },
      })
      await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
      isHanging = true
      rollcall.receive([roster(entry('ann'), entry('bob'))]).catch(() => undefined)
      const closed = rollcall.close()
      await clock.advance(30_000)
      await closed
      expect(isStoreClosed).toBe(true)
      expect(errors).toContainEqual(
        expect.objectContaining({
          code: 'STORE_FAILED',
          message: expect.stringContaining('the host closes without it'),
        }),
      )
    },
  )

  test('keeps the process alive only by its own timers, and only with the real clock', () => {
    const clock = virtualClock(0)
    expect(holdingClock(clock)).toBe(clock)
    const run = (): void => undefined
    const held = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const cancelQuiet = systemClock.schedule(systemClock.now() + 60_000, run)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(held)
    const cancelHolding = holdingClock(systemClock).schedule(systemClock.now() + 60_000, run)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(held + 1)
    cancelQuiet()
    cancelHolding()
  })
})
