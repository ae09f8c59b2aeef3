/**
 * The documented samples in `payloads/`: published by Microsoft, transcribed with their mistakes.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('payloads/', import.meta.url)

/** The names of all samples. */
export const payloadNames: readonly string[] = readdirSync(folder)
  .filter((name) => !name.endsWith('.md'))
  .sort()

/** A sample's text. */
export function payloadText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

/** A sample, parsed. */
export function payload(name: string): any {
  return JSON.parse(payloadText(name))
}
