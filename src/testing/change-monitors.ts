/**
 * The monitors of changes: each change is announced once, as it happened, and no presence that no roster has shown.
 * @module
 */
import type { Call, Change, ParticipantChange } from '../call/model/call.ts'
import type { CallEvent, RosterEntry } from '../call/model/events.ts'
import { factNames } from '../participant/facts.ts'
import { isSameIdentity } from '../participant/identity.ts'
import { isPresent, type Participant } from '../participant/participant.ts'
import { jsonText } from './canonical-json.ts'
import type { StepMonitor } from './seen-step.ts'

/**
 * Announced changes match what happened: each continues from the last announced state, once, without omission; no
 * presence is announced that is over.
 */
export const telling =
  (): StepMonitor =>
  ({ before, event, result }) => {
    const latest = new Map<string, Participant | undefined>()
    for (const [index, change] of result.changes.entries()) {
      if (result.changes.slice(0, index).some((earlier) => jsonText(earlier) === jsonText(change)))
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
      if (told !== now && jsonText(told) !== jsonText(now)) return `${event.type} changed ${key} without announcing it`
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
  const changed = isKnown ? factNames.filter((name) => jsonText(was[name]) !== jsonText(participant[name])) : []
  if (jsonText(facts) !== jsonText(changed))
    return `changed ${jsonText(changed)} of ${key}, and is announced as having changed ${jsonText(facts)}`
  return facts.length === 0 || jsonText(evidence.facts) === jsonText(facts)
    ? undefined
    : `changed ${jsonText(facts)} of ${key} by evidence of ${jsonText(evidence.facts)}`
}

/** What the application knows about a participant: an arrival during their removal is not announced (rule 2). */
function announcedStateOf(one: Participant | undefined): Participant['state'] | undefined {
  return one?.announcedState === undefined ? one?.state : (one.announcedState ?? undefined)
}

/**
 * No participant is announced as present whom no roster has shown, under any name. A participant of whom only the
 * departure is reported is announced once, as removed.
 */
export const announcing =
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
