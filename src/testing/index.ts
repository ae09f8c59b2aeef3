/**
 * `rollcall/testing`: checks any bot against a simulated service, and checks calls, stores, transports and hosts by laws.
 *
 * Needs fast-check, an optional peer dependency.
 * @module
 */
export { assertBot, BotWrong, checkBot } from './bots/check-bot.ts'
export type { BotActionName, BotFailure, BotReport, CheckBotOptions, FaultLevel } from './bots/check-bot.ts'
export { embeddedBot, type EmbeddedSurroundings } from './bots/embedded-bot.ts'
export { builtInExpectations } from './bots/expectation.ts'
export type {
  ApplicationRequest,
  BotRequest,
  BuiltInExpectation,
  Expectation,
  PresenceTruth,
  RingTruth,
  WorldView,
} from './bots/expectation.ts'
export type { BotSurroundings, BotUnderTest, CreateBot } from './bots/bot-under-test.ts'
export { GRAPH_ORIGIN, simulatedFetch, type SimulatedFetch, type SimulatedFetchOptions } from './simulated-fetch.ts'

export { assertLaw, checkLaw, LawBroken, laws, type LawName, type LawOptions, type LawReport } from './laws.ts'
export { rollcallSystem, type CallSystem } from './system.ts'
export {
  monitorAll,
  stepMonitors,
  type MonitoredStep,
  type StepMonitor,
  type StepMonitorName,
} from './step-monitors.ts'
export { hostLaws, type HostLaw, type HostLawName } from './host/host-laws.ts'
export type { HostSurroundings, MakeHost } from './host/scene.ts'
export {
  transportLaws,
  type TransportLaw,
  type TransportLawName,
  type TransportLawOptions,
} from './transport/transport-laws.ts'
export type { MakeTransport, TransportSurroundings } from './transport/scene.ts'
export { storeLaws, type StoreLaw, type StoreLawName, type StoreLawOptions } from './store/store-laws.ts'
export type { FileUnderTest, OpenStore, StoreUnderTest } from './store/store-under-test.ts'

export {
  actions,
  people,
  plans,
  type Action,
  type ActionName,
  type FaultMode,
  type Plan,
  type PlanOptions,
} from './histories/plan.ts'
export {
  playPlan,
  type Lane,
  type Played,
  type PlayOptions,
  type PlayWatcher,
  type Taps,
} from './histories/run-plan.ts'
export type { Belief, PlayedBot } from './histories/bot.ts'
export type { TestEnvironment } from './histories/test-environment.ts'
export { reportRun, writeReport, type RunReport } from './report/run-report.ts'
export { historyFromTrace, type TracedHistory, type TracedHistoryOptions } from './report/history-from-trace.ts'
export { saveTrace, TRACE_FOLDER } from './report/save-trace.ts'

export { calleeScripts, stays, type Devices } from './arbitraries/callee-scripts.ts'
export { faultKinds, faultPlans, type FaultKind, type FaultPlanOptions } from './arbitraries/fault-plans.ts'
export { identities, samePerson } from './arbitraries/identities.ts'
export { notifications, type Notification, type NotificationOptions } from './arbitraries/notifications.ts'
export { addingQuirks, applyQuirks, quirkNames, quirks, type QuirkName } from './arbitraries/quirks.ts'
export { rosterEntries, rosters, type RosterEntryOptions, type RosterReport } from './arbitraries/rosters.ts'
export { histories, interpret, move, type Move, type MoveKind } from './random-moves.ts'
export { CallHarness } from './call-harness.ts'
export {
  stories,
  tellStory,
  type ExpectedOutcome,
  type PersonScript,
  type Message,
  type Story,
  type Telling,
} from './truth-model.ts'

export { virtualClock } from '../simulator/virtual-clock.ts'
export type { Result } from '../simulator/graph/results.ts'
export type { VirtualClock, VirtualClockOptions } from '../time/virtual-clock.ts'
