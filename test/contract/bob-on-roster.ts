/**
 * Bob as the service writes him on a roster.
 * @module
 */
import { bobId, person } from './stage.ts'

/** Bob's roster id. */
export const bobIs = 'aaaaaaaa-0000-0000-0000-00000000000b'

/** Bob's roster entry, with another `info` and other properties. */
export function bobAt(
  info: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): ReturnType<typeof person> {
  const entry = person(bobIs, bobId, more)
  return { ...entry, info: { ...(entry['info'] as object), ...info } }
}
