/**
 * `rollcall/simulator`: a call service like Teams, as a pure, seeded world under a virtual clock.
 * @module
 */
export { advanceWorld, createWorld, nextWorldAt, DEFAULT_EPOCH_MS } from './world/world.ts'
export type { NotificationKind, World, WorldInput, WorldOptions, WorldOutput } from './world/world.ts'
export type { WireObject } from './graph/wire-object.ts'
export type { Conversation, RingingInvitee, Leg, LegState, Member, Operation, WorldState } from './world/world-state.ts'
export { advanceSimulation, createSimulation, nextSimulationAt } from './network/simulation.ts'
export type {
  ServiceNotification,
  Simulation,
  SimulationInput,
  SimulationOptions,
  SimulationOutput,
} from './network/simulation.ts'
export { Driver } from './network/driver.ts'
export type { ScriptAnswer, DriverListener, DriverOptions, ScriptTable } from './network/driver.ts'
export type { CalleeFunction, CalleeScript, CalleeScripts, Duration, CalleeInvite, Stay } from './world/callee.ts'
export type { Fault, FaultRule } from './network/network.ts'
export { DEFAULT_APP_ID } from './world/acts.ts'
export type { Act, Acted, Person, TimelineEntry } from './world/acts.ts'
export { playScenario, readScenario, ScenarioError } from './graph/scenario/scenario.ts'
export type { Scenario } from './graph/scenario/scenario.ts'
export { scenarioSchema } from './graph/scenario/schema.ts'
export { MAX_CLIENT_CONTEXT, MAX_INVITEES } from './graph/requests.ts'
export type { OperationName, ServiceRequest, ServiceResponse } from './graph/requests.ts'
export { defaultSwitches, defaultTiming, switchReadings } from './world/settings.ts'
export type { Settings, SettingsInput, Switches, Tenant, Timing } from './world/settings.ts'
export type { Departure, Fact } from './world/tick.ts'
export type { CallTruth, PastTruth, PresentTruth } from './world/ground-truth.ts'
export { HISTORY_LIMIT, HISTORY_VERSION, HistoryRecorder, replayHistory } from './network/history.ts'
export type { Replay } from './network/history.ts'
export { simulatedService, simulatedTransport } from './graph/transport.ts'
export type { EventReceiver, SimulatedService, SimulatedServiceOptions, SimulatedTransport } from './graph/transport.ts'
export { virtualClock } from './virtual-clock.ts'
export type { VirtualClock, VirtualClockOptions } from '../time/virtual-clock.ts'
