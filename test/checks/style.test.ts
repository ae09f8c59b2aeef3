import { describe, expect, test } from 'vitest'
import { headless, longFiles, undocumentedExports, unwantedLines } from './style.ts'
import { sourceFile, sourceFilesIn } from './source-file.ts'

const source = sourceFilesIn('src')
const tests = sourceFilesIn('test')

describe('a reader', () => {
  test('can take in every module at once', () => {
    expect(longFiles(source)).toEqual([])
  })

  test('is told by every module what it is for', () => {
    expect(headless(source)).toEqual([])
  })

  test('is told by every export what it is', () => {
    expect(undocumentedExports(source)).toEqual([])
  })

  test('meets no loose end and no path of one machine', () => {
    expect(unwantedLines([...source, ...tests])).toEqual([])
  })
})

describe('the checks reject', () => {
  const header = '/**\n * Sample.\n * @module\n */\n'
  const sample = (text: string) => [sourceFile('src/call/sample.ts', text)]

  test('a file that is too long', () => {
    expect(longFiles(sample('\n'.repeat(420)))).toEqual([])
    expect(longFiles(sample('\n'.repeat(421)))).toHaveLength(1)
  })

  test('a module without a header', () => {
    expect(headless(sample(`${header}export {}`))).toEqual([])
    expect(headless(sample(`#!/usr/bin/env node\n${header}`))).toEqual([])
    expect(headless(sample('export {}'))).toHaveLength(1)
    expect(headless(sample('/** A function. */\nexport function f() {}'))).toHaveLength(1)
  })

  test('an export without a summary', () => {
    expect(
      undocumentedExports(sample(`${header}import 'x'\n/** One. */\nexport const one = 1\nexport * from './two.ts'`)),
    ).toEqual([])
    expect(undocumentedExports(sample('export const one = 1'))).toHaveLength(1)
    expect(undocumentedExports(sample('/** @internal */\nexport interface One {}'))).toHaveLength(1)
  })

  test.each([
    ['// TO', 'DO: later'],
    ['open("/tm', 'p/x")'],
  ])('%s%s', (...halves) => {
    expect(unwantedLines(sample(halves.join('')))).toHaveLength(1)
  })
})
