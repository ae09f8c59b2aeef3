/**
 * Mutants: systems that break one law each, kept beside the laws so that a law that catches nothing is found out.
 *
 * Each is the library with one plausible mistake put around its step. `mutants` has one for each law; `subtleMutants`
 * have the mistakes that a law can miss while it rejects the plain one.
 * @module
 */
import type { Call, Change, StepResult } from '../../src/call/model/call.ts'
import type { CallEvent, RosterEntry, RosterSnapshot } from '../../src/call/model/events.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import type { LawName } from '../../src/testing/laws.ts'
import { bot } from '../../src/testing/truth-model.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { isSameIdentity } from '../../src/participant/identity.ts'
import { isOpen, isPresent, type Participant } from '../../src/participant/participant.ts'

type Step = CallSystem['step']

function stepping(step: Step): CallSystem {
  return { ...rollcallSystem, step }
}

const honest = rollcallSystem.step

function withParticipants(call: Call, change: (participant: Participant) => Participant): Call {
  return {
    ...call,
    participants: persistentMap(
      [...call.participants].map(([key, participant]) => [key, change(participant)] as const),
    ),
  }
}

/** The library, asking for the removal of participants of its own accord. */
function removingToo(
  isUnwanted: (call: Call, one: Participant) => boolean,
  isTime: (call: Call, event: CallEvent, one: Participant) => boolean,
): CallSystem {
  return stepping((call, event) => {
    let result = honest(call, event)
    for (const one of result.call.participants.values()) {
      if (
        !isPresent(one) ||
        one.removalRequestedAt !== undefined ||
        !isTime(call, event, one) ||
        !isUnwanted(call, one)
      )
        continue
      const asked = honest(result.call, { type: 'removal.requested', key: one.key, at: event.at })
      result = {
        ...asked,
        effects: [...result.effects, ...asked.effects],
        changes: [...result.changes, ...asked.changes],
      }
    }
    return result
  })
}

/** The event, with another value where it is a roster that was fetched. */
function changingSnapshots(event: CallEvent, change: (value: RosterSnapshot) => RosterSnapshot): CallEvent {
  return event.type === 'roster.fetched' && event.answer.verdict === 'done'
    ? { ...event, answer: { verdict: 'done', value: change(event.answer.value) } }
    : event
}

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

/** The library, reading the entries of deltas its own way. */
function readingDeltas(read: (entry: RosterEntry, call: Call) => RosterEntry): CallSystem {
  return stepping((call, event) =>
    honest(
      call,
      event.type === 'roster.reported' && event.kind === 'delta'
        ? { ...event, entries: event.entries.map((entry) => read(entry, call)) }
        : event,
    ),
  )
}

function passesRing(event: CallEvent): event is Of<'deadline.passed'> {
  return event.type === 'deadline.passed' && event.deadline.startsWith('ring/')
}

/** The library, with a result now and then spoilt by what does not follow from the history. */
function byChance(spoil: (result: StepResult) => StepResult): CallSystem {
  return stepping((call, event) => {
    steps += 1
    const result = honest(call, event)
    return steps % 3 === 0 ? spoil(result) : result
  })
}

/** The library, forgetting something of each participant when it stores them. */
function storing(forget: (participant: Participant) => Participant): CallSystem {
  return { ...rollcallSystem, encode: (call) => rollcallSystem.encode(withParticipants(call, forget)) }
}

function without<T extends object, F extends keyof T>(value: T, field: F): T {
  const { [field]: _, ...rest } = value
  return rest as T
}

/** The library, giving those who have just ended back what they were before. */
function keepingAtTheEnd(kept: (before: Participant) => Partial<Participant>): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    const changed = withParticipants(result.call, (one) => {
      const before = call.participants.get(one.key)
      return before === undefined || !isOpen(before) || isOpen(one) ? one : { ...one, ...kept(before) }
    })
    return result.call === call ? result : { ...result, call: changed }
  })
}

/** Further mutants of single laws, with the mistakes they make. */
export const subtleMutants: readonly {
  readonly law: LawName
  readonly mistake: string
  readonly seed?: number
  readonly system: CallSystem
}[] = [
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
  {
    law: 'telling',
    mistake: 'announces the arrival of whoever is gone by then',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const isPast = (change: Change): boolean =>
        change.type === 'participant.changed' &&
        isPresent(change.participant) &&
        !isOpen(result.call.participants.get(change.key) ?? change.participant)
      return {
        ...result,
        changes: result.changes.map((change) =>
          isPast(change) ? ({ ...change, isAnnounced: true } as Change) : change,
        ),
      }
    }),
  },
  {
    law: 'determinism',
    mistake: 'tells changes in an order that varies',
    system: byChance((result) => ({ ...result, changes: result.changes.toReversed() })),
  },
  {
    law: 'determinism',
    mistake: 'leaves changes untold now and then',
    system: byChance((result) => ({ ...result, changes: [] })),
  },
  {
    law: 'determinism',
    mistake: 'sets no deadline now and then',
    system: byChance((result) => ({
      ...result,
      effects: result.effects.filter(({ type }) => type !== 'timer.schedule'),
    })),
  },
  {
    law: 'determinism',
    mistake: 'calls the same event applied and ignored',
    system: byChance((result) => ({ ...result, outcome: { type: 'ignored', reason: 'notPossible' } })),
  },
  {
    law: 'roundTrip',
    mistake: 'does not store what the application was told',
    system: storing(({ announcedState: _, ...one }) => one),
  },
  {
    law: 'roundTrip',
    mistake: 'does not store who has been missed',
    system: storing(({ missingSince: _, ...one }) => one),
  },
  {
    law: 'roundTrip',
    mistake: 'does not store the evidence',
    system: { ...rollcallSystem, decode: (value) => ({ ...rollcallSystem.decode(value), trails: persistentMap() }) },
  },
  {
    law: 'convergence',
    mistake: 'keeps a cancelled invitee out whose invite operation has failed',
    system: mutants.noUnaskedRemoval.system,
  },
  {
    law: 'convergence',
    // Few stories have it: the one that shows it is near the beginning of this seed.
    seed: 13,
    mistake: 'lets a change that is older than a fetched roster take back the id that one showed',
    system: stepping((call, event) => {
      if (event.type !== 'roster.reported' || event.kind !== 'delta') return honest(call, event)
      const shown = new Set(
        event.entries.flatMap(({ id, removed }) => (id === undefined || removed !== undefined ? [] : [id])),
      )
      const isTakenBack = (one: Participant): boolean =>
        isPresent(one) &&
        one.sequence === undefined &&
        one.participantId !== undefined &&
        one.participantId !== one.id &&
        shown.has(one.participantId)
      const former = [...call.participants.values()].flatMap((one) =>
        isTakenBack(one) && one.id !== undefined ? [[one.id, one.key] as const] : [],
      )
      if (former.length === 0) return honest(call, event)
      return honest(
        {
          ...withParticipants(call, (one) => (isTakenBack(one) ? { ...one, id: undefined } : one)),
          aliases: persistentMap([...call.aliases, ...former]),
        },
        event,
      )
    }),
  },
  {
    law: 'convergence',
    mistake: 'ignores the numbers of full rosters',
    system: stepping((call, event) =>
      honest(call, event.type === 'roster.reported' && event.kind === 'full' ? without(event, 'sequence') : event),
    ),
  },
  {
    law: 'convergence',
    mistake: 'drops a numbered full roster that is older than what is known, whomever it shows',
    system: stepping((call, event) => {
      const isOld =
        event.type === 'roster.reported' &&
        event.kind === 'full' &&
        (event.sequence ?? Infinity) < (call.roster.sequence ?? -Infinity)
      return isOld
        ? { call, effects: [], changes: [], outcome: { type: 'ignored', reason: 'outOfDate' } }
        : honest(call, event)
    }),
  },
  {
    law: 'convergence',
    mistake: 'trusts an id of its own that no roster shows',
    system: stepping((call, event) => {
      const result = honest(call, event)
      const { doubt, ...self } = result.call.self
      return doubt === undefined
        ? result
        : { ...result, call: { ...result.call, self, deadlines: result.call.deadlines.delete('callFetch') } }
    }),
  },
  {
    law: 'convergence',
    mistake: 'does not read in deltas who is muted',
    system: readingDeltas(({ isMuted: _, ...entry }) => entry),
  },
  {
    law: 'convergence',
    mistake: 'does not read in deltas what answers',
    system: readingDeltas(({ endpoint: _, ...entry }) => entry),
  },
  {
    law: 'convergence',
    mistake: 'does not read in deltas who is on hold',
    system: readingDeltas(({ media: _, ...entry }) => entry),
  },
  {
    law: 'convergence',
    mistake: 'keeps of those who have ended whether they were muted, as it was last heard',
    system: keepingAtTheEnd(({ isMuted }) => ({ isMuted })),
  },
  {
    law: 'convergence',
    mistake: 'keeps of those who have ended whether they were on hold, as it was last heard',
    system: keepingAtTheEnd(({ isOnHold }) => ({ isOnHold })),
  },
  {
    law: 'telling',
    mistake: 'does not tell which facts have changed',
    system: stepping((call, event) => {
      const result = honest(call, event)
      return {
        ...result,
        changes: result.changes.map((change) =>
          change.type === 'participant.changed' ? without(change, 'facts') : change,
        ),
      }
    }),
  },
  {
    law: 'roundTrip',
    mistake: 'does not store what else the service says',
    system: storing((one) => without(one, 'details')),
  },
  {
    law: 'convergence',
    mistake: 'does not read in deltas who is admitted from the lobby',
    system: readingDeltas((entry, call) =>
      [...call.participants.values()].some(({ id, state }) => id !== undefined && id === entry.id && state === 'lobby')
        ? { ...entry, isInLobby: true }
        : entry,
    ),
  },
  {
    law: 'liveness',
    mistake: 'lets people ring a thousand times as long as was asked for',
    system: {
      ...rollcallSystem,
      open: (id, options) =>
        rollcallSystem.open(id, { ...options, ringTimeoutMs: 1_000 * (options?.ringTimeoutMs ?? 90_000) }),
    },
  },
  {
    law: 'liveness',
    mistake: 'does not hear for how long the application lets people ring',
    system: stepping((call, event) =>
      honest(call, event.type === 'invite.requested' ? { ...event, ringTimeoutMs: undefined } : event),
    ),
  },
]
