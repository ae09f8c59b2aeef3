/**
 * Mutants: systems that break one law each, kept beside the laws so that a law that catches nothing is found out.
 *
 * Each is the library with one plausible mistake put around its step. `mutants` has one for each law; `subtleMutants`
 * have the mistakes that a law can miss while it rejects the plain one.
 * @module
 */
import type { Call, StepResult } from '../../src/call/model/call.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import type { LawName } from '../../src/testing/laws.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { isSameIdentity } from '../../src/participant/identity.ts'
import { isOpen, type Participant } from '../../src/participant/participant.ts'
import { stepping, honest, withParticipants, removingToo } from './mutant-system.ts'

/** Ambient state: the kind of impurity a clock or a random id brings. */
let steps = 0

/** A mutant for each law, with the mistake it makes. */
export const mutants: Record<LawName, { readonly mistake: string; readonly system: CallSystem }> = {
  totality: {
    mistake: 'throws on evidence about somebody unknown',
    system: stepping((call, event) => {
      const result = honest(call, event)
      if (result.outcome.type === 'ignored' && result.outcome.reason === 'unknownParticipant')
        throw new Error('no such participant')
      return result
    }),
  },
  determinism: {
    mistake: 'takes part of its state from outside',
    system: stepping((call, event) => {
      steps += 1
      const result = honest(call, event)
      return { ...result, call: { ...result.call, introduced: result.call.introduced + (steps % 2) } }
    }),
  },
  absorption: {
    mistake: 'lets a roster report reopen somebody who has ended',
    system: stepping((call, event) => {
      const result = honest(call, event)
      if (event.type !== 'roster.reported') return result
      const shown = new Set(event.entries.map(({ id }) => id))
      return {
        ...result,
        call: withParticipants(result.call, (one) =>
          !isOpen(one) && shown.has(one.id) ? { ...one, state: 'active', ending: undefined } : one,
        ),
      }
    }),
  },
  idempotence: {
    mistake: 'asks for a roster on every full report',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const isFull = event.type === 'roster.reported' && event.kind === 'full'
      return isFull
        ? { ...result, effects: [...result.effects, { type: 'roster.fetch', id: 'fetch/again', fetch: 0 }] }
        : result
    }),
  },
  convergence: {
    mistake: 'drops a delta that comes after a later one',
    system: stepping((call, event) => {
      const isLate =
        event.type === 'roster.reported' &&
        event.kind === 'delta' &&
        (event.sequence ?? 0) < (call.roster.sequence ?? 0)
      return isLate
        ? { call, effects: [], changes: [], outcome: { type: 'ignored', reason: 'outOfDate' } }
        : honest(call, event)
    }),
  },
  proof: {
    mistake: 'takes a 2xx on DELETE for proof',
    system: stepping((call, event) =>
      event.type === 'removal.answered' && event.answer.verdict === 'done'
        ? honest(call, {
            ...event,
            answer: { verdict: 'refused', failure: { reason: 'gone', status: 404, code: '8522', message: '' } },
          })
        : honest(call, event),
    ),
  },
  oneDelete: {
    mistake: 'sends the DELETE again with every roster report',
    system: stepping((call, event) => {
      const result = honest(call, event)
      if (event.type !== 'roster.reported') return result
      const again = [...call.participants.values()]
        .filter(({ removal }) => removal === 'sent')
        .map(
          (one) =>
            ({
              type: 'participant.delete',
              id: `delete/${one.ordinal}/again`,
              key: one.key,
              participantId: one.removalTarget ?? '',
              attempt: one.removalAttempts,
            }) as const,
        )
      return { ...result, effects: [...result.effects, ...again] }
    }),
  },
  oneInvite: {
    mistake: 'posts the invite again after a timeout',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const invitation =
        event.type === 'invite.answered' && event.answer.verdict === 'unconfirmed'
          ? call.invitations.get(event.invitation)
          : undefined
      if (invitation === undefined) return result
      return {
        ...result,
        effects: [
          ...result.effects,
          { type: 'participants.invite', id: 'invite/again', invitation: invitation.id, invitees: invitation.invitees },
        ],
      }
    }),
  },
  oneKey: {
    mistake: 'does not count whom it has forgotten',
    system: stepping((call, event) => honest({ ...call, forgotten: 0 }, event)),
  },
  noUnaskedRemoval: {
    mistake: 'keeps a cancelled invitee out whose invite operation has failed',
    system: removingToo(
      (call, one) =>
        [...call.participants.values()].some(
          (former) =>
            former.state === 'cancelled' &&
            former.removalRequestedAt !== undefined &&
            isSameIdentity(former.identity, one.identity),
        ),
      (call, event, one) =>
        !call.participants.has(one.key) && event.type.startsWith('roster.') && one.invitation === undefined,
    ),
  },
  noResurrection: {
    mistake: 'forgets the ids of those who have ended',
    system: stepping((call, event) =>
      honest(
        {
          ...call,
          byId: persistentMap([...call.byId].filter(([, key]) => isOpen(call.participants.get(key) as Participant))),
        },
        event,
      ),
    ),
  },
  suspicion: {
    mistake: 'lets an admitted entry excuse whoever a full roster fails to show',
    system: stepping((call, event) => {
      const isFull = event.type === 'roster.reported' && event.kind === 'full'
      const excuses = isFull
        ? event.entries.filter(({ id, isInLobby }) => id !== undefined && !call.byId.has(id) && isInLobby !== true)
        : []
      const isExcused = excuses.some(({ identity }) =>
        [...call.participants.values()].some((one) => one.state === 'lobby' && isSameIdentity(one.identity, identity)),
      )
      if (!isExcused) return honest(call, event)
      const result = honest({ ...call, options: { ...call.options, reorderWindowMs: 0 } }, event)
      return { ...result, call: { ...result.call, options: call.options } }
    }),
  },
  conservation: {
    mistake: 'does not tell of those who leave',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return {
        ...result,
        changes: result.changes.filter((change) => change.type !== 'participant.changed' || change.to !== 'removed'),
      }
    }),
  },
  liveness: {
    mistake: 'waits for a notification nobody promised: keeps no deadlines',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return { ...result, call: { ...result.call, deadlines: persistentMap() } }
    }),
  },
  roundTrip: {
    mistake: 'does not store how far a removal has come',
    system: {
      ...rollcallSystem,
      decode: (value) =>
        withParticipants(rollcallSystem.decode(value), (one) => ({
          ...one,
          removalAttempts: 0,
          removal: isOpen(one) ? undefined : one.removal,
        })),
    },
  },
  quietAfterTheEnd: {
    mistake: 'keeps the heartbeat of a call that has ended',
    system: stepping((call: Call, event: CallEvent): StepResult => {
      const result = honest(call, event)
      const isOver = call.state === 'terminated' && event.type === 'deadline.passed'
      return isOver ? { ...result, effects: [{ type: 'call.keepAlive', id: 'keepAlive/0' }] } : result
    }),
  },
  asking: {
    mistake: 'never posts an invite',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return { ...result, effects: result.effects.filter(({ type }) => type !== 'participants.invite') }
    }),
  },
  telling: {
    mistake: 'tells every change twice',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return { ...result, changes: result.changes.flatMap((change) => [change, change]) }
    }),
  },
  ignoring: {
    mistake: 'returns a copy where nothing changed',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return result.outcome.type === 'ignored' ? { ...result, call: { ...call } } : result
    }),
  },
}
