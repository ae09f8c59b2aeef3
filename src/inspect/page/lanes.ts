/**
 * Which participants have a lane of their own in the ladder: as many as the panel has room for.
 * @module
 */
import type { Call } from '../../call/model/call.ts'

/** The lanes of the ladder. */
export interface Lanes {
  /** Keys of the participants with their own lane, in order. */
  readonly keys: readonly string[]
  /** Whether a shared lane follows, for all other participants. */
  readonly hasOthers: boolean
}

/** Widths in pixels: the time, the least for a message, a lane, the shared lane. */
export const laneWidths = { time: 68, message: 230, lane: 112, others: 168 } as const

/** How many participants have their own lane at most; more would be too many to follow. */
const MOST_LANES = 8

/** The lanes for participants in a panel of a width in pixels. */
export function lanesFor(
  participants: Call['participants'] | undefined,
  key: string | undefined,
  isNarrowed: boolean,
  width: number,
): Lanes {
  if (isNarrowed && key !== undefined) return { keys: [key], hasOthers: false }
  if (participants === undefined || participants.size === 0) return { keys: [], hasOthers: false }
  const room = width - laneWidths.time - laneWidths.message
  if (participants.size <= Math.min(MOST_LANES, Math.floor(room / laneWidths.lane))) {
    // The chosen participant's lane comes first, next to the messages.
    const all = [...participants.values()].sort(
      (one, other) => Number(other.key === key) - Number(one.key === key) || one.ordinal - other.ordinal,
    )
    return { keys: all.map((participant) => participant.key), hasOthers: false }
  }
  const isChosenShown = key !== undefined && participants.has(key) && room >= laneWidths.lane + laneWidths.others
  return { keys: isChosenShown ? [key] : [], hasOthers: true }
}
