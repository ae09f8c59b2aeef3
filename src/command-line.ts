/**
 * The command line: the commands, and how errors are reported.
 *
 * Rule 1: wrong arguments are one sentence on stderr and exit code 2; other failures are one sentence and exit code 1.
 * Neither prints a stack trace.
 * Rule 2: a command is loaded when it runs or its usage is printed: `--version` loads none.
 * Rule 3: usage and version are printed on any version of Node; commands run on those that the package supports.
 * @module
 */
import { readFileSync } from 'node:fs'
import { unknownWord, USAGE_EXIT_CODE, usageSentence, UsageError } from './command/arguments.ts'

/** Streams, environment and stop signal of the program. */
export interface ProgramContext {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly env: NodeJS.ProcessEnv
  /** Resolves when the program should end. */
  readonly stopped: () => Promise<void>
  /** The version of Node; this process's unless given. */
  readonly nodeVersion?: string | undefined
}

interface Command {
  readonly summary: string
  usage(): Promise<string>
  /** Usage, the meaning of every option, and an example. */
  help(): Promise<string>
  /** Resolves to the exit code. */
  run(args: readonly string[], io: Io): Promise<number>
}

/** The context in both forms that commands take: lines and streams. */
interface Io extends ProgramContext {
  readonly untilStopped: () => Promise<void>
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

const demo = () => import('./demo/cli.ts')
const emulator = () => import('./emulator/cli.ts')
const calls = () => import('./sqlite/calls-command.ts')
const inspect = () => import('./inspect/inspect-command.ts')
const replay = () => import('./inspect/replay-command.ts')
const diagram = () => import('./inspect/diagram-command.ts')

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'demo',
    {
      summary: 'run the documented conversations over HTTP',
      usage: async () => (await demo()).demoUsage,
      help: async () => (await demo()).demoHelp,
      run: async (args, io) => (await demo()).runDemo(args, { ...io, stream: io.stdout }),
    },
  ],
  [
    'emulate',
    {
      summary: "serve Graph's calling URLs on loopback",
      usage: async () => (await emulator()).emulateUsage,
      help: async () => (await emulator()).emulateHelp,
      run: async (args, io) => (await emulator()).runEmulate(args, io),
    },
  ],
  [
    'calls',
    {
      summary: 'list the calls in a file of rollcall/sqlite',
      usage: async () => (await calls()).callsUsage,
      help: async () => (await calls()).callsHelp,
      run: async (args, io) => (await calls()).runCalls(args, io),
    },
  ],
  [
    'inspect',
    {
      summary: 'show recorded traces, or a live host, in a page',
      usage: async () => (await inspect()).inspectUsage,
      help: async () => (await inspect()).inspectHelp,
      run: (args, io) => reportErrors('inspect', io, async () => (await inspect()).runInspect(args, io)),
    },
  ],
  [
    'replay',
    {
      summary: 'step a recorded trace again and print it',
      usage: async () => (await replay()).replayUsage,
      help: async () => (await replay()).replayHelp,
      run: (args, io) => reportErrors('replay', io, async () => (await replay()).runReplay(args, io)),
    },
  ],
  [
    'diagram',
    {
      summary: "print the participant statechart, or a trace's sequence",
      usage: async () => (await diagram()).diagramUsage,
      help: async () => (await diagram()).diagramHelp,
      run: (args, io) => reportErrors('diagram', io, async () => (await diagram()).runDiagram(args, io)),
    },
  ],
])

/** Runs the command that the arguments name. Resolves to the exit code. */
export async function runCommandLine(
  [name = '--help', ...args]: readonly string[],
  context: ProgramContext,
): Promise<number> {
  const io: Io = {
    ...context,
    untilStopped: context.stopped,
    out: (line) => void context.stdout.write(`${line}\n`),
    err: (line) => void context.stderr.write(`${line}\n`),
  }
  const isHelpOf = name === 'help' && args[0] !== undefined && !isHelp(args[0])
  if (isHelp(name) || (name === 'help' && !isHelpOf)) return say(io, await helpText())
  if (name === '-v' || name === '--version') return say(io, readManifest().version)
  const called = isHelpOf ? (args[0] as string) : name
  const command = commands.get(called)
  if (command === undefined) {
    io.err(`rollcall: ${unknownName(called)}`)
    return USAGE_EXIT_CODE
  }
  if (isHelpOf || args.some(isHelp)) return say(io, await command.help())
  const reason = unsupportedRuntime(context.nodeVersion ?? process.versions.node)
  if (reason === undefined) return command.run(args, io)
  io.err(`rollcall ${name}: ${reason}`)
  return 1
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

/** The message about an unknown command, with the command that was probably meant. */
function unknownName(name: string): string {
  const isOption = name.startsWith('-')
  const known = isOption ? ['--help', '--version'] : [...commands.keys(), 'help']
  const sentence = unknownWord(isOption ? 'option' : 'command', name, known)
  if (sentence.endsWith('?')) return sentence
  return `${sentence}; expected ${new Intl.ListFormat('en', { type: 'disjunction' }).format(known)}`
}

/** Why commands do not run on this version of Node, or undefined if they do. Usage and version are printed on any. */
function unsupportedRuntime(nodeVersion: string): string | undefined {
  const least = readManifest().engines.node.replace('>=', '')
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [numbersOf(nodeVersion), numbersOf(least)]
  const isSupported = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return isSupported ? undefined : `needs Node ${least} or newer, and this is Node ${nodeVersion}`
}

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number)

async function helpText(): Promise<string> {
  const lines = await Promise.all(
    [...commands.values()].map(
      async ({ usage, summary }) => `  ${(await usage()).replaceAll('\n', '\n  ')}\n      ${summary}`,
    ),
  )
  return [
    `rollcall ${readManifest().version} — who is in the call, who has been asked, and who is gone`,
    ...lines,
    '  rollcall COMMAND --help\n      say what the options of a command mean, with an example',
    '  rollcall -v, --version\n      print the version',
  ].join('\n\n')
}

/** Runs a command and reports wrong arguments and failures as one sentence. */
async function reportErrors(name: string, io: Io, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(usageSentence(`rollcall ${name}`, error))
      return USAGE_EXIT_CODE
    }
    const { code, message, path } = error as {
      readonly code?: unknown
      readonly message?: unknown
      readonly path?: unknown
    }
    // An unexpected error is a bug and keeps its stack trace.
    if (error instanceof TypeError && code === undefined) throw error
    const why = fileProblems.get(String(code))
    // An error of reading a folder has no path: it is opened first.
    const file = typeof path === 'string' ? path : code === 'EISDIR' ? 'the trace' : undefined
    const sentence = why === undefined || file === undefined ? String(message) : `${file} cannot be read: ${why}`
    io.err(`rollcall ${name}: ${sentence.replace(/\.$/, '')}`)
    return 1
  }
}

/** Why the system did not open a file, by its error code. */
const fileProblems: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a folder'],
])

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
}

function say({ out }: Io, text: string): number {
  out(text)
  return 0
}
