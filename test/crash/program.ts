/**
 * The program of the bots: one file, made once for a run, which a bot starts from in a quarter of the time that its
 * modules take.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../.tmp/', import.meta.url))

/** Makes the program; it is gone when this process ends. */
export async function makeProgram(): Promise<string> {
  mkdirSync(root, { recursive: true })
  const folder = mkdtempSync(join(root, 'crash-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'bot.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('bot.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
  })
  return outfile
}
