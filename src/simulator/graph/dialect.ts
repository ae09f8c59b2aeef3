/**
 * Graph's dialect: the simulator's types with Graph's requests, answers, notifications, switches and results.
 * @module
 */
import type * as driver from '../network/driver.ts'
import type * as history from '../network/history.ts'
import type * as simulation from '../network/simulation.ts'
import type * as acts from '../world/acts.ts'
import type * as callee from '../world/callee.ts'
import type * as settings from '../world/settings.ts'
import type * as world from '../world/world.ts'
import type { ServiceRequest, ServiceResponse } from './operations.ts'
import type { Result } from './results.ts'
import type { Switches } from './settings.ts'
import type { WireObject } from './wire-object.ts'

/** The types of Graph's wire. */
export interface GraphDialect {
  /** A request of a bot. */
  readonly request: ServiceRequest
  /** The answer to a request. */
  readonly response: ServiceResponse
  /** The body of a notification. */
  readonly body: WireObject
  /** Which result reports a callee that let it ring; default `408/8544`. */
  readonly noAnswer: {
    /** The code and the subcode. */
    readonly reported?: '408/8544' | '487/10004' | undefined
  }
  /** The result of the invite. */
  readonly fail: { readonly [F in keyof Result]: Result[F] }
  /** The result of the call; default `200/5001`. */
  readonly endCall: { readonly [F in keyof Result]?: Result[F] | undefined }
  /** The readings of undocumented behaviour. */
  readonly switches: Switches
}

/** What a callee does when called. */
export type CalleeScript = callee.CalleeScript<GraphDialect>
/** One script, or one for each time the person is called; the last one repeats. */
export type CalleeScripts = callee.CalleeScripts<GraphDialect>
/** A script as a function; only within the same process. */
export type CalleeFunction = callee.CalleeFunction<GraphDialect>
/**
 * An act of a person, or of the test. `who` is a participant id or an identity id; `callId` is a call's id, or `#1` for
 * the first call created.
 */
export type Act = acts.Act<GraphDialect>
/** An act at a planned time. */
export type TimelineEntry = acts.TimelineEntry<GraphDialect>
/** All settings of a world. */
export type Settings = settings.Settings<Switches>
/** Partial settings; absent fields keep their values. */
export type SettingsInput = settings.SettingsInput<Switches>

/** A call service at an instant. */
export type World = world.World<GraphDialect>
/** Options of a world. */
export type WorldOptions = world.WorldOptions<GraphDialect>
/** An input of the world. */
export type WorldInput = world.WorldInput<GraphDialect>
/** An output of the world and its instant. */
export type WorldOutput = world.WorldOutput<GraphDialect>

/** A service, a network and the messages in transit. */
export type Simulation = simulation.Simulation<GraphDialect>
/** Options of a simulation. */
export type SimulationOptions = simulation.SimulationOptions<GraphDialect>
/** An input: an act, a bot's request, or new fault rules. */
export type SimulationInput = simulation.SimulationInput<GraphDialect>
/** An output and its instant, in virtual milliseconds. */
export type SimulationOutput = simulation.SimulationOutput<GraphDialect>
/** A notification as it reaches the bot. */
export type ServiceNotification = simulation.ServiceNotification<GraphDialect>

/** What people do when called, by identity id: data, or a function called once per invite. */
export type ScriptTable = driver.ScriptTable<GraphDialect>
/** Options of a driver. */
export type DriverOptions = driver.DriverOptions<GraphDialect>
/** Callbacks of a driver. */
export type DriverListener = driver.DriverListener<GraphDialect>
/** How a request ended for its sender. */
export type ScriptAnswer = driver.ScriptAnswer<GraphDialect>
/** The result of a replay. */
export type Replay = history.Replay<GraphDialect>
