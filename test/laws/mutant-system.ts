/**
 * How a mutant is made of the library: its step, or the result of it, changed.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import type { LawName } from '../../src/testing/laws.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { isPresent, type Participant } from '../../src/participant/participant.ts'

/** The step of a system. */
export type Step = CallSystem['step']

/** The library with another step. */
export function stepping(step: Step): CallSystem {
  return { ...rollcallSystem, step }
}

/** The library's own step. */
export const honest = rollcallSystem.step

/** The call with every participant changed. */
export function withParticipants(call: Call, change: (participant: Participant) => Participant): Call {
  return {
    ...call,
    participants: persistentMap(
      [...call.participants].map(([key, participant]) => [key, change(participant)] as const),
    ),
  }
}

/** The library, asking for the removal of participants of its own accord. */
export function removingToo(
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

/** The value without a field. */
export function without<T extends object, F extends keyof T>(value: T, field: F): T {
  const { [field]: _, ...rest } = value
  return rest as T
}

/** A mutant of a single law: the mistake it makes, and the seed that shows it. */
export interface SubtleMutant {
  readonly law: LawName
  readonly mistake: string
  readonly seed?: number
  readonly system: CallSystem
}
