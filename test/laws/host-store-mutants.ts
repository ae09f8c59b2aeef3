/**
 * Hosts that are wrong on purpose about a store that is slow or fails for a moment.
 * @module
 */
import { LEASE_MS } from '../../src/host/ports/limits.ts'
import type { HostLawName } from '../../src/testing/host/host-laws.ts'
import { honest, onStore, unfenced, type HostMutant } from './host-mutant.ts'

/** The mistakes of hosts on a store that is slow or fails for a moment. */
export const storeMutants = {
  'publishing: a journal that cannot be read once is read again': onStore(
    'waits for a journal that failed',
    (inner) => ({
      readJournal: (...asked) => inner.readJournal(...asked).catch(() => new Promise(() => undefined)),
    }),
  ),
  'fence: a claim that took longer than its lease sends nothing, also when the wall clock is set back': {
    mistake: 'measures a claim by the wall clock alone',
    make: ({ clock, ...rest }) =>
      honest({
        ...rest,
        clock: {
          now: () => clock.now(),
          schedule: (atMs, run) => (atMs - clock.now() === LEASE_MS ? () => undefined : clock.schedule(atMs, run)),
        },
      }),
  },
  'closing: an invite that is claimed and not sent when its host closes is posted by the next host': onStore(
    'hands nothing back when it closes',
    (inner) => ({
      commit: async (commit) =>
        inner.commit({
          ...commit,
          effects: commit.effects.filter(({ id }) => !commit.acknowledgedEffects.includes(id)),
          acknowledgedEffects: commit.acknowledgedEffects.filter((id) =>
            commit.effects.every((effect) => effect.id !== id),
          ),
        }),
    }),
  ),
  'cancel: an invite that is cancelled before it leaves is not posted': unfenced('posts what was cancelled meanwhile'),
} satisfies Partial<Record<HostLawName, HostMutant>>
