/**
 * The log: what a host does, step by step, as named records for the application's logger.
 *
 * Rule: no identities, names, numbers, tokens or bodies; calls and participants by their keys, results by their codes.
 * @module
 */
import type { Change } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { InboundEvent } from '../../call/model/events.ts'
import type { Batch } from '../actor/batch.ts'
import { callGuarded } from '../feed/guarded.ts'
import type { Delivery } from '../actor/mailbox.ts'
import type { EffectAnswer } from '../outbox/requests.ts'

/** Takes records: a stable name and fields. `console` is one; so is most any logger behind three lines. */
export interface Logger {
  debug(name: string, fields: LogFields): void
  info(name: string, fields: LogFields): void
  warn(name: string, fields: LogFields): void
  error(name: string, fields: LogFields): void
}

/** What a record says. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** What a host tells of its work; each method is one kind of record. */
export interface HostLog {
  /** Evidence that changed nothing, and why. */
  ignored(callId: string, batch: Batch, deliveries: readonly Delivery[]): void
  /** Observations of no call, which nobody can keep. */
  ofNoCall(observations: readonly InboundEvent[]): void
  /** A receipt for several calls that is stored for some of them only. */
  partlyStored(stored: readonly string[], failed: readonly string[]): void
  committed(callId: string, version: number, position: number, events: number): void
  changed(callId: string, changes: readonly Change[]): void
  conflicted(callId: string, attempt: number): void
  begun(callId: string, effect: RequestEffect, wasClaimed: boolean): void
  answered(callId: string, effect: RequestEffect, answer: EffectAnswer): void
  takenUp(callId: string): void
  /** A durable subscriber threw or rejected, or its place could not be read or written: it is told the same again. */
  subscriberFailed(
    cursor: string,
    fields: { readonly position: number | undefined; readonly failures: number; readonly retryInMs: number },
  ): void
  failed(error: unknown, callId?: string): void
}

/** A log for a logger; without one, nothing is said and nothing is built. */
export function createLog(logger: Logger | undefined): HostLog | undefined {
  if (logger === undefined) return undefined
  const say = (level: keyof Logger, name: string, fields: LogFields): void => {
    // A host goes on without its log; this is the last place there is to say so.
    callGuarded(
      () => logger[level](name, fields),
      (error) => console.error('rollcall: the logger threw', error),
    )
  }
  return {
    ignored(callId, { taken }, deliveries) {
      for (const delivery of deliveries) {
        const came = taken.get(delivery)
        if (came === undefined || 'error' in came) continue
        for (const [index, outcome] of came.outcomes.entries()) {
          if (outcome.type === 'ignored')
            say('debug', 'evidence.ignored', { callId, event: delivery.events[index]?.type, reason: outcome.reason })
        }
      }
    },
    ofNoCall(observations) {
      for (const { event } of observations) say('warn', 'evidence.ofNoCall', { event: event.type })
    },
    partlyStored: (stored, failed) =>
      say('warn', 'receipt.partlyStored', { stored: stored.join(' '), failed: failed.join(' ') }),
    committed: (callId, version, position, events) =>
      say('debug', 'commit.written', { callId, version, position, events }),
    changed(callId, changes) {
      for (const change of changes) {
        if (change.type === 'call.changed')
          say('info', 'call.changed', {
            callId,
            from: change.from,
            to: change.to,
            cause: change.ending?.cause,
            by: change.ending?.by,
            code: change.ending?.code,
            subcode: change.ending?.subcode,
          })
        else if (change.type === 'participant.changed' && change.from !== change.to) {
          const {
            key,
            from,
            to,
            ending,
            participant: { removal },
            evidence: { source },
          } = change
          say('info', 'participant.changed', {
            callId,
            key,
            from,
            to,
            removal,
            source,
            cause: ending?.cause,
            by: ending?.by,
            code: ending?.code,
            subcode: ending?.subcode,
          })
        }
      }
    },
    conflicted: (callId, attempt) => say('debug', 'commit.conflicted', { callId, attempt }),
    begun: (callId, { type, id }, wasClaimed) =>
      say('debug', 'request.begun', { callId, effect: type, id, wasClaimed }),
    answered(callId, { type, id }, answer) {
      const verdict = 'answer' in answer ? answer.answer : undefined
      const failure = verdict === undefined || verdict.verdict === 'done' ? undefined : verdict.failure
      const fields = {
        callId,
        effect: type,
        id,
        verdict: verdict?.verdict,
        status: failure?.status,
        code: failure?.code,
      }
      if (failure === undefined) say('debug', 'request.answered', fields)
      else say('warn', 'request.answered', fields)
    },
    takenUp: (callId) => say('info', 'call.takenUp', { callId }),
    subscriberFailed: (cursor, fields) => say('warn', 'subscriber.failed', { cursor, ...fields }),
    failed: (error, callId) =>
      say('error', 'host.failed', {
        callId,
        code: isRollcallError(error) ? error.code : undefined,
        error: error instanceof Error ? error.name : typeof error,
      }),
  }
}
