/**
 * The statechart as SVG.
 *
 * Every state and edge carries its id in `data-part`, so that a page can highlight it.
 *
 * Rule: development only. The package ships the SVG that the build made.
 * @module
 */
import {
  fontSizes,
  LINE_HEIGHT,
  type Box,
  type ChartLayout,
  type ChartStyle,
  type PlacedEdge,
  type PlacedState,
  type Point,
} from './chart-layout.ts'

/** Draws a laid-out chart as an SVG element. */
export function chartSvg({ width, height, states, edges, start }: ChartLayout, style: ChartStyle): string {
  const stateSize = style === 'full' ? fontSizes.state : fontSizes.compactState
  return [
    `<svg class="chart" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" xmlns="http://www.w3.org/2000/svg">`,
    ...states.map((state) => drawState(state, state.isComposite ? fontSizes.title : stateSize)),
    `<g class="start"><circle cx="${round(start.x + start.width / 2)}" cy="${round(start.y + start.height / 2)}" r="${round(start.width / 2)}"/></g>`,
    ...edges.map(drawEdge),
    '</svg>',
    '',
  ].join('\n')
}

/** The SVG with a style of its own, for use outside the page; follows the preferred colour scheme. */
export function standAlone(svg: string): string {
  return svg.replace(
    '>',
    `><style>
:root { color: #1f2933; background: #fff }
.chart { font-family: Helvetica, Arial, sans-serif; fill: currentColor }
.cluster > text, .node > text { font-weight: 600 }
.edge > text { opacity: .8 }
path, rect { fill: none; stroke: currentColor }
@media (prefers-color-scheme: dark) { :root { color: #e6e8eb; background: #14171c } }
</style>`,
  )
}

/** Radius of a state's corners, distance between the two borders of a final state, in pixels. */
const [STATE_RADIUS, FINAL_GAP] = [6, 2.5]

function drawState({ id, path, box, title, isFinal, isComposite }: PlacedState, fontSize: number): string {
  const borders = isFinal
    ? drawBox(box, STATE_RADIUS) + drawBox(shrunk(box, FINAL_GAP), STATE_RADIUS - FINAL_GAP)
    : drawBox(box, STATE_RADIUS)
  return `<g class="${isComposite ? 'cluster' : 'node'}" data-part="${id}">${borders}${drawText([path.at(-1) ?? ''], title, fontSize)}</g>`
}

function drawBox({ x, y, width, height }: Box, radius: number): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`
}

function shrunk({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by }
}

function drawEdge({ id, points, label }: PlacedEdge): string {
  const text = label === undefined ? '' : drawText(label.lines, label.box, fontSizes.event)
  return `<g class="edge" data-part="${id}"><path d="${drawLine(points)}"/><polygon points="${drawArrow(points)}"/>${text}</g>`
}

/** Radius of an edge's bends in pixels. */
const BEND_RADIUS = 5

function drawLine(points: readonly Point[]): string {
  const [first, ...rest] = points as readonly [Point, ...Point[]]
  const parts = rest.map((point, index) => {
    const next = rest[index + 1]
    if (next === undefined) return `L${at(point)}`
    const before = points[index] as Point
    const radius = Math.min(BEND_RADIUS, distance(before, point) / 2, distance(point, next) / 2)
    return `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, next, radius))}`
  })
  return `M${at(first)}${parts.join('')}`
}

/** Length and half the width of an arrow's head in pixels. */
const [ARROW_LENGTH, ARROW_HALF] = [7, 3.2]

function drawArrow(points: readonly Point[]): string {
  const [before, tip] = points.slice(-2) as [Point, Point]
  const foot = towards(tip, before, ARROW_LENGTH)
  const [x, y] = [(tip.x - foot.x) / ARROW_LENGTH, (tip.y - foot.y) / ARROW_LENGTH]
  const side = (sign: number): Point => ({ x: foot.x - sign * y * ARROW_HALF, y: foot.y + sign * x * ARROW_HALF })
  return [tip, side(1), side(-1)].map(at).join(' ')
}

/** The centre of a letter's height above its baseline, as a share of the font size. */
const MIDDLE = 0.36

function drawText(lines: readonly string[], { x, y, width, height }: Box, fontSize: number): string {
  const top = y + (height - lines.length * LINE_HEIGHT) / 2
  const centre = round(x + width / 2)
  const spans = lines.map((line, index) => {
    const baseline = round(top + (index + 0.5) * LINE_HEIGHT + fontSize * MIDDLE)
    return `<tspan x="${centre}" y="${baseline}">${line}</tspan>`
  })
  return `<text font-size="${fontSize}" text-anchor="middle">${spans.join('')}</text>`
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to)
  const share = whole === 0 ? 0 : length / whole
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y)
}

function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`
}

/** Tenths of a pixel: finer places cannot be seen and make the file longer. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
