/** The demo's log: a long call does not fill the terminal with its keep-alives. */
import { describe, expect, test } from 'vitest'
import { DemoLog, type LogStream } from '../../src/demo/demo-log.ts'

const KEEP_ALIVE_MS = 15 * 60_000

/** A log with a clock of its own, and all it wrote. */
function logged(terminal: Pick<LogStream, 'isTTY' | 'columns'> = {}) {
  let [text, now] = ['', 0]
  const out = { ...terminal, write: (more: string) => void (text += more) } as unknown as LogStream
  const log = new DemoLog({ out, paint: (_, plain) => plain, now: () => now })
  return {
    log,
    keepAlive(answer = '200') {
      now += KEEP_ALIVE_MS
      log.wire('out', 'POST /app/calls/57da…/keepAlive', answer, true)
      log.write([], () => true)
    },
    request(what: string) {
      now += 1_000
      log.wire('out', what, '200')
      log.write([], () => true)
    },
    text: () => text,
  }
}

/** The rows of a terminal after the text: wrapped at its width, with the cursor moved and the rest erased as asked. */
function screen(text: string, columns: number): readonly string[] {
  const rows: string[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const [, up = '0', rest = line] = /^\u001b\[(\d+)A\u001b\[0J(.*)$/s.exec(line) ?? []
    rows.splice(rows.length - Number(up))
    for (let start = 0; start === 0 || start < rest.length; start += columns)
      rows.push(rest.slice(start, start + columns))
  }
  return rows
}

describe('on a terminal', () => {
  test.each([40, 80, 200, 0, undefined])('a hundred keep-alives take one line, %s columns wide', (said) => {
    const { log, keepAlive, text } = logged({ isTTY: true, columns: said })
    const columns = said === undefined || said === 0 ? 80 : said
    log.print('The call is established.')
    keepAlive()
    const once = screen(text(), columns)
    for (let count = 1; count < 100; count += 1) keepAlive()
    const rows = screen(text(), columns)
    expect(rows[0]).toBe('The call is established.')
    expect(rows.slice(1).join('').replaceAll(/ +/g, ' ')).toMatch(
      /POST .*keepAlive 200, 100 times, latest at 25:00:00$/,
    )
    // The longer text may need more rows, but not as many as keep-alives.
    expect(rows.length).toBeLessThanOrEqual(once.length + 3)
  })

  test('a keep-alive answered differently, or after something else, has a line of its own', () => {
    const { keepAlive, request, text } = logged({ isTTY: true, columns: 200 })
    for (const answer of ['200', '200', '404', '200']) keepAlive(answer)
    request('GET /app/calls/57da…/participants')
    keepAlive()
    expect(screen(text(), 200).map((row) => row.trim().replace(/ {2,}/g, ' | '))).toEqual([
      '15:00.0 | bot → service | POST /app/calls/57da…/keepAlive | 200, 2 times, latest at 30:00.0',
      '45:00.0 | bot → service | POST /app/calls/57da…/keepAlive | 404',
      '1:00:00 | bot → service | POST /app/calls/57da…/keepAlive | 200',
      '1:00:01 | bot → service | GET /app/calls/57da…/participants | 200',
      '1:15:01 | bot → service | POST /app/calls/57da…/keepAlive | 200',
    ])
  })
})

test.each([60, 80, 100])('on a terminal of %s columns, a long reason is below, and no word is broken', (columns) => {
  const { log, text } = logged({ isTTY: true, columns })
  log.wire('in', 'call establishing')
  log.wire('out', 'DELETE /app/calls/57da…', `refused: ${'because of the policy of the tenant '.repeat(3).trim()}`)
  log.write([], () => true)
  const rows = text().trimEnd().split('\n')
  expect(rows.slice(0, 2)).toEqual([
    '   0.00 s  service → bot  call establishing',
    '   0.00 s  bot → service  DELETE /app/calls/57da…',
  ])
  expect(rows.length).toBeGreaterThan(2)
  for (const row of rows.slice(2)) {
    expect(row).toMatch(/^ {26}\S/)
    expect(row.length).toBeLessThanOrEqual(columns)
  }
  expect(
    rows
      .slice(2)
      .map((row) => row.trim())
      .join(' '),
  ).toMatch(/^refused: because .* tenant$/)
})

test('without a terminal, nothing is rewritten: the first keep-alive is followed by how many more there were', () => {
  const { log, keepAlive, request, text } = logged()
  for (let count = 0; count < 50; count += 1) keepAlive()
  request('GET /app/calls/57da…/participants')
  keepAlive()
  keepAlive()
  log.end()
  expect(text()).not.toContain('\u001b')
  expect(
    text()
      .split('\n')
      .map((row) => row.trim().replace(/ {2,}/g, ' | ')),
  ).toEqual([
    '15:00.0 | bot → service | POST /app/calls/57da…/keepAlive | 200',
    '49 more, latest at 12:30:00',
    '12:30:01 | bot → service | GET /app/calls/57da…/participants | 200',
    '12:45:01 | bot → service | POST /app/calls/57da…/keepAlive | 200',
    '1 more, latest at 13:00:01',
    '',
  ])
})

test('equal requests that are not routine are all written', () => {
  const { request, text } = logged({ isTTY: true, columns: 80 })
  request('POST /app/calls/57da…/participants/invite')
  request('POST /app/calls/57da…/participants/invite')
  expect(text().match(/invite/g)).toHaveLength(2)
})
