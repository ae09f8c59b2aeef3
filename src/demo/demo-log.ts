/**
 * The demo's log: requests, notifications and the conclusions from them with their reasons, in order.
 * @module
 */
import type { Evidence } from '../call/model/call.ts'
import type { Participant } from '../participant/participant.ts'
import { displayNameOf } from './people.ts'
import { pad } from './columns.ts'
import type { Tone } from '../inspect/command-io.ts'
import { toneOf, type Paint } from './paint.ts'

/** What a log needs. */
export interface LogContext {
  readonly out: NodeJS.WritableStream
  readonly paint: Paint
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A participant with its evidence. */
export interface KnownParticipant {
  readonly participant: Participant
  readonly evidence: readonly Evidence[]
}

const COLUMNS = { time: 9, who: 15, what: 54 } as const

interface Line {
  readonly at: number
  readonly tone: Tone
  readonly who: string
  readonly what: string
  readonly why: string
}

/** Writes lines. Times are seconds since the last heading. */
export class DemoLog {
  readonly #context: LogContext
  /** How much of each participant's evidence is written, and its last state. */
  readonly #written = new Map<string, { readonly count: number; readonly state: string | undefined }>()
  /** Requests and notifications not yet written. */
  #pending: Line[] = []
  #startedAt: number

  constructor(context: LogContext) {
    this.#context = context
    this.#startedAt = context.now()
  }

  /** Starts a section. */
  heading(text: string): void {
    this.#startedAt = this.#context.now()
    this.print(`\n${this.#context.paint('title', text)}`)
  }

  /** Adds a request or notification; it is written before the conclusions from it. */
  wire(tone: Extract<Tone, 'out' | 'in'>, what: string, answer = ''): void {
    this.#pending.push({
      at: this.#context.now(),
      tone,
      who: tone === 'out' ? 'bot → service' : 'service → bot',
      what,
      why: answer,
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
    this.#context.out.write(`${text}\n`)
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

  #print({ at, tone, who, what, why }: Line): void {
    const { paint } = this.#context
    const time = `${((at - this.#startedAt) / 1_000).toFixed(2)} s`.padStart(COLUMNS.time)
    this.print(
      `${paint('quiet', time)}  ${paint(tone, who.padEnd(COLUMNS.who))}${why === '' ? what : `${pad(what, COLUMNS.what)}  ${paint('quiet', why)}`}`,
    )
  }
}
