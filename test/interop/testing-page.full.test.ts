/**
 * The page docs/testing-your-bot.md in a project that has nothing but the installed package, Vitest and fast-check: every
 * file compiles, every command works, and what the page shows is what it prints.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { pageCommands, pageFiles, testingPagePath, writePageFiles } from '../documents/testing-page.ts'
import { installPackage, type InstalledPackage } from './installed-package.ts'

const markdown = readFileSync(testingPagePath, 'utf8')
let project: InstalledPackage

beforeAll(async () => {
  project = await installPackage(['vitest'])
})

afterAll(() => project.remove())

describe('the page about testing bots, from the packed package', () => {
  test.each(pageCommands(markdown).map((command) => [command.args.join(' '), command] as const))(
    'npx vitest run %s',
    async (_, { args, message, edit }) => {
      writePageFiles(project.path, markdown, edit)
      const { status, stdout, stderr } = await project.run('npx', 'vitest', 'run', ...args)
      if (message === undefined) expect(status, stdout + stderr).toBe(0)
      else expect(stderr).toContain(`BotWrong: ${message}\n`)
    },
  )

  test('npx rollcall replay prints the trace of a failure', async () => {
    writePageFiles(project.path, markdown)
    const [failure] = pageCommands(markdown).flatMap(({ args, message }) =>
      message !== undefined && args[0] === 'naive-bot' ? [{ args, message }] : [],
    )
    await project.run('npx', 'vitest', 'run', ...(failure?.args ?? []))
    const trace = /^trace: (.*)$/m.exec(failure?.message ?? '')?.[1] ?? ''
    const { status, stdout, stderr } = await project.run('npx', 'rollcall', 'replay', trace)
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/roster/)
  })

  test('compiles, every file of it, under strict options', async () => {
    writePageFiles(project.path, markdown)
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(repositoryFolder, 'node_modules/@types')],
    }
    writeFileSync(
      join(project.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: [...pageFiles(markdown).keys()] }),
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    expect((await project.run('node', tsc, '-p', project.path)).stdout).toBe('')
  })
})
