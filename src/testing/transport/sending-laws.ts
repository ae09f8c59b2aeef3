/**
 * Transport laws of when a request is sent: not after it was given up, not before it was claimed, and by one clock.
 * @module
 */
import type { Verdict } from '../../call/model/events.ts'
import type { Fault } from '../../simulator/network.ts'
import { demand, PATIENCE_MS, type Scene } from './scene.ts'
import { giveWay, systemClock } from '../../time/system-clock.ts'
import { type Law, type everything, requestsOf, describe } from './requests.ts'

/** The laws of requests that are given up, by name. */
export const givingUpLaws = {
  async 'abort: an aborted request settles at once and does not reject'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      const at = scene([{ on: 'request', fault: { type: 'lose' } }])
      const givenUp = new AbortController()
      let verdict: Verdict<unknown> | undefined
      let thrown: unknown
      send(at, { signal: givenUp.signal }).then(
        (settledAs) => {
          verdict = settledAs
        },
        (error: unknown) => {
          thrown = error
        },
      )
      await at.service.clock.settle()
      givenUp.abort()
      for (let turn = 0; turn < 3; turn += 1) await at.service.clock.settle()
      demand(thrown === undefined, `${what} rejected with ${String(thrown)}`)
      demand(verdict !== undefined, `${what} goes on waiting`)
      demand(verdict?.verdict !== 'done', `${what} is said to be done`)
    }
  },

  async 'abort: an aborted request is not sent again, and no further page is requested'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      for (const fault of [
        { type: 'status', status: 429, retryAfterSeconds: 1 },
        { type: 'lose' },
        { type: 'slow', ms: 2_000 },
      ] as const) {
        const at = scene([{ on: 'request', fault }])
        // Pages are read of lists alone.
        const arrivals = what === 'listParticipants' ? 250 : 0
        for (let index = 0; index < arrivals; index += 1)
          at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
        const givenUp = new AbortController()
        send(at, { signal: givenUp.signal }).catch(() => undefined)
        await at.service.clock.advance(500)
        givenUp.abort()
        const before = at.sent.length
        await at.service.clock.advance(PATIENCE_MS)
        demand(at.sent.length === before, `${what} met by ${describe(fault)} goes on sending after it was given up`)
      }
    }
  },
} satisfies Record<string, Law>

/** The laws of `beforeSend`, by name. */
export const fenceLaws = {
  async 'fence: a request that beforeSend forbids is not sent'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      const at = scene()
      if (at.transport.fencesSends !== true) return
      const { verdict } = await at.verdict(send(at, { beforeSend: async () => false }), what)
      demand(at.sent.length === 0, `${what} was sent though beforeSend said that it may not be`)
      demand(verdict !== 'done', `${what} is said to be done though it was not sent`)
      demand(what !== 'invite' || verdict === 'refused', `an invite that was certainly not sent is ${verdict}`)
    }
  },

  async 'fence: beforeSend runs right before each request, retries and further pages included'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      for (const fault of [
        undefined,
        { type: 'status', status: 429, retryAfterSeconds: 1 },
        { type: 'lose' },
      ] as const) {
        const at = scene(fault === undefined ? [] : [{ on: 'request', fault, times: 1 }])
        if (at.transport.fencesSends !== true) return
        // Pages are read of lists alone.
        const arrivals = what === 'listParticipants' ? 250 : 0
        for (let index = 0; index < arrivals; index += 1)
          at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
        await askForClaims(at, what, send, fault)
      }
    }
  },
} satisfies Record<string, Law>

/** The law of the clock, by name. */
export const timeLaws = {
  async 'time: nothing waits on another clock'(scene) {
    const at = scene([{ on: 'request', fault: { type: 'lose' } }])
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    at.askAlive(at.callId).then(settle, settle)
    // Real time passes, the clock stands still.
    for (let turn = 0; turn < 20; turn += 1) await at.service.clock.settle()
    demand(!isSettled, 'a request that nothing came back of was given up before any time had passed')
    await at.service.clock.advance(PATIENCE_MS)
    demand(isSettled, 'a request that nothing came back of is waited for though the time has passed')
  },
} satisfies Record<string, Law>

/** Grants every claim and looks whether each request has one of its own, and leaves without waiting for anything after it. */
async function askForClaims(
  at: Scene,
  what: string,
  send: (typeof everything)[keyof typeof everything],
  fault: Fault | undefined,
): Promise<void> {
  const how = fault === undefined ? '' : ` met by ${describe(fault)}`
  let claim: 'none' | 'granted' | 'late' = 'none'
  let wrong: string | undefined
  at.onSend = () => {
    if (claim !== 'granted')
      wrong ??= `${what}${how} ${claim === 'none' ? 'sent a request that it had not claimed with beforeSend' : 'waited for something between beforeSend and the request'}`
    claim = 'none'
  }
  await at.verdict(
    send(at, {
      async beforeSend() {
        // A transport that does not await the claim sends before this.
        await Promise.resolve()
        claim = 'granted'
        // Promises that are settled already may be waited for; what takes a turn of the event loop is something else.
        void giveWay(systemClock).then(() => {
          if (claim === 'granted') claim = 'late'
        })
        return true
      },
    }),
    what,
  )
  demand(wrong === undefined, wrong ?? '')
}
