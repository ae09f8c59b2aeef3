/**
 * The shell commands of the documents that a reader runs where only the package is installed.
 * @module
 */

/** A command, and the line of its document, from 1. */
export interface FencedCommand {
  readonly line: number
  readonly command: string
}

const fence = /^ *```(?:sh|bash|shell)\b[^\n]*\n(?<body>[\s\S]*?)^ *```$/gm

/** The commands in shell fences that start with `npx`, `rollcall` or `node`, without their comments. */
export function fencedCommands(markdown: string): readonly FencedCommand[] {
  return [...markdown.matchAll(fence)].flatMap(({ index, groups = {} }) => {
    const firstLine = markdown.slice(0, index).split('\n').length + 1
    return (groups['body'] ?? '').split('\n').flatMap((text, offset) => {
      const command = text.replace(/\s+# .*$/, '').trim()
      return /^(?:npx|rollcall|node) /.test(command) ? [{ line: firstLine + offset, command }] : []
    })
  })
}
