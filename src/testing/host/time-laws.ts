/**
 * Host laws of time: deadlines pass by the clock, also when the wall clock is set back.
 * @module
 */
import type { Act } from '../../simulator/graph/dialect.ts'
import { callId, demand, same, type Scene } from './scene.ts'
import { bob, KEPT_ALIVE_MS } from './call-with-bob.ts'

/** The laws, by name. */
export const timeLaws = {
  async 'time: deadlines pass by the clock, not before'(scene: Scene) {
    const rollcall = await scene.begin()
    const call = rollcall.call(callId)
    let key = ''
    call.invite(bob, { ringTimeoutMs: 20_000 }).then(
      (invited) => {
        key = invited.key
      },
      () => undefined,
    )
    await scene.pass()
    const endingOf = async (): Promise<string | undefined> => (await call.read()).participants.get(key)?.ending?.cause
    await scene.pass(19_000)
    same(await endingOf(), undefined, 'the ending of an invitee who rings')
    demand(
      scene.service.truth(callId)?.ringing.length === 1,
      'an invitee stopped ringing before the ring time was over',
    )
    // Before the service would stop the ringing.
    await scene.pass(5_000)
    same(await endingOf(), 'noAnswer', 'the ending of an invitee who did not answer in time')
    demand(scene.service.truth(callId)?.ringing.length === 0, 'an invitee still rings after the ring time')
    await rollcall.close()
  },

  async 'time: setting the wall clock back delays no deadline'(scene: Scene) {
    const rollcall = await scene.begin()
    const call = rollcall.call(callId)
    let key = ''
    call.invite(bob, { ringTimeoutMs: 20_000 }).then(
      (invited) => {
        key = invited.key
      },
      () => undefined,
    )
    await scene.pass()
    scene.setMs -= SET_BACK_MS
    await scene.pass(25_000)
    same(
      (await call.read()).participants.get(key)?.ending?.cause,
      'noAnswer',
      'the ending of an invitee who did not answer in time, after the wall clock was set back',
    )
    demand(scene.service.truth(callId)?.ringing.length === 0, 'an invitee still rings after the ring time')
    await scene.pass(KEPT_ALIVE_MS)
    same(scene.service.truth(callId)?.state, 'established', 'the state of the call after an hour')
    await rollcall.close()
  },

  async 'time: hosts that take turns delay no deadline when the wall clock is set back'(scene: Scene) {
    const hosts = [await scene.begin(), scene.host()] as const
    scene.setMs -= SET_BACK_MS
    const call = hosts[0].call(callId)
    let key = ''
    call.invite(bob, { ringTimeoutMs: TURN_MS }).then(
      (invited) => {
        key = invited.key
      },
      () => undefined,
    )
    for (let turn = 0; turn < KEPT_ALIVE_MS / TURN_MS; turn += 1) {
      scene.deliverTo(hosts[turn % 2] ?? hosts[0])
      scene.service.act({
        act: turn % 2 === 0 ? 'join' : 'leave',
        callId,
        ...(turn % 2 === 0 ? { person: 'ann' } : { who: 'ann' }),
      } as Act)
      await scene.pass(TURN_MS)
      if (turn < 2) continue
      const ring = (await call.read()).participants.get(key)
      demand(
        ring === undefined || ring.ending !== undefined,
        'an invitee still rings after the ring time, while two hosts take turns',
      )
    }
    same(scene.service.truth(callId)?.state, 'established', 'the state of a call that two hosts took turns with')
    for (const host of hosts) await host.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>

/** How far the wall clock is set back: one hour, as by a wrong time zone. */
const SET_BACK_MS = 60 * 60_000

/** The length of each host's turn: no longer than any deadline; the ring is exactly as long. */
const TURN_MS = 15_000
