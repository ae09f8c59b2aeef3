/**
 * Was every change told? Compares what a bot wrote down, life after life, with the journal of its file.
 *
 * Rule: a life goes on where the one before stopped, or tells that one's last commit again; within one, every change
 * comes once, in order.
 * @module
 */
import { readFileSync } from 'node:fs'
import type { JournalEntry } from '../../src/host/ports/ports.ts'
import type { ToldChange, ToldLine } from './bot-plan.ts'

/** What is wrong with what was told; undefined when nothing is. */
export function judgeTold(toldFile: string, journal: readonly JournalEntry[]): string | undefined {
  // For each change its commit, so that a repetition can be told from a doubling.
  const changes = journal.flatMap(({ position, changes: told }) =>
    told.map((change) => ({ position, name: nameOf(change) })),
  )
  const lives = Map.groupBy(linesOf(toldFile), ({ life }) => life)
  let next = 0
  for (const [life, lines] of lives) {
    const names = lines.map(({ change }) => nameOf(change))
    const last = changes[next - 1]
    const earliest = last === undefined ? next : changes.findIndex(({ position }) => position === last.position)
    const start = Array.from({ length: next - earliest + 1 }, (_, back) => next - back).find((from) =>
      names.every((name, index) => changes[from + index]?.name === name),
    )
    if (start === undefined) {
      const wrong = names.findIndex((name, index) => changes[next + index]?.name !== name)
      return `life ${life} was told ${names[wrong]} where ${changes[next + wrong]?.name ?? 'nothing'} was due`
    }
    next = Math.max(next, start + names.length)
  }
  return next === changes.length
    ? undefined
    : `${changes.length - next} changes were never told, the first ${changes[next]?.name}`
}

function linesOf(toldFile: string): readonly ToldLine[] {
  return readFileSync(toldFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ToldLine)
}

function nameOf({ callId, key, to, at }: ToldChange): string {
  return [callId, key ?? 'the call', to, at].join(' ')
}
