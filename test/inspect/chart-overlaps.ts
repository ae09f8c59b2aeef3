import type { Box, ChartLayout, Point } from '../../src/inspect/chart-layout.ts'

/** Everything that overlaps in a laid-out chart, as sentences. Edges may cross each other. */
export function overlapsOf({ states, edges, width, height }: ChartLayout): readonly string[] {
  const found: string[] = []
  const add = (isBad: boolean, sentence: string): void => void (isBad && found.push(sentence))
  const whole = { x: 0, y: 0, width, height }
  const labels = edges.flatMap(({ id, label }) => (label === undefined ? [] : [{ id, box: label.box }]))
  const boxOf = new Map(states.map(({ id, box }) => [id, box]))
  const isInside = (inner: string, outer: string): boolean => inner.startsWith(`${outer}-`)

  for (const { id, box } of states) add(!contains(whole, box), `${id} leaves the chart`)
  for (const [one, other] of pairs(states)) {
    if (isInside(other.id, one.id)) {
      add(!contains(one.box, other.box), `${other.id} leaves ${one.id}`)
      add(overlap(one.title, other.box), `${other.id} covers the name of ${one.id}`)
    } else add(overlap(one.box, other.box), `${one.id} and ${other.id}`)
  }
  for (const [one, other] of pairs(labels)) add(overlap(one.box, other.box), `the labels of ${one.id} and ${other.id}`)
  for (const { id, box } of labels) {
    add(!contains(whole, box), `the label of ${id} leaves the chart`)
    const around = enclosing(id, states)
    for (const state of states) {
      if (around.has(state.id)) {
        add(!contains(state.box, box), `the label of ${id} leaves ${state.id}`)
        add(overlap(state.title, box), `the label of ${id} and the name of ${state.id}`)
      } else add(overlap(state.box, box), `the label of ${id} and ${state.id}`)
    }
  }
  for (const { id, ends, points } of edges) {
    const around = enclosing(id, states)
    for (const [from, to] of segments(points)) {
      for (const label of labels) add(crosses(from, to, label.box), `${id} and the label of ${label.id}`)
      for (const state of states) {
        if (around.has(state.id)) add(crosses(from, to, state.title), `${id} and the name of ${state.id}`)
        else if (!ends.includes(state.id)) add(touches(from, to, state.box), `${id} and ${state.id}`)
        else add(crosses(from, to, state.box), `${id} runs through ${state.id}`)
      }
    }
    for (const [end, point] of [
      [ends[0], points[0]],
      [ends[1], points.at(-1)],
    ] as const) {
      const box = boxOf.get(end)
      add(box !== undefined && !isOnBorder(point as Point, box), `${id} does not end at ${end}`)
    }
  }
  for (const [one, other] of pairs(edges))
    for (const a of segments(one.points))
      for (const b of segments(other.points)) add(runTogether(a, b), `${one.id} runs along ${other.id}`)
  return found
}

/** The states in which an edge is drawn, by id. */
function enclosing(edge: string, states: ChartLayout['states']): ReadonlySet<string> {
  const [from = '', to = ''] = edge.replace(/^edge-/, '').split('--')
  return new Set(
    states.map(({ id }) => id).filter((id) => [from, to].every((end) => `state-${end}`.startsWith(`${id}-`))),
  )
}

/** Pixels within which two places count as the same: layouts are computed with fractions. */
const EXACT = 0.01

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width - EXACT &&
    other.x < one.x + one.width - EXACT &&
    one.y < other.y + other.height - EXACT &&
    other.y < one.y + one.height - EXACT
  )
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x - EXACT &&
    inner.y >= outer.y - EXACT &&
    inner.x + inner.width <= outer.x + outer.width + EXACT &&
    inner.y + inner.height <= outer.y + outer.height + EXACT
  )
}

/** A segment as a box without area; edges run along the axes. */
function boxOfSegment(from: Point, to: Point): Box {
  return {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(from.x - to.x),
    height: Math.abs(from.y - to.y),
  }
}

/** True if the segment runs through the inside of the box. */
function crosses(from: Point, to: Point, box: Box): boolean {
  const line = boxOfSegment(from, to)
  return (
    line.x < box.x + box.width - EXACT &&
    line.x + line.width > box.x + EXACT &&
    line.y < box.y + box.height - EXACT &&
    line.y + line.height > box.y + EXACT
  )
}

/** True if the segment runs through the box or along its border. */
function touches(from: Point, to: Point, box: Box): boolean {
  const grown = {
    x: box.x - 2 * EXACT,
    y: box.y - 2 * EXACT,
    width: box.width + 4 * EXACT,
    height: box.height + 4 * EXACT,
  }
  return crosses(from, to, grown)
}

function isOnBorder({ x, y }: Point, box: Box): boolean {
  const near = (one: number, other: number): boolean => Math.abs(one - other) < 1.5
  const isWithin = x >= box.x - 1.5 && x <= box.x + box.width + 1.5 && y >= box.y - 1.5 && y <= box.y + box.height + 1.5
  return isWithin && (near(x, box.x) || near(x, box.x + box.width) || near(y, box.y) || near(y, box.y + box.height))
}

/** True if two segments share more than a point. */
function runTogether([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): boolean {
  const [one, other] = [boxOfSegment(a, b), boxOfSegment(c, d)]
  const shared = (start: 'x' | 'y', size: 'width' | 'height'): number =>
    Math.min(one[start] + one[size], other[start] + other[size]) - Math.max(one[start], other[start])
  if (one.width < EXACT && other.width < EXACT)
    return Math.abs(one.x - other.x) < EXACT && shared('y', 'height') > EXACT
  if (one.height < EXACT && other.height < EXACT)
    return Math.abs(one.y - other.y) < EXACT && shared('x', 'width') > EXACT
  return false
}

function segments(points: readonly Point[]): readonly (readonly [Point, Point])[] {
  return points.slice(1).map((point, index) => [points[index] as Point, point] as const)
}

function pairs<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const))
}
