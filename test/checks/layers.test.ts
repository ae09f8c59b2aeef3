import { describe, expect, test } from 'vitest'
import { floorViolations, impurities, importCycles, realTimeUses, layerViolations, roomViolations } from './layers.ts'
import { importsOf, sourceFile, sourceFilesIn } from './source-file.ts'

describe('the source', () => {
  const files = sourceFilesIn('src')

  test('is found', () => {
    expect(files.length).toBeGreaterThan(20)
  })

  test('imports only in the direction of the architecture document, and never a barrel', () => {
    expect(layerViolations(files)).toEqual([])
  })

  test('reaches up to no higher floor inside the call', () => {
    expect(floorViolations(files)).toEqual([])
  })

  test('imports only downwards between the rooms of the host', () => {
    expect(roomViolations(files)).toEqual([])
  })

  test("touches XState in one module, and the persistent map's library in another", () => {
    const importersOf = (name: string) => files.filter((file) => importsOf(file).includes(name)).map(({ path }) => path)
    expect(importersOf('xstate')).toEqual(['src/participant/machine.ts'])
    expect(importersOf('./participant/machine.ts')).toEqual(['src/machine.ts'])
    expect(importersOf('immutable')).toEqual(['src/call/model/persistent-map.ts'])
  })

  test('has no import cycle', () => {
    expect(importCycles(files)).toEqual([])
  })

  test('touches real time in one module for all, but for the turns of the event loop of the virtual clock and the page', () => {
    expect(realTimeUses(files)).toEqual([])
  })

  test('touches no clock, chance, I/O or asynchrony in participant and call', () => {
    expect(impurities(files)).toEqual([])
  })
})

describe('the checks reject', () => {
  const call = (text: string) => [sourceFile('src/call/sample.ts', text)]

  test.each([
    ['a higher layer', `import { createRollcall } from '../host/create-rollcall.ts'`],
    ['a higher layer taken for its types', `import type { Clock } from '../host/ports.ts'`],
    ['a higher layer inside a type', `export type C = import('../host/ports.ts').Clock`],
    ['a re-export of a higher layer', `export * from '../graph/wire.ts'`],
    ['a barrel', `import { isOpen } from '../participant/index.ts'`],
    ['a package of another layer', `import { createMachine } from 'xstate'`],
    ['a module of Node', `import { randomUUID } from 'node:crypto'`],
    ['what lies outside src', `import { law } from '../../test/laws.ts'`],
  ])('%s imported by the call', (_, text) => {
    expect(layerViolations(call(text))).toHaveLength(1)
  })

  test.each([
    ['the world', 'src/simulator/world/sample.ts', `import { graphFace } from '../graph/face.ts'`],
    ['the world', 'src/simulator/world/commands/sample.ts', `import type { Driver } from '../../network/driver.ts'`],
    ['the world', 'src/simulator/world/sample.ts', `import { inviteBody } from '../../graph/wire/request-bodies.ts'`],
    ['the network', 'src/simulator/network/sample.ts', `import { graphFace } from '../graph/face.ts'`],
    ['a face', 'src/simulator/graph/sample.ts', `import { Engine } from '../../emulator/engine.ts'`],
    ['a room without a line', 'src/simulator/utils/sample.ts', `import { plan } from '../world/event-queue.ts'`],
  ])('%s of the simulator where it reaches up: %s', (_, path, text) => {
    expect(layerViolations([sourceFile(path, text)])).toHaveLength(1)
  })

  test('a folder that the direction table does not know', () => {
    expect(layerViolations([sourceFile('src/utils/a.ts', `import 'xstate'`)])).toHaveLength(1)
  })

  test.each([
    ['src/call/roster/sample.ts', `import { denyCall } from '../lifecycle.ts'`],
    ['src/call/self.ts', `import { assign } from './roster/matching.ts'`],
    ['src/call/draft.ts', `import type { Assignment } from './roster/matching.ts'`],
    ['src/call/model/sample.ts', `import { send } from '../draft.ts'`],
    ['src/call/model/sample.ts', `import { decodeCall } from '../codec/codec.ts'`],
    ['src/call/removals.ts', `import { step } from './step.ts'`],
  ])('%s where it reaches up: %s', (path, text) => {
    expect(floorViolations([sourceFile(path, text)])).toHaveLength(1)
  })

  test('a module of the call that is on no floor', () => {
    expect(floorViolations([sourceFile('src/call/sample.ts', '')])).toHaveLength(1)
  })

  test('no module that imports from its own floor, from a lower one or from another folder', () => {
    expect(
      floorViolations([
        sourceFile('src/call/timers.ts', `import { answerFetch } from './fetched-roster.ts'`),
        sourceFile('src/call/lifecycle.ts', `import { learnSelf } from './self.ts'`),
        sourceFile('src/call/self.ts', `import { isOpen } from '../participant/participant.ts'`),
        sourceFile('src/host/sample.ts', `import { step } from '../call/step.ts'`),
      ]),
    ).toEqual([])
  })

  test.each([
    ['a port that imports an actor', 'ports/sample.ts', `import type { Batch } from '../actor/batch.ts'`],
    ['the outbox that imports the feed beside it', 'outbox/sample.ts', `import { x } from '../feed/change-feed.ts'`],
    ['an actor that imports the façade', 'actor/sample.ts', `import { createRollcall } from '../api/rollcall.ts'`],
    ['a room that has no floor', 'lobby/sample.ts', `import 'node:fs'`],
  ])('%s inside the host', (_, path, text) => {
    expect(roomViolations([sourceFile(`src/host/${path}`, text)])).toHaveLength(1)
  })

  test('no room of the host that imports a lower one', () => {
    const text = `import type { Clock } from '../ports/ports.ts'\nimport { Mailbox } from './mailbox.ts'`
    expect(roomViolations([sourceFile('src/host/actor/sample.ts', text)])).toEqual([])
  })

  test('a cycle, also one made of types', () => {
    const files = [
      sourceFile('src/call/a.ts', `import type { B } from './b.ts'`),
      sourceFile('src/call/b.ts', `import { c } from './c.ts'`),
      sourceFile('src/call/c.ts', `export * from './a.ts'`),
    ]
    expect(importCycles(files)).toEqual(['src/call/a.ts → src/call/b.ts → src/call/c.ts → src/call/a.ts'])
  })

  test.each([
    'const now = Date.now()',
    'const when = new Date()',
    'const chance = Math.random()',
    'setTimeout(run, 0)',
    `const answer = fetch('x')`,
    'const name = process.env.NAME',
    'const f = async () => 1',
    'const f = (): Promise<void> => g()',
    `const m = import('./other.ts')`,
    'console.log(1)',
    'function a() { const fetch = 1 } fetch(2)',
  ])('%s in the call', (text) => {
    expect(impurities(call(text))).not.toEqual([])
  })

  test.each([
    'const now = Date.now()',
    'const when = new Date()',
    'setTimeout(run, 0)',
    'const timer = globalThis.performance === performance',
    'const f = setImmediate',
    `import { setTimeout as sleep } from 'node:timers/promises'`,
  ])('%s outside of the clocks', (text) => {
    expect(realTimeUses([sourceFile('src/host/sample.ts', text)])).not.toEqual([])
    expect(realTimeUses([sourceFile('src/time/system-clock.ts', text)])).toEqual([])
  })

  test('no given moment, and no calculation with dates', () => {
    const text =
      'const f = (date: Date) => new Date(at).getTime() + Date.parse(text) + Date.UTC(2030, 0, 1) + clock.now()'
    expect(realTimeUses([sourceFile('src/host/sample.ts', text)])).toEqual([])
  })

  test('nothing that only looks like it', () => {
    expect(
      impurities(
        call(`
      // Date.now()
      const { fetch: f } = roster
      const text = new Date(event.at).toISOString()
      function read(fetch: Fetch) { return fetch.at + roster.process }
      if (f) { const { performance } = f; use(performance, { process: 1 }, Math.max(1, 2)) }
    `),
      ),
    ).toEqual([])
  })

  test('nothing of this in a layer that may', () => {
    expect(impurities([sourceFile('src/time/system-clock.ts', 'export const now = () => Date.now()')])).toEqual([])
  })
})
