/**
 * Host laws of a store that is slow or fails for a moment: no change is missed, and no request is sent by a claim that no longer
 * counts.
 * @module
 */
import type { ClaimResult, Store } from '../../host/ports/ports.ts'
import { callId, demand, same, type Scene } from './scene.ts'

/** Longer than a lease and a short ring, shorter than a request is waited for. */
const STALLED_MS = 90_000

/** A ring that is over before the stalled store answers. */
const RING_MS = 20_000

/** How far a wall clock is set back: far longer than a lease. */
const SET_BACK_MS = 60 * 60_000

/** Longer than any host waits before it reads again what it could not read. */
const READ_AGAIN_MS = 2 * 60_000

/** Longer than a lease, and than any host waits before it looks for calls that no instance works on. */
const TAKEN_UP_MS = 30_000

/** Longer than any report of an arrival is doubted. */
const SETTLED_MS = 5_000

const bob = { user: { id: 'bob' } }

/** The laws, by name. */
export const storeLaws = {
  async 'publishing: a journal that cannot be read once is read again'(scene: Scene) {
    await (await scene.begin()).close()
    let isFailing = false
    const reader = scene.host(undefined, {
      tapStore: (store) => ({
        ...store,
        async readJournal(...asked) {
          if (!isFailing) return store.readJournal(...asked)
          isFailing = false
          throw scene.diskFull
        },
      }),
    })
    scene.service.act({ act: 'join', callId, person: 'ann' })
    await scene.pass(SETTLED_MS)
    const told: string[] = []
    reader.subscribe(({ to }) => void told.push(to))
    const call = reader.call(callId)
    const [ann] = [...(await call.read()).participants.values()].filter(
      ({ identity }) => identity['user']?.id === 'ann',
    )
    demand(ann?.state === 'active', 'a participant joined, and is not active')
    let outcome = 'nothing'
    call.waitFor(ann?.key ?? '', 'removed').then(
      ({ state }) => {
        outcome = state
      },
      (error: unknown) => {
        outcome = String(error)
      },
    )
    await scene.pass()
    const writer = scene.host()
    isFailing = true
    // The last commit of the call: no later one makes up for it.
    writer.receive([{ callId, event: { type: 'call.reported', state: 'terminated' } }]).catch(() => undefined)
    await scene.pass(READ_AGAIN_MS)
    demand(!isFailing, 'the journal was not read')
    same(
      [[...told].sort(), outcome],
      [['removed', 'terminated'], 'removed'],
      'what a subscriber and a wait of another host came to',
    )
    await Promise.all([reader.close(), writer.close()])
  },

  async 'fence: a claim that took longer than its lease sends nothing, also when the wall clock is set back'(
    scene: Scene,
  ) {
    await (await scene.begin()).close()
    const gate = Promise.withResolvers<void>()
    const stalling = scene.host(undefined, {
      tapStore: (store) => ({ ...claimingAfter(store, gate.promise), renew: async () => undefined }),
    })
    let key = ''
    stalling
      .call(callId)
      .invite(bob, { ringTimeoutMs: RING_MS })
      .then(
        (invited) => {
          key = invited.key
        },
        () => undefined,
      )
    await scene.pass()
    demand(scene.sent.length === 0, 'an invite was sent before its claim was granted')
    scene.setMs -= SET_BACK_MS
    const next = scene.host()
    await scene.pass(STALLED_MS)
    same(
      (await next.call(callId).read()).participants.get(key)?.ending?.cause,
      'noAnswer',
      'the ending of an invitation whose host waits for its store',
    )
    gate.resolve()
    await scene.pass()
    demand(
      scene.sent.length === 0,
      'an invite was posted by a claim that took longer than its lease, after another host had told its end',
    )
    await Promise.all([next.close(), stalling.close()])
  },

  async 'closing: an invite that is claimed and not sent when its host closes is posted by the next host'(
    scene: Scene,
  ) {
    await (await scene.begin()).close()
    const gate = Promise.withResolvers<void>()
    const closing = scene.host(undefined, { tapStore: (store) => claimingAfter(store, gate.promise) })
    closing
      .call(callId)
      .invite(bob)
      .catch(() => undefined)
    await scene.pass()
    const closed = closing.close()
    await scene.pass()
    gate.resolve()
    await scene.pass()
    await closed
    const next = scene.host()
    await scene.pass(TAKEN_UP_MS)
    demand(
      scene.sent.length === 1,
      `an invite that was claimed when its host closed was posted ${scene.sent.length} times`,
    )
    demand(scene.service.truth(callId)?.ringing.length === 1, 'an invite was posted, and the invitee does not ring')
    await next.close()
  },

  async 'cancel: an invite that is cancelled before it leaves is not posted'(scene: Scene) {
    await (await scene.begin()).close()
    const queue = Promise.withResolvers<void>()
    const rollcall = scene.host(undefined, { queue: queue.promise })
    const call = rollcall.call(callId)
    let outcome = 'nothing'
    call.invite(bob).then(
      ({ key }) =>
        call.cancel(key).then(
          ({ state }) => {
            outcome = state
          },
          (error: unknown) => {
            outcome = String(error)
          },
        ),
      () => undefined,
    )
    await scene.pass()
    queue.resolve()
    await scene.pass()
    same(
      [outcome, scene.sent.length],
      ['cancelled', 0],
      'what came of a cancel of an invite that had not left, and the posts',
    )
    await rollcall.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>

/** A store that writes the claim of an invite at once, and says so only after the promise. */
function claimingAfter(store: Store, granted: Promise<void>): Store {
  return {
    ...store,
    async claim(...asked): Promise<ClaimResult> {
      const result = await store.claim(...asked)
      if (asked[1].startsWith('invite')) await granted
      return result
    },
  }
}
