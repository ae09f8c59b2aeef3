/**
 * Histories from traces: what a test, a crash or a bot in production has written down, as a test.
 *
 * `test('the call of last Tuesday', historyFromTrace(text).run)`
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { CallEvent } from '../../call/model/events.ts'
import type { CallOptions } from '../../call/model/options.ts'
import { countUnknown, isRedactedThroughout, readTrace, type TraceHeader } from '../../trace/trace.ts'
import type { Participant } from '../../participant/participant.ts'
import { LawBroken } from '../laws.ts'
import { checkOptions, withMethods, wordsOf } from '../options.ts'
import { rollcallSystem, type CallSystem } from '../system.ts'
import { monitorAll, stepMonitors, type MonitoredStep, type StepMonitorName } from '../step-monitors.ts'

/** A history that really happened. */
export interface TracedHistory {
  readonly callId: string
  readonly options: CallOptions
  readonly isRedacted: boolean
  /** A line broke off, as a crash leaves it, and was left out. */
  readonly isTorn: boolean
  /** How many lines are of a shape this version does not know, and were left out. */
  readonly unknownEntries: number
  readonly events: readonly CallEvent[]
  /** Every step, taken again. */
  readonly steps: readonly MonitoredStep[]
  /** The call at the end. */
  readonly call: Call
  /** Everybody who is remembered at the end, in the order they were introduced. */
  readonly participants: readonly Participant[]
  /** Holds the history to the laws. @throws LawBroken with the event that broke one */
  readonly run: () => void
}

/** What to hold a history to. */
export interface TracedHistoryOptions {
  /** What steps it. Default: the library's own. */
  readonly system?: CallSystem | undefined
  /** Which laws. Default: all that are about single steps. */
  readonly laws?: readonly StepMonitorName[] | undefined
}

const optionShapes = {
  system: withMethods('open', 'step', 'encode', 'decode'),
  laws: wordsOf(Object.keys(stepMonitors)),
}

/**
 * The history in the text of a `trace.jsonl`.
 * @throws RollcallError TRACE_INVALID | TRACE_NEWER; TypeError for an option that cannot be meant
 */
export function historyFromTrace(text: string, given: TracedHistoryOptions = {}): TracedHistory {
  checkOptions('historyFromTrace', given, optionShapes)
  const { system = rollcallSystem, laws } = given
  const trace = readTrace(text)
  const { callId, options, entries } = trace
  const events = entries.flatMap((entry) => ('event' in entry ? [entry.event] : []))
  const steps: MonitoredStep[] = []
  let call = beginningOf(system, trace)
  for (const entry of entries) {
    // The recording begins anew, and this is what it begins with.
    if ('begun' in entry) call = beginningOf(system, entry.begun)
    // Another host had it meanwhile, and this is what it left.
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
