/**
 * Host laws of invites whose process dies or stalls: an invite that was posted is not posted twice, and one that was not
 * is posted.
 * @module
 */
import { ProcessLifetime } from '../histories/crash-injection.ts'
import { callId, demand, type Scene } from './scene.ts'

/** An invite takes fewer steps than this. */
const LONGEST_INVITE = 32

/** Longer than a lease and a short ring, shorter than the timeout of a request. */
const STALLED_MS = 90_000

/** How far a clock is set back: far longer than a lease. */
const SET_BACK_MS = 60 * 60_000

const bob = { user: { id: 'bob' } }

/** The laws, by name. */
export const crashLaws = {
  async 'one invite: an invite whose process dies is not posted twice'(scene: Scene) {
    await (await scene.begin()).close()
    for (const fencesSends of [true, false])
      for (let steps = 1; steps <= LONGEST_INVITE; steps += 1) {
        const life = new ProcessLifetime()
        const dying = scene.host(life, { fencesSends })
        await dying.call(callId).read()
        const before = scene.sent.length
        life.endAfter(steps)
        dying
          .call(callId)
          .invite({ user: { id: `person-${steps}-${fencesSends}` } })
          .catch(() => undefined)
        await scene.pass()
        life.end()
        const next = scene.host()
        // Until leases have run out and claimed effects are resumed.
        await scene.pass(30_000)
        const posted = scene.sent.slice(before)
        demand(
          new Set(posted).size === posted.length,
          `the invite ${posted[0]} was posted ${posted.length} times, by a host that died ${steps} steps after the request and by the next`,
        )
        await next.close()
      }
  },

  async 'one invite: an invite queued when its process dies is posted by the next process'(scene: Scene) {
    await (await scene.begin()).close()
    const life = new ProcessLifetime()
    const dying = scene.host(life, { queue: new Promise(() => undefined) })
    dying
      .call(callId)
      .invite(bob)
      .catch(() => undefined)
    await scene.pass()
    life.end()
    const next = scene.host()
    await scene.pass(30_000)
    demand(
      scene.sent.length === 1,
      `an invite that was queued when its process died was posted ${scene.sent.length} times`,
    )
    demand(
      scene.service.truth(callId)?.ringing.length === 1,
      'an invite was posted by the next process, and the invitee does not ring',
    )
    await next.close()
  },

  async 'time: the lease of a dead host runs out even if the wall clock is set back'(scene: Scene) {
    await (await scene.begin()).close()
    const life = new ProcessLifetime()
    scene
      .host(life, { queue: new Promise(() => undefined) })
      .call(callId)
      .invite(bob)
      .catch(() => undefined)
    await scene.pass()
    life.end()
    scene.setMs -= SET_BACK_MS
    const next = scene.host()
    await scene.pass(30_000)
    demand(
      scene.sent.length === 1,
      `an invite that a dead host had reserved was posted ${scene.sent.length} times within half a minute`,
    )
    await next.close()
  },

  async 'fence: a stalled host sends no invite that another host has handled'(scene: Scene) {
    await (await scene.begin()).close()
    for (let steps = 1; steps <= LONGEST_INVITE; steps += 1) {
      const life = new ProcessLifetime()
      const stalling = scene.host(life)
      await stalling.call(callId).read()
      life.stallAfter(steps)
      stalling
        .call(callId)
        .invite({ user: { id: `person-${steps}` } }, { ringTimeoutMs: 20_000 })
        .catch(() => undefined)
      await scene.pass()
      const next = scene.host()
      // Until leases have run out, and the invitation has been published as not answered.
      await scene.pass(STALLED_MS)
      const invitee = [...(await next.call(callId).read()).participants.values()].find(
        ({ identity }) => identity['user']?.id === `person-${steps}`,
      )
      demand(
        invitee === undefined || invitee.ending !== undefined,
        `an invitation that a stalled host left ${steps} steps after the request is still open after its time`,
      )
      const before = scene.sent.length
      life.wake()
      await scene.pass(30_000)
      demand(
        invitee === undefined || scene.sent.length === before,
        `the invite ${scene.sent[before]} was posted by a host that stalled ${steps} steps after the request, after another host had published its end`,
      )
      await Promise.all([next.close(), stalling.close()])
    }
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>
