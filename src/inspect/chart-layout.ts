/**
 * The places of a statechart's states, edges and labels, computed by the Eclipse Layout Kernel (elkjs) from the
 * configuration.
 *
 * Rule 1: nothing overlaps: a label has its own room beside its edge, and an edge touches only the states it connects.
 * Rule 2: development only. The package ships the SVG that the build made.
 * @module
 */
import elk, {
  type ElkEdgeSection,
  type ElkExtendedEdge,
  type ElkLabel,
  type ElkNode,
  type LayoutOptions,
} from 'elkjs/lib/elk.bundled.js'
import { chartEdges, chartStates, edgeId, rootOf, stateId, type Chart, type ChartState } from './diagram.ts'

/** How a chart is drawn. `compact`: the outer states alone, without event names, for narrow panels. */
export type ChartStyle = 'full' | 'compact'

/** A point in the chart, in pixels from its upper left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A rectangle in the chart, in pixels. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** A state with its place. */
export interface PlacedState {
  readonly id: string
  readonly path: readonly string[]
  readonly box: Box
  /** The room for the name: all of a simple state, the top of a composite one. */
  readonly title: Box
  readonly isFinal: boolean
  readonly isComposite: boolean
}

/** An edge with its place. */
export interface PlacedEdge {
  readonly id: string
  /** The states it connects, by id. */
  readonly ends: readonly [string, string]
  /** Its corners, from its source to its target. */
  readonly points: readonly Point[]
  /** Its event names, one a line, with the room for them. */
  readonly label?: { readonly box: Box; readonly lines: readonly string[] } | undefined
}

/** A chart with the place of everything that is drawn. */
export interface ChartLayout {
  readonly width: number
  readonly height: number
  /** Outer before inner. */
  readonly states: readonly PlacedState[]
  readonly edges: readonly PlacedEdge[]
  /** The dot from which the first state is entered. */
  readonly start: Box
}

/** Font sizes in pixels. */
export const fontSizes = { title: 14, state: 12, compactState: 13, event: 11 } as const

/** Height of a line of event names in pixels. */
export const LINE_HEIGHT = 13

/**
 * Width of a character as a share of the font size, at least that of DejaVu Sans, which is wider than most fonts. A test
 * compares with what a browser draws.
 */
const charWidths = { event: 0.6, state: 0.72 } as const

/** Ids of the dot and of the edge from it. */
const [START_ID, START_EDGE_ID] = ['chart-start', 'chart-start-edge']

/** Sizes in pixels. The margin of a state is on both sides of its name; a final state has two borders. */
const [START_SIZE, STATE_HEIGHT, STATE_MARGIN, FINAL_MARGIN, TITLE_HEIGHT] = [10, 22, 8, 11, 26]

const layered: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
  'elk.spacing.nodeNode': '12',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.thoroughness': '40',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.edgeLabels.sideSelection': 'DIRECTION_DOWN',
  'elk.layered.layering.strategy': 'LONGEST_PATH',
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
}

/** Lays the chart out. The same chart has the same layout everywhere. */
export async function layOutChart(chart: Chart, style: ChartStyle): Promise<ChartLayout> {
  const drawn = drawnParts(chart, style)
  const placed = await new elk.default().layout(graphOf(drawn, style))
  const boxes = new Map<string, Box>()
  const edges = new Map<string, { readonly edge: ElkExtendedEdge; readonly from: Point }>()
  collect(placed, { x: 0, y: 0 }, boxes, edges)
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    states: drawn.states.map((state) => placeState(state, boxes)),
    edges: [
      placeEdge(START_EDGE_ID, [START_ID, stateId([drawn.initial])], [], edges),
      ...drawn.edges.map((edge) => placeEdge(edgeId(edge), [stateId(edge.from), stateId(edge.to)], edge.events, edges)),
    ],
    start: boxes.get(START_ID) as Box,
  }
}

type Drawn = ReturnType<typeof drawnParts>

function drawnParts(chart: Chart, style: ChartStyle) {
  const depth = style === 'full' ? Number.POSITIVE_INFINITY : 1
  const initial = rootOf(chart).initial
  if (initial === undefined) throw new TypeError('A chart needs an initial state to be drawn.')
  return {
    initial,
    states: chartStates(chart)
      .filter(({ path }) => path.length <= depth)
      .map((state) => ({ ...state, isLeaf: state.isLeaf || state.path.length === depth })),
    edges: chartEdges(chart)
      .filter(({ from }) => from.length <= depth)
      .map((edge) => (style === 'full' ? edge : { ...edge, events: [] })),
  }
}

function graphOf(drawn: Drawn, style: ChartStyle): ElkNode {
  const edgesWithin = (path: readonly string[]): ElkExtendedEdge[] =>
    drawn.edges
      .filter(({ within }) => within.join() === path.join())
      .map((edge) => ({
        id: edgeId(edge),
        sources: [stateId(edge.from)],
        targets: [stateId(edge.to)],
        labels: edge.events.length === 0 ? [] : [labelOf(edge.events)],
      }))
  const nodeOf = ({ path, isLeaf, isFinal }: ChartState): ElkNode => {
    const name = path.at(-1) ?? ''
    const size = style === 'full' ? fontSizes.state : fontSizes.compactState
    const width = Math.ceil(name.length * size * charWidths.state) + 2 * (isFinal ? FINAL_MARGIN : STATE_MARGIN)
    if (isLeaf) return { id: stateId(path), width, height: STATE_HEIGHT }
    const inner = drawn.states.filter(
      (state) => state.path.length === path.length + 1 && state.path.slice(0, -1).join() === path.join(),
    )
    return {
      id: stateId(path),
      children: inner.map(nodeOf),
      edges: edgesWithin(path),
      layoutOptions: { ...layered, 'elk.padding': `[top=${TITLE_HEIGHT},left=10,bottom=10,right=10]` },
    }
  }
  return {
    id: 'chart',
    layoutOptions: { ...layered, 'elk.padding': '[top=4,left=4,bottom=4,right=4]' },
    children: [
      { id: START_ID, width: START_SIZE, height: START_SIZE },
      ...drawn.states.filter(({ path }) => path.length === 1).map(nodeOf),
    ],
    edges: [{ id: START_EDGE_ID, sources: [START_ID], targets: [stateId([drawn.initial])] }, ...edgesWithin([])],
  }
}

/** ELK leaves labels without text out of the layout. */
function labelOf(events: readonly string[]): ElkLabel {
  const longest = Math.max(...events.map((event) => event.length))
  return {
    text: events.join('\n'),
    width: Math.ceil(longest * fontSizes.event * charWidths.event),
    height: events.length * LINE_HEIGHT,
  }
}

/** Collects everything placed below a node; ELK's coordinates are relative to the enclosing node. */
function collect(
  { children = [], edges: own = [] }: ElkNode,
  origin: Point,
  boxes: Map<string, Box>,
  edges: Map<string, { readonly edge: ElkExtendedEdge; readonly from: Point }>,
): void {
  for (const edge of own) edges.set(edge.id, { edge, from: origin })
  for (const child of children) {
    const box = moved({ x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? 0, height: child.height ?? 0 }, origin)
    boxes.set(child.id, box)
    collect(child, box, boxes, edges)
  }
}

function moved<P extends Point>(place: P, { x, y }: Point): P {
  return { ...place, x: place.x + x, y: place.y + y }
}

function placeState({ path, isLeaf, isFinal }: ChartState, boxes: ReadonlyMap<string, Box>): PlacedState {
  const id = stateId(path)
  const box = boxes.get(id) as Box
  const title = isLeaf ? box : { ...box, height: TITLE_HEIGHT }
  return { id, path, box, title, isFinal, isComposite: !isLeaf }
}

function placeEdge(
  id: string,
  ends: readonly [string, string],
  lines: readonly string[],
  edges: ReadonlyMap<string, { readonly edge: ElkExtendedEdge; readonly from: Point }>,
): PlacedEdge {
  const { edge, from } = edges.get(id) as { readonly edge: ElkExtendedEdge; readonly from: Point }
  const [section] = edge.sections as readonly ElkEdgeSection[] as readonly [ElkEdgeSection]
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((point) =>
    moved({ x: point.x, y: point.y }, from),
  )
  const [label] = edge.labels ?? []
  if (label === undefined || lines.length === 0) return { id, ends, points }
  const { x = 0, y = 0, width = 0, height = 0 } = label
  return { id, ends, points, label: { box: moved({ x, y, width, height }, from), lines } }
}
