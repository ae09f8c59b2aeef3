#!/usr/bin/env node
/**
 * The command line: wiring only.
 *
 * Rule: a mistake of whoever typed is one sentence on stderr and exit code 2; something that cannot be done is one
 * sentence and exit code 1. Neither is a stack trace.
 * @module
 */
import { readFileSync } from 'node:fs'
import { demoUsage, runDemo } from './demo/cli.ts'
import { emulateUsage, runEmulate } from './emulator/cli.ts'

interface Command {
  readonly usage: string
  readonly summary: string
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>
}

const stopped = (): Promise<void> => new Promise((resolve) => {
  process.once('SIGINT', () => resolve())
  process.once('SIGTERM', () => resolve())
})

const surroundings = { out: console.log, err: console.error, stopped }

const commands: ReadonlyMap<string, Command> = new Map([
  ['demo', { usage: demoUsage, summary: 'play the documented conversations over HTTP', run: (args) => runDemo(args, { ...surroundings, stream: process.stdout }) }],
  ['emulate', { usage: emulateUsage, summary: "serve Graph's calling URLs on loopback", run: (args) => runEmulate(args, surroundings) }],
])

process.exitCode = await main(process.argv.slice(2))

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return say(helpText())
  if (name === '--version') return say(version())
  const command = commands.get(name)
  if (command !== undefined) return command.run(args)
  console.error(`rollcall: there is no command ${JSON.stringify(name)}; there are ${[...commands.keys()].join(' and ')}`)
  return 2
}

function helpText(): string {
  const lines = [...commands.values()].map(({ usage, summary }) => `  ${usage}\n      ${summary}`)
  return `rollcall ${version()} — who is in the call, who has been asked, and who is gone\n\n${lines.join('\n\n')}\n\n  rollcall --version`
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return manifest.version
}

function say(text: string): number {
  console.log(text)
  return 0
}
