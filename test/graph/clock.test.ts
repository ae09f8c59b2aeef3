import { expect, test } from 'vitest'
import { machineClock } from '../../src/graph/clock.ts'

test('what is due runs, what was taken back does not, and a far date does not run at once', async () => {
  const ran: string[] = []
  const far = machineClock.schedule(machineClock.now() + 2 ** 40, () => ran.push('far'))
  const back = machineClock.schedule(machineClock.now(), () => ran.push('taken back'))
  back()
  await new Promise<void>((resolve) => machineClock.schedule(machineClock.now() - 1, resolve))
  await new Promise<void>((resolve) => machineClock.schedule(machineClock.now() + 1, resolve))
  far()
  expect(ran).toEqual([])
})
