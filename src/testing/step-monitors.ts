/**
 * Step monitors: what must hold for every single step of a call. Each monitor sees one step after the other and says what
 * is wrong.
 *
 * A monitor has state; make a new one for each history.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import { invariants } from '../call/invariants.ts'
import { isOpen, isPresent, type Participant } from '../participant/participant.ts'
import { checkArgument } from '../call/codec/options.ts'
import { wordsOf } from './options.ts'
import { jsonText } from './canonical-json.ts'
import { telling, announcing } from './change-monitors.ts'
import { asking } from './request-monitor.ts'
import { proof } from './proof-monitor.ts'
import { noUnaskedRemoval } from './removal-monitor.ts'
import type { StepMonitor } from './seen-step.ts'
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
      if (now.state !== was.state || jsonText(now.ending) !== jsonText(was.ending))
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
