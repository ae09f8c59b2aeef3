/**
 * The command line and the API have one name for one thing.
 */
import { describe, expect, test } from 'vitest'
import { emulateArguments } from '../../src/emulator/cli.ts'
import { emulatorOptionNames } from '../../src/emulator/server.ts'
import { diagramArguments } from '../../src/inspect/diagram-command.ts'
import { inspectArguments } from '../../src/inspect/inspect-command.ts'
import { inspectOptionNames } from '../../src/inspect/inspect-host.ts'
import { sequenceOptionNames } from '../../src/trace/sequence-diagram.ts'

interface Pair {
  readonly commandLine: Readonly<Record<string, { readonly type: string; readonly multiple?: boolean }>>
  readonly api: readonly string[]
  /** What only the command has, and why. */
  readonly onlyCommand: Readonly<Record<string, string>>
  /** What only the API has, and why. */
  readonly onlyApi: Readonly<Record<string, string>>
}

const pairs: Readonly<Record<string, Pair>> = {
  'rollcall emulate, startEmulator': {
    commandLine: emulateArguments,
    api: emulatorOptionNames,
    onlyCommand: {
      scenario: 'a file with scripts, faults, settings, timeline and clock',
      history: 'a file for what Emulator.history returns',
      quiet: 'leaves out log',
      help: 'prints the usage',
    },
    onlyApi: {
      settings: 'in the scenario',
      scripts: 'in the scenario, as callees',
      defaultScript: 'in the scenario, as the callee *',
      faults: 'in the scenario',
      timeline: 'in the scenario',
      epochMs: 'the command begins now',
      historyLimit: 'the command keeps the default',
      appId: 'the command goes by tokens',
      signing: 'the control API sets it',
      callbackTimeoutMs: 'the command keeps the default',
      log: 'the command prints, unless it is quiet',
    },
  },
  'rollcall inspect, inspectHost': {
    commandLine: inspectArguments,
    api: inspectOptionNames,
    onlyCommand: { attach: 'the page of a live host' },
    onlyApi: {
      token: 'the command makes one',
      entriesHeld: 'traces are held whole',
      callsHeld: 'traces are held whole',
      sizeHeld: 'traces are held whole',
    },
  },
  'rollcall diagram --sequence, toSequenceDiagram': {
    commandLine: diagramArguments,
    api: sequenceOptionNames,
    onlyCommand: { format: 'which diagram', sequence: 'the trace' },
    onlyApi: { keys: 'the command draws everybody' },
  },
}

/** `allowed-host`, which can be repeated, as the API calls it: `allowedHosts`. */
function apiName(flag: string, { multiple = false }: { readonly multiple?: boolean }): string {
  const name = flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return multiple ? `${name}s` : name
}

describe.each(Object.entries(pairs))('%s', (_, { commandLine, api, onlyCommand, onlyApi }) => {
  const flags = Object.entries(commandLine).map(([flag, config]) => [flag, apiName(flag, config)] as const)

  test('what the command has is an option of that name, or the command alone has it', () => {
    expect(flags.filter(([, name]) => !api.includes(name)).map(([flag]) => flag)).toEqual(Object.keys(onlyCommand))
  })

  test('what the API has is an argument of that name, or the API alone has it', () => {
    const named = new Set(flags.map(([, name]) => name))
    expect(api.filter((name) => !named.has(name)).sort()).toEqual(Object.keys(onlyApi).sort())
  })
})
