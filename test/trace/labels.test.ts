/** Durations as the page and the terminal print them. */
import { expect, test } from 'vitest'
import { formatDuration } from '../../src/trace/labels.ts'

test.each([
  [0, '0.00 s'],
  [250, '0.25 s'],
  [59_990, '59.99 s'],
  [59_994, '59.99 s'],
  [59_996, '1:00.0'],
  [62_500, '1:02.5'],
  [119_940, '1:59.9'],
  [119_960, '2:00.0'],
  [3_599_960, '1:00:00'],
  [3_723_000, '1:02:03'],
  [-59_996, '−1:00.0'],
])('%s ms are %s: the unit is that of the rounded number', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
