#!/usr/bin/env node
/**
 * The command line: wiring only.
 *
 * Rule 1: a mistake of whoever typed is one sentence on stderr and exit code 2; something that cannot be done is one
 * sentence and exit code 1. Neither is a stack trace.
 * Rule 2: a command is loaded when it is run, or its usage asked for: `--version` loads nothing.
 * @module
 */
import { readFileSync } from 'node:fs'

interface Command {
  readonly summary: string
  usage(): Promise<string>
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>
}

const stopped = (): Promise<void> => new Promise((resolve) => {
  process.once('SIGINT', () => resolve())
  process.once('SIGTERM', () => resolve())
})

const surroundings = { out: console.log, err: console.error, stopped }

const io = { stdout: process.stdout, stderr: process.stderr, env: process.env, untilStopped: stopped }

const demo = () => import('./demo/cli.ts')
const emulator = () => import('./emulator/cli.ts')
const calls = () => import('./store/calls-command.ts')
const inspect = () => import('./inspect/inspect-command.ts')
const replay = () => import('./inspect/replay-command.ts')
const diagram = () => import('./inspect/diagram-command.ts')

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['demo', {
    summary: 'play the documented conversations over HTTP',
    usage: async () => (await demo()).demoUsage,
    run: async (args) => (await demo()).runDemo(args, { ...surroundings, stream: process.stdout }),
  }],
  ['emulate', {
    summary: "serve Graph's calling URLs on loopback",
    usage: async () => (await emulator()).emulateUsage,
    run: async (args) => (await emulator()).runEmulate(args, surroundings),
  }],
  ['calls', {
    summary: 'list the calls in a file of rollcall/sqlite',
    usage: async () => (await calls()).callsUsage,
    run: async (args) => (await calls()).runCalls(args, surroundings),
  }],
  ['inspect', {
    summary: 'show recorded traces, or a live host, in a page',
    usage: async () => (await inspect()).inspectUsage,
    run: (args) => told('inspect', args, async () => (await inspect()).inspectUsage, async () => (await inspect()).runInspect(args, io)),
  }],
  ['replay', {
    summary: 'step a recorded trace again and print it',
    usage: async () => (await replay()).replayUsage,
    run: (args) => told('replay', args, async () => (await replay()).replayUsage, async () => (await replay()).runReplay(args, io)),
  }],
  ['diagram', {
    summary: "print the participant statechart, or a trace's sequence",
    usage: async () => (await diagram()).diagramUsage,
    run: (args) => told('diagram', args, async () => (await diagram()).diagramUsage, async () => (await diagram()).runDiagram(args, io)),
  }],
])

// Whoever reads may have seen enough (`… | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await main(process.argv.slice(2))

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return say(await helpText())
  if (name === '--version') return say(version())
  const command = commands.get(name)
  if (command !== undefined) return command.run(args)
  console.error(`rollcall: there is no command ${JSON.stringify(name)}; there are ${new Intl.ListFormat('en').format(commands.keys())}`)
  return 2
}

async function helpText(): Promise<string> {
  const lines = await Promise.all([...commands.values()].map(async ({ usage, summary }) => `  ${await usage()}\n      ${summary}`))
  return `rollcall ${version()} — who is in the call, who has been asked, and who is gone\n\n${lines.join('\n\n')}\n\n  rollcall --version`
}

/** Runs a command that throws what is wrong: what was mistyped, and what cannot be done. */
async function told(name: string, args: readonly string[], usage: () => Promise<string>, run: () => Promise<number>): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) return say(await usage())
  try {
    return await run()
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
    // A bug of ours is no mistake of theirs: it keeps its stack trace.
    if (error instanceof TypeError && code === undefined) throw error
    const isTyped = String(code).startsWith('ERR_PARSE_ARGS')
    console.error(`rollcall ${name}: ${String(message).replace(/\.$/, '')}${isTyped ? `; ${await usage()}` : ''}`)
    return isTyped ? 2 : 1
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return manifest.version
}

function say(text: string): number {
  console.log(text)
  return 0
}
