/**
 * Store laws of leases: one instance at a time carries out an effect.
 * @module
 */
import { commit, fetch, lease, loaded, people, same } from './checks.ts'
import type { Law } from './law-body.ts'

/** The laws, by name. */
export const leaseLaws = {
  async 'lease: one instance at a time carries out an effect'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    same(await store.claim('call', 'f', lease('a', 0, 100)), { state: 'granted', wasClaimed: false }, 'the first claim')
    same(
      (await loaded(store)).outbox.map(({ isClaimed }) => isClaimed),
      [true, false],
      'which effects are claimed',
    )
    same(
      await store.claim('call', 'f', lease('b', 99, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      'a claim by another instance',
    )
    same(
      await store.claim('call', 'f', lease('a', 99, 200)),
      { state: 'granted', wasClaimed: false },
      'a second claim by the same instance',
    )
    same(
      await store.claim('call', 'f', lease('b', 150, 300)),
      { state: 'held', until: 200, lengthMs: 101 },
      'a claim by another instance, after the lease was extended',
    )
    same(
      await store.claim('call', 'f', lease('b', 200, 300)),
      { state: 'granted', wasClaimed: true },
      'by another instance, after the lease has run out',
    )
    same(
      await store.claim('call', 'f', lease('b', 250, 300)),
      { state: 'granted', wasClaimed: true },
      'a second claim by the instance that did not claim it first',
    )
    same(
      await store.claim('call', 'g', lease('a', 0, 100)),
      { state: 'granted', wasClaimed: false },
      "another effect's",
    )
    for (const [callId, effectId] of [
      ['call', 'none'],
      ['none', 'f'],
    ] as const)
      same(
        await store.claim(callId, effectId, lease('a', 0, 1)),
        { state: 'settled' },
        'a claim of an effect that does not exist',
      )
    await store.commit(commit({ expectedVersion: 1, acknowledgedEffects: ['f'] }))
    same(
      await store.claim('call', 'f', lease('a', 0, 1)),
      { state: 'settled' },
      'a claim of an effect that is acknowledged',
    )
  },

  async 'lease: an effect that was claimed stays claimed, whatever else is committed'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.commit(
      commit({
        expectedVersion: 1,
        instanceId: 'b',
        core: 'later',
        participants: people('ann'),
        effects: [fetch('h')],
        acknowledgedEffects: ['g'],
        nextDeadlineAt: 1,
      }),
    )
    await store.commit(commit({ callId: 'other', instanceId: 'b' }))
    same(
      (await loaded(store)).outbox,
      [
        { effect: fetch('f'), isClaimed: true },
        { effect: fetch('h'), isClaimed: false },
      ],
      'the outbox',
    )
    same(
      await store.claim('call', 'f', lease('b', 50, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      'a claim by another instance while the lease lasts',
    )
    same(
      await store.claim('call', 'f', lease('b', 100, 200)),
      { state: 'granted', wasClaimed: true },
      'a claim by another instance, after the lease has run out',
    )
  },

  async 'lease: an effect that is reserved is held but not claimed'({ store }) {
    await store.commit(commit({ effects: [fetch('f')] }))
    same(
      await store.reserve('call', 'f', lease('a', 0, 100)),
      { state: 'granted', wasClaimed: false },
      'the first reservation',
    )
    same((await loaded(store)).outbox[0]?.isClaimed, false, 'whether it is claimed')
    same(
      await store.reserve('call', 'f', lease('b', 50, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      'a reservation by another instance',
    )
    same(
      await store.reserve('call', 'f', lease('b', 100, 200)),
      { state: 'granted', wasClaimed: false },
      'by another instance, after the lease has run out',
    )
    same(
      await store.claim('call', 'f', lease('a', 150, 300)),
      { state: 'held', until: 200, lengthMs: 100 },
      'a claim by an instance whose lease has run out',
    )
    same(
      await store.claim('call', 'f', lease('b', 150, 250)),
      { state: 'granted', wasClaimed: false },
      'a claim by the instance that holds the lease',
    )
    same(
      await store.reserve('call', 'f', lease('a', 250, 300)),
      { state: 'granted', wasClaimed: true },
      'a reservation of an effect that another instance claimed',
    )
  },

  async 'lease: it can be renewed and released'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.claim('call', 'g', lease('b', 0, 100))
    await store.renew(lease('a', 90, 190))
    same(
      await store.claim('call', 'f', lease('c', 150, 300)),
      { state: 'held', until: 190, lengthMs: 100 },
      'a lease that was renewed',
    )
    same(
      await store.claim('call', 'g', lease('c', 150, 300)),
      { state: 'granted', wasClaimed: true },
      'a lease that was not renewed',
    )
    await store.release('a')
    same(
      await store.claim('call', 'f', lease('d', 150, 300)),
      { state: 'granted', wasClaimed: true },
      'a lease that was released',
    )
    same(
      await store.claim('call', 'g', lease('d', 150, 400)),
      { state: 'held', until: 300, lengthMs: 150 },
      'a lease of another instance',
    )
  },

  async 'lease: a new effect with the same id starts without a lease'({ store }) {
    await store.commit(commit({ effects: [fetch('f')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.commit(commit({ expectedVersion: 1, acknowledgedEffects: ['f'], effects: [fetch('f')] }))
    same((await loaded(store)).outbox, [{ effect: fetch('f'), isClaimed: false }], 'the outbox')
    same(await store.claim('call', 'f', lease('b', 1, 100)), { state: 'granted', wasClaimed: false }, 'its beginning')
  },
} as const satisfies Readonly<Record<string, Law>>
