/**
 * A transport that reports its requests, and notices an invitation that is posted twice.
 * @module
 */
import type { RequestOptions, Transport } from '../../host/ports/ports.ts'
import { tellOfSending } from '../sending.ts'

/** A bot that sends more requests in one run never stops; it gets no more answers. */
export const LONGEST_RUN = 3_000

/** A tapped transport and what it noticed. */
export interface TappedTransport {
  readonly transport: Transport
  /** The error, as a sentence: an invitation posted more than once, or requests without end. */
  readonly complaint: string | undefined
}

/** Taps a transport; the tap lasts through several processes of a bot. */
export function tapTransport(inner: Transport, sends: ((words: string) => void) | undefined): TappedTransport {
  const posts = new Map<string, number>()
  let requests = 0
  const tapped: { -readonly [K in keyof TappedTransport]: TappedTransport[K] } = {
    complaint: undefined,
    transport: {
      traits: inner.traits,
      fencesSends: inner.fencesSends,
      createCall: (body, options) => told('POST call', options, (own) => inner.createCall(body, own)),
      getCall: (callId, options) => told('GET call', options, (own) => inner.getCall(callId, own)),
      keepAlive: (callId, options) => told('POST keepAlive', options, (own) => inner.keepAlive(callId, own)),
      hangUp: (callId, options) => told('DELETE call', options, (own) => inner.hangUp(callId, own)),
      invite(callId, invitation, options) {
        const { clientContext, invitees } = invitation
        return told(
          `POST invite ${invitees.map(({ identity }) => identity['user']?.id).join(', ')}`,
          options,
          (own) => inner.invite(callId, invitation, own),
          () => {
            const count = (posts.get(clientContext) ?? 0) + 1
            posts.set(clientContext, count)
            if (count > 1) tapped.complaint ??= `the invitation ${clientContext} was posted ${count} times`
          },
        )
      },
      listParticipants: (callId, options) => told('GET roster', options, (own) => inner.listParticipants(callId, own)),
      deleteParticipant: (callId, participantId, options) =>
        told(`DELETE ${participantId}`, options, (own) => inner.deleteParticipant(callId, participantId, own)),
      muteParticipant: (callId, participantId, clientContext, options) =>
        told(`POST mute ${participantId}`, options, (own) =>
          inner.muteParticipant(callId, participantId, clientContext, own),
        ),
    },
  }
  function told<T>(
    words: string,
    options: RequestOptions | undefined,
    send: (options: RequestOptions | undefined) => Promise<T>,
    leaves = (): void => undefined,
  ): Promise<T> {
    requests += 1
    if (requests > LONGEST_RUN) {
      tapped.complaint ??= `more than ${LONGEST_RUN} requests were sent, the last one ${words}`
      return new Promise(() => undefined)
    }
    return send(
      tellOfSending(inner, options, () => {
        leaves()
        sends?.(words)
      }),
    )
  }
  return tapped
}
