/**
 * The roster table: all participants a call knows, as text.
 * @module
 */
import type { Participant } from '../participant/participant.ts'
import { displayNameOf } from './people.ts'
import { pad, widthOf } from './columns.ts'
import { toneOf, type Paint } from './paint.ts'

const header = ['name', 'state', 'how it ended', 'by', 'DELETEs', 'joined by'] as const

/** The table's lines. */
export function rosterTable(participants: Iterable<Participant>, paint: Paint): readonly string[] {
  const rows = [...participants].map((participant) => [
    displayNameOf(participant.identity),
    paint(toneOf[participant.state], participant.state),
    participant.ending?.cause ?? '',
    participant.ending?.by ?? '',
    String(participant.removalAttempts),
    participant.invitation === undefined ? 'itself' : 'invitation',
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => widthOf(row[column] ?? ''))))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ')}`.trimEnd()
  return [paint('quiet', line(header)), ...rows.map(line)]
}
