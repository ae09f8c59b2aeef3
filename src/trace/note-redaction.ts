/**
 * Notes without identities: free text in which known ids, known names, and everything that looks like an address, a
 * number or an id is replaced.
 *
 * Rule: the time is linear in the length of the text. Notes and names come from outside; no text is searched once per
 * name, and no pattern backtracks over text it has passed.
 * @module
 */

/** Characters kept of a note. rollcall's own notes are sentences. */
export const NOTE_LIMIT = 10_000

/** Replaces removed text. */
export const REDACTED = '…'

/** Whole words, including the characters that may stand around an id in a sentence. */
const noteTokens = /[\p{L}\p{M}\p{N}_+.@:-]+/gu
const punctuation = '.:@-'

/**
 * Addresses, GUIDs, long numbers. An address must begin at the beginning of a word: otherwise a long word without an
 * `@` would be read to its end from each of its characters.
 */
const suspicious = /(?<![^\s@<>])[^\s@<>]+@[^\s@<>]+|[0-9a-f]{8}-[0-9a-f-]{27}|\+?\d{7,}/gi

/** Replaces the ids that `pseudonymOf` knows, the names, and everything that looks like an identity. */
export function redactNote(note: string, pseudonymOf: (id: string) => string | undefined, names: NameSet): string {
  const isCut = note.length > NOTE_LIMIT
  const kept = isCut ? note.slice(0, endOfWord(note)) : note
  const withoutIds = kept.replace(noteTokens, (token) => {
    let [from, to] = [0, token.length]
    while (from < to && punctuation.includes(token.charAt(from))) from += 1
    while (to > from && punctuation.includes(token.charAt(to - 1))) to -= 1
    const inner = token.slice(from, to)
    return pseudonymOf(token) ?? `${token.slice(0, from)}${pseudonymOf(inner) ?? inner}${token.slice(to)}`
  })
  return `${names.replaceIn(withoutIds).replace(suspicious, REDACTED)}${isCut ? REDACTED : ''}`
}

/** Part of an id would not be recognized: a long note is cut between words, or removed. */
function endOfWord(note: string): number {
  for (let end = NOTE_LIMIT; end > 0; end -= 1) if (/\s/.test(note.charAt(end))) return end
  return 0
}

/** Names to find in text, without searching for each of them. */
export class NameSet {
  /** By the first two characters and by length, longest first: "Ann Smith" leaves no "Smith" behind. */
  readonly #byBeginning = new Map<string, { readonly byLength: Map<number, Set<string>>; lengths: readonly number[] }>()

  /** Adds a name; single characters are skipped. */
  add(name: string): void {
    if (name.length <= 1) return
    const beginning = name.slice(0, 2)
    const known = this.#byBeginning.get(beginning) ?? { byLength: new Map<number, Set<string>>(), lengths: [] }
    const ofLength = known.byLength.get(name.length) ?? new Set<string>()
    ofLength.add(name)
    if (!known.byLength.has(name.length)) {
      known.byLength.set(name.length, ofLength)
      known.lengths = [...known.byLength.keys()].sort((one, other) => other - one)
    }
    this.#byBeginning.set(beginning, known)
  }

  /** The text without the names. */
  replaceIn(text: string): string {
    if (this.#byBeginning.size === 0) return text
    let [replaced, from] = ['', 0]
    for (let place = 0; place < text.length; place += 1) {
      const length = this.#lengthAt(text, place)
      if (length === undefined) continue
      replaced += text.slice(from, place) + REDACTED
      from = place + length
      place = from - 1
    }
    return replaced + text.slice(from)
  }

  #lengthAt(text: string, place: number): number | undefined {
    const known = this.#byBeginning.get(text.slice(place, place + 2))
    return known?.lengths.find((length) => known.byLength.get(length)?.has(text.slice(place, place + length)) === true)
  }
}
