/**
 * Stores that are wrong on purpose: each breaks one law, so that the laws are known to say so.
 * @module
 */
import { isRollcallError } from '../../src/call/model/errors.ts'
import type { Commit, Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { StoreLawName } from '../../src/testing/store/store-laws.ts'
import type { FileUnderTest, StoreUnderTest } from '../../src/testing/store/store-under-test.ts'

/** A mistake, and the law that finds it. */
export interface StoreMutant {
  readonly mistake: string
  readonly open: () => StoreUnderTest
}

function mutant(mistake: string, change: (inner: Store) => Partial<Store>): StoreMutant {
  return {
    mistake,
    open() {
      const inner = memoryStore()
      return { store: { ...inner, ...change(inner) } }
    },
  }
}

/** A store that says it is a file. */
function fileMutant(
  mistake: string,
  change: (inner: Store, listeners: ReadonlySet<() => void>) => Partial<FileUnderTest>,
): StoreMutant {
  return {
    mistake,
    open() {
      const inner = memoryStore()
      const listeners = new Set<() => void>()
      const store: Store = {
        ...inner,
        watch(instanceId, listener, clock) {
          listeners.add(listener)
          return inner.watch(instanceId, listener, clock)
        },
      }
      const file = {
        openLink: async () => inner,
        openCrashed: async () => inner,
        remove: async () => undefined,
        empty: async () => undefined,
        replace: async () => undefined,
      }
      return { store, reopen: async () => store, file: { ...file, ...change(inner, listeners) } }
    },
  }
}

/** One for each law. */
export const storeMutants: { readonly [L in StoreLawName]: StoreMutant } = {
  'at the same time: a write that is refused takes no other along': mutant(
    'answers the commits of one turn alike',
    (inner) => {
      let group: Promise<number>[] = []
      return {
        async commit(commit) {
          const position = inner.commit(commit)
          group.push(position)
          const whole = group
          await Promise.resolve()
          group = []
          await Promise.all(whole)
          return position
        },
      }
    },
  ),
  'at the same time: a write is refused with the error that it would have alone': mutant(
    'tells commits that wait together the error of the group',
    (inner) => {
      let waiting = 0
      return {
        async commit(commit) {
          waiting += 1
          await Promise.resolve()
          const isAlone = waiting === 1
          await Promise.resolve()
          waiting = 0
          return inner.commit(commit).catch((error: unknown) => {
            throw isAlone || isRollcallError(error) ? error : new Error('a write of the group was refused')
          })
        },
      }
    },
  ),
  'at the same time: any number of commits are stored, each once and in order': mutant(
    'writes the latest of many first',
    (inner) => {
      let waiting: (() => void)[] = []
      return {
        async commit(commit) {
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
            if (waiting.length > 1) return
            void Promise.resolve().then(() => {
              const latestFirst = waiting.reverse()
              waiting = []
              for (const proceed of latestFirst) proceed()
            })
          })
          return inner.commit(commit)
        },
      }
    },
  ),
  'a commit can be read back whole': mutant('forgets to drop settled effects', (inner) => ({
    commit: (commit) => inner.commit({ ...commit, acknowledgedEffects: [] }),
  })),
  'atomicity: a commit that cannot be written changes nothing': mutant('writes participants one by one', (inner) => ({
    async commit(commit) {
      let { expectedVersion } = commit
      for (const [key, participant] of commit.participants) {
        await inner.commit({ ...commit, expectedVersion, participants: new Map([[key, participant]]), changes: [] })
        expectedVersion += 1
      }
      return commit.participants.size > 0 ? inner.journalEnd() : inner.commit(commit)
    },
  })),
  'conflict: a commit from another version is refused and changes nothing': mutant(
    'lets the last writer win',
    (inner) => ({ commit: (commit) => lastWins(inner, commit) }),
  ),
  'conflict: of several commits from one version exactly one is written': mutant(
    'checks the version before it waits',
    (inner) => ({
      async commit(commit) {
        const stored = await inner.load(commit.callId)
        if ((stored?.version ?? 0) !== commit.expectedVersion) return inner.commit(commit)
        await Promise.resolve()
        return lastWins(inner, commit)
      },
    }),
  ),
  'isolation: calls share nothing but the store': mutant('settles effects of every call', (inner) => ({
    async commit(commit) {
      const place = await inner.commit(commit)
      for (const callId of commit.acknowledgedEffects.length > 0 ? await inner.listOpen() : []) {
        if (callId !== commit.callId)
          await lastWins(inner, {
            ...commit,
            callId,
            core: 2,
            participants: new Map(),
            deletedParticipants: [],
            isEnded: false,
          })
      }
      return place
    },
  })),
  'isolation: values that are passed in or returned are copies': mutant('hands out what it keeps', (inner) => {
    const kept = new Map<string, ReturnType<Store['load']>>()
    return {
      load(callId) {
        let stored = kept.get(callId)
        if (stored === undefined) kept.set(callId, (stored = inner.load(callId)))
        return stored
      },
      commit(commit) {
        kept.delete(commit.callId)
        return inner.commit(commit)
      },
    }
  }),
  'names: any string can name a call, a participant, an effect, a host or a reader': mutant(
    'keeps participants in an object',
    (inner) => ({
      async load(callId) {
        const stored = await inner.load(callId)
        const record: Record<string, never> = {}
        for (const [key, participant] of stored?.participants ?? []) record[key] = participant as never
        return stored && { ...stored, participants: new Map(Object.entries(record)) }
      },
    }),
  ),
  'lease: one instance at a time carries out an effect': mutant('grants every lease', (inner) => ({
    async claim(callId, effectId, lease) {
      const beginning = await inner.claim(callId, effectId, lease)
      return beginning.state === 'held' ? { state: 'granted', wasClaimed: true } : beginning
    },
  })),
  'lease: an effect that was claimed stays claimed, whatever else is committed': mutant(
    'writes the outbox anew with every commit',
    (inner) => {
      const begun = new Set<string>()
      const place = (callId: string, effectId: string): string => JSON.stringify([callId, effectId])
      return {
        async commit(commit) {
          const position = await inner.commit(commit)
          for (const { effect } of (await inner.load(commit.callId))?.outbox ?? [])
            begun.delete(place(commit.callId, effect.id))
          return position
        },
        async claim(callId, effectId, lease) {
          const beginning = await inner.claim(callId, effectId, lease)
          if (beginning.state !== 'granted') return beginning
          const wasClaimed = beginning.wasClaimed && begun.has(place(callId, effectId))
          begun.add(place(callId, effectId))
          return { state: 'granted', wasClaimed }
        },
        async load(callId) {
          const stored = await inner.load(callId)
          return (
            stored && {
              ...stored,
              outbox: stored.outbox.map(({ effect, isClaimed }) => ({
                effect,
                isClaimed: isClaimed && begun.has(place(callId, effect.id)),
              })),
            }
          )
        },
      }
    },
  ),
  'lease: an effect that is reserved is held but not claimed': mutant('begins what is only reserved', (inner) => ({
    reserve: (...asked) => inner.claim(...asked),
  })),
  'lease: it can be renewed and released': mutant('does not renew', () => ({ renew: async () => undefined })),
  'lease: a new effect with the same id starts without a lease': mutant('keeps effects it has', (inner) => ({
    commit: (commit) =>
      inner.commit({
        ...commit,
        acknowledgedEffects: commit.acknowledgedEffects.filter(
          (id) => !commit.effects.some((effect) => effect.id === id),
        ),
        effects: commit.effects.filter(({ id }) => !commit.acknowledgedEffects.includes(id)),
      }),
  })),
  'open: calls that have not ended or still have requests are listed': mutant('forgets calls that ended', (inner) => {
    const ended = new Set<string>()
    return {
      commit(commit) {
        if (commit.isEnded) ended.add(commit.callId)
        return inner.commit(commit)
      },
      listOpen: async () => (await inner.listOpen()).filter((callId) => !ended.has(callId)),
    }
  }),
  'due: calls with a passed deadline or a request without a lease are listed': mutant(
    'looks at deadlines only',
    (inner) => ({
      commit: (commit) => inner.commit({ ...commit, at: Infinity }),
    }),
  ),
  'order: the journal has every commit, in one order, without a gap': mutant(
    'keeps no commits without changes of note',
    (inner) => ({
      readJournal: async (after, limit) =>
        (await inner.readJournal(after, limit)).filter(({ changes }) => changes.every(({ at }) => at !== 5)),
    }),
  ),
  'cursors: the position of each reader is stored by name': mutant('has one place for all', (inner) => ({
    readCursor: () => inner.readCursor(''),
    writeCursor: (_name, position) => inner.writeCursor('', position),
  })),
  'watching: a watcher is notified of commits by other instances; of its own only when it polls': mutant(
    'tells nobody',
    () => ({
      watch: () => () => undefined,
    }),
  ),
  'durability: the next process reads what was committed': {
    mistake: 'forgets leases when it is opened',
    open() {
      const store = memoryStore()
      return {
        store,
        reopen: async () => ({
          ...store,
          claim: async (callId, effectId, lease) => store.claim(callId, effectId, { ...lease, at: lease.at + 1e6 }),
        }),
      }
    },
  },
  'durability: opening and closing the store elsewhere loses nothing': {
    mistake: 'loses its log when another opening is closed',
    open() {
      const inner = memoryStore()
      let hasLog = true
      return {
        store: {
          ...inner,
          commit: (commit) => (hasLog ? inner.commit(commit) : inner.journalEnd().then((end) => end + 1)),
        },
        reopen: async () => ({
          ...inner,
          close: async () => {
            hasLog = false
          },
        }),
      }
    },
  },
  'file: a link opens the same store, also after a crash': fileMutant('looks for its log beside the link', (inner) => ({
    openCrashed: async () => inner,
    openLink: async () => memoryStore(),
  })),
  'file: once it is deleted or replaced, every operation fails and a watcher is notified': fileMutant(
    'goes on with a file that is gone',
    (_, listeners) => ({
      remove: async () => {
        for (const listener of listeners) listener()
      },
    }),
  ),
  'file: once it is emptied, every operation fails and a watcher is notified': fileMutant(
    'begins anew in a file that was emptied',
    (_, listeners) => ({
      empty: async () => {
        for (const listener of listeners) listener()
      },
    }),
  ),
  'round trip: every reachable call is read back as it was written, at every step': mutant(
    'keeps the earliest deadline there ever was',
    (inner) => {
      const kept = new Map<string, number>()
      return {
        commit(commit) {
          const { callId, nextDeadlineAt = Infinity } = commit
          kept.set(callId, Math.min(kept.get(callId) ?? Infinity, nextDeadlineAt))
          return inner.commit({ ...commit, nextDeadlineAt: kept.get(callId) })
        },
      }
    },
  ),
}

/** Further mistakes, each with the law that finds it. */
export const moreStoreMutants: readonly (StoreMutant & { readonly breaks: StoreLawName })[] = [
  {
    breaks: 'lease: one instance at a time carries out an effect',
    ...mutant('takes the lease of another for as long as that of the one who asks', (inner) => ({
      async claim(callId, effectId, lease) {
        const result = await inner.claim(callId, effectId, lease)
        return result.state === 'held' ? { ...result, lengthMs: lease.until - lease.at } : result
      },
    })),
  },
  {
    breaks: 'file: a link opens the same store, also after a crash',
    ...fileMutant('takes what a crash left for damage, by a link', () => ({
      openCrashed: () => Promise.reject(new Error('it is damaged')),
    })),
  },
  {
    breaks: 'file: once it is deleted or replaced, every operation fails and a watcher is notified',
    ...fileMutant('tells no watcher that its file is gone', () => ({})),
  },
  {
    breaks: 'watching: a watcher is notified of commits by other instances; of its own only when it polls',
    ...mutant('tells a watcher of its own commits', (inner) => ({
      watch: (_holder, listener, clock) => inner.watch('nobody', listener, clock),
    })),
  },
  {
    breaks: 'watching: a watcher is notified of commits by other instances; of its own only when it polls',
    ...mutant('tells a watcher of its own commits, a moment later', (inner) => ({
      watch: (_holder, listener, clock) => inner.watch('nobody', () => void Promise.resolve().then(listener), clock),
    })),
  },
  {
    breaks: 'watching: a watcher is notified of commits by other instances; of its own only when it polls',
    ...mutant('goes on telling', (inner) => ({
      watch(instanceId, listener, clock) {
        inner.watch(instanceId, listener, clock)
        return () => undefined
      },
    })),
  },
]

async function lastWins(inner: Store, commit: Commit): Promise<number> {
  const stored = await inner.load(commit.callId)
  return inner.commit({ ...commit, expectedVersion: stored?.version ?? 0 }).catch(() => lastWins(inner, commit))
}
