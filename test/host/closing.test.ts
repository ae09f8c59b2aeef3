/**
 * Closing: bounded, whatever hangs, and whether or not anything else keeps the process alive.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { holdingClock, systemClock } from '../../src/host/clock.ts'
import { createRollcall } from '../../src/host/rollcall.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { callId, callIs, entry, roster } from './stage.ts'

describe('closing a host whose transport hangs', () => {
  it('ends, with the store closed, in a process that nothing else keeps alive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-closing-'))
    try {
      const child = spawn(process.execPath, [fileURLToPath(new URL('closing-process.ts', import.meta.url)), join(folder, 'calls.db')], { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => { output += String(chunk) })
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect([code, output.trim()]).toEqual([0, 'store closed: true'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it.each([undefined, 30])('gives requests under way their moment, and no more (drainMs: %s)', async (drainMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
    try {
      const transport = fakeTransport()
      let isStoreClosed = false
      const store = memoryStore()
      const rollcall = createRollcall({ transport, store: { ...store, close: async () => { isStoreClosed = true } }, onError: () => undefined })
      await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
      transport.hold('deleteParticipant')
      rollcall.call(callId).remove('ann').catch(() => undefined)
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
  })

  it('holds the process by timers of its own, and only where the clock is real', () => {
    const clock = manualClock(0)
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
