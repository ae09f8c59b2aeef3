/**
 * A bot that connects people to the first who answers: only one stays. Everyone else is cancelled while they ring, and
 * removed if they answer as well.
 */
import { isBeingRemoved, isOpen, isPresent, type Participant, type Rollcall } from 'rollcall'

/** Watches a call and removes everyone but the first participant. Returns what stops it. */
export function keepFirst(rollcall: Rollcall, callId: string): () => void {
  const call = rollcall.call(callId)

  async function removeOthers(): Promise<void> {
    const open = [...(await call.read()).participants.values()].filter(isOpen)
    const [first] = open.filter((one) => isPresent(one) && !isBeingRemoved(one)).sort(byArrival)
    if (first === undefined) return
    const others = open.filter((one) => one.key !== first.key && !isBeingRemoved(one))
    await Promise.all(others.map(({ key }) => call.remove(key)))
  }

  const look = (): void => void removeOthers().catch(() => undefined) // the next change looks again
  look()
  return rollcall.subscribe(look)
}

function byArrival(one: Participant, other: Participant): number {
  return (one.activeAt ?? Infinity) - (other.activeAt ?? Infinity)
}
