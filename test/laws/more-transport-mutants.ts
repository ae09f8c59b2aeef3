/**
 * Further transports that single laws must reject.
 * @module
 */
import type { RequestOptions } from '../../src/host/ports/ports.ts'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import type { TransportLawName } from '../../src/testing/transport/transport-laws.ts'
import { honest, type TransportMutant, mutant, settlingAtOnce, unfenced } from './transport-mutant.ts'

/** Options whose claim is asked for once and then taken for granted. */
function claimedOnce(options: RequestOptions | undefined): RequestOptions {
  const { beforeSend } = options ?? {}
  let claim: Promise<boolean> | undefined
  return { ...options, beforeSend: beforeSend && (() => (claim ??= beforeSend())) }
}

const eachClaimed = 'fence: beforeSend runs right before each request, retries and further pages included'

/** Further mistakes, each with the law that finds it. */
export const moreTransportMutants: readonly (TransportMutant & { readonly breaks: TransportLawName })[] = [
  {
    breaks: 'one invite: an invite whose response is lost is unconfirmed and not sent again',
    mistake: 'sends the invite again after a timeout, over the service itself',
    make({ service }) {
      const inner = service.transport()
      return {
        ...inner,
        async invite(callId, invitation, options) {
          const verdict = await inner.invite(callId, invitation, options)
          return verdict.verdict === 'unconfirmed' ? inner.invite(callId, invitation, options) : verdict
        },
      }
    },
  },
  {
    ...mutant('repeats a throttled DELETE for nobody', (inner) => ({
      deleteParticipant: (callId, participantId, options) =>
        settlingAtOnce(inner.deleteParticipant(callId, participantId), options),
    })),
    breaks: 'abort: an aborted request is not sent again, and no further page is requested',
  },
  {
    ...mutant('says that it claims its requests and does not', (inner) => ({
      keepAlive: (callId, options) => inner.keepAlive(callId, unfenced(options)),
    })),
    breaks: eachClaimed,
  },
  {
    ...mutant('asks for the claim and does not wait for it', (inner) => ({
      getCall(callId, options) {
        void options?.beforeSend?.()
        return inner.getCall(callId, unfenced(options))
      },
    })),
    breaks: eachClaimed,
  },
  {
    ...mutant('claims a request once and repeats it without', (inner) => ({
      deleteParticipant: (callId, participantId, options) =>
        inner.deleteParticipant(callId, participantId, claimedOnce(options)),
    })),
    breaks: eachClaimed,
  },
  {
    ...mutant('claims a list and not its further pages', (inner) => ({
      listParticipants: (callId, options) => inner.listParticipants(callId, claimedOnce(options)),
    })),
    breaks: eachClaimed,
  },
  {
    ...mutant('takes what it did not send for done', (inner) => ({
      async hangUp(callId, options) {
        const verdict = await inner.hangUp(callId, options)
        return verdict.verdict === 'unconfirmed' ? { verdict: 'done', value: undefined } : verdict
      },
    })),
    breaks: 'fence: a request that beforeSend forbids is not sent',
  },
  {
    ...mutant('has traits that cannot be', ({ traits }) => ({ traits: { ...traits, resyncMs: 0 } })),
    breaks: 'traits: they are valid, and an invite takes as many invitees as they say',
  },
  {
    ...mutant('spells its own ids in another way than it says', ({ traits }) => ({
      traits: { ...traits, normaliseId: (id) => id.toUpperCase() },
    })),
    breaks: 'traits: normalising an id twice changes nothing, and every id from the transport is normalised',
  },
  {
    ...mutant('gives a call a reference that is none', (inner) => ({
      async createCall(body, options) {
        const verdict = await inner.createCall(body, options)
        return verdict.verdict === 'done' ? { ...verdict, value: { ...verdict.value, reference: '' } } : verdict
      },
    })),
    breaks: 'reference: a call has one or none, and every request accepts it',
  },
  {
    ...mutant('shows a bot that it says no roster shows', ({ traits }) => ({
      traits: { ...traits, isBotOnRoster: false },
    })),
    breaks: 'list: it shows all participants, however many, and the bot where rosters show it',
  },
  {
    ...mutant('gives no reason', (inner) => ({
      async deleteParticipant(callId, id, options) {
        const verdict = await inner.deleteParticipant(callId, id, options)
        return verdict.verdict === 'refused'
          ? { ...verdict, failure: { ...verdict.failure, reason: 'other' } }
          : verdict
      },
    })),
    breaks: 'refused: a refusal has the reason, status and code of the service',
  },
  {
    ...mutant('takes 429 for a conflict', (inner) => ({
      async keepAlive(callId, options) {
        const verdict = await inner.keepAlive(callId, options)
        return verdict.verdict === 'unconfirmed' && verdict.failure.reason === 'throttled'
          ? { ...verdict, failure: { ...verdict.failure, reason: 'conflict' } }
          : verdict
      },
    })),
    breaks: 'patience: a repeatable request that is throttled or breaks off is unconfirmed, not refused',
  },
  {
    breaks: 'limits: a request that the service would refuse or truncate is not sent',
    mistake: 'sends what it then says is refused',
    make({ service, ...rest }) {
      const inner = honest({ service, ...rest })
      return {
        ...inner,
        async invite(callId, invitation, options) {
          const { clientContext, invitees } = invitation
          void service.send({
            appId: DEFAULT_APP_ID,
            operation: 'participants.invite',
            callId,
            body: { clientContext, participants: invitees },
          })
          return inner.invite(callId, invitation, options)
        },
      }
    },
  },
]
