/**
 * What a command is given: where to write, and what the surroundings say.
 * @module
 */
import { styleText } from 'node:util'

/** A stream a command writes to. */
export interface CommandOutput {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** The surroundings of a command. */
export interface CommandIo {
  readonly stdout: CommandOutput
  readonly stderr: CommandOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves when whoever started the command wants it to end. Default: at SIGINT or SIGTERM. */
  readonly untilStopped?: (() => Promise<void>) | undefined
}

/** A mistake of whoever typed: one sentence, exit code 2. */
export class UsageError extends Error {
  /** The mark by which the command line tells it from other errors. */
  readonly code = 'ERR_PARSE_ARGS_USAGE'
}

/** How a text is meant on a terminal. */
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

/** Colours a text where the output shows colours; NO_COLOR and FORCE_COLOR are respected. */
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
