/**
 * `rollcall/inspect`: shows a call, live in a page or in Stately's inspector, or replayed from its trace.
 * @module
 */
export { inspectHost } from './inspect-host.ts'
export type { InspectServer, InspectServerOptions } from './inspect-server.ts'
export type { TraceBufferOptions } from './trace-buffer.ts'
export { bridgeToStately } from './stately.ts'
export type { StatelyActor, StatelyBridgeOptions, StatelyInspector, StatelySnapshot } from './stately.ts'
export type { ObservedStep, StepSource } from '../trace/source.ts'
export { recordTraces } from '../trace/recorder.ts'
export { traceFileName } from '../trace/trace-file.ts'
export { replay, writeTrace, TRACE_VERSION } from '../trace/trace.ts'
export { readTrace } from '../trace/read-trace.ts'
export type { BegunEntry, Frame, LoadedEntry, LostEntry, Trace, TraceEntry, TraceHeader } from '../trace/trace.ts'
export { redactTrace } from '../trace/redaction.ts'
export { ladderOf } from '../trace/ladder.ts'
export type { Conclusion, LadderRow, Mark, Direction } from '../trace/ladder.ts'
export { chartTransitions, toMermaid } from './diagram.ts'
export type { Chart, ChartCandidate, ChartNode, ChartTransition, DiagramOptions } from './diagram.ts'
export { toSequenceDiagram } from '../trace/sequence-diagram.ts'
export type { SequenceOptions } from '../trace/sequence-diagram.ts'
