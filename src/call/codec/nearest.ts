/**
 * Nearest word: what a misspelt name was probably meant to be.
 *
 * A function of its own, not a package: the names compared have a few dozen characters, so that none of the speed of a
 * package is needed, and the pure core stays free of another dependency.
 * @module
 */

/** The most characters of a word that are compared: words come from outside, and the effort is quadratic. */
const COMPARED = 80

/** One edit for so many characters of a word still counts as a misspelling. */
const CHARACTERS_PER_EDIT = 3

/** The candidate that the word is a misspelling of, or undefined when none is near. Case, `-` and `_` do not count. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  const given = plainSpelling(word)
  let best: { readonly candidate: string; readonly edits: number } | undefined
  for (const candidate of candidates) {
    const edits = editsBetween(given, plainSpelling(candidate))
    if (edits < (best?.edits ?? Infinity)) best = { candidate, edits }
  }
  const mostEdits = Math.max(1, Math.floor(given.length / CHARACTERS_PER_EDIT))
  return best !== undefined && best.edits <= mostEdits ? best.candidate : undefined
}

function plainSpelling(word: string): string {
  return word
    .slice(0, COMPARED)
    .replaceAll(/[-_\s]/g, '')
    .toLowerCase()
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (optimal string alignment). */
function editsBetween(one: string, other: string): number {
  let previous: readonly number[] = []
  let current: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      next[column] = Math.min(
        (current[column] as number) + 1,
        (next[column - 1] as number) + 1,
        (current[column - 1] as number) + (isSame ? 0 : 1),
        isSwap ? (previous[column - 2] as number) + 1 : Infinity,
      )
    }
    previous = current
    current = next
  }
  return current[other.length] as number
}
