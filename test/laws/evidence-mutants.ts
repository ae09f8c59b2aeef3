/**
 * Systems that take evidence for something it does not say, for single laws.
 * @module
 */
import type { CallEvent, RosterSnapshot } from '../../src/call/model/events.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import { bot } from '../../src/testing/truth-model.ts'
import type { CallSystem } from '../../src/testing/system.ts'
import { isSameIdentity } from '../../src/participant/identity.ts'
import { isPresent } from '../../src/participant/participant.ts'
import { stepping, honest, withParticipants, removingToo, without, type SubtleMutant } from './mutant-system.ts'

/** The event, with another value where it is a roster that was fetched. */
function changingSnapshots(event: CallEvent, change: (value: RosterSnapshot) => RosterSnapshot): CallEvent {
  return event.type === 'roster.fetched' && event.answer.verdict === 'done'
    ? { ...event, answer: { verdict: 'done', value: change(event.answer.value) } }
    : event
}

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** The library, taking some answers to a DELETE for a 404. */
function takingForNotFound(isTaken: (answer: Of<'removal.answered'>['answer']) => boolean): CallSystem {
  return stepping((call, event) =>
    honest(
      call,
      event.type === 'removal.answered' && isTaken(event.answer)
        ? {
            ...event,
            answer: { verdict: 'refused', failure: { reason: 'gone', status: 404, code: '8522', message: '' } },
          }
        : event,
    ),
  )
}

function passesRing(event: CallEvent): event is Of<'deadline.passed'> {
  return event.type === 'deadline.passed' && event.deadline.startsWith('ring/')
}

/** Mutants that take evidence for something it does not say. */
export const evidenceMutants: readonly SubtleMutant[] = [
  ...(['asking', 'noUnaskedRemoval'] as const).map((law) => ({
    law,
    mistake: 'takes a cancel for a removal',
    system: stepping((call, event) =>
      honest(call, event.type === 'cancel.requested' ? { ...event, type: 'removal.requested' } : event),
    ),
  })),
  {
    law: 'liveness',
    mistake: 'asks about no call that is not established yet',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return { ...result, call: { ...result.call, deadlines: result.call.deadlines.delete('callFetch') } }
    }),
  },
  {
    law: 'liveness',
    mistake: 'lets every deadline that passes spoil the fetch under way',
    system: stepping((call, event) => {
      const { fetch } = call.roster
      const spoils = event.type === 'deadline.passed' && fetch !== undefined
      return honest(
        spoils ? { ...call, roster: { ...call.roster, fetch: { ...fetch, isFenceBroken: true } } } : call,
        event,
      )
    }),
  },
  {
    law: 'proof',
    mistake: 'takes a forbidden DELETE for proof',
    system: takingForNotFound((answer) => answer.verdict === 'refused' && answer.failure.reason === 'forbidden'),
  },
  {
    law: 'proof',
    mistake: 'takes a DELETE that met a conflict for proof',
    system: takingForNotFound((answer) => answer.verdict === 'refused' && answer.failure.reason === 'conflict'),
  },
  {
    law: 'proof',
    mistake: 'takes a DELETE that nobody answered for proof',
    system: takingForNotFound(({ verdict }) => verdict === 'unconfirmed'),
  },
  {
    law: 'proof',
    mistake: 'takes a 404 to a DELETE for proof that went out before they were there',
    system: stepping((call, event) =>
      honest(
        event.type === 'removal.answered' ? withParticipants(call, (one) => ({ ...one, isRemovalEarly: false })) : call,
        event,
      ),
    ),
  },
  {
    law: 'proof',
    mistake: 'takes a 404 on a lobby id for proof',
    system: stepping((call, event) =>
      honest(
        event.type === 'removal.answered'
          ? withParticipants(call, (one) => (one.state === 'lobby' ? { ...one, state: 'active' } : one))
          : call,
        event,
      ),
    ),
  },
  {
    law: 'proof',
    mistake: 'takes a full report without the bot for complete',
    system: stepping((call, event) =>
      honest(
        call,
        event.type === 'roster.reported' && event.kind === 'full' && !event.entries.some(({ id }) => id === bot.id)
          ? { ...event, entries: [bot, ...event.entries] }
          : event,
      ),
    ),
  },
  {
    law: 'proof',
    mistake: 'takes a roster with the bot for complete that says it is not',
    system: stepping((call, event) => {
      if (event.type === 'roster.reported' && event.kind === 'full' && event.isComplete === false)
        return honest(call, without(event, 'isComplete'))
      return honest(
        call,
        changingSnapshots(event, (value) => (value.isComplete === false ? without(value, 'isComplete') : value)),
      )
    }),
  },
  {
    law: 'proof',
    mistake: 'does not read the operations that come with a fetched roster',
    system: stepping((call, event) =>
      honest(
        call,
        changingSnapshots(event, (value) => without(value, 'operations')),
      ),
    ),
  },
  {
    law: 'proof',
    mistake: 'takes a delta for everybody who is there',
    system: stepping((call, event) =>
      honest(
        call,
        event.type === 'roster.reported' && event.kind === 'delta'
          ? {
              type: event.type,
              kind: 'full',
              at: event.at,
              entries: [bot, ...event.entries.filter(({ removed }) => removed === undefined)],
            }
          : event,
      ),
    ),
  },
  {
    law: 'proof',
    mistake: 'believes a fetched roster that is older than a report',
    system: stepping((call, event) => {
      const { fetch } = call.roster
      return honest(
        fetch === undefined ? call : { ...call, roster: { ...call.roster, fetch: { ...fetch, isFenceBroken: false } } },
        event,
      )
    }),
  },
  {
    law: 'proof',
    mistake: 'takes a 2xx on hanging up for the end of the call',
    system: stepping((call, event) =>
      honest(
        call,
        event.type === 'hangUp.answered' && event.answer.verdict === 'done'
          ? { type: 'call.reported', state: 'terminated', at: event.at }
          : event,
      ),
    ),
  },
  {
    law: 'noUnaskedRemoval',
    mistake: 'removes the other device of a person whose first one is not found',
    system: removingToo(
      (call, one) =>
        [...call.participants.values()].some(
          (former) =>
            isPresent(former) &&
            former.removal === 'sent' &&
            former.key !== one.key &&
            isSameIdentity(former.identity, one.identity),
        ),
      (_, event) =>
        event.type === 'removal.answered' &&
        event.answer.verdict === 'refused' &&
        event.answer.failure.reason === 'gone',
    ),
  },
  {
    law: 'noUnaskedRemoval',
    mistake: 'keeps a removed invitee out under their own id though the invite operation has failed',
    system: removingToo(
      (call, one) =>
        [...call.participants.values()].some(
          (former) =>
            former.state === 'removed' &&
            former.removalRequestedAt !== undefined &&
            former.participantId === one.id &&
            former.id !== one.id,
        ),
      (call, event, one) => !call.participants.has(one.key) && event.type.startsWith('roster.'),
    ),
  },
  {
    law: 'noUnaskedRemoval',
    mistake: 'cancels at the ring deadline whose operation has completed',
    system: stepping((call, event) =>
      honest(
        passesRing(event)
          ? {
              ...call,
              invitations: persistentMap(
                [...call.invitations].map(([id, one]) => [id, { ...one, operation: undefined }] as const),
              ),
            }
          : call,
        event,
      ),
    ),
  },
  {
    law: 'noUnaskedRemoval',
    mistake: 'takes a ring deadline for a wish to keep a participant out',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const key = passesRing(event) ? event.deadline.slice('ring/'.length) : ''
      if (result.call.participants.get(key)?.isCancelOnly !== true) return result
      const asked = honest(result.call, { type: 'removal.requested', key, at: event.at })
      return {
        ...asked,
        effects: [...result.effects, ...asked.effects],
        changes: [...result.changes, ...asked.changes],
      }
    }),
  },
  {
    law: 'proof',
    mistake: 'takes a 404 for proof of whom rosters go on showing without the id',
    system: stepping((call, event) =>
      honest(
        event.type === 'removal.answered'
          ? withParticipants(call, (one) => ({ ...one, isIdUnconfirmed: undefined }))
          : call,
        event,
      ),
    ),
  },
  {
    law: 'suspicion',
    mistake: 'takes an empty list for an answer',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const isEmpty =
        event.type === 'roster.fetched' && event.answer.verdict === 'done' && event.answer.value.entries.length === 0
      return isEmpty
        ? {
            ...result,
            call: { ...result.call, deadlines: result.call.deadlines.delete('refetch') },
            effects: result.effects.filter((effect) => effect.type !== 'timer.schedule'),
          }
        : result
    }),
  },
  {
    law: 'suspicion',
    mistake: 'takes a list without the bot for an answer',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const isPart =
        event.type === 'roster.fetched' &&
        event.answer.verdict === 'done' &&
        !event.answer.value.entries.some(({ id }) => id === bot.id)
      return isPart
        ? { ...result, call: { ...result.call, deadlines: result.call.deadlines.delete('refetch') } }
        : result
    }),
  },
]
