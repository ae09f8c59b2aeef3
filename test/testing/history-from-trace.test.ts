/**
 * From production to a test: what a host has recorded, without anybody's identity, is a history that is held to the laws.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { recordTraces } from '../../src/trace/recorder.ts'
import { isPresent } from '../../src/participant/participant.ts'
import { simulatedTransport } from '../../src/simulator/graph/transport.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { mutants } from '../laws/mutants.ts'

async function record(): Promise<string> {
  const service = simulatedTransport({
    seed: 'record',
    defaultScript: { type: 'answer', afterMs: 1_000, displayName: 'Adele Vance' },
  })
  const rollcall = createRollcall({ transport: service, clock: service.clock })
  service.deliverTo(rollcall)
  const lines: string[] = []
  const stop = recordTraces(rollcall, (_callId, line) => void lines.push(line))
  service.act({ act: 'placeCall', callId: 'call', callbackUri: 'https://bot.example/' })
  await service.advance(1_000)
  const asked = rollcall
    .call('call')
    .invite([{ user: { id: 'adele@example.com' } }, { phone: { id: '+4915112345678' } }])
  await service.advance(3_000)
  const [adele] = await asked
  const removed = rollcall.call('call').remove(adele?.key ?? '')
  await service.advance(3_000)
  await removed
  stop()
  await rollcall.close()
  return lines.join('\n')
}

describe('a trace from a host', () => {
  test('is a history without identities that keeps the laws and ends as the call did', async () => {
    const text = await record()
    for (const identity of ['adele', 'Adele', 'Vance', '4915112345678']) expect(text).not.toContain(identity)
    const { callId, isRedacted, participants, events, steps, run } = historyFromTrace(text)
    expect(isRedacted).toBe(true)
    expect(callId).toBe('call-1')
    expect(steps).toHaveLength(events.length)
    expect(
      participants.map(({ state, ending }) =>
        ending === undefined ? state : `${state}: ${ending.cause} by ${ending.by}`,
      ),
    ).toEqual(['removed: removed by local', 'active'])
    expect(participants.filter(isPresent)).toHaveLength(1)
    run()
  })

  test('shows a system that would have done wrong by it, and at which event', async () => {
    const { run } = historyFromTrace(await record(), { system: mutants.proof.system })
    expect(run).toThrow(/^proof: a 2xx ended .*, at event \d+ of \d+: \{"type":"removal.answered"/)
  })

  test('is held to the laws that are asked for', async () => {
    historyFromTrace(await record(), { system: mutants.proof.system, laws: ['oneInvite'] }).run()
  })

  test('says what of it was left out', async () => {
    const [header, ...lines] = (await record()).trim().split('\n')
    expect(historyFromTrace([header, ...lines].join('\n'))).toMatchObject({ isTorn: false, unknownEntries: 0 })
    const spoiled = historyFromTrace([header, '{"tomorrow":1}', ...lines, '{"event":{"ty'].join('\n'))
    expect(spoiled).toMatchObject({ isTorn: true, unknownEntries: 1 })
    expect(spoiled.events).toHaveLength(lines.length)
  })

  test('is refused when it is none', () => {
    expect(() => historyFromTrace('{"not":"a trace"}')).toThrow(expect.objectContaining({ code: 'TRACE_INVALID' }))
  })
})
