/**
 * Service: the world, its network and its driver behind Graph's face.
 * @module
 */
import { checkArgument, readOptions } from '../../call/codec/options.ts'
import * as drivers from '../network/driver.ts'
import * as histories from '../network/history.ts'
import type { FaultRule } from '../network/network.ts'
import * as simulations from '../network/simulation.ts'
import * as worlds from '../world/world.ts'
import type {
  DriverListener,
  DriverOptions,
  GraphDialect,
  Replay,
  Simulation,
  SimulationOptions,
  World,
  WorldOptions,
} from './dialect.ts'
import { graphFace } from './face.ts'
import { checkScripts, driverShape, faultRules, readScripts, simulationShape, worldShape } from './options.ts'

/**
 * A new world.
 * @throws TypeError for an option, setting, script or act that does not exist, or that cannot be
 */
export function createWorld(options: WorldOptions = {}): World {
  const { scripts = [], ...given } = readOptions('createWorld', worldShape, options)
  const table = [...scripts]
  checkScripts('createWorld', table)
  return worlds.createWorld(graphFace, { ...given, scripts: table })
}

/**
 * A new simulation.
 * @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be
 */
export function createSimulation(options: SimulationOptions = {}): Simulation {
  const { scripts = [], ...given } = readOptions('createSimulation', simulationShape, options)
  const table = [...scripts]
  checkScripts('createSimulation', table)
  return simulations.createSimulation(graphFace, { ...given, scripts: table })
}

/** Runs one simulation. */
export class Driver extends drivers.Driver<GraphDialect> {
  /** @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be */
  constructor(given: DriverOptions, listener: DriverListener) {
    const options = readOptions('Driver', driverShape, given)
    super(graphFace, { ...options, scripts: readScripts('Driver', options.scripts) }, listener)
  }

  /** Replaces the fault rules. @throws TypeError for a rule that cannot be */
  override setFaults(at: number, rules: readonly FaultRule[]): void {
    checkArgument('setFaults: the rules', rules, faultRules)
    super.setFaults(at, rules)
  }
}

/**
 * Replays a history and compares the outputs.
 * @throws SyntaxError if the text is not a history of this version
 */
export function replayHistory(text: string): Replay {
  return histories.replayHistory(graphFace, text)
}
