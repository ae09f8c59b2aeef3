import type { Call, Evidence } from './call.ts'
import type { Participant } from '../participant/participant.ts'
export interface Explanation { readonly participant: Participant; readonly evidence: readonly Evidence[]; readonly sentence: string }
/** The evidence behind a participant's present state; undefined when the call has no such participant. */
export function explain(_call: Call, _key: string): Explanation | undefined { throw new Error('stub') }
