/**
 * Labels: short names, durations and counts for people to read.
 * @module
 */
import { identityIds, type IdentitySet } from '../participant/identity.ts'

/** The display name, if known; otherwise the first id, shortened. */
export function nameOf(identity: IdentitySet): string {
  for (const kind of Object.keys(identity)) {
    const name = identity[kind]?.displayName?.trim()
    if (name !== undefined && name !== '') return name
  }
  const [id] = identityIds(identity)
  return id === undefined ? 'unknown' : shorten(id)
}

/** The name as it is shown to people: {@link nameOf}, with control characters escaped. */
export function shownName(identity: IdentitySet): string {
  return printable(nameOf(identity))
}

/** Text from outside: characters that control a terminal or the direction of text are escaped. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Longer ids are shortened. */
const LONGEST_ID = 20

/** A shortened id: GUIDs to their first group. */
export function shorten(id: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id)) return `${id.slice(0, 8)}…`
  return id.length > LONGEST_ID ? `${id.slice(0, LONGEST_ID - 1)}…` : id
}

/** A duration in milliseconds as text: `0.25 s`, `1:02.5`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '−' : ''
  const seconds = Math.abs(ms) / 1_000
  // The unit is that of the rounded number: no text says `60.00 s` or `1:60.0`.
  if (Number(seconds.toFixed(2)) < 60) return `${sign}${seconds.toFixed(2)} s`
  const rounded = Number(seconds.toFixed(1))
  const [hours, minutes] = [Math.floor(rounded / 3_600), Math.floor(rounded / 60) % 60]
  if (hours === 0) return `${sign}${minutes}:${(rounded % 60).toFixed(1).padStart(4, '0')}`
  return `${sign}${hours}:${String(minutes).padStart(2, '0')}:${String(Math.floor(rounded % 60)).padStart(2, '0')}`
}

/** A number with its noun. */
export function formatCount(
  count: number,
  noun: string,
  plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`,
): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
}
