/**
 * Columns: text padded to a width, colour codes not counted.
 * @module
 */
import { stripVTControlCharacters } from 'node:util'

/** The width of a text in columns. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

/** The text, padded with spaces. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
