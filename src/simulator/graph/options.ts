/**
 * Options of the simulated service: the checks of scripts, settings, faults and timed acts in Graph's dialect.
 * @module
 */
import { options, refusalOf } from '../../call/codec/options.ts'
import {
  inside,
  is,
  list,
  oneOf,
  optional,
  text,
  time,
  wholeNumber,
  type Fields,
  type Shape,
} from '../../call/codec/schema.ts'
import type { FaultRule } from '../network/network.ts'
import { settingsShape } from '../world/settings.ts'
import type {
  CalleeFunction,
  CalleeScripts,
  DriverOptions,
  ScriptTable,
  SettingsInput,
  SimulationOptions,
  TimelineEntry,
  WorldOptions,
} from './dialect.ts'
import { shapeBySchema } from './scenario/schema.ts'
import { switchReadings } from './settings.ts'

const timelineEntry = options<TimelineEntry>({
  afterMs: wholeNumber(0),
  since: optional(oneOf('start', 'established')),
  act: shapeBySchema('act'),
})

/** The checks of a world's options without the scripts, which {@link checkScripts} checks. */
const worldFields: Fields<Omit<WorldOptions, 'scripts' | 'defaultScript'>> = {
  seed: optional(text),
  epochMs: optional(time),
  settings: optional(settingsShape(switchReadings) as Shape<SettingsInput>),
  timeline: optional(list(timelineEntry)),
}

/** What people do when called, as data: one script, or one for each time. */
const scriptsShape = shapeBySchema<CalleeScripts>('callees')

/** A table of scripts, whose entries are checked when they are read: some can be read only once. */
const scriptTable = is<Iterable<readonly [id: string, scripts: CalleeScripts]>>(
  'pairs of an id and a script',
  (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
)

/** Checks the scripts of a table, by id. @throws TypeError */
export function checkScripts(where: string, scripts: Iterable<readonly [id: string, scripts: unknown]>): void {
  for (const [id, script] of scripts) {
    const fault = scriptsShape(script)
    if (fault !== undefined) throw refusalOf(where, inside('scripts', inside(id, fault)))
  }
}

/** Fault rules. */
export const faultRules = list(shapeBySchema<FaultRule>('faultRule'))

/** The options of a world. */
export const worldShape = options<WorldOptions>({
  ...worldFields,
  scripts: optional(scriptTable),
  defaultScript: optional(scriptsShape),
})

/** The options of a simulation. */
export const simulationShape = options<SimulationOptions>({
  ...worldFields,
  scripts: optional(scriptTable),
  defaultScript: optional(scriptsShape),
  faults: optional(faultRules),
})

const oneScript: Shape<CalleeScripts | CalleeFunction> = (value) =>
  typeof value === 'function' ? undefined : scriptsShape(value)

/** The checks of a driver's options; {@link readScripts} checks the scripts. */
export const driverFields: Fields<DriverOptions> = {
  ...worldFields,
  faults: optional(faultRules),
  scripts: optional(is<ScriptTable>('scripts by identity id', (value) => typeof value === 'object' && value !== null)),
  defaultScript: optional(oneScript),
  historyLimit: optional(wholeNumber(0)),
}

/** The options of a driver. */
export const driverShape = options<DriverOptions>(driverFields)

/** One entry of a table of scripts. */
type ScriptEntry = readonly [id: string, script: CalleeScripts | CalleeFunction]

/** The scripts of a table, which may be one that can be read only once. @throws TypeError for a script that cannot be */
export function readScripts(where: string, table: ScriptTable = []): readonly ScriptEntry[] {
  const entries = Symbol.iterator in table ? [...(table as Iterable<ScriptEntry>)] : Object.entries(table)
  checkScripts(
    where,
    entries.filter(([, script]) => typeof script !== 'function'),
  )
  return entries
}
