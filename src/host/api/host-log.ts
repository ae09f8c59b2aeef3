/**
 * The host's log over a logger: the names and fields of its records.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import { callGuarded } from '../feed/listeners.ts'
import type { HostLog, LogFields, Logger } from '../ports/log.ts'

/** The log of a host over the logger of the application; undefined without a logger. */
export function createLog(logger: Logger | undefined): HostLog | undefined {
  if (logger === undefined) return undefined
  const write = (level: keyof Logger, name: string, fields: LogFields): void => {
    // The host goes on without its log; the console is the last place to report it.
    callGuarded(
      () => logger[level](name, fields),
      (error) => console.error('rollcall: the logger threw', error),
    )
  }
  return {
    ignored: (callId, event, reason) => write('debug', 'evidence.ignored', { callId, event, reason }),
    withoutCall(events) {
      for (const { event } of events) write('warn', 'evidence.withoutCall', { event: event.type })
    },
    partlyStored: (stored, failed) =>
      write('warn', 'receipt.partlyStored', { stored: stored.join(' '), failed: failed.join(' ') }),
    committed: (callId, version, position, events) =>
      write('debug', 'commit.written', { callId, version, position, events }),
    changed(callId, changes) {
      for (const change of changes) {
        if (change.type === 'call.changed')
          write('info', 'call.changed', {
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
          write('info', 'participant.changed', {
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
    conflicted: (callId, attempt) => write('debug', 'commit.conflicted', { callId, attempt }),
    claimed: (callId, { type, id }, wasClaimed) =>
      write('debug', 'request.claimed', { callId, effect: type, id, wasClaimed }),
    answered(callId, { type, id }, verdict) {
      const failure = verdict === undefined || verdict.verdict === 'done' ? undefined : verdict.failure
      const fields = {
        callId,
        effect: type,
        id,
        verdict: verdict?.verdict,
        status: failure?.status,
        code: failure?.code,
      }
      if (failure === undefined) write('debug', 'request.answered', fields)
      else write('warn', 'request.answered', fields)
    },
    resumed: (callId) => write('info', 'call.resumed', { callId }),
    subscriberFailed: (cursor, fields) => write('warn', 'subscriber.failed', { cursor, ...fields }),
    failed: (error, callId) =>
      write('error', 'host.failed', {
        callId,
        code: isRollcallError(error) ? error.code : undefined,
        error: error instanceof Error ? error.name : typeof error,
      }),
  }
}
