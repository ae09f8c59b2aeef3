/**
 * `fetch` to a simulated service: Graph's URLs without a network, in virtual time, for any HTTP client.
 *
 * Rule 1: a bot sends the same requests as to Graph; tokens are not checked.
 * Rule 2: a lost response is a connection that breaks, after the time that a connection takes to break.
 * @module
 */
import { checkArgument, method, milliseconds, options, readOptions, withMethods } from '../call/codec/options.ts'
import { optional, text } from '../call/codec/schema.ts'
import { readRoute } from '../emulator/routes.ts'
import { DEFAULT_APP_ID } from '../simulator/world/acts.ts'
import type { ServiceRequest, ServiceResponse } from '../simulator/graph/operations.ts'
import type { SimulatedService } from '../simulator/graph/transport.ts'
import { writeError } from '../simulator/graph/refusals.ts'
import { onAbort } from '../time/abort.ts'

/** The part of `fetch` that bots use. */
export type SimulatedFetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Options of a simulated `fetch`. */
export interface SimulatedFetchOptions {
  /** The application that asks. Default: that of the emulator. */
  readonly appId?: string | undefined
  /** After how many virtual milliseconds a connection without a response breaks. Default 15,000 (15 s). */
  readonly breaksAfterMs?: number | undefined
  /**
   * Called for every request before it is sent. The function it returns is called with the response, or with
   * undefined if the connection broke or the request was aborted.
   */
  readonly onRequest?:
    | ((request: ServiceRequest) => ((response: ServiceResponse | undefined) => void) | void)
    | undefined
}

const shape = options<SimulatedFetchOptions>({
  appId: optional(text),
  breaksAfterMs: optional(milliseconds),
  onRequest: optional(method),
})

/** The origin of Graph; any other origin works as well. */
export const GRAPH_ORIGIN = 'https://graph.microsoft.com'

const BREAKS_AFTER_MS = 15_000

/** A `fetch` to the service. */
export function simulatedFetch(service: SimulatedService, given: SimulatedFetchOptions = {}): SimulatedFetch {
  const {
    appId = DEFAULT_APP_ID,
    breaksAfterMs = BREAKS_AFTER_MS,
    onRequest,
  } = readOptions('simulatedFetch', shape, given)
  checkArgument('simulatedFetch: the service', service, withMethods('send'))
  return async (target, init) => {
    const { method, url, text, signal } = await readTarget(target, init)
    const route = readRoute(method, url)
    if (!route.found)
      return respond({ status: route.status, body: writeError(route.code, route.message, dateOf(service)) }, url)
    const request: ServiceRequest = { ...route.request, appId, body: parse(text) }
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const onAnswer = onRequest?.(request)
      let isOver = false
      const breaks = (error: unknown): void => {
        cancel()
        stopListening()
        if (!isOver) onAnswer?.(undefined)
        isOver = true
        reject(error as Error)
      }
      const cancel = service.clock.schedule(service.clock.now() + breaksAfterMs, () =>
        breaks(new TypeError('fetch failed', { cause: 'the connection broke' })),
      )
      const stopListening = onAbort(signal, () => breaks(signal?.reason))
      void service.send(request).then((answer) => {
        if (answer.type === 'lost' || isOver) return
        isOver = true
        cancel()
        stopListening()
        onAnswer?.(answer.response)
        resolve(respond(answer.response, url, route.base))
      })
    })
  }
}

async function readTarget(
  target: string | URL | Request,
  init: RequestInit = {},
): Promise<{
  readonly method: string
  readonly url: URL
  readonly text: string
  readonly signal: AbortSignal | undefined
}> {
  const isRequest = target instanceof Request
  const text = typeof init.body === 'string' ? init.body : isRequest ? await target.text() : ''
  return {
    method: (init.method ?? (isRequest ? target.method : 'GET')).toUpperCase(),
    url: new URL(isRequest ? target.url : target, GRAPH_ORIGIN),
    text,
    signal: init.signal ?? (isRequest ? target.signal : undefined),
  }
}

function respond(
  { status, location, nextSkip, retryAfterSeconds, body }: ServiceResponse,
  url: URL,
  base = '',
): Response {
  const headers = new Headers()
  if (location !== undefined) headers.set('location', `${url.origin}${base}/calls/${location}`)
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  if (body === undefined) return new Response(null, { status, headers })
  headers.set('content-type', 'application/json')
  const next = new URL(url)
  if (nextSkip !== undefined) next.searchParams.set('$skiptoken', String(nextSkip))
  return new Response(JSON.stringify(nextSkip === undefined ? body : { ...body, '@odata.nextLink': next.href }), {
    status,
    headers,
  })
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // The service itself refuses a body that is not JSON.
    return undefined
  }
}

function dateOf({ clock }: SimulatedService): string {
  return new Date(clock.now()).toISOString().slice(0, 19)
}
