/**
 * Histories from traces: a trace that a test, a crash or a bot in production has written, as a test.
 *
 * `test('the call of last Tuesday', historyFromTrace(text).run)`
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { optional } from '../../call/codec/schema.ts'
import type { CallOptions } from '../../call/model/options.ts'
import { countUnknown, isRedactedThroughout, type TraceHeader } from '../../trace/trace.ts'
import { readTrace } from '../../trace/read-trace.ts'
import type { Participant } from '../../participant/participant.ts'
import { LawBroken } from '../laws.ts'
import { options, readOptions, withMethods } from '../../call/codec/options.ts'
import { wordsOf } from '../options.ts'
import { rollcallSystem, type CallSystem } from '../system.ts'
import { monitorAll, stepMonitors, type MonitoredStep, type StepMonitorName } from '../step-monitors.ts'

/** A recorded history. */
export interface TracedHistory {
  /** The call's id. */
  readonly callId: string
  /** The options of the call. */
  readonly options: CallOptions
  /** True if identities were replaced. */
  readonly isRedacted: boolean
  /** Whether the last line was incomplete, as after a crash, and was skipped. */
  readonly isTorn: boolean
  /** How many lines have a shape this version does not know, and were skipped. */
  readonly unknownEntries: number
  /** Every event, in order. */
  readonly events: readonly CallEvent[]
  /** Every step, repeated. */
  readonly steps: readonly MonitoredStep[]
  /** The call at the end. */
  readonly call: Call
  /** All remembered participants at the end, in the order of their introduction. */
  readonly participants: readonly Participant[]
  /** Checks the laws on the history. @throws LawBroken with the event that broke one */
  readonly run: () => void
}

/** Options of a recorded history. */
export interface TracedHistoryOptions {
  /** The system that steps it. Default: the library. */
  readonly system?: CallSystem | undefined
  /** The laws to check. Default: all laws of single steps. */
  readonly laws?: readonly StepMonitorName[] | undefined
}

const shape = options<TracedHistoryOptions>({
  system: optional(withMethods('open', 'step', 'encode', 'decode')),
  laws: optional(wordsOf(Object.keys(stepMonitors) as readonly StepMonitorName[])),
})

/**
 * The history in the text of a `trace.jsonl`.
 * @throws RollcallError TRACE_INVALID | TRACE_NEWER; TypeError for an invalid option
 */
export function historyFromTrace(text: string, given: TracedHistoryOptions = {}): TracedHistory {
  const { system = rollcallSystem, laws } = readOptions('historyFromTrace', shape, given)
  const trace = readTrace(text)
  const { callId, options, entries } = trace
  const events = entries.flatMap((entry) => ('event' in entry ? [entry.event] : []))
  const steps: MonitoredStep[] = []
  let call = beginningOf(system, trace)
  for (const entry of entries) {
    // The recording starts anew with this call.
    if ('begun' in entry) call = beginningOf(system, entry.begun)
    // Another host stepped the call meanwhile; this is its result.
    if ('loaded' in entry) call = system.decode(entry.loaded)
    if (!('event' in entry)) continue
    const { event } = entry
    const result = system.step(call, event)
    steps.push({ before: call, event, result })
    call = result.call
  }
  return {
    callId,
    options,
    events,
    steps,
    call,
    isRedacted: isRedactedThroughout(trace),
    isTorn: trace.isTorn === true,
    unknownEntries: countUnknown(trace),
    participants: [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal),
    run() {
      const watch = monitorAll(system, laws)
      for (const [index, seen] of steps.entries()) {
        const wrong = watch(seen)
        if (wrong !== undefined)
          throw new LawBroken(`${wrong}, at event ${index + 1} of ${steps.length}: ${JSON.stringify(seen.event)}`)
      }
    },
  }
}

function beginningOf(system: CallSystem, { callId, options, start }: TraceHeader): Call {
  return start === undefined ? system.open(callId, options) : system.decode(start)
}
