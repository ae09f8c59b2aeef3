/**
 * Driver: runs a simulation. It numbers requests and returns their answers, calls script functions, records ground
 * truth and history, and passes notifications on. The only mutable part around the world; it has no clock.
 * @module
 */
import type { Act, Acted } from '../world/acts.ts'
import type { CalleeFunction, CalleeScripts } from '../world/callee.ts'
import { HISTORY_LIMIT, HistoryRecorder } from './history.ts'
import { nameIdentity } from '../world/identities.ts'
import type { Dialect } from '../world/dialect.ts'
import type { NetworkFace } from './face.ts'
import type { FaultRule } from './network.ts'
import {
  advanceSimulation,
  createSimulation,
  nextSimulationAt,
  type ServiceNotification,
  type Simulation,
  type SimulationInput,
  type SimulationOptions,
  type SimulationOutput,
} from './simulation.ts'
import { GroundTruth, type CallTruth } from '../world/ground-truth.ts'

/** What people do when called, by identity id: data, or a function called once per invite. */
export type ScriptTable<D extends Dialect = Dialect> =
  | Iterable<readonly [id: string, script: CalleeScripts<D> | CalleeFunction<D>]>
  | { readonly [id: string]: CalleeScripts<D> | CalleeFunction<D> }

/** Options of a driver. */
export interface DriverOptions<D extends Dialect = Dialect>
  extends Omit<SimulationOptions<D>, 'scripts' | 'defaultScript'> {
  readonly scripts?: ScriptTable<D> | undefined
  readonly defaultScript?: CalleeScripts<D> | CalleeFunction<D> | undefined
  /** Lines of history kept; 0 records none. */
  readonly historyLimit?: number | undefined
}

/** How a request ended for its sender. */
export type ScriptAnswer<D extends Dialect = Dialect> =
  | { readonly type: 'response'; readonly response: D['response'] }
  | { readonly type: 'lost' }

/** Callbacks of a driver. */
export interface DriverListener<D extends Dialect = Dialect> {
  /** A notification has reached the bot. */
  notified(notification: ServiceNotification<D>, at: number): void
  /** The next planned time may have changed. */
  planned?(): void
  /** Every output of the simulation, in order, before anything else handles it. */
  said?(output: SimulationOutput<D>): void
}

/** Runs one simulation. */
export class Driver<D extends Dialect> {
  readonly #truth = new GroundTruth()
  readonly #listener: DriverListener<D>
  readonly #functions: Map<string, CalleeFunction<D>>
  readonly #defaultFunction: CalleeFunction<D> | undefined
  readonly #waiting = new Map<number, (answer: ScriptAnswer<D>) => void>()
  readonly #recorder: HistoryRecorder | undefined
  #simulation: Simulation<D>
  #tickets = 0

  constructor(
    face: NetworkFace<D>,
    { scripts, defaultScript, historyLimit = HISTORY_LIMIT, ...options }: DriverOptions<D>,
    listener: DriverListener<D>,
  ) {
    const table = readScripts(scripts)
    this.#listener = listener
    this.#functions = table.functions
    this.#defaultFunction = typeof defaultScript === 'function' ? defaultScript : undefined
    const data = {
      ...options,
      scripts: table.data,
      defaultScript: typeof defaultScript === 'function' ? undefined : defaultScript,
    }
    this.#simulation = createSimulation(face, data)
    const { seed, epochMs } = this.#simulation.world.state
    this.#recorder = historyLimit > 0 ? new HistoryRecorder({ ...data, seed, epochMs }, historyLimit) : undefined
  }

  /** The current simulation. */
  get simulation(): Simulation<D> {
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
  send(at: number, request: D['request']): Promise<ScriptAnswer<D>> {
    this.#callFunctions(at, request)
    const ticket = this.#tickets
    this.#tickets += 1
    return new Promise((resolve) => {
      this.#waiting.set(ticket, resolve)
      this.#run(at, { type: 'send', ticket, request })
    })
  }

  /** Performs an act. */
  act(at: number, act: Act<D>): Acted {
    // A script set by an act replaces a function.
    if (act.act === 'script') this.#functions.delete(act.id.toLowerCase())
    for (const output of this.#run(at, { type: 'act', act })) {
      if (output.type === 'acted') return output.acted
    }
    throw new Error('The act has no outcome.')
  }

  /** Replaces the fault rules. */
  setFaults(at: number, rules: readonly FaultRule[]): void {
    this.#run(at, { type: 'faults', rules })
  }

  /** The true state of a call. */
  truth(callId: string): CallTruth | undefined {
    return this.#truth.of(this.#simulation.world.state, callId)
  }

  /** The history so far, as text. @throws TypeError if no history is recorded */
  history(): string {
    if (this.#recorder === undefined) throw new TypeError('No history is recorded: historyLimit is 0.')
    return this.#recorder.text()
  }

  #run(at: number, input?: SimulationInput<D>): readonly SimulationOutput<D>[] {
    const { simulation, outputs } = advanceSimulation(this.#simulation, at, input)
    this.#simulation = simulation
    this.#recorder?.record(at, input, outputs)
    for (const output of outputs) this.#handleOutput(output)
    this.#listener.planned?.()
    return outputs
  }

  #handleOutput(output: SimulationOutput<D>): void {
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
  #callFunctions(at: number, request: D['request']): void {
    if (this.#functions.size === 0 && this.#defaultFunction === undefined) return
    const { face } = this.#simulation
    const { callId = '' } = face.route(request)
    for (const called of face.calledBy(request)) {
      const id = nameIdentity(called)?.id
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

function readScripts<D extends Dialect>(
  table: ScriptTable<D> | undefined,
): {
  data: [string, CalleeScripts<D>][]
  functions: Map<string, CalleeFunction<D>>
} {
  const entries =
    table === undefined
      ? []
      : Symbol.iterator in table
        ? [...(table as Iterable<readonly [string, CalleeScripts<D> | CalleeFunction<D>]>)]
        : Object.entries(table)
  const data: [string, CalleeScripts<D>][] = []
  const functions = new Map<string, CalleeFunction<D>>()
  for (const [id, script] of entries) {
    if (typeof script === 'function') functions.set(id.toLowerCase(), script)
    else data.push([id, script])
  }
  return { data, functions }
}
