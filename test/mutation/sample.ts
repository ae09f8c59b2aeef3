/**
 * A sample of places to break: short line ranges, drawn by a seed from all lines alike.
 * @module
 */
import { nextInteger, seedRandom } from '../../src/simulator/world/random.ts'

/** One range holds about so many mutants: the code has nearly one to a line. */
const RANGE_LINES = 4

/** Line ranges like `src/call/step.ts:40-43`, about `places` lines in all; the same seed draws the same. */
export function sampleRanges(
  files: readonly { readonly path: string; readonly lines: number }[],
  places: number,
  seed: number,
): readonly string[] {
  const random = seedRandom(String(seed))
  const total = files.reduce((sum, { lines }) => sum + lines, 0)
  return Array.from({ length: Math.ceil(places / RANGE_LINES) }, () => {
    let line = nextInteger(random, 0, total - 1)
    const file = files.find(({ lines }) => {
      if (line < lines) return true
      line -= lines
      return false
    })
    return `${file?.path ?? ''}:${line + 1}-${line + RANGE_LINES}`
  })
}
