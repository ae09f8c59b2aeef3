/**
 * `rollcall inspect`: serves the page for saved traces, or for the page of a live host.
 * @module
 */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { port as portShape } from '../call/codec/options.ts'
import { TraceBuffer } from './trace-buffer.ts'
import { untilSignalled, UsageError, type CommandIo } from './command-io.ts'
import { startInspectServer, type InspectSource } from './inspect-server.ts'
import { formatCount } from '../trace/labels.ts'
import { feedOf } from './sse-proxy.ts'
import { readTraceFile } from '../trace/trace-file.ts'

/** How the command is called. */
export const inspectUsage = 'rollcall inspect TRACE.jsonl… | --attach URL  [--port N] [--show-identities]'

/** The arguments. Those that are options of `inspectHost` have their names, in the spelling of command lines. */
export const inspectArguments = {
  attach: { type: 'string' },
  port: { type: 'string' },
  'show-identities': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/**
 * Serves the page until it is stopped. Resolves to the exit code.
 * @throws UsageError, RollcallError TRACE_INVALID | TRACE_NEWER
 */
export async function runInspect(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: inspectArguments,
  })
  const port = values.port === undefined ? 0 : Number(values.port)
  if (portShape(port) !== undefined) throw new UsageError(`--port cannot be ${JSON.stringify(values.port)}`)
  const shown =
    values.attach === undefined
      ? await savedTraces(positionals, values['show-identities'] === true)
      : attached(values.attach, positionals, values['show-identities'] === true)
  const server = await startInspectServer(shown, { port }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken; choose another with --port`) : error
  })
  const what = 'buffer' in shown ? formatCount(shown.buffer.calls().length, 'trace') : 'the live host'
  io.stdout.write(
    `${what} at ${server.url}\nThe address contains an access token: every user of this machine who has it can view the page. Ctrl-C stops the server.\n`,
  )
  await (io.untilStopped ?? untilSignalled)()
  await server.close()
  return 0
}

async function savedTraces(paths: readonly string[], showIdentities: boolean): Promise<InspectSource> {
  if (paths.length === 0) throw new UsageError("expected trace files, or --attach with the URL of a live host's page")
  const buffer = new TraceBuffer({ showIdentities })
  for (const path of paths) buffer.addTrace(await readTraceFile(path))
  return { buffer, kind: 'saved' }
}

function attached(address: string, paths: readonly string[], showIdentities: boolean): InspectSource {
  if (paths.length > 0) throw new UsageError('expected trace files or --attach, not both')
  if (showIdentities)
    throw new UsageError(
      '--show-identities cannot be used with --attach: the live host decides whether it shows identities',
    )
  try {
    return { proxyOf: feedOf(address) }
  } catch (error) {
    throw new UsageError(`--attach: ${error instanceof Error ? error.message : String(error)}`)
  }
}
