/**
 * `rollcall inspect`: serves the page for saved traces, or for the page of a live host.
 * @module
 */
import type { ParseArgsOptionsConfig } from 'node:util'
import { port as portShape } from '../call/codec/options.ts'
import { readArguments, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import { TraceBuffer } from './trace-buffer.ts'
import { untilSignalled, type CommandIo } from './command-io.ts'
import { startInspectServer, type InspectSource } from './inspect-server.ts'
import { formatCount } from '../trace/labels.ts'
import { checkFeed, feedOf } from './sse-proxy.ts'
import { readTraceFile } from '../trace/trace-file.ts'

/** How the command is called. */
export const inspectUsage = 'rollcall inspect TRACE.jsonl… | --attach URL [--port N] [--show-identities]'

/** The arguments. Those that are options of `inspectHost` have their names, in the spelling of command lines. */
export const inspectArguments = {
  attach: { type: 'string' },
  port: { type: 'string' },
  'show-identities': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** Usage and the meaning of the options. */
export const inspectHelp = `${inspectUsage}

Serves a page on loopback that shows recorded traces, or the page of a live
host, until Ctrl-C stops it.

${optionLines([
  ['--attach URL', 'show the live host whose page (inspectHost) has this URL, instead of traces'],
  ['--port N', 'listen on this port; 0, the default, takes any free port'],
  ['--show-identities', 'show names, ids and phone numbers of a trace; redacted otherwise'],
  ['-h, --help', 'print this'],
])}

Examples:
  rollcall inspect trace.jsonl
  rollcall inspect --attach http://127.0.0.1:41233/5f0c/`

/**
 * Serves the page until it is stopped. Resolves to the exit code.
 * @throws UsageError, RollcallError TRACE_INVALID | TRACE_NEWER, Error when the live host does not answer
 */
export async function runInspect(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readArguments({
    args: [...argv],
    allowPositionals: true,
    options: inspectArguments,
  })
  const port = values.port === undefined ? 0 : Number(values.port)
  if (portShape(port) !== undefined) throw new UsageError(`--port cannot be ${JSON.stringify(values.port)}`)
  const shown =
    values.attach === undefined
      ? await savedTraces(positionals, values['show-identities'] === true)
      : await attached(values.attach, positionals, values['show-identities'] === true)
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

async function attached(address: string, paths: readonly string[], showIdentities: boolean): Promise<InspectSource> {
  if (paths.length > 0) throw new UsageError('expected trace files or --attach, not both')
  if (showIdentities)
    throw new UsageError(
      '--show-identities cannot be used with --attach: the live host decides whether it shows identities',
    )
  let feed: URL
  try {
    feed = feedOf(address)
  } catch (error) {
    throw new UsageError(`--attach: ${error instanceof Error ? error.message : String(error)}`)
  }
  await checkFeed(feed)
  return { proxyOf: feed }
}
