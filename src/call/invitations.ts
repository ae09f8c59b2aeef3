import type { Call } from './call.ts'
import type { Invitee } from './events.ts'
/** After `invite.requested` was stepped: the key each invitee answers to, in the order of the request (an existing participant's where one was pending or present already). */
export function invitedKeys(_call: Call, _invitation: string, _invitees: readonly Invitee[]): readonly string[] { throw new Error('stub') }
