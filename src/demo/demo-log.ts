/**
 * The demo's log: requests, notifications and the conclusions from them with their reasons, in order.
 * @module
 */
import type { Evidence } from '../call/model/call.ts'
import type { Participant } from '../participant/participant.ts'
import { displayNameOf } from './people.ts'
import { formatDuration } from '../trace/labels.ts'
import { wrap } from '../command/help.ts'
import { pad, widthOf } from './columns.ts'
import type { Tone } from '../inspect/command-io.ts'
import { toneOf, type Paint } from './paint.ts'

/** Where a log is written. A terminal shows a repeated line once, with its count. */
export type LogStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined
  /** The terminal's width. */
  readonly columns?: number | undefined
}

/** What a log needs. */
export interface LogContext {
  readonly out: LogStream
  readonly paint: Paint
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A participant with its evidence. */
export interface KnownParticipant {
  readonly participant: Participant
  readonly evidence: readonly Evidence[]
}

const COLUMNS = { time: 9, who: 15, what: 54, narrowWhat: 18 } as const

interface Line {
  readonly at: number
  readonly tone: Tone
  readonly who: string
  readonly what: string
  readonly why: string
  /** Of no interest once it has been seen: repetitions in a row share one line. */
  readonly isRoutine?: boolean | undefined
}

/** The routine line printed last, and how often it came in a row. */
interface Repeated {
  readonly line: Line
  readonly count: number
  readonly latestAt: number
}

/** Columns of a reason on the narrowest terminal: below that, the terminal breaks its lines. */
const LEAST_REASON = 20

/** The width assumed of a terminal that does not tell its own, or says 0. */
const DEFAULT_COLUMNS = 80

/** Writes lines. Times are durations since the call began, as the page shows them. */
export class DemoLog {
  readonly #context: LogContext
  /** How much of each participant's evidence is written, and its last state. */
  readonly #written = new Map<string, { readonly count: number; readonly state: string | undefined }>()
  /** Requests and notifications not yet written. */
  #pending: Line[] = []
  #startedAt: number
  #repeated: Repeated | undefined

  constructor(context: LogContext) {
    this.#context = context
    this.#startedAt = context.now()
  }

  /** Starts the section of a new call, from which times count. */
  callHeading(text: string): void {
    this.#startedAt = this.#context.now()
    this.heading(text)
  }

  /** Starts a section. */
  heading(text: string): void {
    this.print(`\n${this.#context.paint('title', text)}`)
  }

  /** Adds a request or notification; it is written before the conclusions from it. */
  wire(tone: Extract<Tone, 'out' | 'in'>, what: string, answer = '', isRoutine = false): void {
    this.#pending.push({
      at: this.#context.now(),
      tone,
      who: tone === 'out' ? 'bot → service' : 'service → bot',
      what,
      why: answer,
      isRoutine,
    })
  }

  /**
   * Writes new requests, notifications and conclusions. `isPublished` tells whether subscribers received a change.
   */
  write(known: readonly KnownParticipant[], isPublished: (key: string, evidence: Evidence) => boolean): void {
    const lines = [...this.#pending, ...known.flatMap((one) => this.#conclusions(one, isPublished))]
    this.#pending = []
    for (const line of lines.toSorted((one, other) => one.at - other.at)) this.#print(line)
  }

  /** The result of an expectation. */
  verdict(isRight: boolean, text: string): void {
    this.print(`  ${isRight ? this.#context.paint('good', '✓') : this.#context.paint('bad', '✗')} ${text}`)
  }

  /** Any other line. */
  print(text: string): void {
    this.#endRepetition()
    this.#context.out.write(`${text}\n`)
  }

  /** Writes the line that was held back: how often the last line was repeated. */
  end(): void {
    this.#endRepetition()
  }

  #conclusions(
    { participant, evidence }: KnownParticipant,
    isPublished: (key: string, evidence: Evidence) => boolean,
  ): readonly Line[] {
    const { key, identity } = participant
    const { paint } = this.#context
    let { count, state } = this.#written.get(key) ?? { count: 0, state: undefined }
    const lines = evidence.slice(count).map((one): Line => {
      const isMove = one.state !== state
      const text =
        isMove && state !== undefined
          ? `${state} → ${paint(toneOf[one.state], one.state)}`
          : paint(toneOf[one.state], one.state)
      const phase = one.removal === undefined || one.removal === 'confirmed' ? '' : `, removal ${one.removal}`
      const suffix = isMove && !isPublished(key, one) ? '; not announced to the application' : ''
      state = one.state
      return {
        at: one.at,
        tone: 'plain',
        who: displayNameOf(identity),
        what: `${text}${phase}`,
        why: `${one.note}${suffix}`,
      }
    })
    this.#written.set(key, { count: evidence.length, state })
    return lines
  }

  #print(line: Line): void {
    const last = this.#repeated
    if (line.isRoutine === true && last?.line.what === line.what && last.line.why === line.why) {
      this.#repeated = { line: last.line, count: last.count + 1, latestAt: line.at }
      if (this.#context.out.isTTY === true) this.#rewrite(last, this.#repeated)
      return
    }
    this.print(this.#textOf(line))
    if (line.isRoutine === true) this.#repeated = { line, count: 1, latestAt: line.at }
  }

  /** Replaces the last line on a terminal, however many rows it takes there. */
  #rewrite(before: Repeated, after: Repeated): void {
    const { out } = this.#context
    const rows = this.#repeatedText(before)
      .split('\n')
      .map((line) => Math.max(1, Math.ceil(widthOf(line) / this.#columns)))
      .reduce((one, other) => one + other)
    out.write(`\u001b[${rows}A\u001b[0J${this.#repeatedText(after)}\n`)
  }

  #repeatedText({ line, count, latestAt }: Repeated): string {
    if (count === 1) return this.#textOf(line)
    return this.#textOf({ ...line, why: `${line.why}, ${count} times, latest at ${this.#timeOf(latestAt)}` })
  }

  /** Without a terminal, the first of several equal lines is followed by how many more there were. */
  #endRepetition(): void {
    const last = this.#repeated
    this.#repeated = undefined
    if (last === undefined || last.count === 1 || this.#context.out.isTTY === true) return
    const more = `${' '.repeat(COLUMNS.time + 2)}${last.count - 1} more, latest at ${this.#timeOf(last.latestAt)}`
    this.#context.out.write(`${this.#context.paint('quiet', more)}\n`)
  }

  #textOf({ at, tone, who, what, why }: Line): string {
    const { paint } = this.#context
    const time = this.#timeOf(at).padStart(COLUMNS.time)
    const start = `${paint('quiet', time)}  ${paint(tone, who.padEnd(COLUMNS.who))}`
    if (why === '') return `${start}${what}`
    const beside = [COLUMNS.what, COLUMNS.narrowWhat, 0].map(
      (width) => `${start}${pad(what, width)}  ${paint('quiet', why)}`,
    )
    const fitting = beside.find((line) => this.#context.out.isTTY !== true || widthOf(line) <= this.#columns)
    if (fitting !== undefined) return fitting
    // The reason has lines of its own below on a terminal that is too narrow for both.
    const indent = COLUMNS.time + 2 + COLUMNS.who
    const reasons = wrap(why, Math.max(LEAST_REASON, this.#columns - indent))
    return [`${start}${what}`, ...reasons.map((line) => `${' '.repeat(indent)}${paint('quiet', line)}`)].join('\n')
  }

  /** The width of the output in columns. */
  get #columns(): number {
    const { columns = 0 } = this.#context.out
    return columns === 0 ? DEFAULT_COLUMNS : columns
  }

  #timeOf(at: number): string {
    return formatDuration(at - this.#startedAt)
  }
}
