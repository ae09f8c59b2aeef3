/**
 * Options of a host: their defaults and their checks.
 * @module
 */
import { callTimeFields, type CallTimes } from '../../call/codec/call-options.ts'
import { clock, method, options, readOptions, someMilliseconds, withMethods } from '../../call/codec/options.ts'
import { optional, wholeNumber } from '../../call/codec/schema.ts'
import type { CallOptions } from '../../call/model/options.ts'
import { memoryStore } from '../ports/memory-store.ts'
import { systemClock } from '../../time/system-clock.ts'
import { callGuarded } from '../feed/listeners.ts'
import { CACHE_BYTES, LEASE_MS } from '../ports/limits.ts'
import { storeShape, transportShape } from '../ports/port-shapes.ts'
import type { HostLog, Logger } from '../ports/log.ts'
import { createLog } from './host-log.ts'
import type { Store, Transport } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { readTraits, type ReadTraits } from './traits.ts'

/**
 * What `createRollcall` takes. Times are milliseconds; those of calls hold for calls this host sees first. What the
 * service is like is the transport's to say (`Transport.traits`).
 */
export interface RollcallOptions extends CallTimes {
  /** The service to talk to: `graphTransport(…)`, `simulatedTransport(…)`, or your own. */
  readonly transport: Transport
  /** Default `memoryStore()`. Closed with the host. */
  readonly store?: Store | undefined
  /** Default the machine's. */
  readonly clock?: Clock | undefined
  /** Makes invitation ids (`clientContext`), 1 to 256 characters, each different. Default: random UUIDs. */
  readonly createId?: (() => string) | undefined
  /**
   * Called with errors that no promise reports: stores that fail, subscribers that throw, transports that break their
   * contract. Default: `console.error`.
   */
  readonly onError?:
    | ((
        error: unknown,
        context: {
          /** The call's id. */
          readonly callId?: string
        },
      ) => void)
    | undefined
  /** Gets a named record of everything the host does, without identities. Default: none. */
  readonly logger?: Logger | undefined
  /**
   * How long after an instance's last sign of life another one may send what it had reserved or claimed. Milliseconds,
   * more than 0. Default 5,000.
   */
  readonly leaseMs?: number | undefined
  /**
   * About how much memory decoded calls may take, in bytes, 1 or more. Default 256 MiB, enough for 10,000 calls of ten participants;
   * other calls are loaded from the store when something happens to them.
   */
  readonly cacheBytes?: number | undefined
}

/** Options with their defaults. */
export interface HostSettings {
  readonly transport: Transport
  readonly store: Store
  readonly clock: Clock
  readonly createId: () => string
  readonly onError: (error: unknown, callId?: string) => void
  readonly log: HostLog | undefined
  readonly leaseMs: number
  readonly cacheBytes: number
  readonly traits: ReadTraits
  /** The options stored with a call that this host sees first. */
  readonly callOptions: Partial<CallOptions>
}

const shape = options<RollcallOptions>({
  transport: transportShape,
  store: optional(storeShape),
  clock: optional(clock),
  createId: optional(method),
  onError: optional(method),
  logger: optional(withMethods('debug', 'info', 'warn', 'error')),
  leaseMs: optional(someMilliseconds),
  cacheBytes: optional(wholeNumber(1)),
  ...callTimeFields(someMilliseconds, wholeNumber(1)),
})

/** Reads the options. @throws TypeError for an option that does not exist, or that cannot work */
export function readHostOptions(given: RollcallOptions): HostSettings {
  const {
    transport,
    store,
    clock: ownClock,
    createId,
    onError,
    logger,
    leaseMs,
    cacheBytes,
    ...times
  } = readOptions('createRollcall', shape, given)
  const log = createLog(logger)
  const traits = readTraits(transport.traits)
  return {
    transport,
    store: store ?? memoryStore(),
    clock: ownClock ?? systemClock,
    createId: createId ?? (() => crypto.randomUUID()),
    onError: safely(onError, log),
    log,
    leaseMs: leaseMs ?? LEASE_MS,
    cacheBytes: cacheBytes ?? CACHE_BYTES,
    traits,
    callOptions: { ...storedTimes(times, traits), ...traits.callOptions },
  }
}

/** The times that the application chose, with the application id in its one spelling. */
function storedTimes(times: CallTimes, { normaliseId }: ReadTraits): CallTimes {
  const { applicationId } = times
  return applicationId === undefined ? times : { ...times, applicationId: normaliseId(applicationId) }
}

/** The application's listener; its own errors go to the console. */
function safely(listener: RollcallOptions['onError'], log: HostLog | undefined): HostSettings['onError'] {
  return (error, callId) => {
    log?.failed(error, callId)
    if (listener === undefined) console.error('rollcall:', error)
    else
      callGuarded(
        () => listener(error, callId === undefined ? {} : { callId }),
        (thrown) => console.error('rollcall: onError threw', thrown),
      )
  }
}
