/**
 * `rollcall demo`: the demo from the command line.
 * @module
 */
import { parseArgs } from 'node:util'
import { performDemo } from './demo.ts'

/** Usage of the command. */
export const demoUsage = 'rollcall demo [--once]'

/** Usage and the meaning of the options. */
export const demoHelp = `${demoUsage}

Runs the documented conversations between a bot and an emulated call service, over HTTP on loopback.

  --once            exit after the last scene; the default without a terminal`

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
  const options = readArguments(args, err)
  if (options === undefined) return 2
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

function readArguments(
  args: readonly string[],
  err: (line: string) => void,
): { readonly once?: boolean; readonly help?: boolean } | undefined {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error
    err(`rollcall demo: ${error.message}; ${demoUsage}`)
    return undefined
  }
}
