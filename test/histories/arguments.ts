/**
 * Arguments of the scripts that play or explore by the thousand: what is no use is said in one line, with status 2.
 * @module
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** What the script was given, by the names of its options; ends it, where it was given something else. */
export function readArguments<const O extends Options>(options: O): ReturnType<typeof parseArgs<{ readonly options: O }>>['values'] {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    const isTypo = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
    if (!isTypo) throw error
    const [what = ''] = error.message.split(/\.\s/)
    return refuse(`${what}; there are ${Object.keys(options).map((name) => `--${name}`).join(', ')}`)
  }
}

/** Ends the script because it was given something that is no use. */
export function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}
