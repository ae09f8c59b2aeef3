/**
 * The type of a transport law, its arguments, and the requests that laws make.
 * @module
 */
import type { Verdict } from '../../call/model/events.ts'
import type { RequestOptions, Transport } from '../../host/ports/ports.ts'
import type { Fault, FaultRule } from '../../simulator/network/network.ts'
import { directRequests, type DirectName } from './direct-laws.ts'
import { CALLBACK_URI, type Scene } from './scene.ts'

/** The invitee of requests. */
export const bob = { user: { id: 'bob' } }

/** A law: given scenes with these faults, and how much it tries, it rejects with `LawBroken` when the transport breaks it. */
export type Law = (
  scene: (faults?: readonly FaultRule[]) => Scene,
  trial: { readonly seed: number; readonly runs: number },
) => Promise<void>

/** Every request that each transport has. */
export const everything: {
  readonly [M in Exclude<keyof Transport, 'traits' | 'useClock' | 'fencesSends' | DirectName>]: (
    at: Scene,
    options: RequestOptions,
  ) => Promise<Verdict<unknown>>
} = {
  createCall: ({ transport }, options) => transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }, options),
  getCall: ({ transport, callId }, options) => transport.getCall(callId, options),
  keepAlive: ({ transport, callId }, options) => transport.keepAlive(callId, options),
  hangUp: ({ transport, callId }, options) => transport.hangUp(callId, options),
  invite: ({ transport, callId }, options) =>
    transport.invite(callId, { clientContext: 'context', invitees: [{ identity: bob }] }, options),
  listParticipants: ({ transport, callId }, options) => transport.listParticipants(callId, options),
  deleteParticipant: (at, options) => at.transport.deleteParticipant(at.callId, at.idOf('ann'), options),
  muteParticipant: (at, options) => at.transport.muteParticipant(at.callId, at.idOf('ann'), 'context', options),
}

/** Every request that a host makes of the transport: it keeps no call alive that it polls. */
export function requestsOf(at: Scene): readonly (readonly [string, (typeof everything)[keyof typeof everything]])[] {
  const always = Object.entries(everything).filter(([what]) => what !== 'keepAlive' || !at.isPolled)
  return [...always, ...directRequests(at)]
}

/** The fault, for messages. */
export function describe(fault: Fault): string {
  return JSON.stringify(fault)
}
