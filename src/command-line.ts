/**
 * The command line: the commands, and how errors are reported.
 *
 * Rule 1: wrong arguments are one sentence on stderr and exit code 2; other failures are one sentence and exit code 1.
 * Neither prints a stack trace.
 * Rule 2: a command is loaded when it runs or its usage is printed: `--version` loads none.
 * @module
 */
import { readFileSync } from 'node:fs'

/** Streams, environment and stop signal of the program. */
export interface ProgramContext {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly env: NodeJS.ProcessEnv
  /** Resolves when the program should end. */
  readonly stopped: () => Promise<void>
}

interface Command {
  readonly summary: string
  usage(): Promise<string>
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
      run: async (args, io) => (await demo()).runDemo(args, { ...io, stream: io.stdout }),
    },
  ],
  [
    'emulate',
    {
      summary: "serve Graph's calling URLs on loopback",
      usage: async () => (await emulator()).emulateUsage,
      run: async (args, io) => (await emulator()).runEmulate(args, io),
    },
  ],
  [
    'calls',
    {
      summary: 'list the calls in a file of rollcall/sqlite',
      usage: async () => (await calls()).callsUsage,
      run: async (args, io) => (await calls()).runCalls(args, io),
    },
  ],
  [
    'inspect',
    {
      summary: 'show recorded traces, or a live host, in a page',
      usage: async () => (await inspect()).inspectUsage,
      run: (args, io) =>
        reportErrors(
          'inspect',
          args,
          io,
          async () => (await inspect()).inspectUsage,
          async () => (await inspect()).runInspect(args, io),
        ),
    },
  ],
  [
    'replay',
    {
      summary: 'step a recorded trace again and print it',
      usage: async () => (await replay()).replayUsage,
      run: (args, io) =>
        reportErrors(
          'replay',
          args,
          io,
          async () => (await replay()).replayUsage,
          async () => (await replay()).runReplay(args, io),
        ),
    },
  ],
  [
    'diagram',
    {
      summary: "print the participant statechart, or a trace's sequence",
      usage: async () => (await diagram()).diagramUsage,
      run: (args, io) =>
        reportErrors(
          'diagram',
          args,
          io,
          async () => (await diagram()).diagramUsage,
          async () => (await diagram()).runDiagram(args, io),
        ),
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
  if (name === '--help' || name === '-h' || name === 'help') return say(io, await helpText())
  if (name === '--version') return say(io, version())
  const command = commands.get(name)
  if (command !== undefined) return command.run(args, io)
  io.err(
    `rollcall: unknown command ${JSON.stringify(name)}; expected ${new Intl.ListFormat('en', { type: 'disjunction' }).format(commands.keys())}`,
  )
  return 2
}

async function helpText(): Promise<string> {
  const lines = await Promise.all(
    [...commands.values()].map(async ({ usage, summary }) => `  ${await usage()}\n      ${summary}`),
  )
  return `rollcall ${version()} — who is in the call, who has been asked, and who is gone\n\n${lines.join('\n\n')}\n\n  rollcall --version`
}

/** Runs a command and reports wrong arguments and failures as one sentence. */
async function reportErrors(
  name: string,
  args: readonly string[],
  io: Io,
  usage: () => Promise<string>,
  run: () => Promise<number>,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) return say(io, await usage())
  try {
    return await run()
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
    // An unexpected error is a bug and keeps its stack trace.
    if (error instanceof TypeError && code === undefined) throw error
    const isTyped = String(code).startsWith('ERR_PARSE_ARGS')
    io.err(`rollcall ${name}: ${String(message).replace(/\.$/, '')}${isTyped ? `; ${await usage()}` : ''}`)
    return isTyped ? 2 : 1
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return manifest.version
}

function say({ out }: Io, text: string): number {
  out(text)
  return 0
}
