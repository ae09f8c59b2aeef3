/**
 * What Stryker reports, and what docs/mutants.md says of it.
 * @module
 */

/** A mutant and what became of it. */
export interface ReportedMutant {
  readonly file: string
  readonly original: string
  readonly mutatorName: string
  readonly replacement?: string | undefined
  readonly status: string
  readonly location: { readonly start: Place; readonly end: Place }
}

interface Place {
  readonly line: number
  readonly column: number
}

/** Stryker's report, as far as it is read. */
export interface MutantReport {
  readonly files: {
    readonly [path: string]: {
      readonly source: string
      readonly mutants: readonly Omit<ReportedMutant, 'file' | 'original'>[]
    }
  }
}

/** The mutants of a report, each with its file and the code it replaces. */
export function mutantsOf({ files }: MutantReport): readonly ReportedMutant[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, file, original: textAt(source, mutant.location) })),
  )
}

function textAt(source: string, { start, end }: ReportedMutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  if (start.line === end.line) return (lines[0] ?? '').slice(start.column - 1, end.column - 1)
  return [
    (lines[0] ?? '').slice(start.column - 1),
    ...lines.slice(1, -1),
    (lines.at(-1) ?? '').slice(0, end.column - 1),
  ].join('\n')
}

/** The mutants no test noticed. */
export function survivorsOf(mutants: readonly ReportedMutant[]): readonly ReportedMutant[] {
  return mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
}

/** The report as if those that survived, or did not end in time, had not been tried: a busy machine is slow with all. */
export function onlyKilled(report: MutantReport): MutantReport {
  const files = Object.entries(report.files).map(
    ([file, rest]) => [file, { ...rest, mutants: rest.mutants.filter(({ status }) => status === 'Killed') }] as const,
  )
  return { ...report, files: Object.fromEntries(files) }
}

/** Noticed mutants among those that could be, in per cent. One that does not end is noticed. */
export function scoreOf(mutants: readonly ReportedMutant[]): number {
  const counted = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status))
  return counted.length === 0 ? 100 : ((counted.length - survivorsOf(counted).length) / counted.length) * 100
}

/** A mutant by what it does: the file, the code, and what it becomes. Lines move; this does not. */
export function nameOf({ file, original, replacement = '' }: ReportedMutant): string {
  return `${file}: ${onOneLine(original)} → ${onOneLine(replacement)}`
}

/** Longer code is cut: it is to be recognised. */
const LONGEST = 110

/** Code as one line of a table: without what would end its cell. */
export function onOneLine(code: string, longest = LONGEST): string {
  const line = code.replaceAll(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '¦').trim()
  if (line === '') return 'nothing'
  return line.length <= longest ? line : `${line.slice(0, longest)}…`
}

/** The survivors a document lists, by name: the rows of its tables, ``| `name` | reason |``. */
export function listedSurvivors(markdown: string): ReadonlyMap<string, string> {
  const rows = markdown.matchAll(/^\| `(?<name>[^\n`]+)` \| (?<reason>[^\n|]+) \|$/gm)
  return new Map([...rows].map(({ groups = {} }) => [groups['name'] ?? '', groups['reason']?.trim() ?? '']))
}
