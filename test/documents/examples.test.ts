/**
 * The examples in doc comments compile, and the names that people use first have one.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { entriesOf, packageProgram } from '../checks/hover-text.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { compileExamples, examplesOf, type Example } from './examples.ts'

/** What a newcomer uses first. */
const firstNames = [
  'createRollcall',
  'Rollcall.createCall',
  'Rollcall.call',
  'Rollcall.subscribe',
  'Rollcall.receive',
  'CallHandle.invite',
  'CallHandle.remove',
  'CallHandle.cancel',
  'CallHandle.waitFor',
  'CallHandle.read',
  'CallView.participants',
  'DirectRequests.answer',
  'present',
  'isRollcallError',
  'memoryStore',
  'sqliteStore',
  'graphTransport',
  'graphWebhook',
  'toNodeListener',
  'simulatedTransport',
  'startEmulator',
  'checkBot',
  'step',
  'explain',
  'participantMachine',
  'openTelemetry',
  'inspectHost',
]

/** Examples that are as users would get them wrong, and one that is right. */
const wrong: readonly Example[] = [
  { name: 'typo', program: "await call.waitFor(bob.key, 'activ')\n" },
  { name: 'right', program: "await call.waitFor(bob.key, 'active')\n" },
  { name: 'broken', program: 'const call = \n' },
]
const names = new Set(wrong.map(({ name }) => name))

let examples: readonly Example[]
/** What the compiler says, by the name of the example. One program for all: each costs seconds. */
let complaints: readonly (readonly [name: string, complaint: string])[]

beforeAll(() => {
  const entries = entriesOf(repositoryFolder)
  examples = examplesOf(packageProgram(repositoryFolder), repositoryFolder, entries)
  complaints = compileExamples(repositoryFolder, [...examples, ...wrong])
})

describe('examples', () => {
  test('are there for the names that people use first', () => {
    const found = new Set(examples.map(({ name }) => name))
    expect(firstNames.filter((name) => !found.has(name))).toEqual([])
  })

  test('compile', () => {
    expect(complaints.filter(([name]) => !names.has(name))).toEqual([])
  })

  test('that are wrong are found', () => {
    const found = complaints.map(([name]) => name).filter((name) => names.has(name))
    expect([...new Set(found)]).toEqual(['typo', 'broken'])
  })
})
