/**
 * The drawn statechart: nothing in it overlaps. `page.full.test.ts` compares the room for texts with what Chromium
 * draws.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { layOutChart, type ChartLayout, type Point } from '../../src/inspect/chart-layout.ts'
import { chartSvg } from '../../src/inspect/chart-svg.ts'
import { chartEdges, chartStates, edgeId, stateId } from '../../src/inspect/diagram.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { overlapsOf } from './chart-overlaps.ts'

/** Pixels of the chart's panel beside the roster, in a window 1280 pixels wide. */
const PANEL_WIDTH = 840

/** Pixels of the explanation in a window 1280 pixels wide. */
const EXPLANATION_WIDTH = 280

describe.each(['full', 'compact'] as const)('the %s chart', (style) => {
  let layout: ChartLayout
  beforeAll(async () => {
    layout = await layOutChart(participantConfig, style)
  })

  test('has no overlap: no state, name, edge or label covers another', () => {
    expect(overlapsOf(layout)).toEqual([])
  })

  test('is as narrow as its panel', () => {
    expect(layout.width).toBeLessThanOrEqual(style === 'full' ? PANEL_WIDTH : EXPLANATION_WIDTH)
  })

  test('is the same whenever it is laid out', async () => {
    expect(await layOutChart(participantConfig, style)).toEqual(layout)
  })

  test('draws every part of it, with its id', () => {
    const svg = chartSvg(layout, style)
    const ids = [...svg.matchAll(/data-part="([^"]+)"/g)].map(([, id]) => id)
    const isDrawn = ({ length }: readonly string[]): boolean => style === 'full' || length === 1
    const expected = [
      ...chartStates(participantConfig).flatMap(({ path }) => (isDrawn(path) ? [stateId(path)] : [])),
      ...chartEdges(participantConfig).flatMap((edge) => (isDrawn(edge.from) ? [edgeId(edge)] : [])),
      'chart-start-edge',
    ]
    expect(ids.toSorted()).toEqual(expected.toSorted())
    const texts = [...svg.matchAll(/<tspan[^>]*>([^<]+)</g)].map(([, text]) => text)
    if (style === 'full')
      for (const { events } of chartEdges(participantConfig)) expect(texts).toEqual(expect.arrayContaining([...events]))
  })
})

describe('a layout with an overlap is found out', () => {
  const move =
    (by: Point) =>
    <P extends Point>(place: P): P => ({ ...place, x: place.x + by.x, y: place.y + by.y })
  let layout: ChartLayout
  beforeAll(async () => {
    layout = await layOutChart(participantConfig, 'full')
  })

  test('a label moved onto its edge, off its composite state, or onto another label', () => {
    const found = new Set<string>()
    for (const [index, edge] of layout.edges.entries()) {
      if (edge.label === undefined) continue
      for (const by of [
        { x: 60, y: 0 },
        { x: -60, y: 0 },
        { x: 0, y: 40 },
        { x: 0, y: -40 },
      ]) {
        const label = { ...edge.label, box: move(by)(edge.label.box) }
        for (const one of overlapsOf({ ...layout, edges: layout.edges.with(index, { ...edge, label }) })) found.add(one)
      }
    }
    const all = [...found]
    expect(all.some((one) => /^edge-.* and the label of /.test(one))).toBe(true)
    expect(all.some((one) => /^the labels of /.test(one))).toBe(true)
    expect(all.some((one) => /^the label of .* leaves state-/.test(one))).toBe(true)
    expect(all.some((one) => /^the label of .* and the name of /.test(one))).toBe(true)
  })

  test('a state moved onto its neighbour, and an edge drawn straight through one', () => {
    const at = layout.states.findIndex(({ id }) => id === 'state-ringing-held')
    const held = layout.states[at] as ChartLayout['states'][number]
    const idle = layout.states.find(({ id }) => id === 'state-ringing-idle') as ChartLayout['states'][number]
    const states = layout.states.with(at, { ...held, box: idle.box, title: idle.title })
    expect(overlapsOf({ ...layout, states })).toContain('state-ringing-idle and state-ringing-held')
    const [from, to] = [layout.states[0]?.box, layout.states.at(-1)?.box] as const
    const straight = {
      id: 'edge-invited--cancelled',
      ends: ['state-invited', 'state-cancelled'],
      points: [from as Point, to as Point],
    } as const
    expect(overlapsOf({ ...layout, edges: [straight] })).not.toEqual([])
  })

  test('two edges drawn along each other', () => {
    const [one] = layout.edges as readonly [ChartLayout['edges'][number]]
    expect(overlapsOf({ ...layout, edges: [one, { ...one, id: 'edge-again--again' }] })).toContain(
      'chart-start-edge runs along edge-again--again',
    )
  })
})
