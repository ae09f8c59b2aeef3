/**
 * The ladder: a run as text, with time going down, the bot on the left, the service on the right, and the truth beside it.
 * @module
 */
import type { LogEntry } from './run-log.ts'

/** Characters between the two lifelines. */
const WIDTH = 58

/** Characters of the time column. */
const TIME = 9

/** Draws a run. */
export function drawLadder(entries: readonly LogEntry[]): string {
  const head = `${'seconds'.padStart(TIME)}  ${'bot'.padEnd(WIDTH + 1)}service`
  return [head, ...entries.flatMap(drawEntry)].map((line) => line.trimEnd()).join('\n')
}

function drawEntry(entry: LogEntry): readonly string[] {
  const { at, where, isLost = false } = entry
  const time = `${(at / 1_000).toFixed(3).padStart(TIME)}  `
  const rest = ' '.repeat(time.length)
  const [first = '', ...more] = wrap(entry.words, where === 'world' ? WIDTH : WIDTH - 12)
  const continued = more.map(
    (line) => `${rest}│${where === 'bot' ? ` ${line}`.padEnd(WIDTH) : `      ${line}`.padEnd(WIDTH)}│`,
  )
  switch (where) {
    case 'bot':
      return [`${time}│${` ${first}`.padEnd(WIDTH)}│`, ...continued]
    case 'world':
      return [`${time}│${' '.repeat(WIDTH)}│ ${entry.words}`]
    case 'verdict':
      return [`${time}✗ ${entry.words}`]
    case 'toService':
      return [
        `${time}│${isLost ? `${`──── ${first} `.padEnd(WIDTH - 9, '─')}✕ lost   ` : `${`──── ${first} `.padEnd(WIDTH - 1, '─')}▶`}│`,
        ...continued,
      ]
    case 'toBot':
      return [
        `${time}│${isLost ? `lost ✕─── ${first} `.padEnd(WIDTH, '─') : `◀─── ${first} `.padEnd(WIDTH, '─')}│`,
        ...continued,
      ]
  }
}

function wrap(words: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
