/**
 * The roster table: everybody a call remembers, as a person would want to read it.
 * @module
 */
import type { Participant } from '../participant/participant.ts'
import { nameOf } from './cast.ts'
import { pad, widthOf } from './columns.ts'
import { toneOf, type Paint } from './paint.ts'

const header = ['who', 'state', 'how it ended', 'by', 'DELETEs', 'came by'] as const

/** The table's lines. */
export function rosterTable(participants: Iterable<Participant>, paint: Paint): readonly string[] {
  const rows = [...participants].map((participant) => [
    nameOf(participant.identity),
    paint(toneOf[participant.state], participant.state),
    participant.ending?.cause ?? '',
    participant.ending?.by ?? '',
    String(participant.removalAttempts),
    participant.invitation === undefined ? 'themselves' : 'invitation',
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => widthOf(row[column] ?? ''))))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ')}`.trimEnd()
  return [paint('quiet', line(header)), ...rows.map(line)]
}
