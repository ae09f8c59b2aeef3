import { expect, test } from 'vitest'
import { playSeconds } from './speed.ts'

test('a long call with fifty people is played to its end, as `node test/simulator/speed.ts` plays a million seconds of one', async () => {
  const { notifications, present } = await playSeconds(20_000, true)
  expect(notifications).toBeGreaterThan(500)
  expect(present).toBeGreaterThan(40)
  expect(present).toBeLessThanOrEqual(50)
})
