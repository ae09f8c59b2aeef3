/**
 * Options of a host: defaults, and what is refused.
 * @module
 */
import { defaultCallOptions, type CallOptions } from '../../call/model/options.ts'
import { memoryStore } from '../ports/memory-store.ts'
import { systemClock } from '../../time/system-clock.ts'
import { callGuarded } from '../feed/listeners.ts'
import { LEASE_MS } from '../ports/limits.ts'
import type { HostLog, Logger } from '../ports/log.ts'
import { createLog } from './host-log.ts'
import type { Store, Transport } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { readTraits, type ReadTraits } from './traits.ts'

/**
 * What `createRollcall` takes. Times are milliseconds; those of calls hold for calls this host sees first. What the service
 * is like is the transport's to say (`Transport.traits`).
 */
export interface RollcallOptions extends Partial<Omit<CallOptions, 'liveness' | 'isBotOnRoster' | 'resyncMs'>> {
  readonly transport: Transport
  /** Default `memoryStore()`. Closed with the host. */
  readonly store?: Store | undefined
  /** Default the machine's. */
  readonly clock?: Clock | undefined
  /** Makes invitation ids (`clientContext`), 1 to 256 characters, each different. Default: random UUIDs. */
  readonly createId?: (() => string) | undefined
  /** Called with errors that no promise reports: stores that fail, subscribers that throw, transports that break their contract. Default: `console.error`. */
  readonly onError?: ((error: unknown, context: { readonly callId?: string }) => void) | undefined
  /** Gets a named record of everything the host does, without identities. Default: none. */
  readonly logger?: Logger | undefined
  /** How long after an instance's last sign of life another one may send what it had reserved or claimed. Milliseconds, more than 0. Default 5,000. */
  readonly leaseMs?: number | undefined
}

/** Options with their defaults. */
export interface ReadOptions {
  readonly transport: Transport
  readonly store: Store
  readonly clock: Clock
  readonly createId: () => string
  readonly onError: (error: unknown, callId?: string) => void
  readonly log: HostLog | undefined
  readonly leaseMs: number
  readonly traits: ReadTraits
  /** What is stored with a call that this host sees first. */
  readonly callOptions: Partial<CallOptions>
}

const transportMethods = [
  'createCall',
  'getCall',
  'keepAlive',
  'hangUp',
  'invite',
  'listParticipants',
  'deleteParticipant',
  'muteParticipant',
] as const satisfies readonly (keyof Transport)[]

/** Reads the options. @throws TypeError for what cannot work */
export function readOptions(options: RollcallOptions): ReadOptions {
  const transport: Partial<Transport> | undefined = options?.transport
  for (const method of transportMethods) {
    if (typeof transport?.[method] !== 'function')
      throw new TypeError(`transport: expected an object with the method ${method}`)
  }
  const leaseMs = options.leaseMs ?? LEASE_MS
  if (!isWait(leaseMs)) throw new TypeError('leaseMs: expected milliseconds, more than 0')
  const log = createLog(options.logger)
  const traits = readTraits(options.transport.traits)
  return {
    transport: options.transport,
    store: options.store ?? memoryStore(),
    clock: options.clock ?? systemClock,
    createId: options.createId ?? (() => crypto.randomUUID()),
    onError: safely(options.onError, log),
    log,
    leaseMs,
    traits,
    callOptions: { ...readCallOptions(options, traits), ...traits.callOptions },
  }
}

function readCallOptions(
  { applicationId, ...options }: RollcallOptions,
  { normaliseId }: ReadTraits,
): Partial<CallOptions> {
  const read: [string, unknown][] = []
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(defaultCallOptions, name)) continue
    if (!isWait(value)) throw new TypeError(`${name}: expected a number more than 0`)
    read.push([name, value])
  }
  if (applicationId !== undefined) {
    if (typeof applicationId !== 'string') throw new TypeError('applicationId: expected a string')
    read.push(['applicationId', normaliseId(applicationId)])
  }
  return Object.fromEntries(read)
}

function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

/** The application's listener; its own errors go to the console. */
function safely(listener: RollcallOptions['onError'], log: HostLog | undefined): ReadOptions['onError'] {
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
