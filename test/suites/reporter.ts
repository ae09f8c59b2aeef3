/**
 * Vitest's reporter with less and more: files that pass are one line of progress now and then; a failure says how to
 * run it again; the counts go to a file.
 * @module
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
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

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#progress = createProgress(specifications.length, 'test files', (line) => this.log(line))
    this.#underWay = setInterval(() => this.#sayUnderWay(), UNDER_WAY_MS)
  }

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test)
    if (test.result().state === 'passed') this.#passed += 1
    if (test.result().state === 'failed') this.#failed += 1
  }

  override onTestModuleEnd(module: TestModule): void {
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
    super.onTestRunEnd(...args)
    const [modules, unhandled] = args
    this.#failed += unhandled.length
    const failed = modules.flatMap((module) => [...module.children.allTests('failed')].map((test) => commandFor(relative(this.ctx.config.root, module.moduleId), test.fullName)))
    if (failed.length > 0) this.log(`Again, one by one:\n${failed.join('\n')}`)
    const path = process.env[countsVariable]
    if (path !== undefined) writeFileSync(path, JSON.stringify({ passed: this.#passed, failed: this.#failed } satisfies Counts))
  }

  /** What the children of long cases have written last: how far they are. */
  #sayUnderWay(): void {
    for (const { test, what, seen } of waitings()) {
      const [line] = (seen ?? '').trim().split('\n').slice(-1)
      this.log(`under way: ${test === undefined ? what : `${test.file} > ${test.name}`}${line === '' ? '' : `: ${line}`}`)
    }
  }
}

/** What the test files wait for at this moment. */
function waitings(): readonly Waiting[] {
  const folder = process.env[waitingVariable]
  if (folder === undefined || !existsSync(folder)) return []
  return readdirSync(folder).filter((file) => file.endsWith('.json')).flatMap((file) => {
    try {
      return JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Waiting[]
    } catch (error) {
      // The wait ended meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  })
}
