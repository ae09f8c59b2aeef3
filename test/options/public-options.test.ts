/**
 * Every public function that takes options refuses those that do not exist, and says which are meant.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { optionTakersOf } from '../checks/option-takers.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { sourceFile, sourceFilesIn } from '../checks/source-file.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { emulatorClient } from '../../src/emulator/client.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { bridgeToStately } from '../../src/inspect/stately.ts'
import { simulatedTransport } from '../../src/simulator/graph/transport.ts'
import { simulatedFetch } from '../../src/testing/simulated-fetch.ts'
import { recordTraces } from '../../src/trace/recorder.ts'
import { exempt, factories } from './factories.ts'

/** What a call throws, or rejects with. */
async function errorOf(act: () => unknown): Promise<Error> {
  try {
    await act()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was refused')
}

describe.each(Object.entries(factories))('%s refuses', (name, { call, valid = {}, ...wrong }) => {
  const { calledAs = name.slice(name.indexOf('.') + 1), misspelt, wrongType, outOfRange } = wrong
  const refusal = (options: unknown): Promise<Error> => errorOf(() => (call as (given: unknown) => unknown)(options))

  test(`the misspelt option ${misspelt[0]}, and names ${misspelt[1]}`, async () => {
    const [option, meant] = misspelt
    const error = await refusal({ ...valid, [option]: 1 })
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(`${calledAs}: no option '${option}'; did you mean '${meant}'? Options: `)
    expect(error.message.slice(error.message.indexOf('Options: '))).toContain(meant)
  })

  test(`${wrongType[0]} of another type`, async () => {
    const [option, value] = wrongType
    const error = await refusal({ ...valid, [option]: value })
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message.startsWith(`${calledAs}: ${option}`)).toBe(true)
    if (typeof value === 'string') expect(error.message).not.toContain(value)
  })

  if (outOfRange !== undefined)
    test(`${outOfRange[0]} that cannot be`, async () => {
      const [option, value] = outOfRange
      const error = await refusal({ ...valid, [option]: value })
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message.startsWith(`${calledAs}: ${option}`)).toBe(true)
    })

  test('null in the place of an option, unless it counts as absent, and in the place of all', async () => {
    const [option] = wrongType
    if (wrong.takesNull !== true) {
      const error = await refusal({ ...valid, [option]: null })
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^${calledAs}: ${option}.* null`))
    }
    if (wrong.isPartOfAct === true) return
    const error = await refusal(null)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(`${calledAs}: expected an object of options; found null`)
  })
})

describe('waitFor refuses, in what is waited for,', () => {
  const waitFor = (wanted: unknown) =>
    createRollcall({ transport: simulatedTransport(), store: memoryStore() })
      .call('call')
      .waitFor('bob', wanted as never)

  test.each<readonly [unknown, string]>([
    [{ state: 'active', endpont: 'person' }, "waitFor: no option 'endpont'; did you mean 'endpoint'? Options: state, "],
    [{ endpoint: '' }, 'waitFor: endpoint: expected a word, such as person or voicemail; found an empty string'],
    [{ state: 'actve' }, 'waitFor: the state: expected one of invited, ringing, lobby, active, '],
    [['active', 'presnt'], 'found "presnt"; did you mean \'present\'?'],
    [[], 'waitFor: expected a state, several, { state, endpoint }, or a predicate; the states are '],
    [null, 'waitFor: expected a state, several, { state, endpoint }, or a predicate; the states are '],
  ])('%j', async (wanted, message) => {
    const error = await errorOf(() => waitFor(wanted))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })
})

describe('what is passed besides options is refused by its name:', () => {
  const host = () => createRollcall({ transport: simulatedTransport(), store: memoryStore() })
  const noHost = {} as never
  const polyfill = { aborted: false, addEventListener: () => undefined, removeEventListener: () => undefined }

  test.each<readonly [string, () => unknown, string]>([
    ['no events', () => host().receive(undefined as never), 'receive: the events: expected an array; found nothing'],
    ['no event', () => host().receive([null as never]), 'receive: the events[0]: expected an object; found null'],
    [
      'a signal without its methods',
      () =>
        host()
          .call('call')
          .waitFor('bob', 'active', { signal: polyfill as never }),
      'waitFor: signal: expected an AbortSignal; found an object',
    ],
    ['no host', () => inspectHost(noHost), 'inspectHost: the host: expected an object with onStep; found an object'],
    ['no host', () => recordTraces(noHost, () => undefined), 'recordTraces: the host: expected an object with onStep'],
    ['no writer', () => recordTraces(host(), undefined as never), 'recordTraces: the function that writes: expected a'],
    ['no host', () => bridgeToStately(noHost, {} as never), 'bridgeToStately: the host: expected an object with'],
    ['no inspector', () => bridgeToStately(host(), {} as never), 'bridgeToStately: the inspector: expected an object'],
    ['no service', () => simulatedFetch(undefined as never), 'simulatedFetch: the service: expected an object with'],
    ['no URL', () => emulatorClient('emulator'), 'emulatorClient: the url: expected an absolute URL; found a string'],
    [
      'a required name that is misspelt',
      () => simulatedTransport({ faults: [{ onn: 'invite' }] as never }),
      "simulatedTransport: no option 'faults[0].onn'; did you mean 'on'? Options: ",
    ],
    [
      'a name with a space',
      () => simulatedTransport({ ' seed': 's' } as never),
      "simulatedTransport: no option ' seed'; did you mean 'seed'? Options: ",
    ],
  ])('%s', async (_what, act, message) => {
    const error = await errorOf(act)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })
})

describe('the table', () => {
  const files = new Map(sourceFilesIn('src').map((file) => [file.path, file]))
  const { tsup } = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as {
    readonly tsup: { readonly entry: Readonly<Record<string, string>> }
  }
  const entries = Object.values(tsup.entry).filter((path) => path !== 'src/cli.ts')
  const takers = new Set(
    entries.flatMap((path) => {
      const entry = files.get(path)
      if (entry === undefined) throw new Error(`no file ${path}`)
      // An entry that declares what it exports is read as if it exported itself.
      const own = sourceFile('src/entry.ts', `export { sqliteStore } from './${path.slice('src/'.length)}'`)
      return [...optionTakersOf(entry, files), ...optionTakersOf(own, files)]
    }),
  )

  test('has every public function that takes options, or the reason why not', () => {
    const known = new Set([...Object.keys(factories), ...Object.keys(exempt)])
    expect([...takers].filter((name) => !known.has(name) && !isElsewhere(name))).toEqual([])
  })

  test('has no function that is not there', () => {
    const named = [...Object.keys(factories), ...Object.keys(exempt)]
    expect(named.filter((name) => !takers.has(name))).toEqual([])
  })
})

/** Methods of a transport, which the host calls with options it makes itself, and those that a call handle inherits. */
function isElsewhere(name: string): boolean {
  return /^(Transport|GraphTransport|DirectRequests)\./.test(name)
}

describe('an option taker', () => {
  const takersOf = (text: string): readonly string[] => {
    const entry = sourceFile('src/index.ts', `export { found } from './found.ts'`)
    return optionTakersOf(entry, new Map([['src/found.ts', sourceFile('src/found.ts', text)]]))
  }

  test.each([
    ['export function found(options: FoundOptions) {}', ['found']],
    ['export function found(one: string, { two = 2 } = {}) {}', ['found']],
    ['export function found(one: string, options: Partial<FoundOptions> = {}) {}', ['found']],
    ['export function found(options: AOptions & { readonly more?: string }) {}', ['found']],
    ['export function found(options?: { readonly more?: string }) {}', ['found']],
    ['export class found { constructor(options: FoundOptions) {} }', ['found']],
    ['export interface found { act(options?: FoundOptions): void; rest(): void }', ['found.act']],
    ['interface Base { act(options: BaseOptions): void }\nexport interface found extends Base {}', ['found.act']],
    ['export function found(one: string) {}', []],
    ['export function found(one: { readonly all: string }) {}', []],
    ['export function other(options: FoundOptions) {}', []],
  ])('is found: %s', (text, names) => {
    expect(takersOf(text)).toEqual(names)
  })
})
