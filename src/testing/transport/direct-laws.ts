/**
 * Transport laws of the requests that a transport need not have: answer, reject, redirect, transfer, unmute, mute all.
 * A transport without one of them keeps the laws about it.
 * @module
 */
import type { CallState, Verdict } from '../../call/model/events.ts'
import type { RequestOptions, Transport } from '../../host/ports/ports.ts'
import type { Fault, FaultRule } from '../../simulator/network/network.ts'
import type { OperationName } from '../../simulator/graph/operations.ts'
import { resultOf } from '../../simulator/graph/results.ts'
import { CALLBACK_URI, demand, done, people, same, type Scene } from './scene.ts'

/** The methods that a transport need not have. */
export type DirectName = 'answer' | 'reject' | 'redirect' | 'transfer' | 'unmuteParticipant' | 'muteAll'

type Send = (at: Scene, options: RequestOptions) => Promise<Verdict<unknown>>

type Law = (scene: (faults?: readonly FaultRule[]) => Scene) => Promise<void>

/** A request for a call, by its name. Only requests of methods that the transport has are sent. */
const sends: { readonly [N in DirectName]: (at: Scene, callId: string, options: RequestOptions) => unknown } = {
  answer: ({ transport }, callId, options) => transport.answer?.(callId, { callbackUri: CALLBACK_URI }, options),
  reject: ({ transport }, callId, options) => transport.reject?.(callId, { reason: 'busy' }, options),
  redirect: ({ transport }, callId, options) => transport.redirect?.(callId, { targets: people(1) }, options),
  transfer: ({ transport }, callId, options) =>
    transport.transfer?.(callId, { target: { identity: { user: { id: 'person-0' } } } }, options),
  unmuteParticipant: (at, callId, options) =>
    at.transport.unmuteParticipant?.(callId, at.idOf('ann'), 'context', options),
  muteAll: (at, callId, options) => at.transport.muteAll?.(callId, [at.idOf('ann')], 'context', options),
}

/** The names of those methods. */
export const directNames = Object.keys(sends) as readonly DirectName[]

function hasMethod(transport: Transport, name: DirectName): boolean {
  return typeof transport[name] === 'function'
}

/** What every law about requests tries, for the methods that the transport has: each about the call of the scene. */
export function directRequests({ transport }: Scene): readonly (readonly [DirectName, Send])[] {
  return directNames
    .filter((name) => hasMethod(transport, name))
    .map((name) => [name, (at, options) => sends[name](at, at.callId, options) as Promise<Verdict<unknown>>])
}

/** A person calls the bot. */
function incoming({ service }: Scene): string {
  return service.act({ act: 'callBot', callbackUri: CALLBACK_URI, person: 'eve' }).callId ?? ''
}

/** How to see, when everything is over, that the service took a request; and the call to ask for it. */
const trials: {
  readonly [N in DirectName]: {
    readonly callOf: (at: Scene) => string
    readonly isTaken: (at: Scene, callId: string) => boolean
  }
} = {
  answer: { callOf: incoming, isTaken: (at, callId) => wasHeard(at, callId, 'established') },
  // An incoming call that is not answered ends as well, with another result.
  reject: {
    callOf: incoming,
    isTaken: ({ heard }, callId) =>
      heard.some(
        (one) =>
          one.callId === callId &&
          one.event.type === 'call.reported' &&
          one.event.result?.code === resultOf({ reason: 'rejected' }).code,
      ),
  },
  redirect: { callOf: incoming, isTaken: (at, callId) => wasHeard(at, callId, 'redirecting') },
  transfer: { callOf: ({ callId }) => callId, isTaken: (at, callId) => wasHeard(at, callId, 'transferring') },
  unmuteParticipant: {
    callOf(at) {
      at.service.act({ act: 'mute', callId: at.callId, who: 'ann' })
      return at.callId
    },
    isTaken: (at) => isMuted(at) === false,
  },
  muteAll: { callOf: ({ callId }) => callId, isTaken: (at) => isMuted(at) === true },
}

/** The service reported that state of the call. */
function wasHeard({ heard }: Scene, callId: string, state: CallState): boolean {
  return heard.some((one) => one.callId === callId && one.event.type === 'call.reported' && one.event.state === state)
}

function isMuted({ service, callId }: Scene): boolean | undefined {
  return service.truth(callId)?.present.find(({ identityId }) => identityId === 'ann')?.isMuted
}

/** Requests of which the service would refuse the second, because the first one worked. */
const sentOnce: Partial<Readonly<Record<DirectName, OperationName>>> = {
  answer: 'call.answer',
  reject: 'call.reject',
  redirect: 'call.redirect',
  transfer: 'call.transfer',
}

/** Faults after which it cannot be known whether the service took a request. */
const doubtful = [
  { type: 'loseResponse' },
  { type: 'status', status: 504, isExecuted: true },
] as const satisfies readonly Fault[]

/** Answers that say for certain that nothing was done. */
const certain = [403, 409].map((status): Fault => ({ type: 'status', status, isExecuted: false }))

/** The laws of requests that a transport need not have. */
export const directLaws = {
  async 'direct requests: done means that the service took the request'(scene) {
    for (const [name] of directRequests(scene())) {
      const at = scene()
      const callId = trials[name].callOf(at)
      done(await at.verdict(sends[name](at, callId, {}) as Promise<Verdict<unknown>>, name), name)
      demand(trials[name].isTaken(at, callId), `${name} is said to be done and the service did not take it`)
    }
  },

  async 'direct requests: refused when the service certainly did not take it, unconfirmed when it may have'(scene) {
    for (const [name] of directRequests(scene()))
      for (const [faults, expected] of [
        [doubtful, ['unconfirmed', 'done']],
        [certain, ['refused', 'unconfirmed']],
      ] as const)
        for (const fault of faults) {
          const at = scene([{ on: 'request', fault }])
          const callId = trials[name].callOf(at)
          const { verdict } = await at.verdict(sends[name](at, callId, {}) as Promise<Verdict<unknown>>, name)
          demand(
            (expected as readonly string[]).includes(verdict),
            `${name} met by ${JSON.stringify(fault)} is said to be ${verdict}`,
          )
        }
  },

  async 'direct requests: what would be refused the second time is sent once'(scene) {
    for (const [name] of directRequests(scene())) {
      const operation = sentOnce[name]
      if (operation === undefined) continue
      for (const fault of doubtful) {
        const at = scene([{ on: 'request', fault }])
        const callId = trials[name].callOf(at)
        await at.verdict(sends[name](at, callId, {}) as Promise<Verdict<unknown>>, name)
        same(
          at.sent.filter((sent) => sent === operation).length,
          1,
          `requests of ${name} met by ${JSON.stringify(fault)}`,
        )
      }
    }
  },
} satisfies Record<string, Law>
