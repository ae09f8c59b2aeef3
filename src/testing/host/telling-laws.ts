/**
 * Host laws of subscribers: each change is published once, in order, and again until the subscriber succeeds.
 * @module
 */
import { callId, demand, same, type Scene } from './scene.ts'
import { withBob } from './call-with-bob.ts'

/** The laws, by name. */
export const tellingLaws = {
  async 'publishing: every change is published once, in order'(scene: Scene) {
    const { rollcall, key, told } = await withBob(scene)
    scene.service.act({ act: 'leave', callId, who: 'bob' })
    await scene.pass()
    const chain = told.filter((change) => change.key === key).map(({ from, to }) => `${from ?? 'nothing'} → ${to}`)
    same(
      chain,
      ['nothing → invited', 'invited → ringing', 'ringing → active', 'active → removed'],
      'the published changes',
    )
    await rollcall.close()
  },

  async 'publishing: a change at which a durable subscriber fails is published again until it succeeds'(scene: Scene) {
    const first = await scene.begin()
    const [told, others]: [string[], string[]] = [[], []]
    let failures = 0
    first.subscribe(({ to }) => void others.push(to), { cursor: 'other' })
    first.subscribe(
      () => {
        failures += 1
        // Synchronously or later, and for as long as the process lives.
        if (failures % 2 === 0) return Promise.reject(scene.subscriberFailed)
        throw scene.subscriberFailed
      },
      { cursor: 'reader' },
    )
    await scene.pass()
    scene.service.act({ act: 'join', callId, person: 'ann' })
    await scene.pass(SUBSCRIBER_FAILS_MS)
    demand(failures > 1, `a failing subscriber received the change ${failures} times`)
    same(others, ['active'], 'the changes of another subscriber meanwhile')
    let isClosed = false
    first.close().then(
      () => {
        isClosed = true
      },
      () => undefined,
    )
    await scene.pass()
    demand(isClosed, 'a host with a failing subscriber does not close')
    const next = scene.host()
    failures = 0
    next.subscribe(
      ({ to }) => {
        failures += 1
        if (failures <= 3) throw scene.subscriberFailed
        told.push(to)
      },
      { cursor: 'reader' },
    )
    scene.service.act({ act: 'endCall', callId })
    await scene.pass(SUBSCRIBER_FAILS_MS)
    same(told.slice(0, 1), ['active'], 'the change at which the subscriber failed in the previous process')
    demand(
      told.includes('terminated') && new Set(told).size === told.length,
      `a subscriber that had failed received ${told.join(', ')} afterwards`,
    )
    await next.close()
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>

/** Longer than any host waits before it calls a subscriber again that failed a few times. */
const SUBSCRIBER_FAILS_MS = 10 * 60_000
