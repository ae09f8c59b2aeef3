/**
 * The case that is running: which it is, and the command that runs it alone. Known inside vitest only.
 * @module
 */
import { relative } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'

/** A case of a test file. */
export interface RunningCase {
  readonly test: { readonly file: string; readonly name: string }
  readonly again: string
}

/** Vitest, where this is one of its workers; elsewhere it cannot be loaded. */
const vitest = '__vitest_worker__' in globalThis ? await import('vitest') : undefined

/** The case that is running; undefined outside of vitest. In a hook of a whole file the name is empty. */
export function caseRunning(): RunningCase | undefined {
  if (vitest === undefined) return undefined
  const file = relative(repositoryFolder, vitest.expect.getState().testPath ?? '')
  const name = namesOf(vitest.TestRunner.getCurrentTest()).join(' > ')
  return { test: { file, name }, again: commandFor(file, name) }
}

/** Does something when the case that is running has ended, however it does; nothing outside of a case. */
export function atEndOfCase(act: () => void): void {
  if (vitest?.TestRunner.getCurrentTest() !== undefined) vitest.onTestFinished(act)
}

/** The command that runs one case; all of the file when there is no name. */
export function commandFor(file: string, name: string): string {
  return `npm run vitest -- ${file}${name === '' ? '' : ` -t ${quoted(`^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`)}`}`
}

/** A task and what it stands in, from the outermost `describe` on. */
interface Named {
  readonly name: string
  readonly suite?: Named | undefined
}

function namesOf(task: Named | undefined): readonly string[] {
  return task === undefined ? [] : [...namesOf(task.suite), task.name]
}

/** One word to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
