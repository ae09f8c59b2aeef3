/**
 * Scenarios: files with callee scripts, faults and timed acts.
 * @module
 */
import type { TimelineEntry } from '../dialect.ts'
import type { CalleeScripts } from '../dialect.ts'
import type { FaultRule } from '../../network/network.ts'
import { scenarioSchema } from './schema.ts'
import type { SettingsInput } from '../dialect.ts'
import type { SimulationOptions } from '../dialect.ts'
import { findViolation } from './validate.ts'

/** A scenario, as in its file. */
export interface Scenario {
  /** A name for people. */
  readonly name?: string | undefined
  /** What the scenario is about. */
  readonly description?: string | undefined
  /** The seed of everything random. */
  readonly seed?: string | undefined
  /** How time passes. */
  readonly clock?:
    | 'real'
    | 'stepped'
    | {
        /** How many virtual milliseconds pass in one. */
        readonly speed: number
      }
    | undefined
  /** Settings that differ from the default. */
  readonly settings?: SettingsInput | undefined
  /** What people do when called, by identity id; `*` stands for all others. */
  readonly callees?: { readonly [id: string]: CalleeScripts } | undefined
  /** Faults between the service and the bots. */
  readonly faults?: readonly FaultRule[] | undefined
  /** What happens by itself, and when. */
  readonly timeline?: readonly TimelineEntry[] | undefined
}

/** An invalid scenario; the message names the path of the error. */
export class ScenarioError extends Error {
  /** The class's name, for those that print errors. */
  override readonly name = 'ScenarioError'
}

/**
 * Reads the text of a scenario file.
 * @throws ScenarioError if the text is not JSON or not a scenario
 */
export function readScenario(text: string): Scenario {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ScenarioError(`The scenario is not JSON: ${error instanceof Error ? error.message : 'parsing failed'}.`)
  }
  const violation = findViolation(value, scenarioSchema)
  if (violation !== undefined)
    throw new ScenarioError(`The scenario is wrong at ${violation.path}: it ${violation.message}.`)
  return value as Scenario
}

/** A scenario as options of a simulation. */
export function playScenario({ seed, settings, callees = {}, faults, timeline }: Scenario): SimulationOptions {
  const { '*': defaultScript, ...scripts } = callees
  return { seed, settings, faults, timeline, scripts: Object.entries(scripts), defaultScript }
}
