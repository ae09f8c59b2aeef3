/**
 * Network face: what the network asks of a service's face, beside what the world asks.
 * @module
 */
import type { Dialect } from '../world/dialect.ts'
import type { ServiceFace } from '../world/face.ts'
import type { Identities } from '../world/identities.ts'
import type { Fault } from './network.ts'

/** What fault rules match in a request. */
interface RequestRoute {
  readonly operation: string
  readonly callId?: string | undefined
}

/** The face of one service, for a world behind a network. */
export interface NetworkFace<D extends Dialect = Dialect> extends ServiceFace<D> {
  route(request: D['request']): RequestRoute
  /** The people whom a request would call, in order: their script functions are called first. */
  calledBy(request: D['request']): readonly Identities[]
  /** The answer of a service in trouble; `at` is in milliseconds since the epoch. */
  fail(fault: Extract<Fault, { type: 'status' }>, at: number): D['response']
  /** A list without its entries; other answers stay as they are. */
  emptied(response: D['response']): D['response']
}
