/**
 * Help texts: the options of a command in two columns that fit a terminal.
 * @module
 */

/** Columns of a terminal of the usual width. */
const WIDTH = 80
const INDENT = 2
const GAP = 3

/** One line per option, and its meaning beside it, over several lines if it is long. */
export function optionLines(options: readonly (readonly [option: string, meaning: string])[]): string {
  const start = INDENT + Math.max(...options.map(([option]) => option.length)) + GAP
  return options
    .map(([option, meaning]) => {
      const lines = wrap(meaning, WIDTH - start)
      return `${' '.repeat(INDENT)}${option}`.padEnd(start) + lines.join(`\n${' '.repeat(start)}`)
    })
    .join('\n')
}

/** The words of a text in lines of that width; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
