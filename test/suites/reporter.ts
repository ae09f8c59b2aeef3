/**
 * Vitest's reporter with less and more: files that pass are one line of progress now and then; a failure says how to
 * run it again; the counts go to a file.
 * @module
 */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DefaultReporter, type TestCase, type TestModule, type TestSpecification } from 'vitest/node'
import { createProgress, type Progress } from '../scripts/progress.ts'
import { commandFor } from '../waiting/case-running.ts'
import type { Waiting } from '../waiting/waiting.ts'
import { countsVariable, waitingVariable } from './environment.ts'

/** How many tests passed and failed. A file that cannot be loaded, and an error outside of any test, count as failed. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** How often long cases are said to be under way, milliseconds. */
const UNDER_WAY_MS = 15_000

/** The reporter. */
export default class SuiteReporter extends DefaultReporter {
  #progress: Progress | undefined
  #files = 0
  #passed = 0
  #failed = 0
  #underWay: NodeJS.Timeout | undefined
  /** What has begun and not ended: files, and cases of theirs. */
  readonly #begun = new Map<TestCase | TestModule, number>()

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#progress = createProgress(specifications.length, 'test files', (line) => this.log(line))
    this.#underWay = setInterval(() => this.#sayUnderWay(), UNDER_WAY_MS)
  }

  onTestModuleStart(module: TestModule): void {
    this.#begun.set(module, performance.now())
  }

  override onTestCaseReady(test: TestCase): void {
    super.onTestCaseReady(test)
    this.#begun.set(test, performance.now())
  }

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test)
    this.#begun.delete(test)
    if (test.result().state === 'passed') this.#passed += 1
    if (test.result().state === 'failed') this.#failed += 1
  }

  override onTestModuleEnd(module: TestModule): void {
    this.#begun.delete(module)
    this.#files += 1
    if (module.errors().length > 0) this.#failed += 1
    if (!module.ok()) super.onTestModuleEnd(module)
    this.#progress?.at(this.#files, `${this.#passed} tests passed, ${this.#failed} failed`)
  }

  /** Of a file that failed, the tests that failed. */
  protected override printTestCase(...args: Parameters<DefaultReporter['printTestCase']>): void {
    const [, test] = args
    if (test.result().state === 'failed') super.printTestCase(...args)
  }

  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    clearInterval(this.#underWay)
    this.#begun.clear()
    this.#register([])
    super.onTestRunEnd(...args)
    const [modules, unhandled] = args
    this.#failed += unhandled.length
    const failed = modules.flatMap((module) =>
      [...module.children.allTests('failed')].map((test) =>
        commandFor(relative(this.ctx.config.root, module.moduleId), test.fullName),
      ),
    )
    if (failed.length > 0) this.log(`Again, one by one:\n${failed.join('\n')}`)
    const path = process.env[countsVariable]
    if (path !== undefined)
      writeFileSync(path, JSON.stringify({ passed: this.#passed, failed: this.#failed } satisfies Counts))
  }

  /** Says what is waited for, with what children have written last; and what takes long without waiting for anything that has a name. */
  #sayUnderWay(): void {
    this.#register([])
    const named = waitings()
    const unnamed = this.#unnamed(named)
    this.#register(unnamed)
    for (const { test, what, seen } of [...named, ...unnamed]) {
      const [line] = (seen ?? '').trim().split('\n').slice(-1)
      this.log(
        `under way: ${test === undefined ? what : `${test.file} > ${test.name}`}${line === '' ? '' : `: ${line}`}`,
      )
    }
  }

  /** The cases that have gone on for long, and the files that have and are in no case: in a hook. One that is being loaded has not begun yet. */
  #unnamed(named: readonly Waiting[]): readonly Waiting[] {
    const begun = [...this.#begun.keys()]
    const isLong = (task: TestCase | TestModule): boolean =>
      performance.now() - (this.#begun.get(task) ?? 0) > UNDER_WAY_MS
    const cases = begun.filter((task) => task.type === 'test')
    const files = begun.filter((task) => task.type === 'module' && !cases.some(({ module }) => module === task))
    return [...cases, ...files]
      .filter(isLong)
      .map((task) => {
        const file = relative(this.ctx.config.root, task.type === 'test' ? task.module.moduleId : task.moduleId)
        const name = task.type === 'test' ? task.fullName : ''
        return {
          what: name === '' ? 'the hooks of the file end' : 'the case ends',
          test: { file, name },
          again: commandFor(file, name),
        }
      })
      .filter(
        ({ test }) =>
          !named.some(
            (waiting) => waiting.test?.file === test.file && (test.name === '' || waiting.test.name === test.name),
          ),
      )
  }

  /** Where the whole run's limit looks for what was waited for. */
  #register(list: readonly Waiting[]): void {
    const folder = process.env[waitingVariable]
    if (folder === undefined || !existsSync(folder)) return
    const path = join(folder, `${process.pid}.json`)
    if (list.length === 0) rmSync(path, { force: true })
    else writeFileSync(path, JSON.stringify(list, undefined, 2))
  }
}

/** What the test files wait for at this moment. */
function waitings(): readonly Waiting[] {
  const folder = process.env[waitingVariable]
  if (folder === undefined || !existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      try {
        return JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Waiting[]
      } catch (error) {
        // The wait ended meanwhile.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw error
      }
    })
}
