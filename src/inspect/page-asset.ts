/**
 * The page and the drawn statechart as they are shipped: made when the package is built, read from beside it.
 *
 * Rule: from source there is no build to wait for; the same script makes them on the spot, in a process of its own, so
 * that the bundler is never part of this one.
 * @module
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What the build makes. */
export interface PageAssets {
  /** The self-contained page. */
  readonly html: string
  /** The participant statechart, styled to stand alone. */
  readonly chart: string
}

/** Where the build puts the assets, from the package's top. */
export const ASSETS_PATH = 'dist/inspect/assets.json'

/** The assets are larger than what a child process may say by default. */
const LONGEST_ASSETS = 64 * 1_024 * 1_024

let making: Promise<PageAssets> | undefined

/** The page and the chart. */
export function loadAssets(): Promise<PageAssets> {
  making ??= import.meta.url.endsWith('.ts') ? makeAssets() : readAssets()
  return making
}

async function makeAssets(): Promise<PageAssets> {
  const script = fileURLToPath(new URL('./bundle-page.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: LONGEST_ASSETS })
  return JSON.parse(stdout) as PageAssets
}

async function readAssets(): Promise<PageAssets> {
  const top = dirname(createRequire(import.meta.url).resolve('rollcall/package.json'))
  return JSON.parse(await readFile(join(top, ASSETS_PATH), 'utf8')) as PageAssets
}
