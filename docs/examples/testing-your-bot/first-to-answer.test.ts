import fc from 'fast-check'
import { createRollcall, type CallHandle } from 'rollcall'
import { graphTransport } from 'rollcall/graph'
import { simulatedTransport, type SimulatedServiceOptions, type SimulatedTransport } from 'rollcall/simulator'
import { assertBot, calleeScripts, embeddedBot, faultPlans, type Expectation } from 'rollcall/testing'
import { expect, test } from 'vitest'
import { keepFirst } from './first-to-answer.ts'

/** The bot in a simulated call. All of it, the bot included, waits by the simulation's clock. */
function startCall(options: SimulatedServiceOptions): { service: SimulatedTransport; call: CallHandle } {
  const service = simulatedTransport(options)
  const rollcall = createRollcall({ transport: service, clock: service.clock })
  service.deliverTo(rollcall)
  const { callId = '' } = service.act({ act: 'placeCall', callbackUri: 'https://bot.example/callback' })
  keepFirst(rollcall, callId)
  return { service, call: rollcall.call(callId) }
}

/** Who is in the call in truth, whatever the bot believes. */
const whoIsIn = (service: SimulatedTransport, call: CallHandle) =>
  service.truth(call.id)?.present.map(({ identityId }) => identityId)

test('two people answer at once, and one stays', async () => {
  const answer = { type: 'answer', afterMs: 2_000 } as const
  const { service, call } = startCall({ scripts: { ann: answer, bob: answer } })
  for (const id of ['ann', 'bob']) await call.invite({ user: { id } })
  await service.advance(300_000) // five minutes of the call
  expect(whoIsIn(service, call)).toEqual(['ann'])
})

test('only one stays, whatever people do and whatever goes wrong on the way', () =>
  fc.assert(
    fc.asyncProperty(calleeScripts(), calleeScripts(), faultPlans({ untilMs: 60_000 }), async (ann, bob, faults) => {
      const { service, call } = startCall({ scripts: { ann, bob }, faults })
      for (const id of ['ann', 'bob']) await call.invite({ user: { id } })
      await service.advance(1_200_000) // a lost message is made up for within 15 minutes
      expect(whoIsIn(service, call)?.length).toBeLessThanOrEqual(1)
    }),
    { seed: 1, numRuns: 100 },
  ))

const createBot = embeddedBot(({ callId, fetch, random, host }) => {
  const transport = graphTransport({ token: async () => 'token', fetch, random })
  const rollcall = createRollcall({ ...host, transport })
  keepFirst(rollcall, callId)
  return rollcall
})

const onlyOneStays: Expectation = {
  name: 'only one stays',
  check: ({ present }) => present.length <= 1 || `${present.map(({ who }) => who).join(' and ')} are in the call`,
}

test('only one stays, whatever the application asks and whatever people do', () =>
  assertBot(createBot, {
    runs: 100,
    actions: ['invite', 'join', 'leave', 'answer', 'decline'],
    expectations: [onlyOneStays],
    except: ['no unasked removal'], // removing people of its own accord is what this bot is for
  }))
