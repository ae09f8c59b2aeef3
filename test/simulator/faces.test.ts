import { describe, expect, test } from 'vitest'
import type { ServiceRequest } from '../../src/simulator/graph/operations.ts'
import { Driver as GraphDriver } from '../../src/simulator/graph/service.ts'
import { Driver } from '../../src/simulator/network/driver.ts'
import { replayHistory } from '../../src/simulator/network/history.ts'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import type { CallTruth } from '../../src/simulator/world/ground-truth.ts'
import type { Fact } from '../../src/simulator/world/tick.ts'
import { plainFace, type PlainDialect, type PlainRequest } from './plain-face.ts'

const CALLBACK = 'http://bot.example'
const options = {
  seed: 'two faces',
  scripts: [
    ['ann', { type: 'answer', afterMs: { min: 100, max: 2_000 }, leaves: { afterMs: 9_000 } }],
    ['bob', { type: 'decline', afterMs: 300 }],
    ['carl', { type: 'answer', afterMs: 50, lobby: { admittedAfterMs: { min: 1, max: 900 } } }],
    ['dora', { type: 'noAnswer', answersOnCancel: true }],
  ],
} as const

/** One world behind one wire: sends a request and returns the id that the answer names. */
interface Side {
  send(request: PlainRequest): Promise<string>
  advance(ms: number): void
  truth(callId: string): CallTruth | undefined
  readonly facts: Fact[]
}

function plainSide(heard: { uri: string; body: string }[] = []): Side & { readonly driver: Driver<PlainDialect> } {
  const facts: Fact[] = []
  let now = 0
  const driver = new Driver(plainFace, options, {
    notified: ({ callbackUri, body }) => void heard.push({ uri: callbackUri, body }),
    said: (output) => void (output.type === 'fact' && facts.push(output.fact)),
  })
  return {
    driver,
    facts,
    advance: (ms) => driver.advance((now += ms)),
    truth: (callId) => driver.truth(callId),
    async send(request) {
      const answer = await driver.send(now, request)
      return answer.type === 'lost' ? 'lost' : (answer.response.split(' ')[1] ?? '')
    },
  }
}

/** A call or an invite in an answer of Graph. */
interface GraphAnswer {
  readonly id: string
  readonly participants: readonly { readonly participantId: string }[]
}

function graphSide(heard: unknown[] = []): Side {
  const facts: Fact[] = []
  let now = 0
  const driver = new GraphDriver(options, {
    notified: ({ body }) => void heard.push(body),
    said: (output) => void (output.type === 'fact' && facts.push(output.fact)),
  })
  const send = async (request: ServiceRequest): Promise<GraphAnswer> => {
    const answer = await driver.send(now, request)
    return (answer.type === 'lost' ? {} : answer.response.body) as unknown as GraphAnswer
  }
  return {
    facts,
    advance: (ms) => driver.advance((now += ms)),
    truth: (callId) => driver.truth(callId),
    async send(request) {
      const appId = DEFAULT_APP_ID
      switch (request.command) {
        case 'call':
          return (await send({ operation: 'call.create', appId, body: { callbackUri: request.hear } })).id
        case 'ring': {
          const body = { participants: [{ identity: { user: { id: request.who } } }] }
          const answer = await send({ operation: 'participants.invite', appId, callId: request.callId, body })
          return answer.participants[0]?.participantId ?? ''
        }
        case 'drop':
          await send({ operation: 'participant.delete', appId, callId: request.callId, participantId: request.who })
          return ''
        case 'end':
          await send({ operation: 'call.delete', appId, callId: request.callId })
          return ''
      }
    },
  }
}

/** The same commands at the same instants. Returns the truth along the way. */
async function play(side: Side): Promise<readonly unknown[]> {
  const truths: unknown[] = []
  const callId = await side.send({ command: 'call', hear: CALLBACK })
  const look = (): void => void truths.push(side.truth(callId))
  side.advance(1_000)
  const ids: string[] = []
  for (const who of ['ann', 'bob', 'carl', 'dora']) ids.push(await side.send({ command: 'ring', callId, who }))
  look()
  side.advance(3_000)
  look()
  await side.send({ command: 'drop', callId, who: ids[3] ?? '' })
  await side.send({ command: 'drop', callId, who: ids[2] ?? '' })
  side.advance(4_000)
  look()
  side.advance(9_000)
  await side.send({ command: 'end', callId })
  side.advance(1_000)
  look()
  return truths
}

describe('a second face', () => {
  test('shows the same world: the same ids, facts and truth as Graph at every moment', async () => {
    const [plain, graph] = [plainSide(), graphSide()]
    const [plainTruths, graphTruths] = [await play(plain), await play(graph)]
    expect(plainTruths).toEqual(graphTruths)
    expect(plain.facts).toEqual(graph.facts)
    expect(plain.facts.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['invited', 'uninvited', 'joined', 'admitted', 'departed', 'callEnded']),
    )
  })

  test('says it on a wire of its own, to addresses of its own, with as many notifications as it likes', async () => {
    const heard: { uri: string; body: string }[] = []
    await play(plainSide(heard))
    const lines = heard.map(({ body }) => body)
    expect(lines.slice(0, 3)).toEqual(['call establishing', 'call established', 'call established'])
    expect(lines).toEqual(expect.arrayContaining(['here ann', 'here carl', 'gone carl (bot)', 'here dora']))
    expect(lines).toEqual(expect.arrayContaining(['gone ann (self)', 'gone dora (bot)']))
    expect(lines.at(-1)).toBe('call over: hungUp')
    for (const { uri, body } of heard) expect(uri).toBe(body.startsWith('call') ? CALLBACK : `${CALLBACK}/people`)
  })

  test('records histories that replay behind it', async () => {
    const side = plainSide()
    await play(side)
    expect(replayHistory(plainFace, side.driver.history()).difference).toBeUndefined()
  })

  test('refuses in its own words what the world refuses', async () => {
    const { driver } = plainSide()
    const ask = async (request: PlainRequest): Promise<string> => {
      const answer = await driver.send(0, request)
      return answer.type === 'lost' ? 'lost' : answer.response
    }
    expect(await ask({ command: 'end', callId: 'nobody' })).toBe('no callNotFound')
    const callId = (await ask({ command: 'call', hear: CALLBACK })).slice('ok '.length)
    expect(await ask({ command: 'drop', callId, who: 'nobody' })).toBe('no participantNotFound')
    expect(await ask({ command: 'ring', callId, who: '' })).toBe('no noTarget')
    expect(await ask({ command: 'ring', callId, who: 'ann' })).toMatch(/^ok ./)
    expect(await ask({ command: 'ring', callId, who: 'ann' })).toBe('no alreadyInvited')
  })

  test('gives scripts and acts further fields that the world passes on unread', () => {
    const facts: Fact[] = []
    const driver = new Driver(
      plainFace,
      { defaultScript: { type: 'fail', because: 'holiday' } },
      { notified: () => undefined, said: (output) => void (output.type === 'fact' && facts.push(output.fact)) },
    )
    const acted = driver.act(0, { act: 'placeCall', callbackUri: CALLBACK })
    const callId = (acted.done && acted.callId) || ''
    void driver.send(0, { command: 'ring', callId, who: 'ann' })
    driver.advance(1)
    driver.act(1, { act: 'endCall', callId, because: 'closing time' })
    const outcomes = facts.flatMap((fact) => ('outcome' in fact && fact.outcome !== undefined ? [fact.outcome] : []))
    expect(outcomes).toEqual([
      { reason: 'failed', detail: { because: 'holiday' } },
      { reason: 'conversationEnded', detail: { because: 'closing time' } },
    ])
  })

  test('has switches of its own beside those of the world, and no others', () => {
    const settings = (switches: { readonly [name: string]: string }) => () =>
      new Driver(plainFace, { settings: { switches } }, { notified: () => undefined }).simulation.world.state.settings
    expect(settings({ shout: 'yes', emptyCall: 'ends' })().switches).toMatchObject({ shout: 'yes', emptyCall: 'ends' })
    expect(settings({ casing: 'observed' })).toThrow("no option 'switches.casing'")
  })
})
