/**
 * The packed package, as tools that judge packages and TypeScript see it.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'
import { apiReports } from './api-reports.ts'
import { imports, installConsumer, type Consumer } from './consumer.ts'

const { resolve } = createRequire(import.meta.url)

/** The program of a development dependency. */
function binOf(name: string, bin: string): string {
  const path = join(repositoryFolder, 'node_modules', name, 'package.json')
  const { bin: bins } = JSON.parse(readFileSync(path, 'utf8')) as { readonly bin: Readonly<Record<string, string>> }
  return join(dirname(path), bins[bin] ?? '')
}

let consumer: Consumer

beforeAll(async () => {
  consumer = await installConsumer()
})

afterAll(() => consumer.remove())

test('publint has nothing to say', async () => {
  const { stdout, status } = await runNode([binOf('publint', 'publint'), 'run', consumer.tarball, '--strict'], {
    env: { NO_COLOR: '1' },
  })
  expect(stdout).toContain('All good!')
  expect(status, stdout).toBe(0)
})

test('are the types wrong? finds no problem in any import', async () => {
  const args = [consumer.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color']
  const { stdout, stderr, status } = await runNode([binOf('@arethetypeswrong/cli', 'attw'), ...args])
  expect(status, stdout + stderr).toBe(0)
  for (const name of imports) expect(stdout).toContain(`"${name}"`)
})

describe('TypeScript finds every import, and no error of ours', () => {
  test.each([
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('with module %s and moduleResolution %s', async (module, moduleResolution) => {
    const names = imports.map((_, index) => `import${index}`)
    const lines = imports.map((name, index) => `import * as import${index} from '${name}'`)
    const file = `all-${moduleResolution}.ts`
    writeFileSync(join(consumer.folder, file), `${lines.join('\n')}\nexport default [${names.join(', ')}]\n`)
    const project = join(consumer.folder, `tsconfig.${moduleResolution}.json`)
    const compilerOptions = {
      ...{ target: 'es2023', module, moduleResolution, noEmit: true, strict: true, skipLibCheck: false },
      ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true },
      ...{ isolatedModules: true, verbatimModuleSyntax: true, types: ['node'] },
      typeRoots: [join(repositoryFolder, 'node_modules/@types')],
    }
    writeFileSync(project, JSON.stringify({ compilerOptions, files: [file] }))
    const { stdout } = await runNode([resolve('typescript/bin/tsc'), '-p', project], { cwd: consumer.folder })
    const errors = stdout.split('\n').filter((line) => /^\S.*error TS/.test(line))
    // XState's own declarations have errors under exactOptionalPropertyTypes.
    expect(errors.filter((line) => !line.startsWith('node_modules/xstate/'))).toEqual([])
  })
})

test.each([...apiReports()])('%s is the public contract as built; npm run docs writes it', (path, text) => {
  expect(readFileSync(join(repositoryFolder, path), 'utf8')).toBe(text)
})
