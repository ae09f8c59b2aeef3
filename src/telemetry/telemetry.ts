/**
 * OpenTelemetry: a host's steps and log records as spans and metrics.
 *
 * Rule 1: no identities. Metrics have no ids; spans have the ids of calls and effects, as log records do.
 * Rule 2: the host waits for nothing here, and an error here does not affect it.
 * Rule 3: times are the host clock's.
 * @module
 */
import { metrics, SpanKind, SpanStatusCode, trace, type Meter, type Span, type Tracer } from '@opentelemetry/api'
import { options, readOptions, withMethods } from '../call/codec/options.ts'
import { optional } from '../call/codec/schema.ts'
import type { ObservedStep } from '../host/feed/listeners.ts'
import type { LogFields, Logger } from '../host/ports/log.ts'
import type { Rollcall } from '../host/api/rollcall.ts'
import { OpenCount, openStates } from './open-count.ts'
import { systemClock } from '../time/system-clock.ts'

/** Options of the telemetry. */
export interface TelemetryOptions {
  /** Default: the global provider's tracer, named `rollcall`. */
  readonly tracer?: Tracer | undefined
  /** Default: the global provider's meter, named `rollcall`. */
  readonly meter?: Meter | undefined
  /** Receives every record as well: a host has only one logger. */
  readonly logger?: Logger | undefined
}

const shape = options<TelemetryOptions>({
  tracer: optional(withMethods('startSpan')),
  meter: optional(withMethods('createCounter', 'createHistogram', 'createObservableGauge')),
  logger: optional(withMethods('debug', 'info', 'warn', 'error')),
})

/** Telemetry of one host. */
export interface Telemetry {
  /** Pass to `createRollcall({ logger })`: its records give effects, failures and conflicts. */
  readonly logger: Logger
  /** Reports what the host does from now on; returns a function that stops it. */
  watch(rollcall: Pick<Rollcall, 'onStep' | 'clock'>): () => void
}

/** Open request spans; more than a host has requests in progress. Beyond it, the oldest span is ended. */
const OPEN_SPANS = 1_000

/**
 * Telemetry through the OpenTelemetry API; without an SDK it does almost nothing.
 * @throws TypeError for an option that does not exist, or that has not its type
 * @example
 * ```ts
 * import { createRollcall } from 'rollcall'
 * import { openTelemetry } from 'rollcall/opentelemetry'
 *
 * const telemetry = openTelemetry()
 * telemetry.watch(createRollcall({ transport, logger: telemetry.logger }))
 * ```
 */
export function openTelemetry(given: TelemetryOptions = {}): Telemetry {
  const {
    tracer = trace.getTracer('rollcall'),
    meter = metrics.getMeter('rollcall'),
    logger,
  } = readOptions('openTelemetry', shape, given)
  const instruments = createInstruments(meter)
  const requests = new Map<string, Span>()
  let { now } = systemClock

  const begin = ({ callId, effect, id, wasBegun }: LogFields): void => {
    const span = tracer.startSpan(`rollcall.request ${String(effect)}`, {
      kind: SpanKind.CLIENT,
      startTime: now(),
      attributes: {
        'rollcall.call.id': String(callId),
        'rollcall.effect': String(effect),
        'rollcall.effect.id': String(id),
        'rollcall.effect.begun_before': wasBegun === true,
      },
    })
    const name = nameOf(callId, id)
    requests.get(name)?.end(now())
    requests.set(name, span)
    const [oldest] = requests
    if (requests.size <= OPEN_SPANS || oldest === undefined) return
    requests.delete(oldest[0])
    oldest[1].end(now())
  }

  const end = ({ callId, effect, id, verdict, status, code }: LogFields): void => {
    instruments.effects.add(1, { 'rollcall.effect': String(effect), 'rollcall.verdict': String(verdict) })
    const span = requests.get(nameOf(callId, id))
    if (span === undefined) return
    requests.delete(nameOf(callId, id))
    span.setAttribute('rollcall.verdict', String(verdict))
    if (status !== undefined) span.setAttribute('http.response.status_code', status)
    if (code !== undefined) span.setAttribute('rollcall.failure.code', code)
    if (verdict !== 'done') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(now())
  }

  const record =
    (level: keyof Logger) =>
    (name: string, fields: LogFields): void => {
      if (name === 'request.claimed') begin(fields)
      else if (name === 'request.answered') end(fields)
      else if (name === 'commit.conflicted') instruments.conflicts.add(1)
      else if (name === 'host.failed')
        instruments.failures.add(1, { 'error.type': String(fields['code'] ?? fields['error']) })
      logger?.[level](name, fields)
    }

  return {
    logger: { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') },
    watch(rollcall) {
      now = () => rollcall.clock.now()
      const open = new OpenCount()
      const observe = (result: {
        observe(value: number, attributes: { readonly 'rollcall.state': string }): void
      }): void => {
        for (const state of openStates) result.observe(open.of(state), { 'rollcall.state': state })
      }
      instruments.participants.addCallback(observe)
      const stop = rollcall.onStep((seen) => {
        open.take(seen)
        measure(instruments, seen)
        traceStep(tracer, seen)
      })
      return () => {
        stop()
        instruments.participants.removeCallback(observe)
      }
    },
  }
}

function createInstruments(meter: Meter) {
  return {
    transitions: meter.createCounter('rollcall.transitions', {
      description: 'State changes of participants and calls',
    }),
    ignored: meter.createCounter('rollcall.evidence.ignored', {
      description: 'Evidence without effect, by reason',
    }),
    effects: meter.createCounter('rollcall.effects', {
      description: 'Requests to the service, by verdict',
    }),
    conflicts: meter.createCounter('rollcall.commit.conflicts', { description: 'Commits lost to another host' }),
    failures: meter.createCounter('rollcall.failures', { description: 'Failures that no caller receives' }),
    participants: meter.createObservableGauge('rollcall.participants.open', {
      description: 'Participants in an open state, in the calls this host has stepped',
    }),
    lag: meter.createHistogram('rollcall.deadline.lag', {
      description: 'Time from a deadline to its handling',
      unit: 'ms',
    }),
  }
}

function measure(
  { transitions, ignored, lag }: ReturnType<typeof createInstruments>,
  { event, before, result: { changes, outcome } }: ObservedStep,
): void {
  if (outcome.type === 'ignored') ignored.add(1, { 'rollcall.event': event.type, 'rollcall.reason': outcome.reason })
  for (const change of changes) {
    if (change.type === 'participant.forgotten' || change.from === change.to) continue
    const { type, from, to, ending } = change
    transitions.add(1, {
      'rollcall.subject': type === 'call.changed' ? 'call' : 'participant',
      'rollcall.from': from ?? 'none',
      'rollcall.to': to,
      ...(ending === undefined ? {} : { 'rollcall.cause': ending.cause }),
    })
  }
  const due = event.type === 'deadline.passed' ? before.deadlines.get(event.deadline) : undefined
  // An early deadline is ignored and has no lag.
  if (due !== undefined && event.at >= due)
    lag.record(event.at - due, { 'rollcall.deadline': kindOf(event.type === 'deadline.passed' ? event.deadline : '') })
}

function traceStep(tracer: Tracer, { callId, event, result: { changes, effects, outcome } }: ObservedStep): void {
  tracer
    .startSpan(`rollcall.step ${event.type}`, {
      startTime: event.at,
      attributes: {
        'rollcall.call.id': callId,
        'rollcall.event': event.type,
        'rollcall.outcome': outcome.type,
        'rollcall.changes': changes.length,
        'rollcall.effects': effects.length,
        ...(outcome.type === 'ignored' ? { 'rollcall.reason': outcome.reason } : {}),
      },
    })
    .end(event.at)
}

/** `ring` of `ring/{key}`: keys would make one series per participant. */
function kindOf(deadline: string): string {
  return deadline.split('/', 1)[0] ?? deadline
}

function nameOf(callId: LogFields[string], id: LogFields[string]): string {
  return JSON.stringify([callId, id])
}
