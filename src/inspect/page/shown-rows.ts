/**
 * Which rows of a timeline are shown, and the row of a moment.
 * @module
 */
import type { View } from '../deep-link.ts'
import type { Timeline } from '../../trace/timeline.ts'
import type { LadderRow } from '../../trace/ladder.ts'

/**
 * The rows shown. `_grown` makes signals recompute the rows when the timeline grows; `momentOf` is called only if
 * needed.
 */
export function shownRows(
  _grown: number,
  history: Timeline | undefined,
  { key, isNarrowed }: View,
  momentOf: () => number,
): readonly LadderRow[] {
  if (history === undefined) return []
  return isNarrowed && key !== undefined ? history.rowsAbout(key, momentOf()) : history.rows
}

/** Index of the first row of the last entry before the moment; -1 if there is none. */
export function rowPlace(rows: readonly LadderRow[], moment: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] as LadderRow).entry < moment) low = middle + 1
    else high = middle
  }
  const entry = rows[low - 1]?.entry
  let place = low - 1
  while (place > 0 && rows[place - 1]?.entry === entry) place -= 1
  return place
}
