import { expect, test } from 'vitest'
import { playSeconds } from './speed.ts'

test('a long call with fifty people runs to its end, as in `node test/simulator/speed.ts` with a million seconds', async () => {
  const { notifications, present } = await playSeconds(20_000, true)
  expect(notifications).toBeGreaterThan(500)
  expect(present).toBeGreaterThan(40)
  expect(present).toBeLessThanOrEqual(50)
})
