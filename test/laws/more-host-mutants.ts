/**
 * Further hosts that single laws must reject.
 * @module
 */
import { isRollcallError, RollcallError } from '../../src/call/model/errors.ts'
import type { Json, Store } from '../../src/host/ports/ports.ts'
import type { HostLawName } from '../../src/testing/host/host-laws.ts'
import type { HostSurroundings, MakeHost } from '../../src/testing/host/scene.ts'
import { honest, type HostMutant, onStore, changing, misled, ifClosed } from './host-mutant.ts'

function closed(options?: { readonly isDefinite: false }): Promise<never> {
  return Promise.reject(new RollcallError('HOST_CLOSED', 'This host was closed.', {}, options))
}

const unwritten = 'commit before effect: no request about a call is sent before it is committed'

/** A host that sends something of its own when somebody is to be removed. */
function onRemove(send: (surroundings: HostSurroundings, callId: string) => Promise<unknown>): MakeHost {
  return (surroundings) =>
    changing(surroundings, (handle, callId) => ({
      async remove(key, options) {
        await send(surroundings, callId)
        return handle.remove(key, options)
      },
    }))
}

const closing =
  'closing: every promise settles, a definite rejection was neither stored nor sent, and the store is closed once'

/** Further mistakes, each with the law that finds it. */
export const moreHostMutants: readonly (HostMutant & { readonly breaks: HostLawName })[] = [
  {
    breaks: 'traits: an invite beyond the limits is refused, and the ring time reaches the service',
    ...misled('lets any ring time pass', { ringTimeoutMs: undefined }),
  },
  {
    breaks: 'traits: an invite beyond the limits is refused, and the ring time reaches the service',
    mistake: 'keeps the ring time to itself',
    make: ({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: {
          ...transport,
          invite: (callId, { clientContext, invitees }, options) =>
            transport.invite(callId, { clientContext, invitees }, options),
        },
      }),
  },
  {
    breaks: 'reference: the reference of a call is stored and passed to every request about it',
    ...onStore('does not store it', (inner) => ({
      async commit({ core, ...commit }) {
        const { reference: _reference, ...kept } = core as Readonly<Record<string, Json>>
        return inner.commit({ ...commit, core: kept })
      },
    })),
  },
  {
    breaks: closing,
    mistake: 'waits for a store that hangs',
    make: ({ clock, ...rest }) =>
      honest({ ...rest, clock: { now: () => clock.now(), schedule: () => () => undefined } }),
  },
  {
    breaks: closing,
    mistake: 'says of a removal that is stored that it certainly is not',
    make: (surroundings) =>
      changing(surroundings, (handle) => ({
        remove: (key, options) => handle.remove(key, options).catch(ifClosed(() => closed())),
      })),
  },
  {
    breaks: closing,
    mistake: 'says of what it did not take in that it may have',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        receive: (observations, options) =>
          inner.receive(observations, options).catch(ifClosed(() => closed({ isDefinite: false }))),
      }
    },
  },
  {
    breaks: closing,
    mistake: 'says of what was waited for that it certainly did not happen',
    make: (surroundings) =>
      changing(surroundings, (handle) => ({
        waitFor: (key, wanted, options) => handle.waitFor(key, wanted, options).catch(ifClosed(() => closed())),
      })),
  },
  {
    breaks: closing,
    mistake: 'says of a call that the service made and that it could not store that there is none',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        createCall: (body, options) =>
          inner.createCall(body, options).catch((error: unknown) => {
            if (isRollcallError(error) && error.code === 'REQUEST_UNCONFIRMED')
              throw new RollcallError('STORE_CONFLICT', 'Another host was first.', error.details)
            throw error
          }),
      }
    },
  },
  {
    breaks: closing,
    mistake: 'passes on what the store threw',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        receive: (observations, options) =>
          inner.receive(observations, options).catch((error: unknown) => {
            throw error instanceof Error ? (error.cause ?? error) : error
          }),
      }
    },
  },
  {
    breaks: closing,
    mistake: 'sends what it said it would not',
    make: (surroundings) =>
      changing(surroundings, (handle, callId) => ({
        mute: (key, options) =>
          handle.mute(key, options).catch(
            ifClosed((error) => {
              void surroundings.transport.muteParticipant(callId, key, 'late')
              throw error
            }),
          ),
      })),
  },
  {
    breaks: closing,
    mistake: 'stores what it said it would not',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        receive: (observations, options) =>
          inner.receive(observations, options).catch(
            ifClosed((error) => {
              void honest(surroundings)
                .receive(observations, options)
                .catch(() => undefined)
              throw error
            }),
          ),
      }
    },
  },
  {
    breaks: closing,
    ...onStore('closes its store twice', (inner) => ({
      close: async () => {
        await inner.close()
        await inner.close()
      },
    })),
  },
  { breaks: closing, ...onStore('leaves its store open', () => ({ close: async () => undefined })) },
  {
    breaks: closing,
    mistake: 'does not close its store when something else went wrong',
    make: ({ store, ...rest }) => {
      let isBroken = false
      const release: Store['release'] = async (instanceId) => {
        isBroken = true
        await store.release(instanceId)
        isBroken = false
      }
      return honest({
        ...rest,
        store: { ...store, release, close: async () => (isBroken ? undefined : store.close()) },
      })
    },
  },
  {
    breaks: closing,
    mistake: 'goes on renewing its leases',
    make: ({ store, clock, ...rest }) => {
      const renew = (): void => {
        void store.renew({ instanceId: 'mutant', at: clock.now(), until: clock.now() })
        clock.schedule(clock.now() + 1_000, renew)
      }
      renew()
      return honest({ ...rest, store, clock })
    },
  },
  {
    breaks: 'publishing: every change is published once, in order',
    mistake: 'reports an error though nothing went wrong',
    make(surroundings) {
      surroundings.onError(new Error('nothing in particular'))
      return honest(surroundings)
    },
  },
  {
    breaks: unwritten,
    mistake: 'looks at the roster at once',
    make: onRemove(({ transport }, callId) => transport.listParticipants(callId)),
  },
  {
    breaks: unwritten,
    mistake: 'looks at the call at once',
    make: onRemove(({ transport }, callId) => transport.getCall(callId)),
  },
  {
    breaks: unwritten,
    mistake: 'keeps calls alive by an alarm of its own',
    make: (surroundings) =>
      changing(surroundings, (handle, callId) => ({
        read() {
          const { clock, transport } = surroundings
          clock.schedule(clock.now() + 60_000, () => void transport.keepAlive(callId))
          return handle.read()
        },
      })),
  },
]
