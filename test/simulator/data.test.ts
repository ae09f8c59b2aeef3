import { describe, expect, test } from 'vitest'
import { emptyQueue, plan, takeNext } from '../../src/simulator/world/event-queue.ts'
import { nextChance, nextGuid, nextInteger, nextWord, seedRandom } from '../../src/simulator/world/random.ts'
import { playScenario, readScenario, ScenarioError } from '../../src/simulator/graph/scenario/scenario.ts'
import { scenarioSchema } from '../../src/simulator/graph/scenario/schema.ts'
import { mergeSettings } from '../../src/simulator/world/settings.ts'
import { switchReadings } from '../../src/simulator/graph/settings.ts'
import { findViolation } from '../../src/simulator/graph/scenario/validate.ts'

describe('randomness', () => {
  test('is the same for the same seed, for any text', () => {
    for (const seed of ['', 'a', 'rollcall', 'žluťoučký kůň', '\u{1F3B2}']) {
      const [one, other] = [seedRandom(seed), seedRandom(seed)]
      expect(Array.from({ length: 5 }, () => nextWord(one))).toEqual(Array.from({ length: 5 }, () => nextWord(other)))
    }
    expect(nextWord(seedRandom('a'))).not.toBe(nextWord(seedRandom('b')))
  })

  test('gives distinct GUIDs of version 4', () => {
    const state = seedRandom('guids')
    const guids = Array.from({ length: 10_000 }, () => nextGuid(state))
    expect(new Set(guids).size).toBe(10_000)
    for (const guid of guids)
      expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('stays within a range, reaches both ends, and has the given probability', () => {
    const state = seedRandom('ranges')
    const drawn = Array.from({ length: 1_000 }, () => nextInteger(state, 3, 7))
    expect([...new Set(drawn)].sort()).toEqual([3, 4, 5, 6, 7])
    const hits = Array.from({ length: 10_000 }, () => nextChance(state, 0.25)).filter(Boolean).length
    expect(Math.abs(hits - 2_500)).toBeLessThan(200)
    expect([nextChance(state, 0), nextChance(state, 1)]).toEqual([false, true])
  })
})

test('a queue gives the earliest item, and at the same instant the one planned first', () => {
  let queue = plan(emptyQueue<string>(), [
    { at: 5, what: 'a' },
    { at: 3, what: 'b' },
    { at: 5, what: 'c' },
  ])
  queue = plan(queue, [
    { at: 3, what: 'd' },
    { at: 4, what: 'e' },
  ])
  const order: string[] = []
  for (let taken = takeNext(queue); taken !== undefined; taken = takeNext(queue)) {
    order.push(taken.next.what)
    queue = taken.rest
  }
  expect(order).toEqual(['b', 'd', 'e', 'a', 'c'])
})

describe('a scenario', () => {
  test('has every option of a simulation', () => {
    const options = playScenario(
      readScenario(
        JSON.stringify({
          seed: 's',
          settings: { switches: { casing: 'observed' } },
          callees: { '*': { type: 'busy' }, '+15550100': [{ type: 'decline' }] },
          faults: [{ on: 'both', fault: { type: 'lose' } }],
          timeline: [{ afterMs: 1, act: { act: 'join', callId: '#1', person: 'ann' } }],
        }),
      ),
    )
    expect(options).toMatchObject({
      seed: 's',
      defaultScript: { type: 'busy' },
      scripts: [['+15550100', [{ type: 'decline' }]]],
      faults: [{ on: 'both' }],
      timeline: [{ afterMs: 1 }],
    })
  })

  test.each([
    ['{', /not JSON/],
    ['null', /at \$: it is null, not an object/],
    ['{"seed":7}', /at \$\.seed: it is a number, not a string/],
    ['{"clock":{"speed":0}}', /at \$\.clock\.speed: it is not above 0/],
    ['{"callees":{"__proto__":{"type":"shrugs"}}}', /at \$\.callees\.__proto__\.type: it is not one of "answer"/],
    [
      '{"callees":{"ann":{"type":"answer","afterMs":"soon"}}}',
      /at \$\.callees\.ann\.afterMs: it is a string, not an integer/,
    ],
    ['{"callees":{"ann":{"type":"answer","afterMs":{"min":1}}}}', /at \$\.callees\.ann\.afterMs: it lacks max/],
    ['{"callees":{"ann":[]}}', /at \$\.callees\.ann: it has fewer than 1 entries/],
    ['{"callees":{"ann":{"type":"fail","code":1}}}', /at \$\.callees\.ann: it lacks subcode/],
    ['{"settings":{"switches":{"volume":"loud"}}}', /volume: it is unknown; expected one of cancelBeforeAnswer/],
    ['{"settings":{"timing":{"ringMs":-1}}}', /at \$\.settings\.timing\.ringMs: it is below 0/],
    [
      '{"faults":[{"on":"request","fault":{"type":"status","status":200}}]}',
      /at \$\.faults\[0\]\.fault\.status: it is below 400/,
    ],
    ['{"faults":[{"on":"request","probability":2,"fault":{"type":"lose"}}]}', /probability: it is above 1/],
    [
      '{"timeline":[{"afterMs":1,"act":{"act":"dance"}}]}',
      /at \$\.timeline\[0\]\.act\.act: it is not one of "placeCall"/,
    ],
  ])('%s is refused with the path and the reason', (text, message) => {
    expect(() => readScenario(text)).toThrow(ScenarioError)
    expect(() => readScenario(text)).toThrow(message)
  })

  test('nested too deep is refused', () => {
    let stay: object = { afterMs: 1 }
    for (let depth = 0; depth < 200; depth += 1) stay = { afterMs: 1, secondDevice: stay }
    expect(() => readScenario(JSON.stringify({ callees: { ann: { type: 'answer', secondDevice: stay } } }))).toThrow(
      /is nested deeper than/,
    )
  })
})

test('a schema with an unknown keyword is refused', () => {
  expect(() => findViolation(1, { multipleOf: 2 })).toThrow('multipleOf')
  expect(() => findViolation({}, { $ref: '#/$defs/absent' })).toThrow('absent')
})

test('the schema names every switch with all its readings', () => {
  const defs = scenarioSchema['$defs'] as { settings: { properties: { switches: { properties: object } } } }
  expect(defs.settings.properties.switches.properties).toEqual(
    Object.fromEntries(Object.entries(switchReadings).map(([name, readings]) => [name, { enum: readings }])),
  )
})

test.each([
  [{ switches: { nonsense: 1 } }, "settings: no option 'switches.nonsense'. Options: cancelBeforeAnswer, "],
  [{ switches: { casing: 'loud' } }, 'settings: switches.casing: expected one of documented, observed; found "loud"'],
  [{ timing: { ringsMs: 1 } }, "settings: no option 'timing.ringsMs'; did you mean 'ringMs'?"],
  [{ timing: { ringMs: Number.NaN } }, 'settings: timing.ringMs: expected a whole number, 0 or more; found NaN'],
])('settings %j are a TypeError', (input, message) => {
  expect(() => mergeSettings(switchReadings, input as never)).toThrow(TypeError)
  expect(() => mergeSettings(switchReadings, input as never)).toThrow(message)
})

test('a setting that is undefined has its default', () => {
  expect(
    mergeSettings(switchReadings, { switches: { casing: undefined }, timing: { ringMs: undefined } } as never),
  ).toEqual(mergeSettings(switchReadings))
})
