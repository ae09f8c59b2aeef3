/**
 * Broken systems: the library with one plausible mistake each, beside the explorer's judges, so that a judge that
 * catches nothing is found out.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import type { Ending, Participant } from '../../src/participant/participant.ts'
import { isOpen, isPresent } from '../../src/participant/participant.ts'
import { bot } from '../../src/testing/truth-model.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import type { Act, EndAct, Faults, Readings, Scope } from '../verification/explore/world.ts'

type Step = CallSystem['step']

const honest = rollcallSystem.step

/** The library with another step. */
function stepping(step: Step): CallSystem {
  return { ...rollcallSystem, step }
}

/** Nothing goes wrong on the way, but that messages overtake each other. */
export const noFaults: Faults = { losses: 0, doubles: 0, crashes: 0, deadlines: 0 }

/** One reading of everything. */
export const plain: Readings = {
  cancelBeforeAnswer: 'supported',
  inviteResponseId: 'participantId',
  rosterMode: 'full',
  removedInvitee: 'failed-operation',
}

/** Rosters are numbered. */
export const numbered: Readings = { ...plain, rosterMode: 'delta' }

/** A small world for one test. */
export function world(acts: readonly (Act | EndAct)[], more: Partial<Scope> = {}): Scope {
  return { name: 'test', acts, readings: plain, faults: noFaults, ...more }
}

/** Something person 0 does, or the application does with them. */
export const zero = (does: Act['does']): Act => ({ who: 0, does })

/** Something person 1 does, or the application does with them. */
export const one = (does: Act['does']): Act => ({ who: 1, does })

function withParticipants(call: Call, change: (participant: Participant) => Participant): Call {
  return {
    ...call,
    participants: persistentMap(
      [...call.participants].map(([key, participant]) => [key, change(participant)] as const),
    ),
  }
}

/** Believes another ending of those whom `isMistaken` finds. */
export function believing(isMistaken: (ending: Ending) => boolean, believed: Partial<Ending>): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    return {
      ...result,
      call: withParticipants(result.call, (known) =>
        known.ending !== undefined && isMistaken(known.ending)
          ? { ...known, ending: { ...known.ending, ...believed } }
          : known,
      ),
    }
  })
}

/** Takes a report that it did not believe for the departure of a participant it removed. */
export const believingOmissions: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  return {
    ...result,
    call: withParticipants(result.call, (known) => {
      const { ending, missingSince = Infinity, removalRequestedAt = -Infinity } = known
      return ending?.by === 'local' && missingSince <= removalRequestedAt
        ? { ...known, ending: { ...ending, cause: 'left', by: 'remote' } }
        : known
    }),
  }
})

/** Takes a 404 on a lobby id for the absence of the participant: it believes a roster that nobody sent. */
export const endingWaiting: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  const { fetch } = result.call.roster
  const missed =
    event.type === 'removal.answered' && event.answer.verdict === 'refused'
      ? result.call.participants.get(event.key)
      : undefined
  if (missed?.state !== 'lobby' || fetch === undefined) return result
  const entries = [...result.call.participants.values()]
    .filter((known) => known !== missed && isPresent(known))
    .map(({ id, identity }) => ({ id, identity }))
  const ended = honest(result.call, {
    type: 'roster.fetched',
    fetch: fetch.number,
    answer: { verdict: 'done', value: { entries: [bot, ...entries] } },
    at: event.at,
  })
  return { ...ended, effects: [...result.effects, ...ended.effects], changes: [...result.changes, ...ended.changes] }
})

/** Asks for the invite once more when `isTime` says so. */
export function postingAgain(isTime: (call: Call, eventType: string) => boolean): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    const invitation =
      event.type === 'invite.answered' && event.answer.verdict === 'unconfirmed'
        ? call.invitations.get(event.invitation)
        : undefined
    if (invitation === undefined || !isTime(call, event.type)) return result
    return {
      ...result,
      effects: [
        ...result.effects,
        { type: 'participants.invite', id: 'invite/again', invitation: invitation.id, invitees: invitation.invitees },
      ],
    }
  })
}

/** Does not ask for requests of a kind. */
export function withoutRequests(type: string): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    return { ...result, effects: result.effects.filter((effect) => effect.type !== type) }
  })
}

/** Does not keep a deadline. */
export function withoutDeadline(name: string): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    return { ...result, call: { ...result.call, deadlines: result.call.deadlines.delete(name) } }
  })
}

/** Throws when it is told of something. */
export function throwing(type: string): CallSystem {
  return stepping((call, event) => {
    if (event.type === type) throw new Error('boom')
    return honest(call, event)
  })
}

/** Somebody's removal is not stored: a process that takes the call up does not know of it. */
export const forgetfulOfRemovals: CallSystem = {
  ...rollcallSystem,
  decode: (value) => {
    const call = withParticipants(rollcallSystem.decode(value), (known) =>
      isOpen(known) ? { ...known, removal: undefined, removalRequestedAt: undefined, removalBy: undefined } : known,
    )
    return {
      ...call,
      deadlines: persistentMap(
        [...call.deadlines].filter(([name]) => !name.startsWith('confirm') && !name.startsWith('retry')),
      ),
    }
  },
}

/** Takes a person's leaving for that of whichever presence of theirs is there: wrong when it comes late. */
export const leavingByIdentity: CallSystem = stepping((call, event) => {
  if (event.type !== 'roster.reported' || event.kind !== 'delta') return honest(call, event)
  const { sequence: _, ...unnumbered } = event
  return honest(call, {
    ...unnumbered,
    entries: event.entries.map((entry) => {
      const there =
        entry.removed === undefined
          ? undefined
          : [...call.participants.values()].find(
              (known) => isOpen(known) && known.identity['user']?.id === entry.identity['user']?.id,
            )
      return there?.id === undefined ? entry : { ...entry, id: there.id }
    }),
  })
})

/** Takes every change of a roster for the whole of it. The reorder window hides that from whoever has just joined. */
export const takingDeltasForFull: CallSystem = stepping((call, event) => {
  if (event.type !== 'roster.reported' || event.kind !== 'delta') return honest(call, event)
  return honest(call, {
    type: 'roster.reported',
    kind: 'full',
    at: event.at,
    entries: [bot, ...event.entries.filter(({ removed }) => removed === undefined)],
  })
})

/** Never takes person 1 in, and loses count when it is shown both: the second mistake takes one move more to show. */
export const blindToOne: CallSystem = stepping((call, event) => {
  const isOne = ({ id }: { readonly id?: string | undefined }): boolean => id === 'p1-1'
  if (event.type === 'roster.reported') {
    const result = honest(call, { ...event, entries: event.entries.filter((entry) => !isOne(entry)) })
    return event.entries.some(isOne) && event.entries.some(({ id }) => id === 'p0-1')
      ? { ...result, call: { ...result.call, introduced: -1 } }
      : result
  }
  if (event.type !== 'roster.fetched' || event.answer.verdict !== 'done') return honest(call, event)
  return honest(call, {
    ...event,
    answer: { verdict: 'done', value: { entries: event.answer.value.entries.filter((entry) => !isOne(entry)) } },
  })
})

/** Cannot read what it has stored. */
export const unreadable: CallSystem = {
  ...rollcallSystem,
  decode: () => {
    throw new Error('boom')
  },
}

/** Whoever waits in the lobby counts as admitted. */
export const blindToLobbies: CallSystem = stepping((call, event) => {
  const admitted = <E extends { readonly isInLobby?: boolean | undefined }>(entries: readonly E[]): readonly E[] =>
    entries.map((entry) => ({ ...entry, isInLobby: false }))
  if (event.type === 'roster.reported') return honest(call, { ...event, entries: admitted(event.entries) })
  if (event.type !== 'roster.fetched' || event.answer.verdict !== 'done') return honest(call, event)
  return honest(call, {
    ...event,
    answer: { verdict: 'done', value: { entries: admitted(event.answer.value.entries) } },
  })
})

/** Sends a DELETE for everybody when the application wants one out. */
export const removingEverybody: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  if (event.type !== 'removal.requested') return result
  const others = [...result.call.participants.values()].filter(({ key, id }) => key !== event.key && id !== undefined)
  return {
    ...result,
    effects: [
      ...result.effects,
      ...others.map(
        ({ key, id, ordinal }) =>
          ({
            type: 'participant.delete',
            id: `delete/${ordinal}/too`,
            key,
            participantId: id as string,
            attempt: 1,
          }) as const,
      ),
    ],
  }
})

/** Takes a cancel for a removal. */
export const removingOnCancel: CallSystem = stepping((call, event) =>
  honest(call, event.type === 'cancel.requested' ? { ...event, type: 'removal.requested' } : event),
)

/** Asks for the roster whenever it has got it. */
export const neverContent: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  return event.type === 'roster.fetched'
    ? { ...result, effects: [...result.effects, { type: 'roster.fetch', id: `fetch/${event.fetch}/again`, fetch: 0 }] }
    : result
})

/** Does not take the call's end for true, whoever says it. */
export const deafToTheEnd: CallSystem = stepping((call, event) => {
  const isEnd = (event.type === 'call.reported' && event.state === 'terminated') || event.type === 'keepAlive.answered'
  return isEnd
    ? { call, effects: [], changes: [], outcome: { type: 'ignored', reason: 'notPossible' } }
    : honest(call, event)
})

/** Takes a DELETE that found nobody for the end of the call. */
export const endingWithOne: CallSystem = stepping((call, event) => {
  const isMissed = event.type === 'removal.answered' && event.answer.verdict === 'refused'
  return honest(call, isMissed ? { type: 'call.reported', state: 'terminated', at: event.at } : event)
})

/** Counts what it hears after the end. */
export const restlessAfterTheEnd: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  const isLate = call.state === 'terminated' && event.type === 'operation.reported'
  return isLate ? { ...result, call: { ...result.call, introduced: result.call.introduced + 1 } } : result
})

/** Looks at the clock, and then again, and again. */
export const watchingTheClock: CallSystem = stepping((call, event) => {
  const result = honest(call, event)
  return event.type === 'deadline.passed'
    ? { ...result, call: { ...result.call, deadlines: result.call.deadlines.set('refetch', event.at + 1_000) } }
    : result
})
