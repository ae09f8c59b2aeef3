/**
 * Transports that are wrong on purpose: each breaks one law, so that the laws are known to say so.
 * @module
 */
import type { Verdict } from '../../src/call/model/events.ts'
import type { TransportLawName } from '../../src/testing/transport/transport-laws.ts'
import type { MakeTransport } from '../../src/testing/transport/scene.ts'
import { honest, type TransportMutant, mutant, settlingAtOnce, unfenced } from './transport-mutant.ts'

const refused: Verdict<never> = {
  verdict: 'refused',
  failure: { reason: 'other', code: 'timeout', message: 'no answer' },
}

/** One for each law. */
export const transportMutants: { readonly [L in TransportLawName]: TransportMutant } = {
  'create: a created call has an id, and can be queried, kept alive and ended': mutant(
    'takes the whole Location for the id',
    (inner) => ({
      async createCall(body, options) {
        const verdict = await inner.createCall(body, options)
        return verdict.verdict === 'done'
          ? { ...verdict, value: { ...verdict.value, callId: `/communications/calls/${verdict.value.callId}` } }
          : verdict
      },
    }),
  ),
  'invite: the response has the operation and the invitees, in order': mutant(
    'leaves the participantIds of the response out',
    (inner) => ({
      async invite(callId, invitation, options) {
        const verdict = await inner.invite(callId, invitation, options)
        return verdict.verdict === 'done'
          ? {
              ...verdict,
              value: {
                ...verdict.value,
                participants: verdict.value.participants?.map(({ identity }) => ({ identity })),
              },
            }
          : verdict
      },
    }),
  ),
  'invite: every invitee is invited, with the given clientContext': mutant(
    'sends a clientContext of its own',
    (inner) => ({
      async invite(callId, invitation, options) {
        const verdict = await inner.invite(
          callId,
          { ...invitation, clientContext: [...invitation.clientContext].reverse().join('') },
          options,
        )
        return verdict.verdict === 'done'
          ? { ...verdict, value: { ...verdict.value, clientContext: invitation.clientContext } }
          : verdict
      },
    }),
  ),
  'list: it shows which participants are in the lobby and which are muted': mutant(
    'reads ids and identities only',
    (inner) => ({
      async listParticipants(callId, options) {
        const verdict = await inner.listParticipants(callId, options)
        return verdict.verdict === 'done'
          ? {
              ...verdict,
              value: {
                entries: verdict.value.entries.map(({ id, identity }) => ({
                  id,
                  identity,
                  isInLobby: false,
                  isMuted: false,
                })),
              },
            }
          : verdict
      },
    }),
  ),
  'list: it shows all participants, however many, and the bot where rosters show it': mutant(
    'reads one page',
    (inner) => ({
      async listParticipants(callId, options) {
        const verdict = await inner.listParticipants(callId, options)
        return verdict.verdict === 'done'
          ? { ...verdict, value: { entries: verdict.value.entries.slice(0, 100) } }
          : verdict
      },
    }),
  ),
  'direct requests: done means that the service took the request': mutant(
    'answers every call by rejecting it',
    (inner) => ({
      answer: async (callId, _body, options) => (await inner.reject?.(callId, {}, options)) ?? refused,
    }),
  ),
  'direct requests: refused when the service certainly did not take it, unconfirmed when it may have': mutant(
    'says of a transfer whose answer was lost that it was refused',
    (inner) => ({
      async transfer(callId, request, options) {
        const verdict = await inner.transfer?.(callId, request, options)
        return verdict?.verdict === 'unconfirmed' ? refused : (verdict ?? refused)
      },
    }),
  ),
  'direct requests: what would be refused the second time is sent once': mutant(
    'redirects once more when it hears nothing',
    (inner) => ({
      async redirect(callId, request, options) {
        const verdict = await inner.redirect?.(callId, request, options)
        if (verdict?.verdict !== 'unconfirmed') return verdict ?? refused
        return (await inner.redirect?.(callId, request, options)) ?? refused
      },
    }),
  ),
  'traits: they are valid, and an invite takes as many invitees as they say': mutant(
    'promises more invitees than the service takes',
    ({ traits }) => ({ traits: { ...traits, inviteesPerRequest: 9 } }),
  ),
  'traits: an invite accepts every ring time that they allow': mutant(
    'refuses the longest ring time it promises',
    (inner) => ({
      traits: { ...inner.traits, ringTimeoutMs: [5_000, 60_000] },
      invite: async (callId, invitation, options) =>
        (invitation.ringTimeoutMs ?? 0) >= 60_000 ? refused : inner.invite(callId, invitation, options),
    }),
  ),
  'traits: normalising an id twice changes nothing, and every id from the transport is normalised': mutant(
    'spells ids in another way each time',
    ({ traits }) => ({ traits: { ...traits, normaliseId: (id) => `${id}~` } }),
  ),
  'traits: a query for a call reports its end': mutant('remembers that a call was up', (inner) => ({
    async getCall(callId, options) {
      const verdict = await inner.getCall(callId, options)
      return verdict.verdict === 'refused' ? { verdict: 'done', value: { state: 'established' } } : verdict
    },
  })),
  'reference: a call has one or none, and every request accepts it': mutant(
    'gives a call another reference each time',
    (inner) => {
      let count = 0
      return {
        async getCall(callId, options) {
          const verdict = await inner.getCall(callId, options)
          count += 1
          return verdict.verdict === 'done'
            ? { ...verdict, value: { ...verdict.value, reference: `room-${count}` } }
            : verdict
        },
      }
    },
  ),
  'remove: done means that the service removed the participant': mutant('answers before it asks', () => ({
    deleteParticipant: async () => ({ verdict: 'done', value: undefined }),
  })),
  'mute: done means that the service muted the participant': mutant('answers before it asks', () => ({
    muteParticipant: async (_callId, _id, clientContext) => ({
      verdict: 'done',
      value: { clientContext, status: 'completed' },
    }),
  })),
  'refused: a refusal has the reason, status and code of the service': mutant('takes a 404 for done', (inner) => ({
    async deleteParticipant(callId, id, options) {
      const verdict = await inner.deleteParticipant(callId, id, options)
      return verdict.verdict === 'refused' && verdict.failure.reason === 'gone'
        ? { verdict: 'done', value: undefined }
        : verdict
    },
  })),
  'one invite: an invite whose response is lost is unconfirmed and not sent again': mutant(
    'sends the invite again after a timeout',
    (inner) => ({
      async invite(callId, invitation, options) {
        const verdict = await inner.invite(callId, invitation, options)
        return verdict.verdict === 'unconfirmed' ? inner.invite(callId, invitation, options) : verdict
      },
    }),
  ),
  'honesty: done means that the service acted, refused that it did not, whatever went wrong on the way': mutant(
    'takes a timeout for a refusal',
    (inner) => ({
      async hangUp(callId, options) {
        const verdict = await inner.hangUp(callId, options)
        return verdict.verdict === 'unconfirmed' ? refused : verdict
      },
    }),
  ),
  'patience: a repeatable request that is throttled or breaks off is unconfirmed, not refused': mutant(
    'takes 429 for a refusal',
    (inner) => ({
      async listParticipants(callId, options) {
        const verdict = await inner.listParticipants(callId, options)
        return verdict.verdict === 'unconfirmed' ? refused : verdict
      },
    }),
  ),
  'retries: a request that its caller repeats is sent once': mutant('repeats what its caller repeats', (inner) => ({
    deleteParticipant: (callId, participantId, options) =>
      inner.deleteParticipant(callId, participantId, { ...options, isRetriedByCaller: undefined }),
  })),
  'limits: a request that the service would refuse or truncate is not sent': {
    mistake: 'lets the service count',
    make: ({ fetch }) => ({
      ...honest({ fetch } as Parameters<MakeTransport>[0]),
      async invite(callId, { clientContext, invitees }) {
        const body = JSON.stringify({
          clientContext,
          participants: invitees.map(({ identity, replacesCallId }) => ({ identity, replacesCallId })),
        })
        const { ok } = await fetch(
          `https://graph.microsoft.com/v1.0/communications/calls/${callId}/participants/invite`,
          { method: 'POST', body },
        )
        return ok ? { verdict: 'done', value: { clientContext, status: 'running' } } : refused
      },
    }),
  },
  'abort: an aborted request settles at once and does not reject': mutant(
    'does not listen to every signal',
    (inner) => ({ listParticipants: (callId) => inner.listParticipants(callId) }),
  ),
  'abort: an aborted request is not sent again, and no further page is requested': mutant(
    'goes on reading pages for nobody',
    (inner) => ({
      listParticipants: (callId, options) => settlingAtOnce(inner.listParticipants(callId), options),
    }),
  ),
  'fence: a request that beforeSend forbids is not sent': mutant(
    'asks whether it may send and sends anyway',
    (inner) => ({
      async invite(callId, invitation, options) {
        await options?.beforeSend?.()
        return inner.invite(callId, invitation, unfenced(options))
      },
    }),
  ),
  'fence: beforeSend runs right before each request, retries and further pages included': {
    mistake: 'claims a request and then waits for its token',
    make({ clock, ...rest }) {
      const inner = honest({ clock, ...rest })
      return {
        ...inner,
        async invite(callId, invitation, options) {
          if ((await options?.beforeSend?.()) === false) return refused
          await new Promise<void>((resolve) => void clock.schedule(clock.now() + 50, resolve))
          return inner.invite(callId, invitation, unfenced(options))
        },
      }
    },
  },
  'time: nothing waits on another clock': mutant('gives up before any time has passed', () => ({
    // What it would come to, once the machine's time has passed: the test does not wait for that.
    keepAlive: async () => ({
      verdict: 'unconfirmed',
      failure: { reason: 'other', code: 'timeout', message: 'no answer' },
    }),
  })),
}
