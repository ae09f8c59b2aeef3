/**
 * The Graph lane: hosts with the transport they have in production — its retries, its waits, its pages — over `fetch`
 * to the simulated service.
 * @module
 */
import { systemClock } from '../../src/time/system-clock.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { hostLane, type HostLaneOptions } from '../verification/histories/subjects.ts'
import type { Lane } from '../../src/testing/histories/run-plan.ts'
import { simulatedFetch } from '../../src/testing/simulated-fetch.ts'

/** How much of a wait is jitter: always the same, so that a run can be played again. */
const JITTER = 0.5

/** What makes a host lane go over the transport to Graph. */
export function overGraph(given: Omit<HostLaneOptions, 'transport'> = {}): HostLaneOptions {
  return {
    ...given,
    transport: ({ service }) => {
      let requests = 0
      const transport = graphTransport({
        token: () => Promise.resolve('token'),
        // An origin of its own: what is under way at once is counted for each origin of the process.
        baseUrl: `https://graph-${(lanes += 1)}.example`,
        fetch: simulatedFetch(service),
        random: () => JITTER,
        requestId: () => `00000000-0000-4000-8000-${String((requests += 1)).padStart(12, '0')}`,
      })
      transport.useClock(given.machine === undefined ? service.clock : systemClock)
      return transport
    },
  }
}

/** `createRollcall` over the transport to Graph, against the simulated service. */
export function graphLane(given: Omit<HostLaneOptions, 'transport'> = {}): Lane {
  return hostLane(overGraph(given))
}

let lanes = 0
