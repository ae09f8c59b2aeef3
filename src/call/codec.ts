import type { Call } from './call.ts'
/** Everything but the participants, as JSON; its size does not follow the roster. */
export function encodeCore(_call: Call): unknown { throw new Error('stub') }
/** One participant (with their evidence) as JSON. */
export function encodeParticipant(_call: Call, _key: string): unknown { throw new Error('stub') }
/** @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER */
export function decodeParts(_core: unknown, _participants: Iterable<readonly [string, unknown]>): Call { throw new Error('stub') }
/** The whole call as one JSON value with a schema version. */
export function encodeCall(_call: Call): unknown { throw new Error('stub') }
/** @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER */
export function decodeCall(_value: unknown): Call { throw new Error('stub') }
