import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HISTORY_VERSION, replayHistory } from '../../src/simulator/history.ts'
import { runNode } from '../waiting/node-process.ts'
import { playStory } from './story.ts'

describe('one seed is one history', () => {
  test('byte for byte, whatever the machine is called and wherever it stands', async () => {
    const here = await playStory('one')
    const { stdout: elsewhere } = await runNode([new URL('story.ts', import.meta.url).pathname, 'one'], {
      env: { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    })
    expect(digest(elsewhere)).toBe(digest(here))
    expect(here.split('\n').length).toBeGreaterThan(100)
  })

  test('and another seed is another', async () => {
    expect(digest(await playStory('two'))).not.toBe(digest(await playStory('one')))
  })
})

describe('a history', () => {
  test('that was saved is replayed to the same outputs', async () => {
    const text = await playStory('replayed')
    const { difference, outputs } = replayHistory(text)
    expect(difference).toBeUndefined()
    expect(outputs.length).toBeGreaterThan(50)
  })

  test('that was tampered with is found out, and where', async () => {
    const text = await playStory('tampered')
    const tampered = text.replace('"state":"established"', '"state":"terminated"')
    expect(tampered).not.toBe(text)
    expect(replayHistory(tampered).difference?.recorded).toContain('"state":"terminated"')
  })

  test('that lacks an input comes out different', async () => {
    const lines = (await playStory('shortened')).split('\n')
    const without = lines.filter((line) => !line.includes('"act":"join"'))
    expect(without.length).toBeLessThan(lines.length)
    expect(replayHistory(without.join('\n')).difference).toBeDefined()
  })

  test('can be longer than what is kept: then its beginning is, and says so', async () => {
    const text = await playStory('long', 40)
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'end', isTruncated: true })
    expect(replayHistory(text).difference).toBeUndefined()
  })

  test.each([
    ['nothing', '', `not a history of version ${HISTORY_VERSION}`],
    ['something else', '{"a":1}\n{"b":2}\n', `not a history of version ${HISTORY_VERSION}`],
    [
      'another version',
      '{"type":"history","version":0,"options":{}}\n{"type":"end","at":0}\n',
      `not a history of version ${HISTORY_VERSION}`,
    ],
    ['a half line', '{"type":"history"', 'Line 1 of the history is not JSON'],
  ])('that is %s is refused', (_, text, message) => {
    expect(() => replayHistory(text)).toThrow(message)
  })
})

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
