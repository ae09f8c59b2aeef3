import { expect, test } from 'vitest'
import { createProgress, duration, progressLine } from './progress.ts'

test('a line says how much is done, which share that is, and how long the rest takes', () => {
  expect(
    progressLine({ done: 1_200, total: 20_000, unit: 'histories', detail: '300 per second', elapsedMs: 4_000 }),
  ).toBe('1,200 of 20,000 histories, 300 per second, 6 %, about 63 s left')
})

test('nothing is foretold before anything is done', () => {
  expect(progressLine({ done: 0, total: 5, unit: 'kills', elapsedMs: 4_000 })).toBe(
    '0 of 5 kills, 0 %, time left unknown',
  )
})

test('the first line is printed at once, and then at most one in two seconds', () => {
  const lines: string[] = []
  let nowMs = 0
  const progress = createProgress(
    10,
    'kills',
    (line) => lines.push(line),
    () => nowMs,
  )
  for (let done = 1; done <= 10; done += 1) {
    nowMs += 700
    progress.at(done)
  }
  expect(lines).toEqual([
    '1 of 10 kills, 10 %, about 6 s left',
    '4 of 10 kills, 40 %, about 4 s left',
    '7 of 10 kills, 70 %, about 2 s left',
    '10 of 10 kills, 100 %, about 0 s left',
  ])
})

test.each([
  [0, '0 s'],
  [99_000, '99 s'],
  [100_000, '2 min'],
  [5_400_000, '90 min'],
  [7_500_000, '2 h 5 min'],
] as const)('%i ms are said as %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
