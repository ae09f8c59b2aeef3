/**
 * `rollcall emulate`: runs an emulator from the command line.
 *
 * Rule: wrong arguments are one sentence and exit code 2; other failures are one sentence and exit code 1. Neither
 * prints a stack trace.
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import type { ParseArgsOptionsConfig } from 'node:util'
import { port } from '../call/codec/options.ts'
import type { ClockMode } from './clock.ts'
import { readArguments, USAGE_EXIT_CODE, usageSentence, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import { playScenario, readScenario, ScenarioError, type Scenario } from '../simulator/graph/scenario/scenario.ts'
import { startEmulator, type Emulator, type EmulatorOptions } from './server.ts'

/** Output and stop signal of a command. */
export interface CommandContext {
  /** Writes a line to standard output. */
  readonly out: (line: string) => void
  /** Writes a line to standard error. */
  readonly err: (line: string) => void
  /** Resolves when the command should end. */
  readonly stopped: () => Promise<void>
}

/** Usage of the command. */
export const emulateUsage = `rollcall emulate [--port N] [--host ADDRESS] [--allowed-host NAME]…
                 [--seed TEXT] [--scenario FILE] [--clock real|stepped]
                 [--speed N] [--require-token issued|any|none]
                 [--client ID=SECRET]… [--https FILE] [--history FILE]
                 [--quiet]`

/** Usage and the meaning of the options. */
export const emulateHelp = `${emulateUsage}

Serves Graph's calling URLs on loopback, for bots in any language.

${optionLines([
  ['--port N', 'listen on this port; 0, the default, takes any free port'],
  ['--host ADDRESS', 'listen on this address; 127.0.0.1 by default'],
  [
    '--allowed-host NAME',
    "a host name that clients use, such as a container's; addresses and localhost are always allowed",
  ],
  ['--seed TEXT', 'the seed of all chance; the same seed gives the same history'],
  ['--scenario FILE', 'a scenario: callees and their behaviour, faults, timed events'],
  ['--clock MODE', 'real, or stepped: time passes only on POST /_emulator/clock'],
  ['--speed N', 'time runs N times as fast'],
  [
    '--require-token POLICY',
    "issued: only tokens of this emulator's token endpoint (default); any: any bearer token; none",
  ],
  ['--client ID=SECRET', 'an application known to the token endpoint; without any, every application is accepted'],
  [
    '--https FILE',
    'serve https with a new self-signed certificate, and write the certificate to FILE for clients to trust',
  ],
  ['--history FILE', 'write the history to FILE at the end, for replay'],
  ['--quiet', 'do not print requests and notifications'],
  ['-h, --help', 'print this'],
])}

Example:
  rollcall emulate --port 8080 --seed monday`

/** Runs the command with the arguments after its name. Resolves to the exit code. */
export async function runEmulate(args: readonly string[], context: CommandContext): Promise<number> {
  const { out, err, stopped } = context
  try {
    const plan = planOf(args)
    if (plan === undefined) {
      out(emulateHelp)
      return 0
    }
    const scenario = plan.scenario === undefined ? undefined : await loadScenario(plan.scenario)
    const clock = clockOptions(plan.clock ?? scenario?.clock)
    const played = scenario === undefined ? {} : playScenario(scenario)
    const emulator = await start({ ...played, ...clock, ...plan.options }, plan.isQuiet ? undefined : out)
    try {
      if (plan.certificate !== undefined) await save('certificate', plan.certificate, emulator.certificate ?? '')
      out(
        `emulator on ${emulator.url} (seed ${emulator.seed}${scenario?.name === undefined ? '' : `, scenario ${scenario.name}`}); Ctrl-C stops it`,
      )
      await stopped()
      if (plan.history !== undefined) await save('history', plan.history, emulator.history())
    } finally {
      await emulator.close()
    }
    return 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isUsage = error instanceof UsageError
    err(isUsage ? usageSentence('rollcall emulate', error) : `rollcall emulate: ${error.message}`)
    return isUsage ? USAGE_EXIT_CODE : 1
  }
}

interface Plan {
  readonly options: EmulatorOptions
  /** The options of the clock: they override the scenario's. */
  readonly clock?: ClockMode | undefined
  readonly scenario?: string | undefined
  readonly history?: string | undefined
  /** File to write the certificate to. */
  readonly certificate?: string | undefined
  readonly isQuiet: boolean
}

const tokenPolicies: ReadonlySet<string> = new Set<EmulatorOptions['requireToken'] & string>(['issued', 'any', 'none'])

/**
 * The arguments. Those that are options of `startEmulator` have their names, in the spelling of command lines; one
 * that can be repeated has the singular.
 */
export const emulateArguments = {
  port: { type: 'string' },
  host: { type: 'string' },
  'allowed-host': { type: 'string', multiple: true },
  seed: { type: 'string' },
  scenario: { type: 'string' },
  clock: { type: 'string' },
  speed: { type: 'string' },
  'require-token': { type: 'string', default: 'issued' },
  client: { type: 'string', multiple: true },
  https: { type: 'string' },
  history: { type: 'string' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig

function planOf(args: readonly string[]): Plan | undefined {
  const { values } = readArguments({
    args: [...args],
    strict: true,
    options: emulateArguments,
  })
  if (values.help) return undefined
  const requireToken = values['require-token']
  if (!isTokenPolicy(requireToken))
    throw new UsageError(
      `--require-token must be one of ${[...tokenPolicies].join(', ')}, not ${JSON.stringify(requireToken)}`,
    )
  const clock = readClock(values.clock, values.speed)
  return {
    scenario: values.scenario,
    history: values.history,
    certificate: values.https,
    isQuiet: values.quiet,
    clock,
    options: {
      https: values.https !== undefined,
      requireToken,
      port: values.port === undefined ? 0 : number('--port', values.port, (value) => port(value) === undefined),
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values['allowed-host'] === undefined ? {} : { allowedHosts: values['allowed-host'] }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
      ...(values.client === undefined ? {} : { clients: Object.fromEntries(values.client.map(readClient)) }),
    },
  }
}

function isTokenPolicy(text: string): text is NonNullable<EmulatorOptions['requireToken']> {
  return tokenPolicies.has(text)
}

/** The options of the clock; undefined without any. */
function readClock(clock: string | undefined, speed: string | undefined): ClockMode | undefined {
  if (clock !== undefined && clock !== 'real' && clock !== 'stepped')
    throw new UsageError(`--clock must be real or stepped, not ${JSON.stringify(clock)}`)
  if (speed === undefined) return clock
  if (clock === 'stepped') throw new UsageError('--speed and --clock stepped cannot be combined')
  return { speed: number('--speed', speed, (value) => value > 0 && Number.isFinite(value)) }
}

function readClient(text: string): [string, string] {
  const [id = '', ...secret] = text.split('=')
  // The value is a secret: the message does not repeat it.
  if (id === '' || secret.length === 0)
    throw new UsageError('--client must be an application id and its secret, ID=SECRET')
  return [id, secret.join('=')]
}

async function loadScenario(file: string): Promise<Scenario> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`The scenario ${file} cannot be read (${codeOf(error)}).`, { cause: error })
  }
  try {
    return readScenario(text)
  } catch (error) {
    throw error instanceof ScenarioError ? new ScenarioError(`${file}: ${error.message}`, { cause: error }) : error
  }
}

function clockOptions(mode: ClockMode | undefined): Pick<EmulatorOptions, 'clock' | 'speed'> {
  return typeof mode === 'object' ? { speed: mode.speed } : { clock: mode }
}

async function start(options: EmulatorOptions, log: ((line: string) => void) | undefined): Promise<Emulator> {
  try {
    return await startEmulator({ ...options, log })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${options.port} is taken; choose another with --port, or 0 for any.`, { cause: error })
    if (code === 'EACCES')
      throw new Error(`Port ${options.port} may not be used; choose one above 1023 with --port.`, { cause: error })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`This machine has no address ${options.host}; check --host.`, { cause: error })
    throw error
  }
}

async function save(what: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    throw new Error(`The ${what} cannot be written to ${file} (${codeOf(error)}).`, { cause: error })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

function number(option: string, text: string, isRight: (value: number) => boolean): number {
  const value = Number(text)
  if (text.trim() === '' || !isRight(value)) throw new UsageError(`${option} cannot be ${JSON.stringify(text)}`)
  return value
}
