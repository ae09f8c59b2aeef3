/**
 * Systems that record or tell wrongly what happened, for single laws.
 * @module
 */
import type { Call, Change, StepResult } from '../../src/call/model/call.ts'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { isOpen, isPresent, type Participant } from '../../src/participant/participant.ts'
import { mutants } from './mutants.ts'
import { stepping, honest, withParticipants, without, type SubtleMutant } from './mutant-system.ts'

/** Ambient state: the kind of impurity a clock or a random id brings. */
let steps = 0

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

/** Mutants that record or tell wrongly what happened. */
export const recordMutants: readonly SubtleMutant[] = [
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
