/**
 * Host laws of commits and of the end: nothing that depends on a commit happens before it, and nothing is sent after the
 * end of a call.
 * @module
 */
import type { InboundEvent } from '../../call/model/events.ts'
import { callId, demand, type Scene } from './scene.ts'
import { KEPT_ALIVE_MS, withBob } from './call-with-bob.ts'

const roster: InboundEvent = {
  callId,
  event: {
    type: 'roster.reported',
    kind: 'delta',
    entries: [{ id: 'ann-1', identity: { user: { id: 'ann' } }, isInLobby: false, isMuted: false }],
  },
}

/** The laws, by name. */
export const commitLaws = {
  async 'quiet after the end: requests under way are aborted when the call ends'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    scene.isHanging = true
    call.invite({ user: { id: 'cy' } }).catch(() => undefined)
    call.mute(key).catch(() => undefined)
    call.remove(key).catch(() => undefined)
    await scene.pass(KEPT_ALIVE_MS / 3)
    demand(scene.hanging.length >= 3, 'the requests of the application were not sent')
    rollcall.receive([{ callId, event: { type: 'call.reported', state: 'terminated' } }]).catch(() => undefined)
    await scene.pass()
    const gone = scene.hanging.find(({ signal }) => signal?.aborted !== true)
    demand(gone === undefined, `${gone?.name} is still under way after the end of the call`)
    const before = scene.hanging.length
    await scene.pass(KEPT_ALIVE_MS)
    demand(scene.hanging.length === before, `${scene.hanging[before]?.name} was sent after the end of the call`)
    await rollcall.close()
  },

  async 'commit before answer: a notification is accepted after it is committed'(scene: Scene) {
    const rollcall = await scene.begin()
    let isTaken = false
    await scene.whileCommitsWait(async () => {
      rollcall.receive([roster]).then(
        () => {
          isTaken = true
        },
        () => undefined,
      )
      await scene.pass()
      demand(!isTaken, 'a notification was accepted before it was committed')
    })
    demand(isTaken, 'a notification was not accepted after it was committed')
    await rollcall.close()
  },

  async 'commit before publishing: no change is published before it is committed'(scene: Scene) {
    const rollcall = await scene.begin()
    const told: (string | undefined)[] = []
    rollcall.subscribe(({ to }) => void told.push(to))
    await scene.whileCommitsWait(async () => {
      rollcall.receive([roster]).catch(() => undefined)
      await scene.pass()
      demand(told.length === 0, `the change to ${told[0]} was published before it was committed`)
    })
    demand(told.includes('active'), 'an arrival was not published after it was committed')
    await rollcall.close()
  },

  async 'no commit, no answer: a notification that cannot be committed is refused, and accepted when it is sent again'(
    scene: Scene,
  ) {
    const rollcall = await scene.begin()
    scene.isBroken = true
    let outcome = 'nothing'
    rollcall.receive([roster]).then(
      () => {
        outcome = 'taken'
      },
      () => {
        outcome = 'refused'
      },
    )
    await scene.pass()
    demand(outcome === 'refused', `a notification that could not be committed was not refused: ${outcome}`)
    scene.isBroken = false
    rollcall.receive([roster]).then(
      () => {
        outcome = 'taken'
      },
      () => undefined,
    )
    await scene.pass()
    demand(String(outcome) === 'taken', 'a notification that was sent again was not accepted')
    await rollcall.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>
