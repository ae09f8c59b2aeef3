/**
 * The timeline: what went over the wire, what was concluded from it about whom, and why; in the order it happened.
 * @module
 */
import type { Evidence } from '../call/model/call.ts'
import type { Participant } from '../participant/participant.ts'
import { nameOf } from './cast.ts'
import { pad } from './columns.ts'
import { toneOf, type Paint, type Tone } from './paint.ts'

/** What a timeline is written with. */
export interface TimelineSurroundings {
  readonly out: NodeJS.WritableStream
  readonly paint: Paint
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Where what is known of the participants comes from. */
export interface Knowledge {
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
export class Timeline {
  readonly #surroundings: TimelineSurroundings
  /** How much of each participant's story is written, and the state it had come to. */
  readonly #written = new Map<string, { readonly count: number; readonly state: string | undefined }>()
  /** What went over the wire and is not written yet. */
  #waiting: Line[] = []
  #began: number

  constructor(surroundings: TimelineSurroundings) {
    this.#surroundings = surroundings
    this.#began = surroundings.now()
  }

  /** Begins a chapter. */
  heading(text: string): void {
    this.#began = this.#surroundings.now()
    this.print(`\n${this.#surroundings.paint('title', text)}`)
  }

  /** Takes note of something that goes over the wire now; it is written before what is concluded from it. */
  wire(tone: Extract<Tone, 'out' | 'in'>, what: string, answer = ''): void {
    this.#waiting.push({
      at: this.#surroundings.now(),
      tone,
      who: tone === 'out' ? 'bot → service' : 'service → bot',
      what,
      why: answer,
    })
  }

  /**
   * Writes what has gone over the wire and what has been concluded from it since this was last done. `wasTold` says
   * whether subscribers heard of a move.
   */
  write(known: readonly Knowledge[], wasTold: (key: string, evidence: Evidence) => boolean): void {
    const lines = [...this.#waiting, ...known.flatMap((one) => this.#conclusions(one, wasTold))]
    this.#waiting = []
    for (const line of lines.toSorted((one, other) => one.at - other.at)) this.#print(line)
  }

  /** Whether something came out as it should. */
  verdict(isRight: boolean, text: string): void {
    this.print(`  ${isRight ? this.#surroundings.paint('good', '✓') : this.#surroundings.paint('bad', '✗')} ${text}`)
  }

  /** Any other line. */
  print(text: string): void {
    this.#surroundings.out.write(`${text}\n`)
  }

  #conclusions(
    { participant, evidence }: Knowledge,
    wasTold: (key: string, evidence: Evidence) => boolean,
  ): readonly Line[] {
    const { key, identity } = participant
    const { paint } = this.#surroundings
    let { count, state } = this.#written.get(key) ?? { count: 0, state: undefined }
    const lines = evidence.slice(count).map((one): Line => {
      const isMove = one.state !== state
      const words =
        isMove && state !== undefined
          ? `${state} → ${paint(toneOf[one.state], one.state)}`
          : paint(toneOf[one.state], one.state)
      const phase = one.removal === undefined || one.removal === 'confirmed' ? '' : `, removal ${one.removal}`
      const hush = isMove && !wasTold(key, one) ? '; the application is not told' : ''
      state = one.state
      return { at: one.at, tone: 'plain', who: nameOf(identity), what: `${words}${phase}`, why: `${one.note}${hush}` }
    })
    this.#written.set(key, { count: evidence.length, state })
    return lines
  }

  #print({ at, tone, who, what, why }: Line): void {
    const { paint } = this.#surroundings
    const time = `${((at - this.#began) / 1_000).toFixed(2)} s`.padStart(COLUMNS.time)
    this.print(
      `${paint('quiet', time)}  ${paint(tone, who.padEnd(COLUMNS.who))}${why === '' ? what : `${pad(what, COLUMNS.what)}  ${paint('quiet', why)}`}`,
    )
  }
}
