/**
 * The page for a live host in this process.
 * @module
 */
import { checkArgument, options, readOptions } from '../call/codec/options.ts'
import { bufferFields, TraceBuffer, type TraceBufferOptions } from './trace-buffer.ts'
import { serverFields, startInspectServer, type InspectServer, type InspectServerOptions } from './inspect-server.ts'
import { stepSource, type StepSource } from '../trace/source.ts'

const shape = options<InspectServerOptions & TraceBufferOptions>({ ...serverFields, ...bufferFields })

/** The options there are. */
export const inspectOptionNames = shape.names

/**
 * Serves the page for a live host on loopback; resolves to its URL, which contains the access token. Earlier steps are
 * not shown; each call starts from its current state.
 * @throws TypeError for an option that does not exist, or that cannot be
 * @example
 * ```ts
 * import { inspectHost } from 'rollcall/inspect'
 *
 * console.log((await inspectHost(rollcall)).url)
 * ```
 */
export async function inspectHost(
  source: StepSource,
  given: InspectServerOptions & TraceBufferOptions = {},
): Promise<InspectServer> {
  const settings = readOptions('inspectHost', shape, given)
  checkArgument('inspectHost: the host', source, stepSource)
  const buffer = new TraceBuffer(settings)
  const stop = buffer.watch(source)
  try {
    const server = await startInspectServer({ buffer, kind: 'live' }, settings)
    return {
      url: server.url,
      async close() {
        stop()
        await server.close()
      },
    }
  } catch (error) {
    stop()
    throw error
  }
}
