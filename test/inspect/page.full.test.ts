import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRollcall } from '../../src/host/rollcall.ts'
import { CallBook, type BookOptions } from '../../src/inspect/call-book.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { startInspectServer, type InspectServer } from '../../src/inspect/inspect-server.ts'
import type { Trace } from '../../src/inspect/trace.ts'
import { simulatedTransport, type SimulatedTransport } from '../../src/simulator/transport.ts'
import { barriers, brightness, contentWidth, open, picture, slowestFrame, startBrowser, type Opened } from './browser.ts'
import { crowd, meeting, traceOf } from './example-traces.ts'
import { bot, person, StagedHost, userId } from './staged-host.ts'

let browser: Browser
const servers: InspectServer[] = []

beforeAll(async () => { browser = await startBrowser() })
afterAll(() => browser.close())
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(trace: Trace, options: BookOptions = {}): Promise<string> {
  const book = new CallBook(options)
  book.addTrace(trace)
  const server = await startInspectServer({ book, kind: 'saved' })
  servers.push(server)
  return server.url
}

async function serveLive(host: StagedHost, options: Parameters<typeof inspectHost>[1] = {}): Promise<InspectServer> {
  const server = await inspectHost(host, options)
  servers.push(server)
  return server
}

/** Lets virtual time pass until it has happened. */
async function soon<T>(service: SimulatedTransport, happening: Promise<T>): Promise<T> {
  let isOver = false
  const over = happening.finally(() => { isOver = true })
  over.catch(() => undefined)
  for (let step = 0; !isOver && step < 200; step += 1) await service.clock.advance(250)
  return over
}

const showing = { showIdentities: true }
/** A page shows in a moment what it was asked for; a busy machine takes longer. */
const patiently = { timeout: 5_000 }
const row = (page: Page, name: string) => page.locator('.rows > .person', { hasText: name })
const story = (page: Page) => page.locator('.story')
const counter = (page: Page) => page.locator('.now b')
const lit = (page: Page) => page.locator('.is-compact .is-lit').evaluateAll((parts) => parts.map((part) => part.getAttribute('data-part')))

describe('a saved trace', () => {
  test('is shown as a roster, a ladder and the call\'s own story, with nothing forbidden or broken', async () => {
    const { page, complaints } = await open(browser, await serve(traceOf(meeting()), showing))
    for (const [name, state] of [['Ann Abel', 'active'], ['Bob Brandt', 'removed'], ['Cem Can', 'cancelled'], ['Dan Dorn', 'active'], ['Eve Engel', 'active']] as const) {
      await expect.poll(() => row(page, name).locator('.state').innerText(), patiently).toMatch(new RegExp(`^${state}`))
    }
    await expect.poll(() => page.locator('.rung .mark').allInnerTexts(), patiently).toEqual(expect.arrayContaining(['lost', 'refused', 'ignored']))
    await expect.poll(() => story(page).innerText(), patiently).toContain('established')
    await row(page, 'Bob Brandt').click()
    await picture(page, 'ladder')
    expect(complaints).toEqual([])
  })

  test('hides who the people are unless asked', async () => {
    const { page } = await open(browser, await serve(traceOf(meeting())))
    await expect.poll(() => page.locator('body').innerText(), patiently).not.toMatch(/Abel|Brandt|Engel|278405a3/)
    await expect.poll(() => row(page, 'user-2').count(), patiently).toBe(1)
    await expect.poll(() => page.locator('.badge').first().innerText(), patiently).toBe('redacted')
  })

  test('explains a participant at any moment, lights their state and the path to it', async () => {
    const { page } = await open(browser, `${await serve(traceOf(meeting()), showing)}#who=invite-bob`)
    expect(await lit(page)).toEqual(['state-removed'])
    await expect.poll(() => story(page).locator('.evidence li').last().innerText(), patiently).toContain('a full roster does not show them')
    await story(page).locator('.evidence button', { hasText: 'asked for their removal' }).click()
    expect(await lit(page)).toEqual(['state-ringing', 'state-ringing-held'])
    await expect.poll(() => story(page).locator('.evidence li').count(), patiently).toBe(3)
    await page.keyboard.press('3')
    await page.locator('.is-full [data-part="edge-invited--ringing"].is-passed').waitFor()
    await expect.poll(() => page.locator('.caption').innerText(), patiently).toBe('Bob Brandt is ringing, removal held')
    await picture(page, 'statechart')
  })

  test('is replayed backwards and forwards by slider and keyboard', async () => {
    const { page } = await open(browser, await serve(traceOf(meeting()), showing))
    const entries = meeting().entries.length
    await expect.poll(() => counter(page).innerText(), patiently).toBe(`${entries} / ${entries}`)
    await page.getByLabel('Moment').fill('6')
    await expect.poll(() => counter(page).innerText(), patiently).toBe(`6 / ${entries}`)
    await expect.poll(() => row(page, 'Ann Abel').locator('.state').innerText(), patiently).toBe('lobby')
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBe(1)
    await page.locator('body').press('ArrowLeft')
    await expect.poll(() => row(page, 'Ann Abel').locator('.state').innerText(), patiently).toBe('ringing')
    await page.locator('body').press('Home')
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBe(0)
    await page.locator('body').press('Shift+ArrowRight')
    await expect.poll(() => counter(page).innerText(), patiently).toBe(`10 / ${entries}`)
    await page.locator('body').press('End')
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBe(5)
  })

  test('comes again by a link to a moment, a participant and a part', async () => {
    const url = await serve(traceOf(meeting()), showing)
    const { page } = await open(browser, url)
    await row(page, 'Dan Dorn').click()
    await page.getByLabel('Moment').fill('21')
    await page.getByRole('button', { name: 'Log', exact: true }).click()
    await page.locator('.chip', { hasText: 'active' }).click()
    const link = page.url()
    const again = (await open(browser, link)).page
    await expect.poll(() => counter(again).innerText(), patiently).toMatch(/^21 /)
    await expect.poll(() => story(again).locator('h2').innerText(), patiently).toBe('Dan Dorn')
    await expect.poll(() => again.locator('.details h2').innerText(), patiently).toMatch(/^removal\.answered +refused/)
    await expect.poll(() => again.locator('.chip[aria-pressed=true]').allInnerTexts(), patiently).toEqual([expect.stringMatching(/^active/)])
    await picture(again, 'log')
  })

  test('is sorted, filtered and searched', async () => {
    const { page } = await open(browser, await serve(traceOf(meeting()), showing))
    const names = () => page.locator('.rows > .person .name').allInnerTexts()
    await page.getByRole('button', { name: 'Who' }).click()
    await page.getByRole('button', { name: 'Who' }).click()
    expect((await names())[0]).toContain('Eve')
    await expect.poll(() => page.locator('[aria-sort=descending]').innerText(), patiently).toContain('Who')
    await page.locator('.chip', { hasText: 'removed' }).click()
    expect(await names()).toEqual(['Bob Brandt'])
    await page.getByRole('button', { name: 'show all' }).click()
    await page.locator('body').press('/')
    await page.keyboard.type('dorn')
    expect(await names()).toEqual(['Dan Dorn'])
  })
})

test('a name that would be markup stays text, everywhere', async () => {
  const host = new StagedHost()
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  host.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, evil), person(2, '"><svg onload=alert(3)>'), person(3, '\u202etxet')] })
  host.tell({ type: 'notification.unrecognised', resource: evil, what: evil })
  host.add({ note: evil, at: host.at })
  const { page, complaints } = await open(browser, await serve(traceOf(host), showing))
  await row(page, 'onerror').click()
  await expect.poll(() => story(page).locator('h2').innerText(), patiently).toBe(evil)
  for (const part of ['1', '2', '3', '4', '5']) await page.locator('body').press(part)
  await expect.poll(() => page.locator('img, body script:not(body > script), [onerror], [onload]').count(), patiently).toBe(0)
  expect(complaints).toEqual([])
})

describe('ten thousand participants', () => {
  test('are all there, few of them drawn, and scrolled, searched and scrubbed without waiting', async () => {
    const { page } = await open(browser, await serve(crowd(10_000, 300), showing))
    await page.locator('.foot', { hasText: '10,000 in all' }).waitFor()
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBeLessThan(60)
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount'), patiently).toBe('10001')
    const grid = page.getByRole('grid')
    await grid.evaluate((element) => { element.scrollTop = element.scrollHeight })
    await row(page, 'Person 9999').waitFor()
    await grid.focus()
    await grid.press('ArrowUp')
    await expect.poll(() => story(page).locator('h2').innerText(), patiently).toBe('Person 9999')
    await page.getByLabel('Find a participant').fill('Person 777')
    await expect.poll(() => page.locator('.foot').innerText(), patiently).toMatch(/^11 of 10,000/)
    await page.getByLabel('Find a participant').fill('')
    // What a person would call smooth takes a few milliseconds a frame; a busy machine takes more, a table that draws every row seconds.
    expect(await slowestFrame(page)).toBeLessThan(1_000)
    await picture(page, 'crowd')
  })
})

describe('a live host', () => {
  test('that talks to a call service is shown from the first request to the end', async () => {
    const service = simulatedTransport({ seed: 'page', scripts: [[userId(1), { type: 'answer', afterMs: 4_000 }], [userId(2), { type: 'decline', afterMs: 6_000 }]] })
    const rollcall = createRollcall({ transport: service, clock: service.clock })
    service.deliverTo(rollcall)
    const server = await inspectHost(rollcall, showing)
    servers.push(server)
    const { page, complaints } = await open(browser, server.url)
    const call = await soon(service, rollcall.createCall({ callbackUri: 'https://bot.example/callback' }))
    await service.clock.advance(5_000)
    await page.locator('.call-established').waitFor()
    const [ann, bob] = await soon(service, Promise.all([call.invite({ user: { id: userId(1), displayName: 'Ann Abel' } }), call.invite({ user: { id: userId(2), displayName: 'Bob Brandt' } })]))
    await row(page, 'Ann Abel').locator('.state-ringing').waitFor()
    await soon(service, call.waitFor(ann.key, 'active'))
    await soon(service, call.waitFor(bob.key, 'cancelled'))
    await row(page, 'Bob Brandt').getByText('declined').waitFor()
    await soon(service, call.remove(ann.key))
    await row(page, 'Ann Abel').locator('.state-removed').waitFor()
    await expect.poll(() => page.locator('.rung-words').allInnerTexts(), patiently).toEqual(expect.arrayContaining(['DELETE Ann Abel', 'removal of Ann Abel taken']))
    await soon(service, call.hangUp())
    await page.locator('.call-terminated').waitFor()
    await rollcall.close()
    expect(complaints).toEqual([])
  })

  test('is followed as it goes, and looked back on without losing the present', async () => {
    const host = new StagedHost()
    const { page, complaints } = await open(browser, (await serveLive(host, showing)).url)
    await page.getByText('The host has no call yet').waitFor()
    host.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
    await row(page, 'Ann Abel').waitFor()
    await page.locator('body').press('ArrowLeft')
    host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel'), person(2, 'Bob Brandt')] })
    await page.locator('.now b', { hasText: '1 / 3' }).waitFor()
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBe(0)
    await page.getByRole('button', { name: 'follow' }).click()
    await row(page, 'Bob Brandt').waitFor()
    expect(complaints).toEqual([])
  })

  test('that runs already is shown as it is', async () => {
    const host = meeting()
    const { page } = await open(browser, (await serveLive(host, showing)).url)
    host.tell({ type: 'removal.requested', key: 'person-5' })
    await row(page, 'Eve Engel').getByText('sent').waitFor()
    await expect.poll(() => page.locator('.rows > .person').count(), patiently).toBe(5)
  })

  test('is come back to after it was cut off, without a gap', async () => {
    const host = new StagedHost()
    const first = await serveLive(host, showing)
    const { port, pathname } = new URL(first.url)
    const { page } = await open(browser, first.url)
    host.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
    await row(page, 'Ann Abel').waitFor()
    await first.close()
    servers.splice(0)
    await page.locator('.connection.is-lost').waitFor()
    await expect.poll(() => row(page, 'Ann Abel').count(), patiently).toBe(1)
    await serveLive(host, { ...showing, port: Number(port), token: pathname.replaceAll('/', '') })
    host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel'), person(2, 'Bob Brandt')] })
    await row(page, 'Bob Brandt').waitFor()
    await expect.poll(() => page.locator('.notices').innerText(), patiently).toContain('started anew')
  })

  test('says when something was dropped', async () => {
    const host = new StagedHost()
    const server = await serveLive(host, { ...showing, entriesHeld: 20 })
    host.tell({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    for (let count = 0; count < 60; count += 1) host.tell({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel', { isMuted: count % 2 === 0 })] })
    const { page } = await open(browser, server.url)
    await row(page, 'Ann Abel').waitFor()
    await expect.poll(() => page.locator('.notices').innerText(), patiently).toMatch(/^\d+ events of call .* were dropped before this page was opened/)
    await page.getByRole('button', { name: 'Put away' }).click()
    await expect.poll(() => page.locator('.notices p').count(), patiently).toBe(0)
  })
})

describe('everybody can use it', () => {
  const parts = ['people', 'ladder', 'chart', 'log', 'story'] as const

  async function opened(part: string, options: Parameters<typeof open>[2]): Promise<Opened> {
    return open(browser, `${await serve(traceOf(meeting()), showing)}#who=person-4&at=21&panel=${part}`, options)
  }

  test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (colorScheme) => {
    const { page } = await opened('ladder', { colorScheme })
    await picture(page, colorScheme)
    for (const [index, part] of parts.entries()) {
      await page.locator('body').press(String(index + 1))
      await page.locator(`.app.shows-${part}`).waitFor()
      // People and story are beside the ladder here.
      if (part !== 'people' && part !== 'story') expect(await barriers(page), part).toEqual([])
    }
  })

  test('dark is dark, as the machine has it or as somebody wants it', async () => {
    const { page } = await opened('ladder', { colorScheme: 'light' })
    expect(await brightness(page)).toBeGreaterThan(200)
    await page.locator('body').press('t')
    await page.locator('body').press('t')
    expect(await brightness(page)).toBeLessThan(40)
    await page.reload()
    await page.locator('.connection.is-saved').waitFor()
    expect(await brightness(page)).toBeLessThan(40)
    const dark = (await opened('ladder', { colorScheme: 'dark' })).page
    expect(await brightness(dark)).toBeLessThan(40)
  })

  test('on a phone it shows one part at a time and nothing sticks out', async () => {
    const { page } = await opened('story', { viewport: { width: 390, height: 844 } })
    for (const [index, part] of parts.entries()) {
      await page.locator('body').press(String(index + 1))
      await page.locator(`.app.shows-${part}`).waitFor()
      expect(await contentWidth(page), part).toBe(390)
      await expect.poll(() => page.locator('main > :visible').count(), patiently).toBe(1)
      if (part === 'people') expect(await barriers(page)).toEqual([])
      if (part === 'story') await picture(page, 'phone')
    }
  })

  test('the keys are written down where ? shows them', async () => {
    const { page } = await opened('ladder', {})
    await page.locator('body').press('?')
    await expect.poll(() => page.getByRole('dialog').innerText(), patiently).toContain('one event back')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count(), patiently).toBe(0)
    await expect.poll(() => story(page).locator('h2').innerText(), patiently).toBe('Dan Dorn')
    await page.locator('body').press('k')
    await expect.poll(() => story(page).locator('h2').innerText(), patiently).toBe('Cem Can')
  })
})
