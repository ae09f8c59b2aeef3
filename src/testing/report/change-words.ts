/**
 * The changes of a step, in words for a ladder.
 * @module
 */
import type { Call, StepResult } from '../../call/model/call.ts'
import type { Participant } from '../../participant/participant.ts'

/** A line for each move from one state, or one phase of a removal, to another. */
export function changeWords(before: Call, { changes }: StepResult, nameOf: (key: string) => string): readonly string[] {
  const latest = new Map<string, Participant>()
  return changes.flatMap((change) => {
    if (change.type !== 'participant.changed') return []
    const { key, to, ending, participant } = change
    const { removal } = participant
    const was = latest.get(key) ?? before.participants.get(key)
    latest.set(key, participant)
    if (was?.state === to && was.removal === removal) return []
    const from = was === undefined || was.state === to ? '' : `${was.state} → `
    const phase = removal === undefined || ending !== undefined ? '' : `, removal ${removal}`
    return [`${nameOf(key)}: ${from}${to}${phase}${ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`}`]
  })
}
