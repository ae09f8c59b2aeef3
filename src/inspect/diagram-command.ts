/**
 * `rollcall diagram`: prints the participant statechart, or a trace's sequence, in a format that other tools draw.
 * @module
 */
import type { ParseArgsOptionsConfig } from 'node:util'
import { readArguments, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import { participantConfig } from '../participant/machine-config.ts'
import type { CommandIo } from './command-io.ts'
import { toMermaid } from './diagram.ts'
import { loadAssets } from './page-asset.ts'
import { toSequenceDiagram } from '../trace/sequence-diagram.ts'
import { readTraceFile } from '../trace/trace-file.ts'

/** How the command is called. */
export const diagramUsage = `rollcall diagram [--format mermaid|svg|xstate|json] | --sequence TRACE.jsonl
                 [--show-identities]`

/** Usage and the meaning of the options. */
export const diagramHelp = `${diagramUsage}

Prints the statechart of a participant, or the sequence of a trace, for other
tools to draw.

${optionLines([
  ['--format FORMAT', 'mermaid (default), svg, xstate (code for Stately Studio) or json (the configuration)'],
  ['--sequence TRACE', 'a trace as a Mermaid sequence diagram, instead of the statechart'],
  ['--show-identities', 'show names, ids and phone numbers of the trace; redacted otherwise'],
  ['-h, --help', 'print this'],
])}

Examples:
  rollcall diagram --format svg > chart.svg
  rollcall diagram --sequence trace.jsonl`

const formats = {
  mermaid: () => toMermaid(participantConfig),
  svg: async () => `${(await loadAssets()).chart.trim()}\n`,
  json: () => `${JSON.stringify(participantConfig, null, 2)}\n`,
  // For the code view of Stately Studio.
  xstate: () =>
    `import { createMachine } from 'xstate'\n\nexport const participantMachine = createMachine(${JSON.stringify(participantConfig, null, 2)})\n`,
} as const satisfies Record<string, () => string | Promise<string>>

/** The arguments. Those that are options of `toSequenceDiagram` have their names, in the spelling of command lines. */
export const diagramArguments = {
  format: { type: 'string' },
  sequence: { type: 'string' },
  'show-identities': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** Prints a diagram. Resolves to the exit code. @throws UsageError, RollcallError TRACE_INVALID | TRACE_NEWER */
export async function runDiagram(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = readArguments({
    args: [...argv],
    options: diagramArguments,
  })
  if (values.sequence !== undefined) {
    if (values.format !== undefined) throw new UsageError('expected --format or --sequence, not both')
    io.stdout.write(
      toSequenceDiagram(await readTraceFile(values.sequence), { showIdentities: values['show-identities'] }),
    )
    return 0
  }
  const format = values.format ?? 'mermaid'
  if (!Object.hasOwn(formats, format))
    throw new UsageError(`--format cannot be ${JSON.stringify(format)}: expected ${Object.keys(formats).join(', ')}`)
  io.stdout.write(await formats[format as keyof typeof formats]())
  return 0
}
