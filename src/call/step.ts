import type { Call, StepResult } from './call.ts'
import type { CallEvent } from './events.ts'
import type { CallOptions } from './options.ts'
/** A call about which nothing is known yet. */
export function openCall(_id: string, _options: Partial<CallOptions> = {}): Call { throw new Error('stub') }
/** Applies one event. Pure and total: never throws for any event of the type. */
export function step(_call: Call, _event: CallEvent): StepResult { throw new Error('stub') }
