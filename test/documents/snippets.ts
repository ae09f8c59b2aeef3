/**
 * Snippets: the programs in the documents that are promised to run.
 *
 * A fence opened with "```ts run" is a whole program; the "```text" fence after it is what it prints.
 * @module
 */

/** A program and its output. */
export interface Snippet {
  /** Line of the document it begins at, from 1. */
  readonly line: number
  readonly program: string
  /** Absent when the document does not show it. */
  readonly output?: string | undefined
}

const fence = /^```(?<info>[^\n]*)\n(?<body>[\s\S]*?)^```$/gm

/** The programs of a document, in order. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  const fences = [...markdown.matchAll(fence)].map((match) => ({
    info: match.groups?.['info']?.trim() ?? '',
    body: match.groups?.['body'] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }))
  return fences.flatMap(({ info, body, line }, index) => {
    if (info !== 'ts run') return []
    const next = fences[index + 1]
    return [{ line, program: body, output: next?.info === 'text' ? next.body : undefined }]
  })
}
