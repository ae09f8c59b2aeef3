import { createRollcall, isPresent } from 'rollcall'
import { recordTraces } from 'rollcall/inspect'
import { simulatedTransport } from 'rollcall/simulator'
import { historyFromTrace } from 'rollcall/testing'
import { expect, test } from 'vitest'

test('a recorded call is a regression test', async () => {
  // In production: recordTraces(rollcall, (callId, line) => appendFileSync(`traces/${traceFileName(callId)}`, `${line}\n`))
  const service = simulatedTransport()
  const rollcall = createRollcall({ transport: service, clock: service.clock })
  service.deliverTo(rollcall)
  const lines: string[] = []
  recordTraces(rollcall, (_callId, line) => lines.push(line))
  const { callId = '' } = service.act({ act: 'placeCall', callbackUri: 'https://bot.example/callback' })
  service.act({ act: 'join', callId, person: 'ann' })
  await service.advance(60_000)

  // In the test: the file's text
  const { run, participants } = historyFromTrace(lines.join('\n'))
  run()
  expect(participants.filter(isPresent)).toHaveLength(1)
})
