import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { runNode } from '../waiting/node-process.ts'
import { repositoryFolder } from './repository-folder.ts'

const dist = join(repositoryFolder, 'dist')

/** The files in the bundle of a program that imports from the built package. */
async function bundledFiles(program: string): Promise<readonly string[]> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: repositoryFolder },
    absWorkingDir: repositoryFolder,
    // Without the paths of tsconfig.json, which lead to the sources.
    tsconfigRaw: '{}',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
}

const isXState = (path: string): boolean => path.includes('node_modules/xstate/')

describe('a bundle of', () => {
  test('createRollcall has no module of XState', async () => {
    const files = await bundledFiles(`import { createRollcall } from 'rollcall'; console.log(createRollcall)`)
    expect(files.filter(isXState)).toEqual([])
    expect(files.some((path) => path.startsWith('dist/'))).toBe(true)
  })

  test.each(['graph', 'sqlite', 'simulator', 'inspect', 'opentelemetry'])(
    'rollcall/%s has no module of XState',
    async (subpath) => {
      const files = await bundledFiles(`import * as all from 'rollcall/${subpath}'; console.log(all)`)
      expect(files.filter(isXState)).toEqual([])
    },
  )

  test('rollcall/machine has XState, which is how the others are known not to have it', async () => {
    const files = await bundledFiles(
      `import { participantMachine } from 'rollcall/machine'; console.log(participantMachine)`,
    )
    expect(files.filter(isXState).length).toBeGreaterThan(0)
  })
})

test('createRollcall loads where XState cannot be found', async () => {
  const refuse = `export const resolve = (name, context, next) => { if (name === 'xstate') throw new Error('xstate is asked for'); return next(name, context) }`
  const program = (entry: string): string => `
    import { register } from 'node:module'
    register('data:text/javascript,${encodeURIComponent(refuse).replaceAll("'", '%27')}')
    await import(${JSON.stringify(join(dist, entry))}).then(() => console.log('loaded'), ({ message }) => console.log(message))`
  const load = (entry: string) => runNode(['--input-type=module', '--eval', program(entry)])
  expect((await load('index.js')).stdout).toBe('loaded\n')
  expect((await load('machine.js')).stdout).toBe('xstate is asked for\n')
})
