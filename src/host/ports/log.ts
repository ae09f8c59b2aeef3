/**
 * The log: what a host reports of its work, step by step, and the logger of the application that takes it.
 *
 * Rule: no identities, names, numbers, tokens or bodies; calls and participants by their keys, results by their codes.
 * @module
 */
import type { Change, IgnoredReason } from '../../call/model/call.ts'
import type { CallEvent, InboundEvent, Verdict } from '../../call/model/events.ts'

/** Takes records: a stable name and fields. `console` is one; most loggers are one behind three lines. */
export interface Logger {
  /** Takes a record of routine work: commits, requests, ignored evidence. */
  debug(name: string, fields: LogFields): void
  /** Takes a record of what an operator may want to follow: changes of states, resumed calls. */
  info(name: string, fields: LogFields): void
  /** Takes a record of what did not go as asked for: refusals, unconfirmed requests, dropped events. */
  warn(name: string, fields: LogFields): void
  /** Takes a record of a failure that no promise reports. */
  error(name: string, fields: LogFields): void
}

/** The fields of one record. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A request as the log names it: an effect, or a request that a handle sends itself. */
interface NamedRequest {
  /** The request, such as `participant.delete` or `call.answer`. */
  readonly type: string
  /** Different for each request of a call. */
  readonly id: string
}

/** The records of a host; each method writes one kind. */
export interface HostLog {
  /** An event that changed nothing, and why. */
  ignored(callId: string, event: CallEvent['type'], reason: IgnoredReason): void
  /** An inbound event that names no call and is dropped. */
  withoutCall(events: readonly InboundEvent[]): void
  /** A receipt for several calls that is stored for some of them only. */
  partlyStored(stored: readonly string[], failed: readonly string[]): void
  committed(callId: string, version: number, position: number, events: number): void
  changed(callId: string, changes: readonly Change[]): void
  conflicted(callId: string, attempt: number): void
  claimed(callId: string, effect: NamedRequest, wasClaimed: boolean): void
  answered(callId: string, effect: NamedRequest, verdict: Verdict<unknown> | undefined): void
  resumed(callId: string): void
  /**
   * A durable subscriber threw or rejected, or its position could not be read or written: it gets the same change
   * again.
   */
  subscriberFailed(
    cursor: string,
    fields: { readonly position: number | undefined; readonly failures: number; readonly retryInMs: number },
  ): void
  failed(error: unknown, callId?: string): void
}
