/**
 * The statechart as SVG, laid out by Graphviz from the machine's configuration.
 *
 * Every state and edge carries its id in `data-part`, so that a page can highlight it.
 *
 * Rule: development only. The package ships the SVG that the build made.
 * @module
 */
import { instance } from '@viz-js/viz'
import {
  chartEdges,
  chartStates,
  edgeId,
  rootOf,
  stateId,
  type Chart,
  type ChartEdge,
  type ChartState,
} from './diagram.ts'

/** How a chart is drawn. `compact`: top down and without event names, for narrow panels. */
export type ChartStyle = 'full' | 'compact'

/** Draws the chart; resolves to an SVG element as text. */
export async function chartSvg(chart: Chart, style: ChartStyle): Promise<string> {
  const viz = await instance()
  return viz
    .renderString(dotOf(chart, style), { format: 'svg' })
    .replace(/^[\s\S]*?(?=<svg)/, '')
    .replace(/<title>[\s\S]*?<\/title>\n?/g, '')
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replaceAll('&#45;', '-')
    .replace(/ id="([^"]*)"/g, ' data-part="$1"')
    .replace(
      /<svg [^>]*?viewBox="([^"]*)"[^>]*>/,
      '<svg class="chart" viewBox="$1" xmlns="http://www.w3.org/2000/svg">',
    )
    .replace(/ (?:fill|stroke|font-family|font-size|font-weight)="[^"]*"/g, '')
}

const spacing: { readonly [S in ChartStyle]: string } = {
  full: 'rankdir=TB nodesep=0.1 ranksep=0.25',
  compact: 'rankdir=TB nodesep=0.18 ranksep=0.22',
}

/** The SVG with a style of its own, for use outside the page; follows the preferred colour scheme. */
export function standAlone(svg: string): string {
  return svg.replace(
    '>',
    `><style>
:root { color: #1f2933; background: #fff }
.chart { font-family: Helvetica, Arial, sans-serif; font-size: 12px; fill: currentColor }
.cluster > text, .node > polygon ~ text { font-weight: 600 }
.edge > text { font-size: 10px; opacity: .8 }
path, polygon, polyline, ellipse { fill: none; stroke: currentColor }
.edge > polygon, [data-part=chart-start] > ellipse { fill: currentColor }
.graph > polygon { stroke: none }
@media (prefers-color-scheme: dark) { :root { color: #e6e8eb; background: #14171c } }
</style>`,
  )
}

function dotOf(chart: Chart, style: ChartStyle): string {
  const states = chartStates(chart)
  return `digraph {
  compound=true; ${spacing[style]}; fontname="Helvetica"; fontsize=16; style=rounded; margin=0
  node [shape=box style=rounded fontname="Helvetica" fontsize=${style === 'full' ? 12 : 15} height=0.3 width=0.75 margin="0.1,0.03"]
  edge [fontname="Helvetica" fontsize=11.5 arrowsize=0.7]
  start [shape=point width=0.12 id="chart-start"]
  start -> ${quoted(firstLeaf(states, [rootOf(chart).initial ?? '']))} ${attributes({ lhead: cluster([rootOf(chart).initial ?? '']), id: 'chart-start-edge' })}
${states
  .filter(({ path }) => path.length === 1)
  .map((state) => drawState(state, states))
  .join('\n')}
${chartEdges(chart)
  .map((edge) => drawEdge(style === 'full' ? edge : { ...edge, events: [] }, states))
  .join('\n')}
}`
}

function drawState(state: ChartState, states: readonly ChartState[]): string {
  const name = state.path.at(-1) ?? ''
  const inner = states.filter(
    ({ path }) => path.length === state.path.length + 1 && path.slice(0, -1).join() === state.path.join(),
  )
  if (inner.length === 0) {
    return `${quoted(state.path.join('.'))} ${attributes({ label: name, id: stateId(state.path), ...(state.isFinal ? { peripheries: '2', margin: '0.16,0.08', fontsize: '15' } : {}) })}`
  }
  return `subgraph ${cluster(state.path)} { label=${quoted(name)}; id=${quoted(stateId(state.path))}; margin=10
${inner.map((child) => drawState(child, states)).join('\n')}
}`
}

function drawEdge(edge: ChartEdge, states: readonly ChartState[]): string {
  const [from, to] = [edge.from, edge.to].map((path) => firstLeaf(states, path)) as [string, string]
  const [tail, head] = [edge.from, edge.to].map((path) =>
    path.join('.') === firstLeaf(states, path) ? undefined : cluster(path),
  )
  return `${quoted(from)} -> ${quoted(to)} ${attributes({ id: edgeId(edge), label: edge.events.join('\\n'), ...(tail === undefined ? {} : { ltail: tail }), ...(head === undefined ? {} : { lhead: head }) })}`
}

function firstLeaf(states: readonly ChartState[], path: readonly string[]): string {
  const inside = states.filter((state) => state.isLeaf && path.every((name, level) => state.path[level] === name))
  return (inside[0]?.path ?? path).join('.')
}

function cluster(path: readonly string[]): string {
  return `cluster_${path.join('_')}`
}

function attributes(values: Readonly<Record<string, string>>): string {
  return `[${Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(' ')}]`
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`
}
