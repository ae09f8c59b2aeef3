/**
 * A transport that is unlike Graph's in every trait: one invitee per request, bounds of ring times, calls that are polled
 * and have a reference, rosters that never show the bot and have to be asked for, ids that stay as they are.
 * @module
 */
import type { CallReport, Invitee, Verdict } from '../../src/call/model/events.ts'
import type { Transport, TransportTraits } from '../../src/host/ports/ports.ts'
import type { ServiceFailure } from '../../src/call/model/events.ts'

/** What its service is like. */
export const roomTraits: TransportTraits = {
  inviteesPerRequest: 1,
  ringTimeoutMs: [5_000, 60_000],
  liveness: 'poll',
  isBotOnRoster: false,
  resyncMs: 5_000,
}

const tooMany: ServiceFailure = { reason: 'other', code: 'REQUEST_INVALID', message: 'one invitee per request' }

/** The reference of a call. */
export function referenceOf(callId: string): string {
  return `room-of-${callId}`
}

function withRoom<R extends CallReport>({ myParticipantId: _bot, ...report }: R, callId: string): R {
  return { ...report, reference: referenceOf(callId) } as R
}

function mapDone<T>(verdict: Verdict<T>, change: (value: T) => T): Verdict<T> {
  return verdict.verdict === 'done' ? { verdict: 'done', value: change(verdict.value) } : verdict
}

/** Such a transport over another one; `onKeepAlive` is called when a host keeps a call alive all the same. */
export function roomTransport(
  inner: Transport,
  onKeepAlive: () => void = () => {
    throw new Error('a call that is polled was kept alive')
  },
): Transport {
  return {
    ...inner,
    traits: roomTraits,
    async createCall(body, options) {
      return mapDone(await inner.createCall(body, options), (created) => withRoom(created, created.callId))
    },
    async getCall(callId, options) {
      return mapDone(await inner.getCall(callId, options), (report) => withRoom(report, callId))
    },
    keepAlive(callId, options) {
      onKeepAlive()
      return inner.keepAlive(callId, options)
    },
    async invite(callId, invitation, options) {
      const invitees: readonly Invitee[] = invitation.invitees
      if (invitees.length > 1) return { verdict: 'refused', failure: tooMany }
      return inner.invite(callId, invitation, options)
    },
    async listParticipants(callId, options) {
      return mapDone(await inner.listParticipants(callId, options), ({ entries }) => ({
        entries: entries.filter(({ identity }) => identity['application'] === undefined),
      }))
    },
  }
}
