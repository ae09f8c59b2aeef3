/**
 * Paint: colours on a terminal, plain text elsewhere. NO_COLOR and FORCE_COLOR are respected.
 * @module
 */
import { styleText } from 'node:util'
import type { ParticipantState } from '../participant/participant.ts'

/** A way to say how something is meant. */
export type Tone = 'plain' | 'title' | 'quiet' | 'out' | 'in' | 'good' | 'bad' | 'waiting'

/** Colours a text, if its destination shows colours. */
export type Paint = (tone: Tone, text: string) => string

const formats = {
  plain: 'reset',
  title: 'bold',
  quiet: 'dim',
  out: 'cyan',
  in: 'magenta',
  good: 'green',
  bad: 'red',
  waiting: 'yellow',
} as const satisfies Record<Tone, string>

/** Paint for a stream. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (tone, text) => (tone === 'plain' ? text : styleText(formats[tone], text, { stream }))
}

/** How a state is meant. */
export const toneOf: { readonly [S in ParticipantState]: Tone } = {
  invited: 'waiting',
  ringing: 'waiting',
  lobby: 'waiting',
  active: 'good',
  removed: 'bad',
  cancelled: 'bad',
}
