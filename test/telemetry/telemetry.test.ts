/**
 * Telemetry: a host's steps, as reported by OpenTelemetry's own SDK.
 */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import type { Logger } from '../../src/host/ports/log.ts'
import { openTelemetry } from '../../src/telemetry/telemetry.ts'
import { refused } from '../host/fake-transport.ts'
import { callId, callIs, entry, roster, stage } from '../host/stage.ts'

/** Never exports by itself: the tests flush it. */
const EXPORT_MS = 2 ** 30

const shutdowns: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const shutdown of shutdowns.splice(0)) await shutdown()
})

function begin(logger?: Logger) {
  const spans = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const meters = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: EXPORT_MS, exportTimeoutMillis: EXPORT_MS }),
    ],
  })
  shutdowns.push(
    () => tracers.shutdown(),
    () => meters.shutdown(),
  )
  const telemetry = openTelemetry({ tracer: tracers.getTracer('test'), meter: meters.getMeter('test'), logger })
  const staged = stage({ logger: telemetry.logger, ringTimeoutMs: 1_000 })
  const stop = telemetry.watch(staged.rollcall)
  /** Points of a metric: joined attributes and values. */
  const read = async (name: string): Promise<ReadonlyMap<string, unknown>> => {
    exporter.reset()
    await meters.forceFlush()
    const points = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
      .filter(({ descriptor }) => descriptor.name === name)
    return new Map(
      points.flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [Object.values(attributes).join(' '), value] as const),
      ),
    )
  }
  return { ...staged, read, spans, stop }
}

/** Bob is invited and joins; Ann's invite is refused by the service. */
async function converse({
  rollcall,
  transport,
  clock,
}: Pick<ReturnType<typeof begin>, 'rollcall' | 'transport' | 'clock'>): Promise<void> {
  const call = rollcall.call(callId)
  const bob = await call.invite({ user: { id: 'bob' } })
  await clock.settle()
  await rollcall.receive([roster(entry('bob'))])
  transport.script('invite', refused(403, '7504'))
  await call.invite({ user: { id: 'ann' } })
  await clock.settle()
  expect((await call.read()).participants.get(bob.key)?.state).toBe('active')
}

test('transitions, effects by verdict and open participants are measured', async () => {
  const staged = begin()
  await staged.rollcall.receive([callIs('establishing'), callIs('established')])
  await converse(staged)
  const transitions = await staged.read('rollcall.transitions')
  expect(transitions.get('participant none invited')).toBe(2)
  expect(transitions.get('participant ringing active')).toBe(1)
  const effects = await staged.read('rollcall.effects')
  expect(effects.get('participants.invite done')).toBe(1)
  expect(effects.get('participants.invite refused')).toBe(1)
  expect(await staged.read('rollcall.participants.open')).toEqual(
    new Map([
      ['invited', 0],
      ['ringing', 0],
      ['lobby', 0],
      ['active', 1],
    ]),
  )
})

test('evidence without effect is counted by reason', async () => {
  const staged = begin()
  await staged.rollcall.receive([callIs('establishing'), callIs('established')])
  await staged.rollcall.call(callId).invite({ user: { id: 'bob' } })
  await staged.clock.settle()
  await staged.rollcall.receive([callIs('terminated'), callIs('established')])
  expect(await staged.read('rollcall.evidence.ignored')).toEqual(new Map([['call.reported callEnded', 1]]))
  expect([...(await staged.read('rollcall.participants.open')).values()]).toEqual([0, 0, 0, 0])
})

test('a deadline that is handled late has a lag, by its kind and not by its participant', async () => {
  const staged = begin()
  await staged.rollcall.receive([callIs('establishing'), callIs('established')])
  await staged.rollcall.call(callId).invite({ user: { id: 'bob' } })
  await staged.clock.advance(1_500)
  const lags = await staged.read('rollcall.deadline.lag')
  // The answered list is empty: the roster is fetched again.
  expect([...lags.keys()]).toEqual(['ring', 'refetch'])
  expect(lags.get('ring')).toMatchObject({ count: 1 })
})

test("every step and every request is a span with the host's time and without identities", async () => {
  const staged = begin()
  await staged.rollcall.receive([callIs('establishing'), callIs('established')])
  await converse(staged)
  const spans = staged.spans.getFinishedSpans()
  const invites = spans.filter(({ name }) => name === 'rollcall.request participants.invite')
  expect(
    invites.map(({ attributes, status }) => [
      attributes['rollcall.verdict'],
      attributes['http.response.status_code'],
      status.code,
    ]),
  ).toEqual([
    ['done', undefined, 0],
    ['refused', 403, 2],
  ])
  expect(spans.filter(({ name }) => name === 'rollcall.step invite.requested')).toHaveLength(2)
  for (const {
    startTime: [seconds],
    attributes,
    name,
  } of spans) {
    expect(seconds * 1_000).toBeCloseTo(staged.clock.now(), -4)
    expect(JSON.stringify([name, attributes])).not.toMatch(/bob|ann/)
  }
})

test("the application's own logger still receives records, and a stopped host is not reported", async () => {
  const names: string[] = []
  const note = (name: string): void => void names.push(name)
  const staged = begin({ debug: note, info: note, warn: note, error: note })
  await staged.rollcall.receive([callIs('establishing'), callIs('established')])
  expect(names).toContain('commit.written')
  staged.stop()
  const before = staged.spans.getFinishedSpans().length
  await staged.rollcall.receive([callIs('terminated')])
  expect(
    staged.spans
      .getFinishedSpans()
      .slice(before)
      .filter(({ name }) => name.startsWith('rollcall.step')),
  ).toEqual([])
  expect(await staged.read('rollcall.participants.open')).toEqual(new Map())
})

test('without an SDK it reports nothing and throws nothing', async () => {
  const telemetry = openTelemetry()
  const { rollcall, errors } = stage({ logger: telemetry.logger })
  const stop = telemetry.watch(rollcall)
  await rollcall.receive([callIs('establishing'), callIs('terminated')])
  stop()
  expect(errors).toEqual([])
})
