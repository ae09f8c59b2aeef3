/**
 * Builds the page: one HTML text with script, style and statechart inside. A build script: writes to the path it is
 * given, or to standard output without one.
 *
 * Rule: development only. Nothing in the package imports this file.
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { participantConfig } from '../participant/machine-config.ts'
import { layOutChart, type ChartStyle } from './chart-layout.ts'
import { chartSvg, standAlone } from './chart-svg.ts'
import type { PageAssets } from './page-asset.ts'

const folder = new URL('./page/', import.meta.url)

const [path] = process.argv.slice(2)
const text = JSON.stringify(await makeAssets())
if (path === undefined) {
  process.stdout.write(text)
} else {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

async function makeAssets(): Promise<PageAssets> {
  const [script, style, frame, full, compact] = await Promise.all([
    bundleScript(),
    readFile(new URL('style.css', folder), 'utf8'),
    readFile(new URL('page.html', folder), 'utf8'),
    drawChart('full'),
    drawChart('compact'),
  ])
  const parts = new Map([
    ['script', script],
    ['style', style],
    ['chart', full],
    ['compactChart', compact],
  ])
  // A replacer function: in a replacement string, `$&` inside the script would be expanded.
  const html = frame.replace(
    /<!-- (\w+) -->|\/\* (\w+) \*\//g,
    (hole, one?: string, other?: string) => parts.get(one ?? other ?? '') ?? hole,
  )
  return { html, chart: standAlone(full) }
}

async function drawChart(style: ChartStyle): Promise<string> {
  return chartSvg(await layOutChart(participantConfig, style), style)
}

async function bundleScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', folder))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  return (outputFiles[0]?.text ?? '').trim()
}
