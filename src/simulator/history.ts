/**
 * History: everything done to a simulation and everything that came of it, as text that can be kept and played again.
 *
 * The format is one JSON object a line: what the simulation was made from, then inputs and outputs in order, then the
 * end. One seed and the same inputs give the same text, byte for byte.
 * @module
 */
import {
  advanceSimulation,
  createSimulation,
  type Simulation,
  type SimulationInput,
  type SimulationOptions,
  type SimulationOutput,
} from './simulation.ts'

/** How many lines are recorded unless said otherwise; a longer history is its own beginning, and says so. */
export const HISTORY_LIMIT = 20_000

/** The version of the format. */
export const HISTORY_VERSION = 1

/** Writes a history. */
export class HistoryRecorder {
  /** Inputs are text at once, because their senders may change them; outputs share what did not change, and stay objects. */
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

  /** Takes down one input, if there was one, and what came of it and of the time before it. */
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

/** What playing a history again came to. */
export interface Replay {
  /** The simulation at the end. */
  readonly simulation: Simulation
  readonly outputs: readonly SimulationOutput[]
  /** The first output that is not what the history says, by its place among the outputs; undefined when all are. */
  readonly difference?:
    | { readonly output: number; readonly recorded: string | undefined; readonly replayed: string | undefined }
    | undefined
}

/** Plays a history again and compares.
 * @throws SyntaxError when it is not a history of this version. */
export function replayHistory(text: string): Replay {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
  const [header] = lines
  const end = lines.at(-1)
  if (
    header?.type !== 'history' ||
    header.version !== HISTORY_VERSION ||
    header.options === undefined ||
    end?.type !== 'end' ||
    end.at === undefined
  ) {
    throw new SyntaxError(
      `This is not a history of version ${HISTORY_VERSION}: it begins with a history line and finishes with an end line.`,
    )
  }
  let simulation = createSimulation(header.options)
  const outputs: SimulationOutput[] = []
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

interface Line {
  readonly type?: string
  readonly version?: number
  readonly options?: SimulationOptions
  readonly at?: number
  readonly input?: SimulationInput
  readonly output?: SimulationOutput
}

function parseLine(line: string, index: number): Line {
  try {
    return JSON.parse(line) as Line
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
