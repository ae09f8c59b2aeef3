/**
 * How a mutant is made of an honest transport: its methods changed.
 * @module
 */
import type { Verdict } from '../../src/call/model/events.ts'
import type { RequestOptions, Transport } from '../../src/host/ports/ports.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import type { MakeTransport } from '../../src/testing/transport/scene.ts'

/** The library's own transport to Graph. */
export const honest: MakeTransport = ({ fetch }) =>
  graphTransport({ token: async () => 'token', fetch, random: () => 0.5 })

/** A mistake, and the law that finds it. */
export interface TransportMutant {
  readonly mistake: string
  readonly make: MakeTransport
}

export function mutant(mistake: string, change: (inner: Transport) => Partial<Transport>): TransportMutant {
  return {
    mistake,
    make(surroundings) {
      const inner = honest(surroundings)
      return { ...inner, ...change(inner) }
    },
  }
}

/** Settles as soon as the request is given up, and lets it go on. */
export function settlingAtOnce<T>(
  request: Promise<Verdict<T>>,
  options: RequestOptions | undefined,
): Promise<Verdict<T>> {
  const givenUp = new Promise<Verdict<T>>((resolve) => {
    options?.signal?.addEventListener('abort', () =>
      resolve({ verdict: 'unconfirmed', failure: { reason: 'other', code: 'aborted', message: 'given up' } }),
    )
  })
  return Promise.race([request, givenUp])
}

/** Options of a request that is not to ask for its claim. */
export function unfenced(options: RequestOptions | undefined): RequestOptions {
  return { ...options, beforeSend: undefined }
}
