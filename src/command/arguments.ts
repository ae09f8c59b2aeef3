/**
 * Arguments of the commands: reads them, and reports an invalid one in one sentence.
 * @module
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearestWord } from '../call/codec/nearest.ts'

/** Wrong arguments: one sentence, exit code 2. */
export class UsageError extends Error {}

/** Exit code of a command that was given arguments it cannot use. */
export const USAGE_EXIT_CODE = 2

/** `parseArgs` of Node, with errors of one sentence that name the nearest option. @throws UsageError */
export function readArguments<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!isParseError(error)) throw error
    const names = [...Object.keys(config.options ?? {}), 'help'].map((name) => `--${name}`)
    throw new UsageError(sentenceOf(error, names), { cause: error })
  }
}

/** What stderr says of wrong arguments of a command. */
export function usageSentence(command: string, { message }: UsageError): string {
  const help = message.endsWith('?') ? '' : `; ${command} --help lists the options`
  return `${command}: ${message}${help}`
}

/** `unknown command "x"` and the like, with what was probably meant. Options are not quoted. */
export function unknownWord(kind: 'command' | 'option', word: string, candidates: readonly string[]): string {
  const nearest = nearestWord(word, candidates)
  return `unknown ${kind} ${kind === 'option' ? word : JSON.stringify(word)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}

interface ParseError extends Error {
  readonly code: string
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

function sentenceOf({ code, message }: ParseError, names: readonly string[]): string {
  // Node quotes the word: '--port <value>', '-h, --help', 'extra'.
  const [, named = ''] = /'(?:-\w, )?([^' ]*)/.exec(message) ?? []
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownWord('option', named, names)
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE')
    return message.includes('does not take') ? `${named} takes no value` : `${named} needs a value`
  const [, argument] = /^Unexpected argument '(.*?)'\./s.exec(message) ?? []
  if (argument !== undefined) return `unexpected argument ${JSON.stringify(argument)}`
  const [first = message] = message.split(/\.(?:\s|$)|\n/)
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`
}
