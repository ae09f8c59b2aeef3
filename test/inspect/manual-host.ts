import type { Call, StepResult } from '../../src/call/model/call.ts'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import { openCall, step } from '../../src/call/step.ts'
import type { ObservedStep, StepSource } from '../../src/trace/source.ts'
import type { TraceEntry } from '../../src/trace/trace.ts'
import type { Message } from '../../src/testing/truth-model.ts'

/** A host of one call with manual steps and a manual clock. */
export class ManualHost implements StepSource {
  readonly entries: TraceEntry[] = []
  call: Call
  at = Date.UTC(2026, 0, 31, 12)
  readonly #listeners = new Set<(seen: ObservedStep) => void>()

  constructor(callId = '57dab8b1-894c-409a-b240-bd8beae78896') {
    this.call = openCall(callId)
  }

  onStep(listener: (seen: ObservedStep) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  take(message: Message, afterMs = 100): StepResult {
    this.at += afterMs
    const event = { ...message, at: this.at } as CallEvent
    const before = this.call
    const result = step(before, event)
    this.call = result.call
    this.entries.push({ event })
    for (const listener of this.#listeners) listener({ callId: before.id, event, before, result })
    return result
  }

  add(entry: TraceEntry): void {
    this.entries.push(entry)
  }
}

/** The bot's own roster entry. */
export const bot: RosterEntry = {
  id: 'bot',
  identity: { application: { id: 'app' } },
  isInLobby: false,
  isMuted: false,
}

/** A person's roster entry; the identity's id is a GUID derived from the number. */
export function person(number: number, displayName: string, entry: Partial<RosterEntry> = {}): RosterEntry {
  return {
    id: `person-${number}`,
    identity: { user: { id: userId(number), displayName } },
    isInLobby: false,
    isMuted: false,
    ...entry,
  }
}

/** A GUID derived from a number. */
export function userId(number: number): string {
  return `278405a3-f568-4b3e-b684-${String(number).padStart(12, '0')}`
}
