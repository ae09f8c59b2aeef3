/** Chromium for tests: Debian's package. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { until, untilSettled, type Wanted } from '../waiting/waiting.ts'

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].filter((place) => place !== undefined)

/** Starts the browser. Without one the test fails: no other test covers the page. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place))
  if (executablePath === undefined)
    throw new Error('no Chromium here: apt-get install chromium, as .ci/run does, or set CHROMIUM to its path')
  return untilSettled(
    'Chromium has started',
    chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 0 }),
  )
}

/** A page in its own window, with the errors it reports. */
export interface Opened {
  readonly page: Page
  /** Messages of errors and policy violations. */
  readonly complaints: readonly string[]
}

/** Opens a URL and waits until the page has everything. Page actions have no time limit of their own. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await untilSettled(
    'the browser has a window',
    browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options }),
  )
  context.setDefaultTimeout(0)
  context.setDefaultNavigationTimeout(0)
  const page = registered(await untilSettled('the window has a page', context.newPage()), 'the page')
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  await page.locator('.connection.is-saved, .connection.is-live').waitFor()
  return { page, complaints }
}

/** The page or a part of it; every action is registered as a wait under the action's name. */
function registered<T extends object>(target: T, name: string): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return isPart(value) ? registered(value, `${name}.${String(key)}`) : value
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args)
        if (result instanceof Promise) return untilSettled(`${name}: ${String(key)} is done`, result)
        return isPart(result) ? registered(result, String(result)) : result
      }
    },
  })
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Waits until the element has exactly the text. */
export function says(part: Locator, text: Wanted<string>): Promise<string> {
  return until(
    `${String(part)} says ${text instanceof RegExp || typeof text === 'string' ? String(text) : 'it'}`,
    () => part.innerText(),
    text,
  )
}

/** Waits until the element contains the text. */
export function contains(part: Locator, text: string): Promise<string> {
  return until(
    `${String(part)} contains ${text}`,
    () => part.innerText(),
    (seen) => seen.includes(text),
  )
}

/** Waits until the locator matches that many elements. */
export function counts(part: Locator, count: number): Promise<number> {
  return until(`there are ${count} of ${String(part)}`, () => part.count(), count)
}

/** Waits until the matched elements include all of the texts. */
export function sayAllOf(parts: Locator, texts: readonly string[]): Promise<readonly string[]> {
  return until(
    `${String(parts)} say ${texts.join(', ')}`,
    () => parts.allInnerTexts(),
    (seen) => texts.every((text) => seen.includes(text)),
  )
}

/** The pictures of the documents. */
const documented: ReadonlySet<string> = new Set(['light', 'dark', 'phone', 'statechart'])

/** Takes a picture of the page; one of the documents is replaced if ROLLCALL_PICTURES is set. */
export async function picture(page: Page, name: string): Promise<void> {
  const isForDocuments = process.env['ROLLCALL_PICTURES'] !== undefined && documented.has(name)
  const folder = join(repositoryFolder, isForDocuments ? 'docs/pictures' : '.tmp/screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
}

/** Serious and critical findings of axe, as sentences. */
export async function barriers(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger: the page's policy forbids foreign scripts.
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe.source })
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, any }) => id + ' at ' + target.join(' ') + ': ' + any.map(({ message }) => message).join(', ')))))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  expect(result.type).toBe('string')
  return JSON.parse(String(result.value)) as readonly string[]
}

/** Brightness of the page's background, 0 to 255. */
export function brightness(page: Page): Promise<number> {
  return page.evaluate<number>('Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)[0])')
}

/** Width of the page's content in pixels, visible or not. */
export function contentWidth(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth')
}

/** Drags the slider over the whole trace, one frame per stop; resolves to the largest number of rows rendered in a frame. */
export function mostRowsDrawn(page: Page): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const slider = document.querySelector('#moment')
    let most = 0
    for (let moment = Number(slider.max); moment > 3; moment -= 7) {
      slider.valueAsNumber = moment
      slider.dispatchEvent(new InputEvent('input', { bubbles: true }))
      await new Promise(requestAnimationFrame)
      most = Math.max(most, document.querySelectorAll('.rows > .person').length)
    }
    return most
  })()`)
}
