/**
 * How a mutant is made of an honest host: its surroundings changed.
 * @module
 */
import { isRollcallError, type RollcallError } from '../../src/call/model/errors.ts'
import type { Store, TransportTraits } from '../../src/host/ports/ports.ts'
import type { CallHandle } from '../../src/host/api/call-handle.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import type { HostSurroundings, MakeHost } from '../../src/testing/host/scene.ts'

/** The library's own host. */
export const honest: MakeHost = createRollcall

/** A mistake, and the law that finds it. */
export interface HostMutant {
  readonly mistake: string
  readonly make: MakeHost
}

export function onStore(mistake: string, change: (inner: Store) => Partial<Store>): HostMutant {
  return { mistake, make: ({ store, ...rest }) => honest({ ...rest, store: { ...store, ...change(store) } }) }
}

/** A host whose handles are changed. */
export function changing(
  surroundings: HostSurroundings,
  change: (handle: CallHandle, callId: string) => Partial<CallHandle>,
): Rollcall {
  const inner = honest(surroundings)
  return {
    ...inner,
    call(callId) {
      const handle = inner.call(callId)
      return { ...handle, ...change(handle, callId) }
    },
  }
}

/** A host that takes the service for another one. */
export function misled(mistake: string, wrong: TransportTraits): HostMutant {
  return {
    mistake,
    make: ({ transport, ...rest }) =>
      honest({ ...rest, transport: { ...transport, traits: { ...transport.traits, ...wrong } } }),
  }
}

/** Does something else about the error of a host that is closed. */
export function ifClosed<T>(act: (error: RollcallError) => Promise<T>): (error: unknown) => Promise<T> {
  return (error) => (isRollcallError(error) && error.code === 'HOST_CLOSED' ? act(error) : Promise.reject(error))
}

/** A host that sends an invite without asking for it again. */
export function unfenced(mistake: string): HostMutant {
  return {
    mistake,
    make: ({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: {
          ...transport,
          invite: (callId, invitation, options) =>
            transport.invite(callId, invitation, { ...options, beforeSend: undefined }),
        },
      }),
  }
}
