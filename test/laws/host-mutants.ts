/**
 * Hosts that are wrong on purpose: each breaks one law, so that the laws are known to say so.
 * @module
 */
import { normaliseId } from '../../src/graph/wire/ids.ts'
import type { ClaimResult, Commit, Store } from '../../src/host/ports/ports.ts'
import type { Clock } from '../../src/time/clock.ts'
import type { Rollcall } from '../../src/host/api/rollcall.ts'
import type { HostLawName } from '../../src/testing/host/host-laws.ts'
import { honest, type HostMutant, onStore, changing, misled, ifClosed, unfenced } from './host-mutant.ts'
import { storeMutants } from './host-store-mutants.ts'

/** A store that says a commit is written when it has only begun to. */
function writeBehind(inner: Store): Partial<Store> {
  const written = new Map<string, Commit>()
  let position = 1_000
  let last: Promise<unknown> = Promise.resolve()
  return {
    async commit(commit) {
      written.set(commit.callId, commit)
      last = last.then(() => inner.commit(commit)).catch(() => undefined)
      position += 1
      return position
    },
    reserve: async (): Promise<ClaimResult> => ({ state: 'granted', wasClaimed: false }),
    claim: async (): Promise<ClaimResult> => ({ state: 'granted', wasClaimed: false }),
    readJournal: async () => [],
    journalEnd: async () => position,
  }
}

function neverBegun(beginning: ClaimResult): ClaimResult {
  return beginning.state === 'granted' ? { ...beginning, wasClaimed: false } : beginning
}

/** One for each law. */
export const hostMutants: { readonly [L in HostLawName]: HostMutant } = {
  'traits: an invite beyond the limits is refused, and the ring time reaches the service': misled(
    'invites as many as Graph takes',
    { inviteesPerRequest: 5 },
  ),
  'traits: an id is normalised by the transport, and unchanged where the transport does not normalise': misled(
    'spells every id as Graph does',
    { normaliseId },
  ),
  'traits: a polled call is queried and never kept alive': misled('keeps every call alive', {
    liveness: 'push',
  }),
  'traits: the roster is fetched at the interval of the transport': misled('waits for notifications alone', {
    resyncMs: undefined,
  }),
  'traits: where rosters omit the bot, its id is not looked for and a roster without it is complete': misled(
    'expects itself on every roster',
    { isBotOnRoster: true },
  ),
  'reference: the reference of a call is stored and passed to every request about it': {
    mistake: 'says it with invites alone',
    make: ({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: {
          ...transport,
          deleteParticipant: (callId, participantId, options) =>
            transport.deleteParticipant(callId, participantId, { ...options, reference: undefined }),
        },
      }),
  },
  'commit before effect: nothing is sent before it is committed': onStore('writes behind', writeBehind),
  'commit before effect: no request about a call is sent before it is committed': {
    mistake: 'sends the DELETE at once',
    make: (surroundings) =>
      changing(surroundings, (handle, callId) => ({
        async remove(key, options) {
          const id = (await handle.read()).participants.get(key)?.id
          if (id !== undefined) await surroundings.transport.deleteParticipant(callId, id)
          return handle.remove(key, options)
        },
      })),
  },
  'requests: a request of the application reaches the service, and its outcome is reported': {
    mistake: 'takes a mute for done before it is sent',
    make: ({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: { ...transport, muteParticipant: async () => ({ verdict: 'done', value: { status: 'completed' } }) },
      }),
  },
  'requests: a request of the application does not wait for queries about other calls': {
    mistake: 'has one queue for everything',
    make: ({ transport, ...rest }) => {
      let places = 16
      const queue: (() => void)[] = []
      const queued = async <T>(send: () => Promise<T>): Promise<T> => {
        if (places === 0) await new Promise<void>((resolve) => void queue.push(resolve))
        else places -= 1
        try {
          return await send()
        } finally {
          const next = queue.shift()
          if (next === undefined) places += 1
          else next()
        }
      }
      return honest({
        ...rest,
        transport: {
          ...transport,
          getCall: (...asked) => queued(() => transport.getCall(...asked)),
          listParticipants: (...asked) => queued(() => transport.listParticipants(...asked)),
          deleteParticipant: (...asked) => queued(() => transport.deleteParticipant(...asked)),
        },
      })
    },
  },
  'cancel: an invitation is cancelled unless it is answered': {
    mistake: 'takes a cancel for a removal',
    make: (surroundings) =>
      changing(surroundings, (handle) => ({ cancel: (key, options) => handle.remove(key, options) })),
  },
  'publishing: every change is published once, in order': {
    mistake: 'tells every change twice',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        subscribe: (listener: Parameters<Rollcall['subscribe']>[0]) =>
          inner.subscribe((change) => {
            void listener(change)
            return listener(change)
          }),
      }
    },
  },
  'publishing: a change at which a durable subscriber fails is published again until it succeeds': {
    mistake: 'goes on after a subscriber has failed',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        subscribe: (listener: Parameters<Rollcall['subscribe']>[0], options?: Parameters<Rollcall['subscribe']>[1]) =>
          inner.subscribe(async (change) => {
            try {
              await listener(change)
            } catch (error) {
              surroundings.onError(error)
            }
          }, options),
      }
    },
  },
  'time: deadlines pass by the clock, not before': {
    mistake: 'goes by another clock',
    make: ({ clock, ...rest }) =>
      honest({ ...rest, clock: { now: () => clock.now(), schedule: () => () => undefined } }),
  },
  'time: setting the wall clock back delays no deadline': {
    mistake: 'waits until the wall clock shows the time',
    make: ({ clock, ...rest }) => {
      const schedule: Clock['schedule'] = (atMs, run) => {
        let cancel = (): void => undefined
        const wake = (): void => {
          if (clock.now() < atMs) cancel = clock.schedule(atMs, wake)
          else run()
        }
        cancel = clock.schedule(atMs, wake)
        return () => cancel()
      }
      return honest({ ...rest, clock: { now: () => clock.now(), schedule } })
    },
  },
  'time: hosts that take turns delay no deadline when the wall clock is set back': {
    mistake: 'begins every span anew when another host has committed',
    make: ({ clock, store, ...rest }) => {
      const alarms = new Set<{ readonly spanMs: number; readonly run: () => void; cancel: () => void }>()
      const schedule: Clock['schedule'] = (atMs, run) => {
        const ring = (): void => {
          alarms.delete(alarm)
          run()
        }
        const alarm = { spanMs: atMs - clock.now(), run: ring, cancel: clock.schedule(atMs, ring) }
        alarms.add(alarm)
        return () => {
          alarms.delete(alarm)
          alarm.cancel()
        }
      }
      const beginAnew = (): void => {
        for (const alarm of alarms) {
          alarm.cancel()
          alarm.cancel = clock.schedule(clock.now() + alarm.spanMs, alarm.run)
        }
      }
      const watch: Store['watch'] = (instanceId, wake, by) =>
        store.watch(
          instanceId,
          () => {
            beginAnew()
            wake()
          },
          by,
        )
      return honest({ ...rest, clock: { now: () => clock.now(), schedule }, store: { ...store, watch } })
    },
  },
  'quiet after the end: requests under way are aborted when the call ends': {
    mistake: 'lets requests of an ended call go on',
    make: ({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: {
          ...transport,
          deleteParticipant: (callId, participantId) => transport.deleteParticipant(callId, participantId),
        },
      }),
  },
  'commit before answer: a notification is accepted after it is committed': {
    mistake: 'answers before it has written',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        receive: async (observations, options) => void inner.receive(observations, options).catch(() => undefined),
      }
    },
  },
  'commit before publishing: no change is published before it is committed': onStore('writes behind', writeBehind),
  'no commit, no answer: a notification that cannot be committed is refused, and accepted when it is sent again': {
    mistake: 'swallows what it could not write',
    make: (surroundings) => {
      const inner = honest(surroundings)
      return {
        ...inner,
        receive: (observations, options) => inner.receive(observations, options).catch(() => undefined),
      }
    },
  },
  'one invite: an invite whose process dies is not posted twice': onStore('forgets what it had begun', (inner) => ({
    reserve: async (...asked) => neverBegun(await inner.reserve(...asked)),
    claim: async (...asked) => neverBegun(await inner.claim(...asked)),
    async load(callId) {
      const stored = await inner.load(callId)
      return stored && { ...stored, outbox: stored.outbox.map(({ effect }) => ({ effect, isClaimed: false })) }
    },
  })),
  'closing: every promise settles, a definite rejection was neither stored nor sent, and the store is closed once': {
    mistake: 'leaves what it was reading pending',
    make: (surroundings) =>
      changing(surroundings, (handle) => ({
        read: () => handle.read().catch(ifClosed(() => new Promise<never>(() => undefined))),
      })),
  },
  'time: the lease of a dead host runs out even if the wall clock is set back': {
    mistake: 'goes by the clock alone',
    make: ({ store, clock, ...rest }) =>
      honest({
        ...rest,
        clock,
        store: {
          ...store,
          reserve: (callId, id, lease) => store.reserve(callId, id, { ...lease, at: Math.min(lease.at, clock.now()) }),
        },
      }),
  },
  'one invite: an invite queued when its process dies is posted by the next process': {
    mistake: 'claims what is about to be queued',
    make: ({ transport, ...rest }) => honest({ ...rest, transport: { ...transport, fencesSends: false } }),
  },
  'fence: a stalled host sends no invite that another host has handled': unfenced(
    'sends what it had queued without asking again',
  ),
  ...storeMutants,
}
