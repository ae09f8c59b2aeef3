/**
 * Transport laws of sending: not after an abort, not before `beforeSend`, and on one clock.
 * @module
 */
import type { Verdict } from '../../call/model/events.ts'
import type { Fault } from '../../simulator/network/network.ts'
import { demand, PATIENCE_MS, type Scene } from './scene.ts'
import { giveWay, systemClock } from '../../time/system-clock.ts'
import { type Law, type everything, requestsOf, describe } from './requests.ts'

/** The laws of aborted requests, by name. */
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
      demand(verdict !== undefined, `${what} is still pending after it was aborted`)
      demand(verdict?.verdict !== 'done', `${what} has the verdict done after it was aborted`)
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
        // Only lists have pages.
        const arrivals = what === 'listParticipants' ? 250 : 0
        for (let index = 0; index < arrivals; index += 1)
          at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
        const givenUp = new AbortController()
        send(at, { signal: givenUp.signal }).catch(() => undefined)
        await at.service.clock.advance(500)
        givenUp.abort()
        const before = at.sent.length
        await at.service.clock.advance(PATIENCE_MS)
        demand(at.sent.length === before, `${what} met by ${describe(fault)} sends requests after it was aborted`)
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
      demand(at.sent.length === 0, `${what} was sent although beforeSend forbade it`)
      demand(verdict !== 'done', `${what} has the verdict done although it was not sent`)
      demand(what !== 'invite' || verdict === 'refused', `an invite that was not sent has the verdict ${verdict}`)
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
        // Only lists have pages.
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
    demand(!isSettled, 'a request without a response settled before any time had passed')
    await at.service.clock.advance(PATIENCE_MS)
    demand(isSettled, 'a request without a response is still pending after the time has passed')
  },
} satisfies Record<string, Law>

/** Grants every claim, and checks that each request has its own and is sent right after it. */
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
      wrong ??= `${what}${how} ${claim === 'none' ? 'sent a request without calling beforeSend' : 'waited for something between beforeSend and the request'}`
    claim = 'none'
  }
  await at.verdict(
    send(at, {
      async beforeSend() {
        // A transport that does not await beforeSend sends before this.
        await Promise.resolve()
        claim = 'granted'
        // It may await promises that are settled already; anything that takes a turn of the event loop is too late.
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
