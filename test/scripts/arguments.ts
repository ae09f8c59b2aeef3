/**
 * Command lines of the project's scripts: `--help` prints what there is, and a wrong argument is refused in one line
 * with exit code 2.
 * @module
 */
import { parseArgs } from 'node:util'

/** Exit code of a script that was given arguments it cannot use. */
export const USAGE_EXIT_CODE = 2

/** One option. `value` names what it takes (`N`, `FILES`); an option without it is a switch. */
interface ScriptOption {
  readonly value?: string
  /** Used when the option is absent. */
  readonly default?: string
  readonly help: string
}

/** A script's command line. */
export interface Script<Name extends string> {
  /** How the script is called, such as `npm run crash --`. */
  readonly command: string
  /** One sentence: what the script does. */
  readonly summary: string
  readonly options: Readonly<Record<Name, ScriptOption>>
  /** What may follow without a name, such as `[FILTER …]`; absent: nothing may. */
  readonly operands?: string
}

/** What a script was given. */
export interface ScriptArguments<Name extends string> {
  /** The text of an option, its default where it is absent. */
  text(name: Name): string | undefined
  /** Whether a switch is on. */
  has(name: Name): boolean
  /** An option as a whole number; refuses anything below `least`, 0 unless given. */
  count(name: Name, least?: number): number
  readonly operands: readonly string[]
}

/** Reads the arguments of this process. Prints the help and exits with 0, or refuses and exits with 2, where due. */
export function readArguments<Name extends string>(
  script: Script<Name>,
  args: readonly string[] = process.argv.slice(2),
): ScriptArguments<Name> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpOf(script))
    process.exit(0)
  }
  const result = parseArguments(script, args)
  return typeof result === 'string'
    ? refuse(result)
    : { ...result, count: (name, least = 0) => countOf(name, result.text(name), least) }
}

/** The arguments, or the sentence that refuses them. */
export function parseArguments<Name extends string>(
  script: Script<Name>,
  args: readonly string[],
): Omit<ScriptArguments<Name>, 'count'> | string {
  const entries = Object.entries<ScriptOption>(script.options)
  const options = Object.fromEntries(
    entries.map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: script.operands !== undefined,
    })
    return {
      text: (name) => {
        const given = values[name]
        return typeof given === 'string' ? given : script.options[name].default
      },
      has: (name) => values[name] === true,
      operands: positionals,
    }
  } catch (error) {
    const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
    if (!isUsage) throw error
    const [what = ''] = error.message.split(/\.\s|\n/)
    const names = ['help', ...entries.map(([name]) => name)].map((name) => `--${name}`)
    return `${what}; the options are ${names.join(', ')}`
  }
}

/** What `--help` prints. */
export function helpOf<Name extends string>({ command, summary, options, operands }: Script<Name>): string {
  const rows = [...Object.entries<ScriptOption>(options), ['help', { help: 'prints this' }] as const].map(
    ([name, option]) => {
      const { value, help, default: otherwise } = option as ScriptOption
      return [
        `--${name}${value === undefined ? '' : ` ${value}`}`,
        otherwise === undefined ? help : `${help} (${otherwise})`,
      ] as const
    },
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `usage: ${[command, ...rows.slice(0, -1).map(([left]) => `[${left}]`), ...(operands === undefined ? [] : [operands])].join(' ')}`,
    '',
    summary,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join('\n')
}

/** Ends the script because of an argument it cannot use. */
export function refuse(why: string): never {
  console.error(why)
  process.exit(USAGE_EXIT_CODE)
}

function countOf(name: string, text: string | undefined, least: number): number {
  const value = Number(text)
  if (text === undefined || text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    return refuse(`--${name} is a whole number, ${least} or more, not ${text ?? 'nothing'}`)
  return value
}
