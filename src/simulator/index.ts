/**
 * `rollcall/simulator`: a call service like Teams, as a pure, seeded world under a virtual clock.
 * @module
 */
export { virtualClock } from './virtual-clock.ts'
export type { VirtualClock, VirtualClockOptions } from '../time/virtual-clock.ts'
export type {
  Act,
  CalleeFunction,
  CalleeScript,
  CalleeScripts,
  DriverListener,
  DriverOptions,
  GraphDialect,
  Replay,
  ScriptAnswer,
  ScriptTable,
  ServiceNotification,
  Settings,
  SettingsInput,
  Simulation,
  SimulationInput,
  SimulationOptions,
  SimulationOutput,
  TimelineEntry,
  World,
  WorldInput,
  WorldOptions,
  WorldOutput,
} from './graph/dialect.ts'
export { MAX_CLIENT_CONTEXT, MAX_INVITEES } from './graph/operations.ts'
export type { OperationName, ServiceRequest, ServiceResponse } from './graph/operations.ts'
export { createSimulation, createWorld, Driver, replayHistory } from './graph/service.ts'
export { defaultSwitches, switchReadings } from './graph/settings.ts'
export type { Switches } from './graph/settings.ts'
export { simulatedService, simulatedTransport } from './graph/transport.ts'
export type { EventReceiver, SimulatedService, SimulatedServiceOptions, SimulatedTransport } from './graph/transport.ts'
export type { WireObject } from './graph/wire-object.ts'
export { HISTORY_LIMIT, HISTORY_VERSION, HistoryRecorder } from './network/history.ts'
export type { Driver as NetworkDriver } from './network/driver.ts'
export type { Fault, FaultRule } from './network/network.ts'
export { advanceSimulation, nextSimulationAt } from './network/simulation.ts'
export { playScenario, readScenario, ScenarioError } from './graph/scenario/scenario.ts'
export type { Scenario } from './graph/scenario/scenario.ts'
export { scenarioSchema } from './graph/scenario/schema.ts'
export { DEFAULT_APP_ID } from './world/acts.ts'
export type { Acted, Person } from './world/acts.ts'
export type { CalleeInvite, Duration, Stay, Stream } from './world/callee.ts'
export type { Departure } from './world/departure.ts'
export type { NotificationKind } from './world/face.ts'
export type { CallTruth, PastTruth, PresentTruth } from './world/ground-truth.ts'
export type { Outcome } from './world/outcomes.ts'
export { defaultTiming } from './world/settings.ts'
export type { Tenant, Timing } from './world/settings.ts'
export type { Fact } from './world/tick.ts'
export type { Conversation, Leg, LegState, Member, Operation, RingingInvitee, WorldState } from './world/world-state.ts'
export { advanceWorld, DEFAULT_EPOCH_MS, nextWorldAt } from './world/world.ts'
