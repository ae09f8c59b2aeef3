/**
 * Resource URLs: the call of a notification, and the resource below it.
 *
 * Rule: absolute or not, with or without version, under `/communications` or `/app`, in path (`calls/{id}`) or key
 * (`calls('{id}')`) notation, in any casing: all have been documented or observed.
 * @module
 */
import { normaliseId } from './ids.ts'

/** A resource under a call. */
export interface CallResource {
  readonly callId: string
  /** The segments below the call, ids as they came: `['operations', '{id}']`. */
  readonly below: readonly string[]
}

const namespaces = new Set(['communications', 'app'])
const versions = new Set(['v1.0', 'beta'])

/** The call and the part of it a URL names; undefined when it names no call. */
export function readResourceUrl(url: string): CallResource | undefined {
  const segments = url
    .trim()
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(/[?#].*$/s, '')
    .replace(/\('([^'/]*)'\)/g, '/$1')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode)
  const is = (index: number, names: ReadonlySet<string>): boolean => names.has((segments[index] ?? '').toLowerCase())
  let next = 0
  if (is(next, versions)) next += 1
  if (is(next, namespaces)) next += 1
  if (segments[next]?.toLowerCase() !== 'calls') return undefined
  const callId = normaliseId(segments[next + 1] ?? '')
  return callId === '' ? undefined : { callId, below: segments.slice(next + 2) }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // not an encoding: the text itself is the id
  }
}
