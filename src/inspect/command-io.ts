/**
 * What a command receives: output streams, environment and the signal to stop.
 * @module
 */
import { styleText } from 'node:util'

/** A stream a command writes to. */
interface CommandOutput {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Streams, environment and stop signal of a command. */
export interface CommandIo {
  readonly stdout: CommandOutput
  readonly stderr: CommandOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves when the command should end. Default: at SIGINT or SIGTERM. */
  readonly untilStopped?: (() => Promise<void>) | undefined
}

/** The meaning of a text on a terminal; decides its colour. */
export type Tone = 'plain' | 'quiet' | 'title' | 'out' | 'in' | 'good' | 'bad' | 'waiting'

const formats = {
  quiet: 'dim',
  title: 'bold',
  out: 'cyan',
  in: 'magenta',
  good: 'green',
  bad: 'red',
  waiting: 'yellow',
} as const satisfies Record<Exclude<Tone, 'plain'>, string>

/** Colours text if the output is a terminal; respects NO_COLOR and FORCE_COLOR. */
export function paintFor({ stdout, env }: CommandIo): (tone: Tone, text: string) => string {
  const isForced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const isPainted = isForced || (stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb')
  return (tone, text) =>
    isPainted && tone !== 'plain' && text !== '' ? styleText(formats[tone], text, { validateStream: false }) : text
}

/** Resolves at SIGINT or SIGTERM. */
export function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
