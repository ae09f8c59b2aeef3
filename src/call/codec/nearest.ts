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
  const mostEdits = Math.max(1, Math.floor(given.length / CHARACTERS_PER_EDIT))
  const near = candidates.flatMap((candidate) => {
    const spelling = plainSpelling(candidate)
    const edits = editsBetween(given, spelling)
    return edits > mostEdits ? [] : [{ candidate, edits, start: commonStart(given, spelling) }]
  })
  // Misspellings are rare at the beginning of a word: of two equally near, `sped` is `speed` and not `seed`.
  near.sort((one, other) => one.edits - other.edits || other.start - one.start)
  return near[0]?.candidate
}

/** How many characters both begin with. */
function commonStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
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
