/**
 * The recorder: the steps of one call of a live host, as the lines of a trace.
 *
 * Rule: if a step starts from another call than the recorder's last one — another host had the call meanwhile — the
 * trace records that call. Without it, the replay would differ.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import { checkArgument, method, options, readOptions } from '../call/codec/options.ts'
import { flag, optional } from '../call/codec/schema.ts'
import { encodeCall } from '../call/codec/codec.ts'
import { newCall } from '../call/step.ts'
import { Redactor } from './redaction.ts'
import { stepSource, type ObservedStep, type StepSource } from './source.ts'
import { plainEntry, plainHeader, type TraceEntry, type TraceHeader } from './trace.ts'

/** Records one call. */
export class TraceRecorder {
  readonly #callId: string
  readonly #redactor: Redactor | undefined
  #last: Call | undefined

  /** `callName` is the call's pseudonym in a redacted trace. */
  constructor(
    callId: string,
    {
      showIdentities = false,
      callName,
    }: { readonly showIdentities?: boolean | undefined; readonly callName?: string | undefined } = {},
  ) {
    this.#callId = callId
    this.#redactor = showIdentities ? undefined : new Redactor(callName)
  }

  /** The call after the last recorded step. */
  get call(): Call | undefined {
    return this.#last
  }

  /** The header of a trace that starts from the call. */
  header(from: Call): TraceHeader {
    const header = {
      callId: this.#callId,
      options: from.options,
      isRedacted: false,
      ...(isUntouched(from) ? {} : { start: encodeCall(from) }),
    }
    return this.#redactor === undefined ? header : this.#redactor.header(header)
  }

  /** The entries a step adds. */
  entriesOf({ event, before, result }: ObservedStep): readonly TraceEntry[] {
    const isLoaded = this.#last !== undefined && this.#last !== before && !isSame(this.#last, before)
    this.#last = result.call
    const entries: readonly TraceEntry[] = [
      ...(isLoaded ? [{ loaded: encodeCall(before), at: event.at }] : []),
      { event },
    ]
    const redactor = this.#redactor
    return redactor === undefined ? entries : entries.map((entry) => redactor.entry(entry))
  }
}

/** How a host is recorded. */
interface RecordingOptions {
  readonly showIdentities?: boolean | undefined
}

const shape = options<RecordingOptions>({ showIdentities: optional(flag) })

/**
 * Records every step of a live host, line by line as it happens; returns a function that stops it. The first line of a
 * call is its header: appended to one file per call, the lines are traces.
 * @throws TypeError for an option that does not exist, or that has not its type
 */
export function recordTraces(
  source: StepSource,
  write: (callId: string, line: string) => void,
  given: RecordingOptions = {},
): () => void {
  const { showIdentities = false } = readOptions('recordTraces', shape, given)
  checkArgument('recordTraces: the host', source, stepSource)
  checkArgument('recordTraces: the function that writes', write, method)
  const recorders = new Map<string, TraceRecorder>()
  let calls = 0
  return source.onStep((seen) => {
    const { callId, before, result } = seen
    let recorder = recorders.get(callId)
    const isNew = recorder === undefined
    if (isNew) calls += 1
    recorder ??= new TraceRecorder(callId, { showIdentities, callName: `call-${calls}` })
    recorders.set(callId, recorder)
    if (isNew) write(callId, JSON.stringify(plainHeader(recorder.header(before))))
    for (const entry of recorder.entriesOf(seen)) write(callId, JSON.stringify(plainEntry(entry)))
    if (result.call.state === 'terminated') recorders.delete(callId)
  })
}

function isUntouched(call: Call): boolean {
  return call.introduced === 0 && isSame(call, newCall(call.id, call.options))
}

function isSame(one: Call, other: Call): boolean {
  return JSON.stringify(encodeCall(one)) === JSON.stringify(encodeCall(other))
}
