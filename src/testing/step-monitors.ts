/**
 * Step monitors: what must hold for every single step of a call. Each monitor sees one step after the other and says what
 * is wrong.
 *
 * A monitor has state; make a new one for each history.
 * @module
 */
import type { Call, Change, ParticipantChange } from '../call/model/call.ts'
import type { CallEvent, RosterEntry } from '../call/model/events.ts'
import { invariants } from '../call/invariants.ts'
import { factNames } from '../participant/facts.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isOpen, isPresent, type Participant } from '../participant/participant.ts'
import { checkArgument } from '../call/codec/options.ts'
import { wordsOf } from './options.ts'
import { proof } from './proof-monitor.ts'
import { noUnaskedRemoval } from './removal-monitor.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'
import { suspicion } from './suspicion-monitor.ts'
import type { CallSystem } from './system.ts'

export type { MonitoredStep, StepMonitor } from './seen-step.ts'

const totality =
  (): StepMonitor =>
  ({ event, result }) => {
    const isAnswered = result.outcome.type === 'applied' || result.outcome.type === 'ignored'
    return isAnswered ? undefined : `${event.type} had no outcome`
  }

const absorption =
  (): StepMonitor =>
  ({ before, result, event }) => {
    if (result.call === before) return undefined
    for (const was of before.participants.values()) {
      if (isOpen(was)) continue
      const now = result.call.participants.get(was.key)
      if (now === undefined || now === was) continue
      if (now.state !== was.state || text(now.ending) !== text(was.ending))
        return `${event.type} moved ${was.key}, who had ended`
    }
    for (const now of result.call.participants.values()) {
      if (isOpen(now) !== (now.ending === undefined))
        return `${now.key} is ${now.state} and has ${now.ending === undefined ? 'no' : 'an'} ending`
    }
    return undefined
  }

const idempotence =
  (system: CallSystem): StepMonitor =>
  ({ event, result }) => {
    const again = system.step(result.call, event)
    if (again.changes.length > 0) return `a second ${event.type} changed something`
    // A host that resumes a call twice queries an unknown call twice, which is harmless.
    return again.effects.some(({ type }) => type !== 'call.fetch')
      ? `a second ${event.type} requested something`
      : undefined
  }

const oneDelete = (): StepMonitor => {
  const inFlight = new Map<string, number>()
  return ({ event, result }) => {
    for (const change of result.changes) if (change.type === 'participant.forgotten') inFlight.delete(change.key)
    if (event.type === 'removal.answered' && inFlight.get(event.key) === event.attempt) inFlight.delete(event.key)
    for (const effect of result.effects) {
      if (effect.type !== 'participant.delete') continue
      if (inFlight.has(effect.key)) return `a second DELETE was sent for ${effect.key} while one was in flight`
      inFlight.set(effect.key, effect.attempt)
    }
    return undefined
  }
}

const oneInvite = (): StepMonitor => {
  const posted = new Set<string>()
  return ({ before, result }) => {
    // The invitation is dropped with the tombstone; hosts do not repeat an intent after so long.
    for (const change of result.changes)
      if (change.type === 'participant.forgotten') posted.delete(before.participants.get(change.key)?.invitation ?? '')
    for (const effect of result.effects) {
      if (effect.type !== 'participants.invite') continue
      if (posted.has(effect.invitation)) return `the invitation ${effect.invitation} was posted twice`
      posted.add(effect.invitation)
    }
    return undefined
  }
}

/** A key names one participant of a call, also long after the tombstone was dropped. */
const oneKey = (): StepMonitor => {
  const ordinals = new Map<string, number>()
  return ({ event, result }) => {
    for (const change of result.changes) {
      if (change.type !== 'participant.changed') continue
      const {
        key,
        participant: { ordinal },
      } = change
      if ((ordinals.get(key) ?? ordinal) !== ordinal) return `${event.type} gave the key ${key} to another participant`
      ordinals.set(key, ordinal)
    }
    return undefined
  }
}

/**
 * Only a fenced snapshot may bring back an id that has ended, and then as another participant. A participant whose tombstone has
 * expired is forgotten: a report of its id is about a new one.
 */
const noResurrection =
  (): StepMonitor =>
  ({ before, event, result }) => {
    if (event.type === 'roster.fetched' || result.call === before) return undefined
    const { tombstoneMs } = before.options
    const isRemembered = ({ ending }: Participant): boolean =>
      ending !== undefined && ending.at + tombstoneMs >= Math.max(before.at ?? 0, event.at ?? 0)
    const gone = new Set([...before.participants.values()].filter(isRemembered).map(({ id }) => id))
    gone.delete(undefined)
    // An application that invites a participant by an id expects them under that id.
    for (const one of before.participants.values()) if (isOpen(one)) gone.delete(one.participantId)
    if (gone.size === 0) return undefined
    for (const now of result.call.participants.values()) {
      const isBack =
        isPresent(now) && now.id !== undefined && gone.has(now.id) && before.participants.get(now.key)?.id !== now.id
      if (isBack) return `${event.type} brought the id ${now.id} back`
    }
    return undefined
  }

/** Participants who are present when the monitor starts count as joined. */
const conservation = (): StepMonitor => {
  let present: Set<string> | undefined
  let joined = 0
  let left = 0
  return ({ before, result, event }) => {
    if (present === undefined) {
      present = new Set([...before.participants.values()].filter(isPresent).map(({ key }) => key))
      joined = present.size
    }
    for (const change of result.changes) {
      if (change.type !== 'participant.changed') continue
      if (isPresent(change.participant) && !present.has(change.key)) {
        present.add(change.key)
        joined += 1
      } else if (!isPresent(change.participant) && present.delete(change.key)) left += 1
    }
    const there = [...result.call.participants.values()].filter(isPresent).length
    return joined - left === there
      ? undefined
      : `after ${event.type}: ${joined} joined, ${left} ended, but ${there} are present`
  }
}

const quietAfterTheEnd =
  (): StepMonitor =>
  ({ before, event, result }) => {
    if (before.state === 'terminated' && result.effects.length > 0)
      return `${event.type} requested something after the end`
    const isOver = result.call.state === 'terminated'
    return isOver && [...result.call.participants.values()].some(isOpen)
      ? 'a participant is open in a call that has ended'
      : undefined
  }

/** Every change of a participant has a reason that can be explained. */
const evidence =
  (): StepMonitor =>
  ({ event, result }) => {
    for (const change of result.changes) {
      if (change.type === 'participant.changed' && (change.evidence.source === '' || change.evidence.note === ''))
        return `${event.type} changed ${change.key} without a reason that can be explained`
    }
    return undefined
  }

/**
 * Requests of the application become requests to the service in the same step, an invite for exactly the new invitees.
 * Nothing else is requested: where the application only cancelled, no DELETE is sent for a participant who is present.
 */
const asking = (): StepMonitor => {
  const cancelled = new Set<string>()
  let hasRemoved = false
  return (seen) => {
    const { event, result } = seen
    if (result.outcome.type !== 'applied') return undefined
    if (event.type === 'cancel.requested') cancelled.add(event.key)
    // The removal of one entry may be inherited by another.
    if (event.type === 'removal.requested') hasRemoved = true
    return (hasRemoved ? undefined : strayDelete(result, cancelled)) ?? unasked(seen)
  }
}

function strayDelete({ call, effects }: MonitoredStep['result'], cancelled: ReadonlySet<string>): string | undefined {
  for (const effect of effects) {
    const one =
      effect.type === 'participant.delete' && cancelled.has(effect.key) ? call.participants.get(effect.key) : undefined
    if (one !== undefined && isPresent(one))
      return `a DELETE was sent for ${one.key}, who is ${one.state} and was only to be cancelled`
  }
  return undefined
}

const unasked: StepMonitor = ({ before, event, result }) => {
  const { effects, changes } = result
  switch (event.type) {
    case 'invite.requested': {
      const asked = effects.flatMap((effect) =>
        effect.type === 'participants.invite' && effect.invitation === event.invitation
          ? effect.invitees.map(({ identity }) => text(identity))
          : [],
      )
      const keys = new Set(
        changes.flatMap((change) =>
          change.type === 'participant.changed' && !before.participants.has(change.key) ? [change.key] : [],
        ),
      )
      const introduced = [...keys].map((key) => text(result.call.participants.get(key)?.identity))
      return text(asked) === text(introduced)
        ? undefined
        : `the invitation ${event.invitation} is for ${introduced.length} and was posted for ${asked.length}`
    }
    case 'mute.requested':
      return effects.some(
        (effect) => effect.type === 'participant.mute' && effect.clientContext === event.clientContext,
      )
        ? undefined
        : `the mute of ${event.key} was not requested`
    case 'hangUp.requested':
      return effects.some(({ type }) => type === 'call.hangUp') ? undefined : 'the hang-up was not requested'
    default:
      return undefined
  }
}

/**
 * Announced changes match what happened: each continues from the last announced state, once, without omission; no
 * presence is announced that is over.
 */
const telling =
  (): StepMonitor =>
  ({ before, event, result }) => {
    const latest = new Map<string, Participant | undefined>()
    for (const [index, change] of result.changes.entries()) {
      if (result.changes.slice(0, index).some((earlier) => text(earlier) === text(change)))
        return `${event.type} announced the same change twice`
      if (change.type === 'call.changed') {
        if (change.from !== before.state || change.to !== result.call.state)
          return `${event.type} went from ${before.state} to ${result.call.state}, and is announced as from ${change.from} to ${change.to}`
        continue
      }
      const { key } = change
      const was = latest.has(key) ? latest.get(key) : before.participants.get(key)
      latest.set(key, change.type === 'participant.changed' ? change.participant : undefined)
      if (change.type === 'participant.forgotten') continue
      // Evidence that moved no participant is announced as well.
      const from = change.participant === was ? was.state : announcedStateOf(was)
      if (change.from !== from || change.to !== change.participant.state)
        return `${event.type} took ${key} from ${from ?? 'nothing'} to ${change.participant.state}, and is announced as from ${change.from ?? 'nothing'} to ${change.to}`
      const wrong = judgeFacts(was, change)
      if (wrong !== undefined) return `${event.type} ${wrong}`
    }
    for (const [key, now] of result.call.participants) {
      const told = latest.has(key) ? latest.get(key) : before.participants.get(key)
      if (told !== now && text(told) !== text(now)) return `${event.type} changed ${key} without announcing it`
    }
    return announcedInVain(result.changes, result.call, event)
  }

/** No presence is announced that the same step knows to be over: only the ending is announced. */
function announcedInVain(changes: readonly Change[], { participants }: Call, event: CallEvent): string | undefined {
  for (const change of changes) {
    if (change.type !== 'participant.changed' || !change.isAnnounced || !isPresent(change.participant)) continue
    const now = participants.get(change.key)
    if (now === undefined || !isPresent(now))
      return `${event.type} announced ${change.key} as ${change.to}, who is not present after it`
  }
  return undefined
}

/** A change of facts in an announced state names the facts that differ, also in its evidence. */
function judgeFacts(
  was: Participant | undefined,
  { key, from, to, facts = [], participant, evidence }: ParticipantChange,
): string | undefined {
  const isKnown = was !== undefined && from === to && participant.announcedState === undefined
  const changed = isKnown ? factNames.filter((name) => text(was[name]) !== text(participant[name])) : []
  if (text(facts) !== text(changed))
    return `changed ${text(changed)} of ${key}, and is announced as having changed ${text(facts)}`
  return facts.length === 0 || text(evidence.facts) === text(facts)
    ? undefined
    : `changed ${text(facts)} of ${key} by evidence of ${text(evidence.facts)}`
}

/** What the application knows about a participant: an arrival during their removal is not announced (rule 2). */
function announcedStateOf(one: Participant | undefined): Participant['state'] | undefined {
  return one?.announcedState === undefined ? one?.state : (one.announcedState ?? undefined)
}

/**
 * No participant is announced as present whom no roster has shown, under any name. A participant of whom only the
 * departure is reported is announced once, as removed.
 */
const announcing =
  (): StepMonitor =>
  ({ before, event, result }) => {
    for (const change of result.changes) {
      if (change.type !== 'participant.changed' || !change.isAnnounced || !isPresent(change.participant)) continue
      const was = before.participants.get(change.key)
      if (was !== undefined && isPresent(was)) continue
      const isShown = entriesOf(event).some(
        (entry) => entry.removed === undefined && isAbout(entry, change.participant),
      )
      const wasShown = [...before.participants.values()].some(
        ({ key, id }) => key !== change.key && id !== undefined && id === change.participant.id,
      )
      if (!isShown && !wasShown && was?.announcedState === undefined)
        return `${event.type} announced ${change.key} as ${change.to}, whom no roster has shown`
    }
    return undefined
  }

function entriesOf(event: CallEvent): readonly RosterEntry[] {
  if (event.type === 'roster.reported') return event.entries
  return event.type === 'roster.fetched' && event.answer.verdict === 'done' ? event.answer.value.entries : []
}

function isAbout({ id, identity }: RosterEntry, one: Participant): boolean {
  return id === undefined || one.id === undefined ? isSameIdentity(identity, one.identity) : id === one.id
}

/** An open call with any knowledge has a deadline: without news it queries again. */
const attending =
  (): StepMonitor =>
  ({ event, result: { call } }) => {
    // A hang-up under way waits for its own answer.
    const isOpenCall = call.state !== 'unknown' && call.state !== 'terminated' && call.hangUpRequestedAt === undefined
    return isOpenCall && call.deadlines.size === 0
      ? `after ${event.type} the call is ${call.state} and has no deadline: it will never be queried again`
      : undefined
  }

/** An ignored event returns the same call without effects; an applied event has some result. */
const ignoring =
  (): StepMonitor =>
  ({ before, event, result: { call, effects, changes, outcome } }) => {
    const isNothing = call === before && effects.length === 0 && changes.length === 0
    if (outcome.type === 'ignored' && !isNothing)
      return `${event.type} was ignored, and ${call === before ? 'it had a result' : 'another call was returned'}`
    return outcome.type === 'applied' && isNothing ? `${event.type} was applied, and had no result` : undefined
  }

const soundness =
  (): StepMonitor =>
  ({ before, result }) =>
    result.call === before ? undefined : invariants(result.call)[0]

/** The monitors by the names of their laws; `soundness` checks the invariants of the library's own call. */
export const stepMonitors = {
  totality,
  ignoring,
  absorption,
  idempotence,
  proof,
  oneDelete,
  oneInvite,
  oneKey,
  noUnaskedRemoval,
  noResurrection,
  suspicion,
  conservation,
  quietAfterTheEnd,
  asking,
  telling,
  announcing,
  attending,
  evidence,
  soundness,
} as const satisfies Record<string, (system: CallSystem) => StepMonitor>

/** The name of a monitor. */
export type StepMonitorName = keyof typeof stepMonitors

/**
 * Several monitors as one: reports the first error, with the name of its law. If a step does not continue from the one
 * before, because another host had its turn, the monitors start anew.
 */
export function monitorAll(
  system: CallSystem,
  names: readonly StepMonitorName[] = Object.keys(stepMonitors) as StepMonitorName[],
): StepMonitor {
  checkArgument('watchAll: the second argument', names, wordsOf(Object.keys(stepMonitors)))
  const make = (): readonly (readonly [StepMonitorName, StepMonitor])[] =>
    names.map((name) => [name, stepMonitors[name](system)] as const)
  let made = make()
  let latest: Call | undefined
  return (seen) => {
    if (latest !== undefined && latest !== seen.before) made = make()
    latest = seen.result.call
    for (const [name, watch] of made) {
      const wrong = watch(seen)
      if (wrong !== undefined) return `${name}: ${wrong}`
    }
    return undefined
  }
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}
