/**
 * The inspector's page in Chromium: it loads and shows a trace. `page.full.test.ts` has the rest.
 * @module
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { open, sayAllOf, says } from './browser.ts'
import { meeting, traceOf } from './example-traces.ts'
import { Pages, row, showing } from './pages.ts'

const pages = new Pages()

beforeAll(() => pages.start())
afterEach(() => pages.clear())
afterAll(() => pages.stop())

test('a saved trace shows a roster and a ladder, without policy violations or errors', async () => {
  const { page, complaints } = await open(pages.browser, await pages.serve(traceOf(meeting()), showing))
  for (const [name, state] of [
    ['Ann Abel', /^active/],
    ['Bob Brandt', /^removed/],
    ['Cem Can', /^cancelled/],
  ] as const)
    await says(row(page, name).locator('.state'), state)
  await sayAllOf(page.locator('.rung .mark'), ['lost', 'refused', 'ignored'])
  expect(complaints).toEqual([])
})
