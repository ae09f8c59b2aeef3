/**
 * The page docs/testing-your-bot.md as a project: its files, its commands, and what they print.
 *
 * A fence opened with "```ts title="NAME"" is a whole file. A "```sh" fence with `npx vitest run …` is a command; the
 * "```text" fence after it is the message of the one test that fails, and without one all tests pass. A comment
 * `<!-- FILE: BEFORE → AFTER -->` before a command changes a file for that command alone.
 *
 * `node test/documents/testing-page.ts` writes files and messages of the present into the page; look at the difference.
 * @module
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'

/** The page. */
export const testingPagePath = join(repositoryFolder, 'docs/testing-your-bot.md')

/** The files of the page, as they stand in the repository. */
export const examplesFolder = join(repositoryFolder, 'docs/examples/testing-your-bot')

/** A change of one file. */
export interface FileEdit {
  readonly file: string
  readonly before: string
  readonly after: string
}

/** A command of the page. */
export interface PageCommand {
  /** What follows `npx vitest run`, word by word. */
  readonly args: readonly string[]
  /** The message of the test that fails; absent when all tests pass. */
  readonly message?: string | undefined
  readonly edit?: FileEdit | undefined
}

/** The files on a page by name, in order. */
export function pageFiles(markdown: string): ReadonlyMap<string, string> {
  const files = markdown.matchAll(/^```ts title="(?<name>[^"]+)"\n(?<body>[\s\S]*?)^```$/gm)
  return new Map([...files].map(({ groups = {} }) => [groups['name'] ?? '', groups['body'] ?? '']))
}

const commandPattern =
  /(?:^<!-- (?<file>\S+): (?<before>.+) → (?<after>.+) -->\n)?^```sh\nnpx vitest run (?<args>[^\n]*)\n```\n(?:\n```text\n(?<message>[\s\S]*?)```\n)?/gm

/** The commands of a page, in order. */
export function pageCommands(markdown: string): readonly PageCommand[] {
  return [...markdown.matchAll(commandPattern)].map(({ groups = {} }) => {
    const { file, before, after, args = '', message } = groups
    return {
      args: words(args),
      ...(message === undefined ? {} : { message: message.trimEnd() }),
      ...(file === undefined || before === undefined || after === undefined ? {} : { edit: { file, before, after } }),
    }
  })
}

/** Words of a command line; quotes hold words together. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** Writes the page's files into a folder, changed as a command wants them. */
export function writePageFiles(folder: string, markdown: string, edit?: FileEdit): void {
  for (const [name, body] of pageFiles(markdown)) {
    if (edit?.file === name && !body.includes(edit.before)) throw new Error(`${name} has no ${edit.before}`)
    writeFileSync(join(folder, name), edit?.file === name ? body.replace(edit.before, edit.after) : body)
  }
}

/** One test of a Vitest run. */
export interface RunTest {
  readonly file: string
  readonly title: string
  readonly status: string
  /** The failure's message, its name in front, its stack behind it. */
  readonly message?: string | undefined
}

/** The file Vitest reports to. */
const reportFile = 'report.json'

/** Runs Vitest in a folder. Skipped tests are left out. */
export async function runVitest(folder: string, args: readonly string[]): Promise<readonly RunTest[]> {
  const vitest = join(repositoryFolder, 'node_modules/vitest/vitest.mjs')
  const { stdout, stderr } = await runNode([vitest, 'run', ...args, '--reporter=json', `--outputFile=${reportFile}`], {
    cwd: folder,
    // Vitest's own variables would make a run inside a run believe that it is a worker.
    env: {
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      VITEST: undefined,
      VITEST_WORKER_ID: undefined,
      VITEST_POOL_ID: undefined,
      NODE_ENV: undefined,
      TEST: undefined,
    },
  })
  const path = join(folder, reportFile)
  if (!existsSync(path)) throw new Error(`Vitest wrote no report: ${stdout}${stderr}`)
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as {
    testResults: { name: string; assertionResults: { title: string; status: string; failureMessages: string[] }[] }[]
  }
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'skipped' && status !== 'pending')
      .map(({ title, status, failureMessages: [message] }) => ({
        file: name.slice(name.lastIndexOf('/') + 1),
        title,
        status,
        ...(message === undefined ? {} : { message }),
      })),
  )
}

/** A folder inside the package, so that `rollcall` means the built package itself. */
export function makePageFolder(): string {
  mkdirSync(join(repositoryFolder, '.tmp'), { recursive: true })
  return mkdtempSync(join(repositoryFolder, '.tmp', 'testing-page-'))
}

/** What stands in front of a report in the message of a failure. */
const errorName = 'BotWrong: '

if (process.argv[1] === import.meta.filename) {
  let markdown = readFileSync(testingPagePath, 'utf8')
  for (const [name, body] of pageFiles(markdown)) {
    const present = name === 'your-bot.ts' ? body : readFileSync(join(examplesFolder, name), 'utf8')
    markdown = markdown.replace(`title="${name}"\n${body}\`\`\``, () => `title="${name}"\n${present}\`\`\``)
  }
  for (const { args, message, edit } of pageCommands(markdown)) {
    if (message === undefined) continue
    const folder = makePageFolder()
    writePageFiles(folder, markdown, edit)
    const [failed] = (await runVitest(folder, args)).filter(({ status }) => status === 'failed')
    const report = failed?.message?.slice(errorName.length).split('\n    at ')[0] ?? ''
    const command = args.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')
    const fence = `npx vitest run ${command}\n\`\`\`\n\n\`\`\`text\n`
    markdown = markdown.replace(
      `${fence}${message === '' ? '' : `${message}\n`}\`\`\``,
      () => `${fence}${report}\n\`\`\``,
    )
    rmSync(folder, { recursive: true })
  }
  writeFileSync(testingPagePath, markdown)
}
