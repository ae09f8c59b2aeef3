/**
 * The page and the drawn statechart as shipped: built with the package, read from its `dist`.
 *
 * Rule: when run from source there is no build; the build script then runs in a child process, so that the bundler is
 * never loaded into this one.
 * @module
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The output of the build script. */
export interface PageAssets {
  /** The self-contained page, as HTML. */
  readonly html: string
  /** The participant statechart as SVG, with its own style. */
  readonly chart: string
}

/** Where the build puts the assets, relative to the package's root. */
const ASSETS_PATH = 'dist/inspect/assets.json'

/** Bytes; the assets are larger than Node's default for a child process's output. */
const LONGEST_ASSETS = 64 * 1_024 * 1_024

let making: Promise<PageAssets> | undefined

/** Loads the page and the chart. */
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
