import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HISTORY_VERSION } from '../../src/simulator/network/history.ts'
import { replayHistory } from '../../src/simulator/graph/service.ts'
import { runNode } from '../waiting/node-process.ts'
import { runExample } from './example-history.ts'

describe('the same seed gives the same history', () => {
  test("byte for byte, whatever the machine's time zone and language", async () => {
    const here = await runExample('one')
    const { stdout: elsewhere } = await runNode([new URL('example-history.ts', import.meta.url).pathname, 'one'], {
      env: { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    })
    expect(digest(elsewhere)).toBe(digest(here))
    expect(here.split('\n').length).toBeGreaterThan(100)
  })

  test('and another seed gives another', async () => {
    expect(digest(await runExample('two'))).not.toBe(digest(await runExample('one')))
  })
})

describe('a history', () => {
  test('that was saved replays to the same outputs', async () => {
    const text = await runExample('replayed')
    const { difference, outputs } = replayHistory(text)
    expect(difference).toBeUndefined()
    expect(outputs.length).toBeGreaterThan(50)
  })

  test('that was changed is detected, with the place', async () => {
    const text = await runExample('tampered')
    const tampered = text.replace('"state":"established"', '"state":"terminated"')
    expect(tampered).not.toBe(text)
    expect(replayHistory(tampered).difference?.recorded).toContain('"state":"terminated"')
  })

  test('that lacks an input replays differently', async () => {
    const lines = (await runExample('shortened')).split('\n')
    const without = lines.filter((line) => !line.includes('"act":"join"'))
    expect(without.length).toBeLessThan(lines.length)
    expect(replayHistory(without.join('\n')).difference).toBeDefined()
  })

  test('longer than the limit keeps its first lines and is marked as truncated', async () => {
    const text = await runExample('long', 40)
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'end', isTruncated: true })
    expect(replayHistory(text).difference).toBeUndefined()
  })

  test.each([
    ['nothing', '', `Expected a history of version ${HISTORY_VERSION}`],
    ['something else', '{"a":1}\n{"b":2}\n', `Expected a history of version ${HISTORY_VERSION}`],
    [
      'another version',
      '{"type":"history","version":0,"options":{}}\n{"type":"end","at":0}\n',
      `Expected a history of version ${HISTORY_VERSION}`,
    ],
    ['a half line', '{"type":"history"', 'Line 1 of the history is not JSON'],
  ])('that is %s is refused', (_, text, message) => {
    expect(() => replayHistory(text)).toThrow(message)
  })
})

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
