/**
 * The page's layout in Chromium: the important parts are visible in a small window, on a phone, and in a very long
 * call.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { layOutChart } from '../../src/inspect/chart-layout.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import type { Trace } from '../../src/trace/trace.ts'
import { open, says } from './browser.ts'
import { crowd, longNames, meeting, traceOf } from './example-traces.ts'
import { cutParts, drawnTexts, ladderTexts, mostElements } from './page-layout.ts'
import { Pages, showing } from './pages.ts'

const pages = new Pages()

beforeAll(() => pages.start())
afterEach(() => pages.clear())
afterAll(() => pages.stop())

const small = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
const panels = ['roster', 'ladder', 'chart', 'log', 'explanation'] as const

/** Shows a panel by its key. */
async function show(page: Page, panel: (typeof panels)[number]): Promise<void> {
  await page.locator('body').press(String(panels.indexOf(panel) + 1))
  await page.locator(`.app.shows-${panel}`).waitFor()
}

describe('at 1280 × 800', () => {
  test.each([
    { title: 'with a chosen participant', link: 'who=person-4&at=21' },
    { title: 'with another at the end', link: 'who=invite-bob' },
    { title: 'with nobody chosen', link: '' },
    { title: 'before the first event', link: 'at=0' },
  ])('nothing is cut, $title', async ({ link }) => {
    const url = await pages.serve(traceOf(meeting()), showing)
    const { page } = await open(pages.browser, `${url}#${link}`, { viewport: small })
    await page.locator('.call-id').waitFor()
    for (const panel of ['ladder', 'chart', 'log'] as const) {
      await show(page, panel)
      expect(await cutParts(page), panel).toEqual([])
    }
  })

  test.each([
    { title: 'names of any length', trace: () => traceOf(longNames()), who: 'person-1' },
    { title: 'ten thousand participants', trace: () => crowd(10_000, 40), who: 'person-9999' },
  ])('only names are shortened, and have a title, with $title', async ({ trace, who }) => {
    const url = await pages.serve(trace(), showing)
    const { page } = await open(pages.browser, `${url}#who=${who}`, { viewport: small })
    await page.locator('.call-state').waitFor()
    for (const panel of ['ladder', 'chart', 'log'] as const) {
      await show(page, panel)
      expect(await cutParts(page, { mayShorten: true }), panel).toEqual([])
    }
  })
})

test('the titles of the roster start and end where the columns of its rows do', async () => {
  const { page } = await open(pages.browser, await pages.serve(traceOf(meeting()), showing), { viewport: small })
  const edges = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((part) => {
        const { left, right } = part.getBoundingClientRect()
        return { left: Math.round(left), right: Math.round(right) }
      })
  const [place, name, , , ended] = await Promise.all(
    [1, 2, 3, 4, 5].map((column) => edges(`.columns > :nth-child(${column}) button`)),
  )
  expect(place?.left).toBe((await edges('.person .place')).left)
  expect(name?.left).toBe((await edges('.person .name span')).left)
  expect(ended?.right).toBe((await edges('.person .since')).right)
})

test.each([
  { title: 'a small window', viewport: small },
  { title: 'a phone', viewport: phone },
])(
  'in $title, every message to the bot ends at the right, and no text touches the square of what happens inside it',
  async ({ viewport }) => {
    const url = await pages.serve(traceOf(meeting()), showing)
    const { page } = await open(pages.browser, `${url}#who=person-4`, { viewport })
    await page.locator('.rung.way-bot').first().waitFor()
    const texts = await ladderTexts(page)
    const inside = texts.filter(({ way }) => way === 'bot')
    expect(inside.length).toBeGreaterThan(0)
    for (const { gap, text } of inside) expect(gap, text).toBeGreaterThan(0)
    const toBot = texts.filter(({ way }) => way === 'toBot')
    expect(toBot.some(({ ends }) => ends.length > 1)).toBe(true)
    for (const { ends, text } of toBot) expect(Math.max(...ends), text).toBeLessThan(SPACE_WIDTH)
  },
)

/** Pixels: a line that was broken may end with a space. */
const SPACE_WIDTH = 6

describe('on a phone', () => {
  test.each([
    { title: 'five participants', trace: () => traceOf(meeting()), link: '' },
    { title: 'a chosen one', trace: () => traceOf(meeting()), link: 'who=person-4&at=21' },
    { title: 'only a chosen one', trace: () => traceOf(meeting()), link: 'who=person-4&at=21&only' },
    { title: 'ten thousand participants', trace: () => crowd(10_000, 40), link: '' },
  ])('the first lane is on the first screen, with $title', async ({ trace, link }) => {
    const { page } = await open(pages.browser, `${await pages.serve(trace(), showing)}#${link}`, { viewport: phone })
    await page.locator('.rung .lane > *').first().waitFor()
    const boxes = await page.locator('.lane-head, .rung .lane > *').evaluateAll((parts) =>
      parts.map((part) => {
        const { left, right, bottom } = part.getBoundingClientRect()
        return { left, right, bottom, isHead: part.matches('.lane-head') }
      }),
    )
    for (const { left, right } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(phone.width)
    }
    // Rows beyond the edge of the list are drawn as well.
    const visible = boxes.filter(({ bottom }) => bottom <= phone.height)
    expect(visible.filter(({ isHead }) => isHead)).toHaveLength(1)
    expect(visible.length).toBeGreaterThan(1)
  })

  test('only names and texts are shortened in any panel; the statechart is scrolled', async () => {
    const url = await pages.serve(traceOf(longNames()), showing)
    const { page } = await open(pages.browser, `${url}#who=person-1`, { viewport: phone })
    await page.locator('.call-state').waitFor()
    for (const panel of panels) {
      await show(page, panel)
      const parts = await cutParts(page, { mayShorten: true })
      expect(
        panel === 'chart'
          ? parts.filter((part) => !/ (?:div\.(?:sideways|chart-place)|svg|text|tspan)/.test(part))
          : parts,
        panel,
      ).toEqual([])
    }
  })
})

test.each(['full', 'compact'] as const)('every text of the %s chart fits the room laid out for it', async (style) => {
  const { page } = await open(
    pages.browser,
    `${await pages.serve(traceOf(meeting()), showing)}#who=invite-bob&panel=${style === 'full' ? 'chart' : 'ladder'}`,
  )
  const { states, edges } = await layOutChart(participantConfig, style)
  const rooms = new Map([
    ...states.map(({ id, title }) => [id, title] as const),
    ...edges.flatMap(({ id, label }) => (label === undefined ? [] : [[id, label.box] as const])),
  ])
  const texts = await drawnTexts(page, style)
  expect(texts.map(({ part }) => part).toSorted()).toEqual([...rooms.keys()].toSorted())
  for (const { part, x, y, width, height } of texts) {
    const room = rooms.get(part)
    expect(x, part).toBeGreaterThanOrEqual((room?.x ?? 0) - TENTH)
    expect(x + width, part).toBeLessThanOrEqual((room?.x ?? 0) + (room?.width ?? 0) + TENTH)
    // A text's box has the height of its font, which is higher than its letters.
    expect(Math.abs(y + height / 2 - ((room?.y ?? 0) + (room?.height ?? 0) / 2)), part).toBeLessThanOrEqual(2)
  }
})

/** Places are written with one decimal. */
const TENTH = 0.1

describe('ten thousand events', () => {
  const MANY = 10_000
  let trace: Trace
  beforeAll(() => {
    trace = crowd(20, MANY)
  })

  test.each(['ladder', 'log'] as const)(
    'the %s has few elements, wherever it is scrolled or dragged to',
    async (panel) => {
      const { page } = await open(
        pages.browser,
        `${await pages.serve(trace, { ...showing, entriesHeld: 2 * MANY })}#panel=${panel}`,
      )
      await says(page.locator('.now b'), /^[\d,]+ \/ [\d,]+$/)
      await page.locator(`[role=option][aria-setsize]`).first().waitFor()
      expect(Number(await page.locator('[role=option]').first().getAttribute('aria-setsize'))).toBeGreaterThanOrEqual(
        MANY,
      )
      expect(await mostElements(page, panel)).toBeLessThan(MOST_ELEMENTS)
    },
  )
})

/** A hundredth of what ten thousand rows would take: a row has about ten elements. */
const MOST_ELEMENTS = 1_000
