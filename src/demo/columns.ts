/**
 * Columns: texts of a given width, colours not counted.
 * @module
 */
import { stripVTControlCharacters } from 'node:util'

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

/** The text, filled up with spaces. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
