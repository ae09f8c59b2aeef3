/**
 * `rollcall/simulator`: a call service like Teams, as a pure, seeded world under a virtual clock.
 * @module
 */
export { advanceWorld, createWorld, nextWorldAt, DEFAULT_EPOCH_MS } from './world.ts'
export type { NotificationKind, World, WorldInput, WorldOptions, WorldOutput } from './world.ts'
export type { WireObject } from './wire-object.ts'
export type { Conversation, RingingInvitee, Leg, LegState, Member, Operation, WorldState } from './world-state.ts'
export { advanceSimulation, createSimulation, nextSimulationAt } from './simulation.ts'
export type {
  ServiceNotification,
  Simulation,
  SimulationInput,
  SimulationOptions,
  SimulationOutput,
} from './simulation.ts'
export { Driver } from './driver.ts'
export type { ScriptAnswer, DriverListener, DriverOptions, ScriptTable } from './driver.ts'
export type { CalleeFunction, CalleeScript, CalleeScripts, Duration, CalleeInvite, Stay } from './callee.ts'
export type { Fault, FaultRule } from './network.ts'
export { DEFAULT_APP_ID } from './acts.ts'
export type { Act, Acted, Person, TimelineEntry } from './acts.ts'
export { playScenario, readScenario, ScenarioError } from './scenario.ts'
export type { Scenario } from './scenario.ts'
export { scenarioSchema } from './schema.ts'
export { MAX_CLIENT_CONTEXT, MAX_INVITEES } from './requests.ts'
export type { OperationName, ServiceRequest, ServiceResponse } from './requests.ts'
export { defaultSwitches, defaultTiming, switchReadings } from './settings.ts'
export type { Settings, SettingsInput, Switches, Tenant, Timing } from './settings.ts'
export type { Departure, Fact } from './tick.ts'
export type { CallTruth, PastTruth, PresentTruth } from './ground-truth.ts'
export { HISTORY_LIMIT, HISTORY_VERSION, HistoryRecorder, replayHistory } from './history.ts'
export type { Replay } from './history.ts'
export { simulatedService, simulatedTransport } from './transport.ts'
export type { EventReceiver, SimulatedService, SimulatedServiceOptions, SimulatedTransport } from './transport.ts'
export { virtualClock } from '../time/virtual-clock.ts'
export type { VirtualClock, VirtualClockOptions } from '../time/virtual-clock.ts'
