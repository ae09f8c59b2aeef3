/**
 * Diagrams: a statechart as text that other tools draw.
 *
 * Rule: everything drawn comes from the chart's configuration; nothing here knows about participants.
 * @module
 */
import { options, readOptions } from '../call/codec/options.ts'
import { is, optional, wholeNumber } from '../call/codec/schema.ts'

/** One candidate transition for an event, as the configuration writes it. */
export interface ChartCandidate {
  /** The guard's name; absent: always taken. */
  readonly guard?: string | undefined
  /** `#chart.state.inner`, `.inner`, or a sibling's name; absent: the state stays. */
  readonly target?: string | undefined
  /** The names of its actions. */
  readonly actions?: readonly string[] | undefined
}

/** A node of a statechart: the subset of XState's configuration that durable machines use. */
export interface ChartNode {
  /** The id that targets name with `#`. */
  readonly id?: string | undefined
  /** `final` for a final state. */
  readonly type?: string | undefined
  /** The first inner state. */
  readonly initial?: string | undefined
  /** The candidates of each event, in the order in which they are tried. */
  readonly on?: { readonly [event: string]: readonly ChartCandidate[] | undefined } | undefined
  /** The inner states by name. */
  readonly states?: { readonly [name: string]: ChartNode | undefined } | undefined
}

/** A statechart's configuration, or a machine created from one (XState keeps it as `config`). */
export type Chart =
  | ChartNode
  | {
      /** The configuration. */
      readonly config: object
    }

/** How a diagram is drawn. */
export interface DiagramOptions {
  /** How many levels of states are drawn. Default: all. */
  readonly depth?: number | undefined
}

const shape = options<DiagramOptions>({
  depth: optional(
    is('a whole number, 1 or more, or Infinity', (value) => value === Infinity || wholeNumber(1)(value) === undefined),
  ),
})

/** One transition of the configuration. `from` and `to` are paths; `to` is absent if the state stays. */
export interface ChartTransition {
  /** The path of the state. */
  readonly from: readonly string[]
  /** The event. */
  readonly event: string
  /** The guard's name; absent: always taken. */
  readonly guard?: string | undefined
  /** The path of the target. */
  readonly to?: readonly string[] | undefined
  /** The names of its actions. */
  readonly actions: readonly string[]
}

/** Every transition of the chart, outer nodes before inner ones, in the order in which they are tried. */
export function chartTransitions(chart: Chart): readonly ChartTransition[] {
  return transitionsBelow(rootOf(chart), [])
}

/**
 * The statechart as a Mermaid `stateDiagram-v2`.
 *
 * Mermaid draws no edges between states inside two different composite states, so such an edge is drawn between the
 * composite states. Guards and actions are left out; the table of transitions has them.
 * @throws TypeError for an option that does not exist, or that cannot be
 */
export function toMermaid(chart: Chart, given: DiagramOptions = {}): string {
  const { depth = Number.POSITIVE_INFINITY } = readOptions('toMermaid', shape, given)
  const root = rootOf(chart)
  const edges = mergedEdges(chartTransitions(chart), depth)
  return ['stateDiagram-v2', ...drawInside(root, [], edges, depth), ''].join('\n')
}

/** A state of a chart. */
export interface ChartState {
  readonly path: readonly string[]
  readonly isLeaf: boolean
  readonly isFinal: boolean
}

/** Every state of the chart, outer before inner. */
export function chartStates(chart: Chart): readonly ChartState[] {
  return statesBelow(rootOf(chart), [])
}

function statesBelow(node: ChartNode, path: readonly string[]): readonly ChartState[] {
  return children(node).flatMap(([name, child]) => {
    const inner = statesBelow(child, [...path, name])
    return [{ path: [...path, name], isLeaf: inner.length === 0, isFinal: child.type === 'final' }, ...inner]
  })
}

/**
 * An edge as drawn: between two sibling states, also if the transition starts or ends deeper inside them. Its label
 * lists all events that take it.
 */
export interface ChartEdge {
  /** The composite state the edge is drawn in. */
  readonly within: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly events: readonly string[]
}

/** The edges of the chart, as drawn. */
export function chartEdges(chart: Chart): readonly ChartEdge[] {
  return mergedEdges(chartTransitions(chart), Number.POSITIVE_INFINITY)
}

/** The drawn edge for a transition between two states. */
export function drawnEdge(from: readonly string[], to: readonly string[]): Omit<ChartEdge, 'events'> {
  const shortest = Math.min(from.length, to.length) - 1
  let shared = 0
  while (shared < shortest && from[shared] === to[shared]) shared += 1
  return { within: from.slice(0, shared), from: from.slice(0, shared + 1), to: to.slice(0, shared + 1) }
}

/** The id of a state in a drawn chart. */
export function stateId(path: readonly string[]): string {
  return `state-${path.join('-')}`
}

/** The id of an edge in a drawn chart. */
export function edgeId({ from, to }: Pick<ChartEdge, 'from' | 'to'>): string {
  return `edge-${from.join('-')}--${to.join('-')}`
}

/** The outermost node of a chart. */
export function rootOf(chart: Chart): ChartNode {
  return 'config' in chart ? (chart.config as ChartNode) : chart
}

function transitionsBelow(node: ChartNode, path: readonly string[]): readonly ChartTransition[] {
  const own = Object.entries(node.on ?? {}).flatMap(([event, candidates = []]) =>
    candidates.map((candidate) => ({
      from: path,
      event,
      guard: candidate.guard,
      to: candidate.target === undefined ? undefined : targetPath(candidate.target, path),
      actions: candidate.actions ?? [],
    })),
  )
  return [...own, ...children(node).flatMap(([name, child]) => transitionsBelow(child, [...path, name]))]
}

function targetPath(target: string, from: readonly string[]): readonly string[] {
  const [first = '', ...rest] = target.split('.')
  if (first.startsWith('#')) return rest
  return first === '' ? [...from, ...rest] : [...from.slice(0, -1), first, ...rest]
}

function mergedEdges(transitions: readonly ChartTransition[], depth: number): readonly ChartEdge[] {
  const merged = new Map<string, ChartEdge>()
  for (const { from, to, event } of transitions) {
    if (to === undefined) continue
    const edge = drawnEdge(from, to)
    if (edge.from.length > depth) continue
    const name = `${edge.from.join('.')} → ${edge.to.join('.')}`
    const events = merged.get(name)?.events ?? []
    merged.set(name, { ...edge, events: events.includes(event) ? events : [...events, event] })
  }
  return [...merged.values()]
}

function drawInside(
  node: ChartNode,
  path: readonly string[],
  edges: readonly ChartEdge[],
  depth: number,
): readonly string[] {
  const indent = '  '.repeat(path.length + 1)
  const lines: string[] = []
  if (node.initial !== undefined) lines.push(`${indent}[*] --> ${nameOf([...path, node.initial])}`)
  for (const [name, child] of children(node)) {
    const inner = [...path, name]
    if (inner.length > 1) lines.push(`${indent}state "${name}" as ${nameOf(inner)}`)
    if (inner.length < depth && children(child).length > 0) {
      lines.push(`${indent}state ${nameOf(inner)} {`, ...drawInside(child, inner, edges, depth), `${indent}}`)
    }
    if (child.type === 'final') lines.push(`${indent}${nameOf(inner)} --> [*]`)
  }
  for (const { within, from, to, events } of edges) {
    if (within.join('.') === path.join('.'))
      lines.push(`${indent}${nameOf(from)} --> ${nameOf(to)} : ${events.join('<br/>')}`)
  }
  return lines
}

function children(node: ChartNode): readonly (readonly [string, ChartNode])[] {
  return Object.entries(node.states ?? {}).flatMap(([name, child]) =>
    child === undefined ? [] : [[name, child] as const],
  )
}

function nameOf(path: readonly string[]): string {
  return path.join('_')
}
