/**
 * A live host, shown: the page for a host that runs in this process.
 * @module
 */
import { TraceBuffer, type TraceBufferOptions } from './trace-buffer.ts'
import { startInspectServer, type InspectServer, type InspectServerOptions } from './inspect-server.ts'
import type { StepSource } from '../trace/source.ts'

/**
 * Serves the page for a live host on loopback; resolves to its address, which is a key. What happened before is not
 * shown, but what had come of it is.
 */
export async function inspectHost(
  source: StepSource,
  options: InspectServerOptions & TraceBufferOptions = {},
): Promise<InspectServer> {
  const book = new TraceBuffer(options)
  const stop = book.watch(source)
  try {
    const server = await startInspectServer({ book, kind: 'live' }, options)
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
