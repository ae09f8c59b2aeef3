/**
 * Call ids as the application and edges give them, in the spelling of the service; keys of participants as the application
 * gives them.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { callIdFault } from '../../call/model/ids.ts'
import type { ReadTraits } from './traits.ts'

/** The id, normalised. @throws RollcallError REQUEST_INVALID for an id that no URL can hold @throws TypeError */
export function readCallId(callId: unknown, { normaliseId }: Pick<ReadTraits, 'normaliseId'>): string {
  if (typeof callId !== 'string') throw new TypeError('callId: expected a string')
  const normalised = normaliseId(callId)
  const fault = callIdFault(normalised)
  if (fault !== undefined) throw new RollcallError('REQUEST_INVALID', `callId: expected ${fault}.`, { expected: fault })
  return normalised
}

/** The key of a participant. @throws TypeError for a value that is not a string */
export function readKey(key: unknown): string {
  if (typeof key !== 'string') throw new TypeError('key: expected the key of a participant, a string')
  return key
}
