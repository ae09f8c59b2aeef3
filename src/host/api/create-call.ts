/**
 * Creating a call: one request to the service, and the call it made in the store.
 *
 * Rule: an error after the service made the call says so, as the call exists.
 * @module
 */
import { callReportFields, verdictOf } from '../../call/codec/event-schema.ts'
import { json, object, text } from '../../call/codec/schema.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { CallEvent, CallReport } from '../../call/model/events.ts'
import type { EffectRunner } from '../outbox/effect-runner.ts'
import { callNotStored, requestRefused, requestUnconfirmed } from '../ports/errors.ts'
import type { Clock } from '../../time/clock.ts'
import type { CreateCallBody, CreatedCall, Transport } from '../ports/ports.ts'
import { readCallId } from './call-id.ts'
import type { ReadTraits } from './traits.ts'

/** What creating a call needs of its host. */
export interface CreationSettings {
  readonly transport: Transport
  readonly runner: EffectRunner
  readonly clock: Clock
  readonly traits: ReadTraits
  /** Stores the call's first events, also while the host closes. @throws RollcallError */
  readonly store: (callId: string, events: readonly CallEvent[]) => Promise<unknown>
}

const createdCallVerdict = verdictOf(object<CreatedCall>({ callId: text, ...callReportFields }, json))

/**
 * Has the service make a call, and stores it; resolves with its id.
 * @throws RollcallError REQUEST_INVALID | REQUEST_REFUSED | REQUEST_UNCONFIRMED, with `details.callId` when the service made
 * the call and it could not be stored
 */
export async function createCall(
  { transport, runner, clock, traits, store }: CreationSettings,
  body: CreateCallBody,
  signal: AbortSignal,
): Promise<string> {
  const verdict = await runner.run((request) => transport.createCall(body, request), createdCallVerdict, { signal })
  if (verdict.verdict === 'refused' && verdict.failure.code === 'REQUEST_INVALID')
    throw new RollcallError('REQUEST_INVALID', verdict.failure.message)
  if (verdict.verdict === 'refused') throw requestRefused('The service refused to create the call', verdict.failure, {})
  if (verdict.verdict === 'unconfirmed')
    throw requestUnconfirmed('The service did not confirm that it created the call', verdict.failure, {})
  const { callId: given, ...report } = verdict.value
  try {
    const callId = readCallId(given, traits)
    await store(callId, firstEventsOf({ ...report, state: report.state ?? 'establishing' }, clock.now()))
    return callId
  } catch (error) {
    throw callNotStored(traits.normaliseId(given), error)
  }
}

/** The events of a created call. A call that is established already has a past, which is fetched; the service knows the call. */
function firstEventsOf(report: CallReport, at: number): readonly CallEvent[] {
  if (report.state === 'establishing' || report.state === 'incoming') return [{ type: 'call.reported', ...report, at }]
  return [
    { type: 'call.adopted', at },
    { type: 'call.fetched', answer: { verdict: 'done', value: report }, at },
  ]
}
