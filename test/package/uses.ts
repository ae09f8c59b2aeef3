/**
 * One small use of each import of the package. Bundled without its packages, run by every runtime where the package is
 * installed; prints a JSON object: import → `works`, or the message of the error.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A person who is invited. */
const BOB = { user: { id: '278405a3-f568-4b3e-b684-009193463064' } }

/** Options of a host whose transport is never used. */
async function offline() {
  const { graphTransport } = await import('rollcall/graph')
  return { transport: graphTransport({ token: async () => 'token', baseUrl: 'http://localhost:1/v1.0' }) }
}

/** @throws Error when what was promised is not there */
function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(what)
}

const uses: Readonly<Record<string, () => Promise<void>>> = {
  rollcall: async () => {
    const { createRollcall, memoryStore } = await import('rollcall')
    const rollcall = createRollcall({ ...(await offline()), store: memoryStore() })
    await rollcall.receive([{ callId: 'call', event: { type: 'call.reported', state: 'established' } }])
    expect((await rollcall.call('call').read()).state === 'established', 'the call was not read')
    await rollcall.close()
  },
  'rollcall/machine': async () => {
    const { participantMachine, sampleEvents } = await import('rollcall/machine')
    const { createActor } = await import('xstate')
    expect(typeof createActor === 'function' && participantMachine.id.length > 0, 'no machine')
    expect(Object.keys(sampleEvents).length > 0, 'no events')
  },
  'rollcall/graph': async () => {
    const { createRollcall } = await import('rollcall')
    const { graphWebhook } = await import('rollcall/graph')
    const rollcall = createRollcall(await offline())
    const handle = graphWebhook(rollcall, { authentication: 'off' })
    const answer = await handle(new Request('http://localhost/', { method: 'POST', body: '{"value":[]}' }))
    expect(answer.status === 202, `the webhook answered ${answer.status}`)
    await rollcall.close()
  },
  'rollcall/sqlite': async () => {
    const { createRollcall } = await import('rollcall')
    const { sqliteStore } = await import('rollcall/sqlite')
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-uses-'))
    try {
      const open = async () => createRollcall({ ...(await offline()), store: sqliteStore(join(folder, 'calls.db')) })
      const first = await open()
      await first.receive([{ callId: 'call', event: { type: 'call.reported', state: 'established' } }])
      await first.close()
      const second = await open()
      expect((await second.call('call').read()).state === 'established', 'the call was not kept')
      await second.close()
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  'rollcall/simulator': async () => {
    const { createRollcall } = await import('rollcall')
    const { simulatedTransport } = await import('rollcall/simulator')
    const service = simulatedTransport({ seed: 'uses', defaultScript: { type: 'answer', afterMs: 1_000 } })
    const rollcall = createRollcall({ transport: service, clock: service.clock })
    service.deliverTo(rollcall)
    const { callId = '' } = service.act({ act: 'placeCall', callbackUri: 'http://bot.example/' })
    const call = rollcall.call(callId)
    await Promise.all([call.read(), service.advance(1_000)])
    const bob = await call.invite(BOB)
    await service.advance(30_000)
    expect((await call.read()).participants.get(bob.key)?.state === 'active', 'he did not answer')
    await rollcall.close()
  },
  'rollcall/emulator': async () => {
    const { startEmulator } = await import('rollcall/emulator')
    const emulator = await startEmulator({ requireToken: 'none' })
    const answer = await fetch(`${emulator.url}/v1.0/communications/calls/none`)
    expect(answer.status === 404, `the emulator answered ${answer.status}`)
    await answer.body?.cancel()
    await emulator.close()
  },
  'rollcall/inspect': async () => {
    const { createRollcall } = await import('rollcall')
    const { inspectHost } = await import('rollcall/inspect')
    const rollcall = createRollcall(await offline())
    const page = await inspectHost(rollcall)
    const answer = await fetch(page.url)
    expect((await answer.text()).includes('<title>'), 'the page was not served')
    await page.close()
    await rollcall.close()
  },
  'rollcall/opentelemetry': async () => {
    const { openTelemetry } = await import('rollcall/opentelemetry')
    const { createRollcall } = await import('rollcall')
    const telemetry = openTelemetry()
    const rollcall = createRollcall({ ...(await offline()), logger: telemetry.logger })
    const off = telemetry.watch(rollcall)
    await rollcall.close()
    off()
  },
  'rollcall/testing': async () => {
    const { assertLaw, rollcallSystem } = await import('rollcall/testing')
    assertLaw('absorption', { system: rollcallSystem, seed: 1, runs: 10 })
  },
}

const results: Record<string, string> = {}
for (const [name, use] of Object.entries(uses)) {
  try {
    await use()
    results[name] = 'works'
  } catch (error) {
    results[name] = error instanceof Error ? error.message : String(error)
  }
}
console.log(JSON.stringify(results))
