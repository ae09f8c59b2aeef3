/**
 * A transport that tells what goes through it, and notices an invitation that is posted twice.
 * @module
 */
import type { Transport } from '../../host/ports.ts'

/** A bot that sends more in one run asks without end; it is not answered any more. */
export const LONGEST_RUN = 3_000

/** A tapped transport and what it noticed. */
export interface TappedTransport {
  readonly transport: Transport
  /** An invitation that was posted more than once, or requests without end, as a sentence. */
  readonly complaint: string | undefined
}

/** Taps a transport; it is carried on through several lives of a bot. */
export function tapTransport(inner: Transport, sends: ((words: string) => void) | undefined): TappedTransport {
  const posts = new Map<string, number>()
  let requests = 0
  const tapped: { -readonly [K in keyof TappedTransport]: TappedTransport[K] } = {
    complaint: undefined,
    transport: {
      createCall: (body, options) => told('POST call', () => inner.createCall(body, options)),
      getCall: (callId, options) => told('GET call', () => inner.getCall(callId, options)),
      keepAlive: (callId, options) => told('POST keepAlive', () => inner.keepAlive(callId, options)),
      hangUp: (callId, options) => told('DELETE call', () => inner.hangUp(callId, options)),
      invite(callId, invitation, options) {
        const { clientContext, invitees } = invitation
        const count = (posts.get(clientContext) ?? 0) + 1
        posts.set(clientContext, count)
        if (count > 1) tapped.complaint ??= `the invitation ${clientContext} was posted ${count} times`
        return told(`POST invite ${invitees.map(({ identity }) => identity['user']?.id).join(', ')}`, () => inner.invite(callId, invitation, options))
      },
      listParticipants: (callId, options) => told('GET roster', () => inner.listParticipants(callId, options)),
      deleteParticipant: (callId, participantId, options) => told(`DELETE ${participantId}`, () => inner.deleteParticipant(callId, participantId, options)),
      muteParticipant: (callId, participantId, clientContext, options) => told(`POST mute ${participantId}`, () => inner.muteParticipant(callId, participantId, clientContext, options)),
    },
  }
  function told<T>(words: string, send: () => Promise<T>): Promise<T> {
    requests += 1
    if (requests > LONGEST_RUN) {
      tapped.complaint ??= `more than ${LONGEST_RUN} requests were sent, the last one ${words}`
      return new Promise(() => undefined)
    }
    sends?.(words)
    return send()
  }
  return tapped
}
