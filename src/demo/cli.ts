/**
 * `rollcall demo`: the demo from the command line.
 * @module
 */
import { readArguments, USAGE_EXIT_CODE, usageSentence, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import { performDemo } from './demo.ts'

/** Usage of the command. */
export const demoUsage = 'rollcall demo [--once]'

/** Usage and the meaning of the options. */
export const demoHelp = `${demoUsage}

Runs the documented conversations between a bot and an emulated call service,
over HTTP on loopback.

${optionLines([
  ['--once', 'exit after the last scene; the default without a terminal'],
  ['-h, --help', 'print this'],
])}

Example:
  rollcall demo --once`

/** Output and stop signal of the command. */
export interface DemoCommandContext {
  /** The stream of the log. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  /** Writes a line to standard error. */
  readonly err: (line: string) => void
  /** Resolves when the command should end. */
  readonly stopped: () => Promise<void>
}

/** Runs the command with the arguments after its name. Resolves to the exit code. */
export async function runDemo(args: readonly string[], { stream, err, stopped }: DemoCommandContext): Promise<number> {
  const options = demoOptions(args, err)
  if (options === undefined) return USAGE_EXIT_CODE
  if (options.help === true) {
    stream.write(`${demoHelp}\n`)
    return 0
  }
  const isWatched = stream.isTTY === true
  return performDemo({
    out: stream,
    stopped: options.once !== true && isWatched ? stopped : undefined,
    isPaced: isWatched,
  })
}

function demoOptions(
  args: readonly string[],
  err: (line: string) => void,
): { readonly once?: boolean; readonly help?: boolean } | undefined {
  try {
    return readArguments({
      args: [...args],
      strict: true,
      options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    err(usageSentence('rollcall demo', error))
    return undefined
  }
}
