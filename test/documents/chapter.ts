/**
 * The commands of docs/testing-your-bot.md: which there are, what they print, and the document with what they print now.
 *
 * `node test/documents/chapter.ts` writes what they print now into the document; look at the difference.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'

/** The document. */
export const chapterPath = 'docs/testing-your-bot.md'

/** A command and what the document says it prints. */
export interface ChapterCommand {
  readonly command: string
  readonly output: string
}

const pattern =
  /```sh\nnode (?<script>docs\/examples\/testing-your-bot\/check\.ts) (?<args>[^\n]*)\n```\n\n```text\n(?<output>[\s\S]*?)```\n/g

/** The commands of a document, in order. */
export function chapterCommands(markdown: string): readonly ChapterCommand[] {
  return [...markdown.matchAll(pattern)].map(({ groups = {} }) => ({
    command: `${groups['script']} ${groups['args']}`,
    output: groups['output'] ?? '',
  }))
}

/** What a command prints. `rollcall` means the built package. */
export async function runCommand(command: string): Promise<string> {
  return (await runNode(command.split(' '), { env: { NO_COLOR: '1', FORCE_COLOR: undefined } })).stdout
}

/** True for a command that plays many runs: the full suite runs it. */
export function isLong({ command }: ChapterCommand): boolean {
  return command.includes(' --runs ')
}

if (process.argv[1] === import.meta.filename) {
  const path = join(repositoryFolder, chapterPath)
  let markdown = readFileSync(path, 'utf8')
  for (const { command, output } of chapterCommands(markdown)) {
    const printed = await runCommand(command)
    markdown = markdown.replace(
      `node ${command}\n\`\`\`\n\n\`\`\`text\n${output}\`\`\``,
      () => `node ${command}\n\`\`\`\n\n\`\`\`text\n${printed}\`\`\``,
    )
  }
  writeFileSync(path, markdown)
}
