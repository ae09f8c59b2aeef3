/** What a window cuts off, measured in the page. */
import type { Page } from 'playwright-core'

/**
 * Texts that may be shortened, if their title has them in full: names and words from outside can have any length.
 */
const SHORTENED = '.person .name span, .lane-head, .lane-name span, .narrowing span, .words, .who, .connection'

/** Everything cut off, as sentences: texts that do not fit their element, or spill out of it, and elements outside their panel or the window. */
export function cutParts(page: Page, { mayShorten = false } = {}): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const found = new Set()
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest('.visually-hidden, template, dialog') === null
    const nameOf = (element) => element.tagName.toLowerCase() + '.' + String(element.getAttribute('class') ?? '').trim().split(/\\s+/).join('.') + ' "' + element.textContent.trim().slice(0, 60) + '"'
    const panelOf = (element) => element.closest('.panel, header, .scrubber, .tabs') ?? document.documentElement
    for (const element of document.body.querySelectorAll('*')) {
      if (!isShown(element)) continue
      const style = getComputedStyle(element)
      const isCut = element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline' && !(element instanceof SVGElement) ||
        style.webkitLineClamp !== 'none' && element.scrollHeight > element.clientHeight + 1
      const isTitled = element.closest('[title]') !== null
      if (isCut && !(${String(mayShorten)} && isTitled && element.matches(${JSON.stringify(SHORTENED)}))) found.add('cut: ' + nameOf(element))
      const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
      if (!hasText && !(element instanceof SVGElement && element.tagName === 'svg') && !element.matches('button, input')) continue
      const [box, panel] = [element.getBoundingClientRect(), panelOf(element).getBoundingClientRect()]
      if (box.width === 0 || element.closest('tspan') !== null && element.tagName !== 'tspan') continue
      if (box.left < panel.left - 0.5 || box.right > panel.right + 0.5) found.add('outside its panel: ' + nameOf(element))
      if (box.left < -0.5 || box.right > innerWidth + 0.5) found.add('outside the window: ' + nameOf(element))
    }
    return [...found]
  })()`)
}

/** The most elements the page has while the panel's list is scrolled through, and while the slider is dragged. */
export function mostElements(page: Page, panel: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const scroller = document.querySelector('.${panel} .scroller')
    const slider = document.querySelector('#moment')
    let most = 0
    const look = async () => {
      await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
      most = Math.max(most, document.querySelectorAll('*').length)
    }
    for (let part = 0; part <= 20; part += 1) {
      scroller.scrollTop = (scroller.scrollHeight * part) / 20
      await look()
    }
    for (let part = 0; part <= 20; part += 1) {
      slider.valueAsNumber = Math.round((Number(slider.max) * part) / 20)
      slider.dispatchEvent(new InputEvent('input', { bubbles: true }))
      await look()
    }
    return most
  })()`)
}

/** A text as drawn in the chart. */
export interface DrawnText {
  /** The id of the state or edge. */
  readonly part: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The box of every text of the chart, in the chart's coordinates. */
export function drawnTexts(page: Page, style: 'full' | 'compact'): Promise<readonly DrawnText[]> {
  return page.evaluate<readonly DrawnText[]>(`[...document.querySelectorAll('.is-${style} .chart text')].map((text) => {
    const { x, y, width, height } = text.getBBox()
    return { part: text.parentElement.getAttribute('data-part'), x, y, width, height }
  })`)
}

/** The text of a row of the ladder, as drawn. */
export interface LadderText {
  readonly text: string
  readonly way: 'toBot' | 'toService' | 'bot'
  /** Pixels from the end of each of its lines to the right edge of its room. */
  readonly ends: readonly number[]
  /** Pixels from the right edge of the row's arrow or square to the text. */
  readonly gap: number
}

/** The texts of the ladder's rows. */
export function ladderTexts(page: Page): Promise<readonly LadderText[]> {
  return page.evaluate<readonly LadderText[]>(`[...document.querySelectorAll('.rung[role=option]')].map((rung) => {
    const words = rung.querySelector('.words')
    const room = words.getBoundingClientRect()
    const range = document.createRange()
    range.selectNodeContents(words)
    const boxes = [...range.getClientRects()].filter(({ width, top }) => width > 0 && top < room.bottom - 4)
    const lines = []
    for (const box of boxes.toSorted((one, other) => one.top + one.bottom - other.top - other.bottom)) {
      const middle = (box.top + box.bottom) / 2
      if (lines.length === 0 || middle - lines.at(-1).middle > box.height / 2) lines.push({ middle, right: box.right })
      else lines.at(-1).right = Math.max(lines.at(-1).right, box.right)
    }
    return {
      text: words.textContent,
      way: ['toBot', 'toService', 'bot'].find((way) => rung.classList.contains('way-' + way)),
      ends: lines.map(({ right }) => room.right - right),
      gap: Math.min(...boxes.map(({ left }) => left)) - rung.querySelector('.arrow').getBoundingClientRect().right,
    }
  })`)
}
