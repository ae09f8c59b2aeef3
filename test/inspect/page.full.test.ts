/**
 * The inspector's page in Chromium, in full. The quick suite runs `page.test.ts` only.
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { simulatedTransport, type SimulatedTransport } from '../../src/simulator/graph/transport.ts'
import { until } from '../waiting/waiting.ts'
import {
  barriers,
  brightness,
  contains,
  contentWidth,
  counts,
  mostRowsDrawn,
  open,
  picture,
  sayAllOf,
  says,
  type Opened,
} from './browser.ts'
import { crowd, meeting, traceOf } from './example-traces.ts'
import { Pages, row, showing, explanation } from './pages.ts'
import { bot, person, ManualHost, userId } from './manual-host.ts'

const pages = new Pages()

beforeAll(() => pages.start())
afterEach(() => pages.clear())
afterAll(() => pages.stop())

/** Advances virtual time until the promise settles. */
async function soon<T>(service: SimulatedTransport, happening: Promise<T>): Promise<T> {
  let isOver = false
  const over = happening.finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  for (let step = 0; !isOver && step < 200; step += 1) await service.clock.advance(250)
  return over
}

const counter = (page: Page) => page.locator('.now b')
const lit = (page: Page, style: 'compact' | 'full' = 'compact') =>
  page.locator(`.is-${style} .is-lit`).evaluateAll((parts) => parts.map((part) => part.getAttribute('data-part')))

describe('a saved trace', () => {
  test("shows a roster, a ladder and the call's state, without policy violations or errors", async () => {
    const { page, complaints } = await open(pages.browser, await pages.serve(traceOf(meeting()), showing))
    for (const [name, state] of [
      ['Ann Abel', 'active'],
      ['Bob Brandt', 'removed'],
      ['Cem Can', 'cancelled'],
      ['Dan Dorn', 'active'],
      ['Eve Engel', 'active'],
    ] as const) {
      await says(row(page, name).locator('.state'), new RegExp(`^${state}`))
    }
    await sayAllOf(page.locator('.rung .mark'), ['lost', 'refused', 'ignored'])
    await contains(explanation(page), 'established')
    await row(page, 'Bob Brandt').click()
    await picture(page, 'ladder')
    expect(complaints).toEqual([])
  })

  test('hides identities unless asked', async () => {
    const { page } = await open(pages.browser, await pages.serve(traceOf(meeting())))
    await counts(row(page, 'user-2'), 1)
    expect(await page.locator('body').innerText()).not.toMatch(/Abel|Brandt|Engel|278405a3/)
    await says(page.locator('.badge').first(), 'redacted')
  })

  test('explains a participant at any moment and highlights its state and path', async () => {
    const { page } = await open(pages.browser, `${await pages.serve(traceOf(meeting()), showing)}#who=invite-bob`)
    await until('the end is lit', () => lit(page), ['state-removed'])
    await contains(explanation(page).locator('.evidence li').last(), 'a full roster does not show them')
    await explanation(page).locator('.evidence button', { hasText: 'asked for their removal' }).click()
    await until('ringing is lit', () => lit(page), ['state-ringing'])
    await counts(explanation(page).locator('.evidence li'), 3)
    await page.keyboard.press('3')
    await until('ringing is lit, its removal held', () => lit(page, 'full'), ['state-ringing', 'state-ringing-held'])
    await page.locator('.is-full [data-part="edge-invited--ringing"].is-passed').waitFor()
    await says(page.locator('.caption'), 'Bob Brandt is ringing, removal held')
    await picture(page, 'statechart')
  })

  test('is replayed backwards and forwards by slider and keyboard', async () => {
    const { page } = await open(pages.browser, await pages.serve(traceOf(meeting()), showing))
    // A note and a lost message are moments, but not events.
    const events = meeting().entries.filter((entry) => 'event' in entry).length
    await says(counter(page), `${events} / ${events}`)
    await page.getByLabel('Moment').fill('6')
    await says(counter(page), `6 / ${events}`)
    await says(row(page, 'Ann Abel').locator('.state'), 'lobby')
    await counts(page.locator('.rows > .person'), 1)
    await page.locator('body').press('ArrowLeft')
    await says(row(page, 'Ann Abel').locator('.state'), 'ringing')
    await page.locator('body').press('Home')
    await counts(page.locator('.rows > .person'), 0)
    await page.locator('body').press('Shift+ArrowRight')
    await says(counter(page), `10 / ${events}`)
    await page.locator('body').press('End')
    await counts(page.locator('.rows > .person'), 5)
  })

  test('opens again from a link to a moment, a participant and a panel', async () => {
    const url = await pages.serve(traceOf(meeting()), showing)
    const { page } = await open(pages.browser, url)
    await row(page, 'Dan Dorn').click()
    await page.getByLabel('Moment').fill('21')
    await page.getByRole('button', { name: 'Log', exact: true }).click()
    await page.locator('.chip', { hasText: 'active' }).click()
    const link = page.url()
    const again = (await open(pages.browser, link)).page
    await says(counter(again), /^20 /)
    await says(explanation(again).locator('h2'), 'Dan Dorn')
    await says(again.locator('.details h2'), /^removal\.answered +refused/)
    await until(
      'only the chip for active is pressed',
      () => again.locator('.chip[aria-pressed=true]').allInnerTexts(),
      (chips) => chips.length === 1 && chips.every((chip) => chip.startsWith('active')),
    )
    await picture(again, 'log')
  })

  test('is sorted, filtered and searched', async () => {
    const { page } = await open(pages.browser, await pages.serve(traceOf(meeting()), showing))
    const names = () => page.locator('.rows > .person .name').allInnerTexts()
    await page.getByRole('button', { name: 'Name' }).click()
    await page.getByRole('button', { name: 'Name' }).click()
    await until('Eve is the first', async () => (await names())[0], /Eve/)
    await contains(page.locator('[aria-sort=descending]'), 'Name')
    await page.locator('.chip', { hasText: 'removed' }).click()
    await until('removed participants are shown', names, ['Bob Brandt'])
    await page.getByRole('button', { name: 'show all' }).click()
    await page.locator('body').press('/')
    await page.keyboard.type('dorn')
    await until('the participant searched for is shown', names, ['Dan Dorn'])
  })
})

test('a name that contains markup is shown as text everywhere', async () => {
  const host = new ManualHost()
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.take({
    type: 'roster.reported',
    kind: 'full',
    entries: [bot, person(1, evil), person(2, '"><svg onload=alert(3)>'), person(3, '\u202etxet')],
  })
  host.take({ type: 'notification.unrecognised', resource: evil, what: evil })
  host.add({ note: evil, at: host.at })
  const { page, complaints } = await open(pages.browser, await pages.serve(traceOf(host), showing))
  await row(page, 'onerror').click()
  await says(explanation(page).locator('h2'), evil)
  for (const part of ['1', '2', '3', '4', '5']) await page.locator('body').press(part)
  await counts(page.locator('img, body script:not(body > script), [onerror], [onload]'), 0)
  expect(complaints).toEqual([])
})

describe('ten thousand participants', () => {
  test('can all be reached, and few rows are rendered at a time, whether scrolled, searched or scrubbed', async () => {
    const { page } = await open(pages.browser, await pages.serve(crowd(10_000, 300), showing))
    await page.locator('.foot', { hasText: '10,000 in total' }).waitFor()
    await until(
      'few rows are drawn',
      () => page.locator('.rows > .person').count(),
      (drawn) => drawn > 0 && drawn < 60,
    )
    await until('the grid has them all', () => page.getByRole('grid').getAttribute('aria-rowcount'), '10001')
    const grid = page.getByRole('grid')
    await grid.evaluate((element) => {
      element.scrollTop = element.scrollHeight
    })
    await row(page, 'Person 9999').waitFor()
    await grid.focus()
    await grid.press('ArrowUp')
    await says(explanation(page).locator('h2'), 'Person 9999')
    await page.getByLabel('Find a participant').fill('Person 777')
    await says(page.locator('.foot'), /^11 of 10,000/)
    await page.getByLabel('Find a participant').fill('')
    expect(await mostRowsDrawn(page)).toBeLessThan(60)
    await picture(page, 'crowd')
  })
})

describe('a live host', () => {
  test('with a call service is shown from the first request to the end of the call', async () => {
    const service = simulatedTransport({
      seed: 'page',
      scripts: [
        [userId(1), { type: 'answer', afterMs: 4_000 }],
        [userId(2), { type: 'decline', afterMs: 6_000 }],
      ],
    })
    const rollcall = createRollcall({ transport: service, clock: service.clock })
    service.deliverTo(rollcall)
    const server = pages.keep(await inspectHost(rollcall, showing))
    const { page, complaints } = await open(pages.browser, server.url)
    const call = await soon(service, rollcall.createCall({ callbackUri: 'https://bot.example/callback' }))
    await service.clock.advance(5_000)
    await page.locator('.call-established').waitFor()
    const [ann, bob] = await soon(
      service,
      Promise.all([
        call.invite({ user: { id: userId(1), displayName: 'Ann Abel' } }),
        call.invite({ user: { id: userId(2), displayName: 'Bob Brandt' } }),
      ]),
    )
    await row(page, 'Ann Abel').locator('.state-ringing').waitFor()
    await soon(service, call.waitFor(ann.key, 'active'))
    await soon(service, call.waitFor(bob.key, 'cancelled'))
    await row(page, 'Bob Brandt').getByText('declined').waitFor()
    await soon(service, call.remove(ann.key))
    await row(page, 'Ann Abel').locator('.state-removed').waitFor()
    await sayAllOf(page.locator('.rung .words'), ['DELETE Ann Abel', 'removal of Ann Abel taken'])
    await soon(service, call.hangUp())
    await page.locator('.call-terminated').waitFor()
    await rollcall.close()
    expect(complaints).toEqual([])
  })

  test('is followed while the call runs, and can be rewound without losing new events', async () => {
    const host = new ManualHost()
    const { page, complaints } = await open(pages.browser, (await pages.serveLive(host, showing)).url)
    await page.getByText('The host has no call yet').waitFor()
    host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
    await row(page, 'Ann Abel').waitFor()
    await page.locator('body').press('ArrowLeft')
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel'), person(2, 'Bob Brandt')] })
    await page.locator('.now b', { hasText: '1 / 3' }).waitFor()
    await counts(page.locator('.rows > .person'), 0)
    await page.getByRole('button', { name: 'follow' }).click()
    await row(page, 'Bob Brandt').waitFor()
    expect(complaints).toEqual([])
  })

  test('that runs already is shown in its current state', async () => {
    const host = meeting()
    const { page } = await open(pages.browser, (await pages.serveLive(host, showing)).url)
    host.take({ type: 'removal.requested', key: 'person-5' })
    await row(page, 'Eve Engel').getByText('sent').waitFor()
    await counts(page.locator('.rows > .person'), 5)
  })

  test('is shown again without a gap after the connection was lost', async () => {
    const host = new ManualHost()
    const first = await pages.serveLive(host, showing)
    const { port, pathname } = new URL(first.url)
    const { page } = await open(pages.browser, first.url)
    host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
    await row(page, 'Ann Abel').waitFor()
    await first.close()
    await page.locator('.connection.is-lost').waitFor()
    await counts(row(page, 'Ann Abel'), 1)
    await pages.serveLive(host, { ...showing, port: Number(port), token: pathname.replaceAll('/', '') })
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel'), person(2, 'Bob Brandt')] })
    await row(page, 'Bob Brandt').waitFor()
    await contains(page.locator('.notices'), 'was restarted')
  })

  test('reports dropped events', async () => {
    const host = new ManualHost()
    const server = await pages.serveLive(host, { ...showing, entriesHeld: 20 })
    host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    for (let count = 0; count < 60; count += 1)
      host.take({
        type: 'roster.reported',
        kind: 'full',
        entries: [bot, person(1, 'Ann Abel', { isMuted: count % 2 === 0 })],
      })
    const { page } = await open(pages.browser, server.url)
    await row(page, 'Ann Abel').waitFor()
    await says(page.locator('.notices'), /^\d+ events of call .* were dropped before this page was opened/)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await counts(page.locator('.notices p'), 0)
  })
})

describe('accessibility', () => {
  const parts = ['roster', 'ladder', 'chart', 'log', 'explanation'] as const

  async function opened(part: string, options: Parameters<typeof open>[2]): Promise<Opened> {
    return open(
      pages.browser,
      `${await pages.serve(traceOf(meeting()), showing)}#who=person-4&at=21&panel=${part}`,
      options,
    )
  }

  test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (colorScheme) => {
    const { page } = await opened('ladder', { colorScheme })
    await picture(page, colorScheme)
    for (const [index, part] of parts.entries()) {
      await page.locator('body').press(String(index + 1))
      await page.locator(`.app.shows-${part}`).waitFor()
      // Roster and explanation are beside the ladder here.
      if (part !== 'roster' && part !== 'explanation') expect(await barriers(page), part).toEqual([])
    }
  })

  test('the dark theme is dark, chosen by the system or by the user', async () => {
    const { page } = await opened('ladder', { colorScheme: 'light' })
    expect(await brightness(page)).toBeGreaterThan(200)
    await page.locator('body').press('t')
    await page.locator('body').press('t')
    await until(
      'the page is dark',
      () => brightness(page),
      (shown) => shown < 40,
    )
    await page.reload()
    await page.locator('.connection.is-saved').waitFor()
    expect(await brightness(page)).toBeLessThan(40)
    const dark = (await opened('ladder', { colorScheme: 'dark' })).page
    expect(await brightness(dark)).toBeLessThan(40)
  })

  test('on a phone the page shows one panel at a time and nothing overflows', async () => {
    const { page } = await opened('explanation', { viewport: { width: 390, height: 844 } })
    for (const [index, part] of parts.entries()) {
      await page.locator('body').press(String(index + 1))
      await page.locator(`.app.shows-${part}`).waitFor()
      expect(await contentWidth(page), part).toBe(390)
      await counts(page.locator('main > :visible'), 1)
      if (part === 'roster') expect(await barriers(page)).toEqual([])
      if (part === 'explanation') await picture(page, 'phone')
    }
  })

  test('the help lists the keys', async () => {
    const { page } = await opened('ladder', {})
    await page.locator('body').press('?')
    await contains(page.getByRole('dialog'), 'one event back')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await counts(page.getByRole('dialog'), 0)
    await says(explanation(page).locator('h2'), 'Dan Dorn')
    await page.locator('body').press('k')
    await says(explanation(page).locator('h2'), 'Cem Can')
  })
})
