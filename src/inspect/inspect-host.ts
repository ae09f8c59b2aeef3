/**
 * The page for a live host in this process.
 * @module
 */
import { TraceBuffer, type TraceBufferOptions } from './trace-buffer.ts'
import { startInspectServer, type InspectServer, type InspectServerOptions } from './inspect-server.ts'
import type { StepSource } from '../trace/source.ts'

/**
 * Serves the page for a live host on loopback; resolves to its URL, which contains the access token. Earlier steps are
 * not shown; each call starts from its current state.
 */
export async function inspectHost(
  source: StepSource,
  options: InspectServerOptions & TraceBufferOptions = {},
): Promise<InspectServer> {
  const buffer = new TraceBuffer(options)
  const stop = buffer.watch(source)
  try {
    const server = await startInspectServer({ buffer, kind: 'live' }, options)
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
