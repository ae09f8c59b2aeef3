/**
 * History: every input and output of a simulation, as text that can be stored and replayed.
 *
 * The format is one JSON object per line: the simulation's options, then inputs and outputs in order, then an end line.
 * The same seed and inputs give the same text, byte for byte.
 * @module
 */
import type { Dialect } from '../world/dialect.ts'
import type { NetworkFace } from './face.ts'
import {
  advanceSimulation,
  createSimulation,
  type Simulation,
  type SimulationInput,
  type SimulationOptions,
  type SimulationOutput,
} from './simulation.ts'

/** Default limit of recorded lines; a longer history keeps its first lines and is marked as truncated. */
export const HISTORY_LIMIT = 20_000

/** The version of the format. */
export const HISTORY_VERSION = 1

/** Records a history. */
export class HistoryRecorder {
  /** Inputs are stored as text, because senders may change them; outputs share unchanged parts and stay objects. */
  readonly #lines: (string | SimulationOutput)[]
  readonly #limit: number
  #until = 0
  #isFull = false

  constructor(options: SimulationOptions, limit = HISTORY_LIMIT) {
    const { scripts = [], ...rest } = options
    this.#limit = limit
    this.#lines = [
      JSON.stringify({ type: 'history', version: HISTORY_VERSION, options: { ...rest, scripts: [...scripts] } }),
    ]
  }

  /** Records an input, if any, and the outputs up to and after it. */
  record(at: number, input: SimulationInput | undefined, outputs: readonly SimulationOutput[]): void {
    this.#isFull ||= this.#lines.length > this.#limit
    if (this.#isFull) return
    this.#until = at
    if (input !== undefined) this.#lines.push(JSON.stringify({ at, input }))
    this.#lines.push(...outputs)
  }

  /** The history so far. */
  text(): string {
    const lines = this.#lines.map((line) => (typeof line === 'string' ? line : JSON.stringify({ output: line })))
    return `${lines.join('\n')}\n${JSON.stringify({ type: 'end', at: this.#until, isTruncated: this.#isFull })}\n`
  }
}

/** The result of a replay. */
export interface Replay<D extends Dialect = Dialect> {
  /** The simulation at the end. */
  readonly simulation: Simulation<D>
  readonly outputs: readonly SimulationOutput<D>[]
  /** The first output that differs from the history, by its index; undefined if all are equal. */
  readonly difference?:
    | { readonly output: number; readonly recorded: string | undefined; readonly replayed: string | undefined }
    | undefined
}

/**
 * Replays a history of a service and compares the outputs.
 * @throws SyntaxError if the text is not a history of this version
 */
export function replayHistory<D extends Dialect>(face: NetworkFace<D>, text: string): Replay<D> {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parseLine<D>(line, index))
  const [header] = lines
  const end = lines.at(-1)
  if (
    header?.type !== 'history' ||
    header.version !== HISTORY_VERSION ||
    header.options === undefined ||
    end?.type !== 'end' ||
    end.at === undefined
  ) {
    throw new SyntaxError(`Expected a history of version ${HISTORY_VERSION}, from a history line to an end line.`)
  }
  let simulation = createSimulation(face, header.options)
  const outputs: SimulationOutput<D>[] = []
  const recorded: string[] = []
  for (const { at, input, output } of lines) {
    if (output !== undefined) recorded.push(JSON.stringify(output))
    if (at === undefined) continue
    const step = advanceSimulation(simulation, at, input)
    simulation = step.simulation
    outputs.push(...step.outputs)
  }
  return {
    simulation,
    outputs,
    difference: findDifference(
      recorded,
      outputs.map((output) => JSON.stringify(output)),
    ),
  }
}

interface Line<D extends Dialect> {
  readonly type?: string
  readonly version?: number
  readonly options?: SimulationOptions<D>
  readonly at?: number
  readonly input?: SimulationInput<D>
  readonly output?: SimulationOutput<D>
}

function parseLine<D extends Dialect>(line: string, index: number): Line<D> {
  try {
    return JSON.parse(line) as Line<D>
  } catch (error) {
    throw new SyntaxError(`Line ${index + 1} of the history is not JSON.`, { cause: error })
  }
}

function findDifference(recorded: readonly string[], replayed: readonly string[]): Replay['difference'] {
  const length = Math.max(recorded.length, replayed.length)
  for (let index = 0; index < length; index += 1) {
    if (recorded[index] !== replayed[index])
      return { output: index, recorded: recorded[index], replayed: replayed[index] }
  }
  return undefined
}
