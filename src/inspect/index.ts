/**
 * `rollcall/inspect`: seeing a call — live in a page or in Stately's inspector, and again from its trace.
 * @module
 */
export { inspectHost } from './inspect-host.ts'
export type { InspectServer, InspectServerOptions } from './inspect-server.ts'
export type { BookOptions } from './call-book.ts'
export { bridgeToStately } from './stately.ts'
export type { StatelyActor, StatelyBridgeOptions, StatelyInspector, StatelySnapshot } from './stately.ts'
export type { SeenStep, StepSource } from './source.ts'
export { recordTraces } from './transcript.ts'
export { traceFileName } from './trace-file.ts'
export { readTrace, replay, writeTrace, TRACE_VERSION } from './trace.ts'
export type { BegunEntry, Frame, LoadedEntry, LostEntry, Trace, TraceEntry, TraceHeader } from './trace.ts'
export { redactTrace } from './redaction.ts'
export { ladderOf } from './ladder.ts'
export type { Conclusion, LadderRow, Mark, Way } from './ladder.ts'
export { chartTransitions, toMermaid } from './diagram.ts'
export type { Chart, ChartCandidate, ChartNode, ChartTransition, DiagramOptions } from './diagram.ts'
export { toSequenceDiagram } from './sequence.ts'
export type { SequenceOptions } from './sequence.ts'
