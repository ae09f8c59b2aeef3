/**
 * A trace as a Mermaid sequence diagram, for documents and issues.
 * @module
 */
import { options, readOptions } from '../call/codec/options.ts'
import { flag, list, optional, text } from '../call/codec/schema.ts'
import { ladderOf, type Conclusion } from './ladder.ts'
import { redactTrace } from './redaction.ts'
import { replay, startOf, type Trace } from './trace.ts'

/** How a sequence is drawn. */
export interface SequenceOptions {
  /** Show names and ids. Default: pseudonyms. */
  readonly showIdentities?: boolean | undefined
  /** Only rows about these participants. */
  readonly keys?: readonly string[] | undefined
}

const shape = options<SequenceOptions>({ showIdentities: optional(flag), keys: optional(list(text)) })

/** The options there are. */
export const sequenceOptionNames = shape.names

/**
 * The trace as a Mermaid `sequenceDiagram`: messages, and the conclusions from them.
 * @throws TypeError for an option that does not exist, or that has not its type
 */
export function toSequenceDiagram(recorded: Trace, given: SequenceOptions = {}): string {
  const { showIdentities = false, keys } = readOptions('toSequenceDiagram', shape, given)
  const trace = showIdentities ? recorded : redactTrace(recorded)
  const wanted = keys === undefined ? undefined : new Set(keys)
  const rows = ladderOf(trace.entries, replay(trace), startOf(trace)).filter(
    ({ about }) => wanted === undefined || about.some((key) => wanted.has(key)),
  )
  const lanes = new Map<string, { readonly lane: string; readonly name: string }>()
  for (const { key, name } of rows.flatMap(({ conclusions }) => conclusions)) {
    if (!lanes.has(key) && wanted?.has(key) !== false) lanes.set(key, { lane: `p${lanes.size}`, name })
  }
  const lines = rows.flatMap(({ direction, kind, text, mark, conclusions }) => {
    const label = escaped(`${text}${mark === undefined ? '' : ` (${mark.type})`}`)
    const message =
      direction === 'bot'
        ? `Note over bot: ${label}`
        : direction === 'toService'
          ? `bot${kind === 'lost' ? '-x' : '->>'}service: ${label}`
          : `service${kind === 'lost' ? '--x' : '-->>'}bot: ${label}`
    return [
      message,
      ...conclusions
        .filter(({ isMove }) => isMove)
        .flatMap((conclusion) => {
          const lane = lanes.get(conclusion.key)?.lane
          return lane === undefined ? [] : [`Note over ${lane}: ${escaped(stateText(conclusion))}`]
        }),
    ]
  })
  const people = [...lanes.values()].map(({ lane, name }) => `participant ${lane} as ${escaped(name)}`)
  return [
    'sequenceDiagram',
    ...['participant bot', 'participant service', ...people, ...lines].map((line) => `  ${line}`),
    '',
  ].join('\n')
}

function stateText({ to, removal, ending }: Conclusion): string {
  if (ending !== undefined) return `${to} (${ending.cause} by ${ending.by})`
  return removal === undefined ? to : `${to}, removal ${removal}`
}

/** Text escaped for Mermaid. */
function escaped(text: string): string {
  return text.replace(/[\u0000-\u001f]/g, ' ').replace(/[#;<>{}]/g, (character) => `#${character.charCodeAt(0)};`)
}
