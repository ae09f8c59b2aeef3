/**
 * Paint: colours on a terminal, plain text elsewhere. Respects NO_COLOR and FORCE_COLOR.
 * @module
 */
import { styleText } from 'node:util'
import type { Tone } from '../inspect/command-io.ts'
import type { ParticipantState } from '../participant/participant.ts'

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
export function paintForStream(stream: NodeJS.WritableStream): Paint {
  return (tone, text) => (tone === 'plain' ? text : styleText(formats[tone], text, { stream }))
}

/** The tone of each state. */
export const toneOf: { readonly [S in ParticipantState]: Tone } = {
  invited: 'waiting',
  ringing: 'waiting',
  lobby: 'waiting',
  active: 'good',
  removed: 'bad',
  cancelled: 'bad',
}
