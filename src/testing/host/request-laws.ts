/**
 * Host laws of requests: committed before they are sent, and sent when the application makes them.
 * @module
 */
import type { Participant } from '../../participant/participant.ts'
import { callId, demand, same, type Scene } from './scene.ts'
import { bob, KEPT_ALIVE_MS, withBob } from './call-with-bob.ts'

/** The laws, by name. */
export const requestLaws = {
  async 'commit before effect: nothing is sent before it is committed'(scene: Scene) {
    const rollcall = await scene.begin()
    await scene.whileCommitsWait(async () => {
      rollcall
        .call(callId)
        .invite(bob)
        .catch(() => undefined)
      await scene.pass()
      demand(scene.sent.length === 0, `the invite ${scene.sent[0]} was sent before it was committed`)
    })
    demand(scene.sent.length === 1, 'the invite was not sent after it was committed')
    await rollcall.close()
  },

  async 'commit before effect: no request about a call is sent before it is committed'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    await scene.pass(KEPT_ALIVE_MS)
    call.mute(key).catch(() => undefined)
    await scene.pass()
    call.remove(key).catch(() => undefined)
    await scene.pass()
    call.hangUp().catch(() => undefined)
    await scene.pass()
    demand(scene.unwritten.length === 0, scene.unwritten[0] ?? '')
    await rollcall.close()
  },

  async 'requests: a request of the application reaches the service, and its outcome is reported'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    const bobOf = (): { readonly isMuted: boolean } | undefined =>
      scene.service.truth(callId)?.present.find(({ identityId }) => identityId === 'bob')
    call.mute(key).catch(() => undefined)
    await scene.pass()
    demand(bobOf()?.isMuted === true, 'a participant was to be muted, and is not')
    let ended: Participant | undefined
    call.remove(key).then(
      (participant) => {
        ended = participant
      },
      () => undefined,
    )
    await scene.pass()
    demand(bobOf() === undefined, 'a participant was to be removed, and is still in the call')
    demand(
      ended?.ending?.cause === 'removed',
      'a participant was removed, and the promise of the removal did not say so',
    )
    call.hangUp().catch(() => undefined)
    await scene.pass()
    demand(scene.service.truth(callId)?.state === 'terminated', 'the call was to be hung up, and continues')
    await rollcall.close()
  },

  async 'requests: a request of the application does not wait for queries about other calls'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    scene.isHanging = true
    rollcall
      .receive(
        Array.from({ length: OTHER_CALLS }, (_, index) => ({
          callId: `other-${index}`,
          event: { type: 'call.reported', state: 'established' },
        })),
      )
      .catch(() => undefined)
    await scene.pass()
    const questions = scene.hanging.length
    call.remove(key).catch(() => undefined)
    await scene.pass()
    const isSent = scene.hanging.some(({ name }) => name.startsWith('the DELETE'))
    demand(
      isSent,
      `a removal was requested while ${questions} queries about other calls were unanswered, and was not sent`,
    )
    await rollcall.close()
  },

  async 'cancel: an invitation is cancelled unless it is answered'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    const outcomes: string[] = []
    const cancel = (whose: string): void => {
      call.cancel(whose).then(
        ({ state }) => void outcomes.push(state),
        (error: { readonly code?: unknown }) => void outcomes.push(String(error.code)),
      )
    }
    cancel(key)
    await scene.pass()
    demand(
      scene.service.truth(callId)?.present.some(({ identityId }) => identityId === 'bob') === true,
      'a cancel removed a participant who had answered',
    )
    let ann = ''
    call.invite({ user: { id: 'ann' } }).then(
      (invited) => {
        ann = invited.key
      },
      () => undefined,
    )
    await scene.pass()
    cancel(ann)
    await scene.pass()
    demand(scene.service.truth(callId)?.ringing.length === 0, 'an invitation was to be cancelled, and still rings')
    same(
      outcomes,
      ['STATE_PASSED', 'cancelled'],
      'the outcomes of a cancel of an invitee who had answered and of one who had not',
    )
    await rollcall.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>

/** More calls than any host queries at the same time. */
const OTHER_CALLS = 500
