/**
 * The path of one participant through the statechart, as ids of the drawn chart.
 * @module
 */
import { drawnEdge, edgeId, stateId } from './diagram.ts'
import type { Conclusion, LadderRow } from '../trace/ladder.ts'

/** The parts of a drawn chart to highlight. */
export interface ChartPath {
  /** Ids of the current states, outer before inner. */
  readonly lit: readonly string[]
  /** Ids of the states the participant has left. */
  readonly passed: ReadonlySet<string>
  /** Ids of the edges taken. */
  readonly taken: ReadonlySet<string>
  /** The edge taken last. */
  readonly latest?: string | undefined
}

/** Every participant starts here, uninvited ones too: they move on in the same step. */
const startPath = ['invited', 'idle'] as const

/** The path given by the rows about a participant before the moment. */
export function chartPath(rows: readonly LadderRow[], key: string, moment: number): ChartPath {
  const passed = new Set<string>()
  const taken = new Set<string>()
  let latest: string | undefined
  let place: readonly string[] = startPath
  let isIntroduced = false
  for (const row of rows) {
    if (row.entry >= moment) break
    for (const conclusion of row.conclusions) {
      if (conclusion.key !== key) continue
      const next = placeOf(conclusion)
      isIntroduced = true
      for (const id of idsOf(place)) passed.add(id)
      if (next.join() === place.join()) continue
      latest = edgeId(drawnEdge(place, next))
      taken.add(latest)
      place = next
    }
  }
  return { lit: isIntroduced ? idsOf(place) : [], passed, taken, latest }
}

function placeOf({ to, removal }: Conclusion): readonly string[] {
  return to === 'removed' || to === 'cancelled' ? [to] : [to, removal ?? 'idle']
}

function idsOf(path: readonly string[]): readonly string[] {
  return path.map((_, level) => stateId(path.slice(0, level + 1)))
}
