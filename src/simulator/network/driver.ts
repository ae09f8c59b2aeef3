/**
 * Driver: runs a simulation. It numbers requests and returns their answers, calls script functions, records ground
 * truth and history, and passes notifications on. The only mutable part around the world; it has no clock.
 * @module
 */
import type { Act, Acted } from '../world/acts.ts'
import type { CalleeFunction, CalleeScripts } from '../world/callee.ts'
import { HISTORY_LIMIT, HistoryRecorder } from './history.ts'
import { checkArgument, options, readOptions } from '../../call/codec/options.ts'
import { is, isObject, optional, wholeNumber, type Fields, type Shape } from '../../call/codec/schema.ts'
import { checkScripts, scriptsShape, worldFields } from '../world/world.ts'
import { nameIdentity, readIdentity } from '../world/identities.ts'
import type { FaultRule } from './network.ts'
import type { ServiceRequest, ServiceResponse } from '../graph/requests.ts'
import {
  advanceSimulation,
  faultRules,
  makeSimulation,
  nextSimulationAt,
  type ServiceNotification,
  type Simulation,
  type SimulationInput,
  type SimulationOptions,
  type SimulationOutput,
} from './simulation.ts'
import { GroundTruth, type CallTruth } from '../world/ground-truth.ts'

/** What people do when called, by identity id: data, or a function called once per invite. */
export type ScriptTable =
  | Iterable<readonly [id: string, script: CalleeScripts | CalleeFunction]>
  | { readonly [id: string]: CalleeScripts | CalleeFunction }

/** Options of a driver. */
export interface DriverOptions extends Omit<SimulationOptions, 'scripts' | 'defaultScript'> {
  /** What people do when called, by identity id: a script, several, or a function. */
  readonly scripts?: ScriptTable | undefined
  /** What every other person does. Default: answers after two seconds and stays. */
  readonly defaultScript?: CalleeScripts | CalleeFunction | undefined
  /** Lines of history kept; 0 records none. */
  readonly historyLimit?: number | undefined
}

const oneScript: Shape<CalleeScripts | CalleeFunction> = (value) =>
  typeof value === 'function' ? undefined : scriptsShape(value)

/** The checks of those options; {@link readScripts} checks the scripts. */
export const driverFields: Fields<DriverOptions> = {
  ...worldFields,
  faults: optional(faultRules),
  scripts: optional(is<ScriptTable>('scripts by identity id', (value) => typeof value === 'object' && value !== null)),
  defaultScript: optional(oneScript),
  historyLimit: optional(wholeNumber(0)),
}

const shape = options<DriverOptions>(driverFields)

/** How a request ended for its sender. */
export type ScriptAnswer =
  | {
      readonly type: 'response'
      /** The service's answer. */
      readonly response: ServiceResponse
    }
  | { readonly type: 'lost' }

/** Callbacks of a driver. */
export interface DriverListener {
  /** A notification has reached the bot. */
  notified(notification: ServiceNotification, at: number): void
  /** The next planned time may have changed. */
  planned?(): void
  /** Every output of the simulation, in order, before anything else handles it. */
  said?(output: SimulationOutput): void
}

/** Runs one simulation. */
export class Driver {
  readonly #truth = new GroundTruth()
  readonly #listener: DriverListener
  readonly #functions: Map<string, CalleeFunction>
  readonly #defaultFunction: CalleeFunction | undefined
  readonly #waiting = new Map<number, (answer: ScriptAnswer) => void>()
  readonly #recorder: HistoryRecorder | undefined
  #simulation: Simulation
  #tickets = 0

  /** @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be */
  constructor(given: DriverOptions, listener: DriverListener) {
    const { scripts, defaultScript, historyLimit = HISTORY_LIMIT, ...options } = readOptions('Driver', shape, given)
    const table = sortScripts(readScripts('Driver', scripts))
    this.#listener = listener
    this.#functions = table.functions
    this.#defaultFunction = typeof defaultScript === 'function' ? defaultScript : undefined
    const data = {
      ...options,
      scripts: table.data,
      defaultScript: typeof defaultScript === 'function' ? undefined : defaultScript,
    }
    this.#simulation = makeSimulation(data)
    const { seed, epochMs } = this.#simulation.world.state
    this.#recorder = historyLimit > 0 ? new HistoryRecorder({ ...data, seed, epochMs }, historyLimit) : undefined
  }

  /** The current simulation. */
  get simulation(): Simulation {
    return this.#simulation
  }

  /** When the next thing happens by itself, in virtual milliseconds; undefined if nothing is planned. */
  nextAt(): number | undefined {
    return nextSimulationAt(this.#simulation)
  }

  /** Advances to the virtual time `at`. */
  advance(at: number): void {
    this.#run(at)
  }

  /** Sends a request; resolves when its answer reaches the sender, or when none will. */
  send(at: number, request: ServiceRequest): Promise<ScriptAnswer> {
    this.#callFunctions(at, request)
    const ticket = this.#tickets
    this.#tickets += 1
    return new Promise((resolve) => {
      this.#waiting.set(ticket, resolve)
      this.#run(at, { type: 'send', ticket, request })
    })
  }

  /** Performs an act. */
  act(at: number, act: Act): Acted {
    // A script set by an act replaces a function.
    if (act.act === 'script') this.#functions.delete(act.id.toLowerCase())
    for (const output of this.#run(at, { type: 'act', act })) {
      if (output.type === 'acted') return output.acted
    }
    throw new Error('The act has no outcome.')
  }

  /** Replaces the fault rules. @throws TypeError for a rule that cannot be */
  setFaults(at: number, rules: readonly FaultRule[]): void {
    checkArgument('setFaults: the rules', rules, faultRules)
    this.#run(at, { type: 'faults', rules })
  }

  /** The true state of a call. */
  truth(callId: string): CallTruth | undefined {
    return this.#truth.of(this.#simulation.world, callId)
  }

  /** The history so far, as text. @throws TypeError if no history is recorded */
  history(): string {
    if (this.#recorder === undefined) throw new TypeError('No history is recorded: historyLimit is 0.')
    return this.#recorder.text()
  }

  #run(at: number, input?: SimulationInput): readonly SimulationOutput[] {
    const { simulation, outputs } = advanceSimulation(this.#simulation, at, input)
    this.#simulation = simulation
    this.#recorder?.record(at, input, outputs)
    for (const output of outputs) this.#handleOutput(output)
    this.#listener.planned?.()
    return outputs
  }

  #handleOutput(output: SimulationOutput): void {
    this.#listener.said?.(output)
    switch (output.type) {
      case 'fact':
        this.#truth.record(output.at, output.fact)
        return
      case 'notification':
        this.#listener.notified(output.notification, output.at)
        return
      case 'answer':
      case 'lost': {
        const resolve = this.#waiting.get(output.ticket)
        this.#waiting.delete(output.ticket)
        resolve?.(output.type === 'lost' ? { type: 'lost' } : { type: 'response', response: output.response })
        return
      }
      case 'missed':
      case 'acted':
    }
  }

  /** Calls the script functions of everyone a request would call, and records their results in the history. */
  #callFunctions(at: number, { callId = '', body }: ServiceRequest): void {
    if ((this.#functions.size === 0 && this.#defaultFunction === undefined) || !isObject(body)) return
    for (const called of [body['participants'], body['targets'], [body['transferTarget']]].flat()) {
      const id = isObject(called) ? nameIdentity(readIdentity(called['identity']))?.id : undefined
      const ask =
        id === undefined
          ? undefined
          : (this.#functions.get(id) ??
            (this.#simulation.world.state.scripts.has(id) ? undefined : this.#defaultFunction))
      if (id === undefined || ask === undefined) continue
      this.#functions.set(id, ask)
      const scripts = ask({ id, callId, attempt: this.#simulation.world.state.attempts.get(id) ?? 0, at })
      this.#run(at, { type: 'act', act: { act: 'script', id, scripts, keepsCount: true } })
    }
  }
}

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

function sortScripts(entries: readonly ScriptEntry[]): {
  data: [string, CalleeScripts][]
  functions: Map<string, CalleeFunction>
} {
  const data: [string, CalleeScripts][] = []
  const functions = new Map<string, CalleeFunction>()
  for (const [id, script] of entries) {
    if (typeof script === 'function') functions.set(id.toLowerCase(), script)
    else data.push([id, script])
  }
  return { data, functions }
}
