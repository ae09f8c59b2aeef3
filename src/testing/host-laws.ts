/**
 * Host laws: what every host of calls must keep to, as tests that any runner can run: whatever is told, answered or
 * sent was committed before; what was asked for is sent, what happened is told, once; and time is the clock's.
 *
 * `for (const { name, run } of hostLaws(make)) test(name, run)`. `make` is given a store, a transport, a clock
 * and a listener for errors, and returns a host that goes by nothing else.
 * @module
 */
import type { InboundEvent } from '../call/model/events.ts'
import type { CallHandle } from '../host/api/call-handle.ts'
import type { PublishedChange } from '../host/ports/ports.ts'
import type { Act } from '../simulator/acts.ts'
import type { Participant } from '../participant/participant.ts'
import type { Rollcall } from '../host/api/rollcall.ts'
import { closingLaw } from './closing-law.ts'
import { crashLaws } from './host-crash-laws.ts'
import { storeLaws } from './host-store-laws.ts'
import { traitLaws } from './host-trait-laws.ts'
import { callId, demand, same, Scene, type MakeHost } from './host-scene.ts'
import { LawBroken } from './laws.ts'
import { checkValue, method } from './options.ts'

/** One law as a test. */
export interface HostLaw {
  readonly name: HostLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type HostLawName = keyof typeof laws

/**
 * The laws for a host. A law rejects with a TypeError when what was made is no host.
 * @throws TypeError when `make` is no function
 */
export function hostLaws(make: MakeHost): readonly HostLaw[] {
  checkValue('hostLaws: the first argument', make, method)
  return (Object.keys(laws) as HostLawName[]).map((name) => ({ name, run: () => runLaw(laws[name], make) }))
}

async function runLaw(law: (scene: Scene, make: MakeHost) => Promise<void>, make: MakeHost): Promise<void> {
  const scene = new Scene(make)
  await law(scene, make)
  const [unexpected] = scene.reported.filter(
    (error) => error !== scene.subscriberFailed && !isCausedBy(error, scene.diskFull),
  )
  if (unexpected !== undefined)
    throw new LawBroken(`the host reported an error that the law did not cause: ${String(unexpected)}`)
}

function isCausedBy(error: unknown, cause: Error): boolean {
  return error === cause || (error instanceof Error && isCausedBy(error.cause, cause))
}

const bob = { user: { id: 'bob' } }

const roster: InboundEvent = {
  callId,
  event: {
    type: 'roster.reported',
    kind: 'delta',
    entries: [{ id: 'ann-1', identity: { user: { id: 'ann' } }, isInLobby: false, isMuted: false }],
  },
}

const laws = {
  async 'commit before effect: nothing is sent that is not written down'(scene: Scene) {
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

  async 'commit before effect: no request about a call is sent that is not written down'(scene: Scene) {
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

  async 'requests: what the application asks for reaches the service, and its end is told'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    const bobOf = (): { readonly isMuted: boolean } | undefined =>
      scene.service.truth(callId)?.present.find(({ identityId }) => identityId === 'bob')
    call.mute(key).catch(() => undefined)
    await scene.pass()
    demand(bobOf()?.isMuted === true, 'somebody was to be muted, and is not')
    let ended: Participant | undefined
    call.remove(key).then(
      (participant) => {
        ended = participant
      },
      () => undefined,
    )
    await scene.pass()
    demand(bobOf() === undefined, 'somebody was to be removed, and is still in the call')
    demand(ended?.ending?.cause === 'removed', 'somebody was removed, and it was not told whoever had asked')
    call.hangUp().catch(() => undefined)
    await scene.pass()
    demand(scene.service.truth(callId)?.state === 'terminated', 'the call was to be hung up, and goes on')
    await rollcall.close()
  },

  async 'requests: what the application asks for does not wait for questions about other calls'(scene: Scene) {
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
      `a removal was asked for while ${questions} questions about other calls were not answered, and was not sent`,
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
      'somebody who had answered was removed by a cancel',
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
    demand(scene.service.truth(callId)?.ringing.length === 0, 'an invitation was to be cancelled, and rings on')
    same(
      outcomes,
      ['STATE_PASSED', 'cancelled'],
      'what came of a cancel of somebody who had answered, and of one who had not',
    )
    await rollcall.close()
  },

  async 'telling: every change is told once, in its order'(scene: Scene) {
    const { rollcall, key, told } = await withBob(scene)
    scene.service.act({ act: 'leave', callId, who: 'bob' })
    await scene.pass()
    const chain = told.filter((change) => change.key === key).map(({ from, to }) => `${from ?? 'nothing'} → ${to}`)
    same(chain, ['nothing → invited', 'invited → ringing', 'ringing → active', 'active → removed'], 'what was told')
    await rollcall.close()
  },

  async 'telling: a change that a durable subscriber fails at is told again until it is taken'(scene: Scene) {
    const first = await scene.begin()
    const [told, others]: [string[], string[]] = [[], []]
    let failures = 0
    first.subscribe(({ to }) => void others.push(to), { cursor: 'other' })
    first.subscribe(
      () => {
        failures += 1
        // At once or later, and for as long as the process lives.
        if (failures % 2 === 0) return Promise.reject(scene.subscriberFailed)
        throw scene.subscriberFailed
      },
      { cursor: 'reader' },
    )
    await scene.pass()
    scene.service.act({ act: 'join', callId, person: 'ann' })
    await scene.pass(SUBSCRIBER_FAILS_MS)
    demand(failures > 1, `a subscriber that failed was told the change ${failures} times`)
    same(others, ['active'], 'what another subscriber was told meanwhile')
    let isClosed = false
    first.close().then(
      () => {
        isClosed = true
      },
      () => undefined,
    )
    await scene.pass()
    demand(isClosed, 'a host whose subscriber fails does not close')
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
    same(told.slice(0, 1), ['active'], 'what the subscriber had failed at in the process before')
    demand(
      told.includes('terminated') && new Set(told).size === told.length,
      `a subscriber that had failed was told ${told.join(', ')} afterwards`,
    )
    await next.close()
  },

  async 'time: deadlines pass by the clock, and not before'(scene: Scene) {
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
    same(await endingOf(), undefined, 'the ending of somebody who rings')
    demand(scene.service.truth(callId)?.ringing.length === 1, 'somebody who may ring on does not')
    // Sooner than the service would give up.
    await scene.pass(5_000)
    same(await endingOf(), 'noAnswer', 'the ending of somebody who did not answer in time')
    demand(scene.service.truth(callId)?.ringing.length === 0, 'somebody rings on whose time is over')
    await rollcall.close()
  },

  async 'time: a wall clock that is set back puts no deadline off'(scene: Scene) {
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
      'the ending of somebody who did not answer in time, by a wall clock that was set back',
    )
    demand(scene.service.truth(callId)?.ringing.length === 0, 'somebody rings on whose time is over')
    await scene.pass(KEPT_ALIVE_MS)
    same(scene.service.truth(callId)?.state, 'established', 'the state of the call after an hour')
    await rollcall.close()
  },

  async 'time: hosts that take events by turns put no deadline off when the wall clock is set back'(scene: Scene) {
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
        'an invitee rings on whose time is over, while two hosts take turns',
      )
    }
    same(scene.service.truth(callId)?.state, 'established', 'the state of a call that two hosts took turns at')
    for (const host of hosts) await host.close()
  },

  async 'quiet after the end: what is under way when the call ends is given up'(scene: Scene) {
    const { rollcall, call, key } = await withBob(scene)
    scene.isHanging = true
    call.invite({ user: { id: 'cy' } }).catch(() => undefined)
    call.mute(key).catch(() => undefined)
    call.remove(key).catch(() => undefined)
    await scene.pass(KEPT_ALIVE_MS / 3)
    demand(scene.hanging.length >= 3, 'what the application asked for was not sent')
    rollcall.receive([{ callId, event: { type: 'call.reported', state: 'terminated' } }]).catch(() => undefined)
    await scene.pass()
    const gone = scene.hanging.find(({ signal }) => signal?.aborted !== true)
    demand(gone === undefined, `${gone?.name} goes on after the end of the call`)
    const before = scene.hanging.length
    await scene.pass(KEPT_ALIVE_MS)
    demand(scene.hanging.length === before, `${scene.hanging[before]?.name} was sent after the end of the call`)
    await rollcall.close()
  },

  async 'commit before answer: a notification is taken when it is written down'(scene: Scene) {
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
      demand(!isTaken, 'a notification was said to be taken before it was committed')
    })
    demand(isTaken, 'a notification was not said to be taken after it was committed')
    await rollcall.close()
  },

  async 'commit before telling: nobody is told what is not written down'(scene: Scene) {
    const rollcall = await scene.begin()
    const told: (string | undefined)[] = []
    rollcall.subscribe(({ to }) => void told.push(to))
    await scene.whileCommitsWait(async () => {
      rollcall.receive([roster]).catch(() => undefined)
      await scene.pass()
      demand(told.length === 0, `somebody was told ${told[0]} before it was committed`)
    })
    demand(told.includes('active'), 'nobody was told of an arrival after it was committed')
    await rollcall.close()
  },

  async 'no commit, no answer: what cannot be written down is refused, and sent again'(scene: Scene) {
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
    demand(outcome === 'refused', `a notification that could not be committed came to ${outcome}`)
    scene.isBroken = false
    rollcall.receive([roster]).then(
      () => {
        outcome = 'taken'
      },
      () => undefined,
    )
    await scene.pass()
    demand(String(outcome) === 'taken', 'a notification that was sent again was not taken')
    await rollcall.close()
  },

  async 'closing: every promise is settled, what is definite was neither stored nor sent, and the store is closed once'(
    _scene: Scene,
    make: MakeHost,
  ) {
    await closingLaw(make)
  },

  ...traitLaws,

  ...crashLaws,

  ...storeLaws,
} satisfies Record<string, (scene: Scene, make: MakeHost) => Promise<void>>

/** A call has to be kept alive at least once in this: the service ends it after 45 minutes without (documented). */
const KEPT_ALIVE_MS = 45 * 60_000

/** How far back the wall clock is set: as when somebody takes daylight saving time for the time itself. */
const SET_BACK_MS = 60 * 60_000

/** How long each host has its turn: shorter than any deadline, but for the ring that is as long. */
const TURN_MS = 15_000

/** Longer than any host waits before it tells a subscriber that failed a few times again. */
const SUBSCRIBER_FAILS_MS = 10 * 60_000

/** More calls than any host asks about at the same time. */
const OTHER_CALLS = 500

/** Longer than any report of an arrival is doubted. */
const SETTLED_MS = 5_000

/** A host in a call that Bob was invited to and has come into, and what was told meanwhile. */
async function withBob(scene: Scene): Promise<{
  readonly rollcall: Rollcall
  readonly call: CallHandle
  readonly key: string
  readonly told: readonly PublishedChange[]
}> {
  const rollcall = await scene.begin()
  const told: PublishedChange[] = []
  rollcall.subscribe((change) => void told.push(change))
  const call = rollcall.call(callId)
  let key: string | undefined
  call.invite(bob).then(
    (invited) => {
      key = invited.key
    },
    () => undefined,
  )
  await scene.pass()
  if (key === undefined) throw new LawBroken('an invite was asked for and came to nothing')
  demand(scene.service.truth(callId)?.ringing.length === 1, 'somebody was to be invited, and does not ring')
  scene.service.act({ act: 'answer', callId, who: 'bob' })
  await scene.pass(SETTLED_MS)
  return { rollcall, call, key, told }
}
