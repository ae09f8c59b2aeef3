/**
 * Observers see every step, in order, after its commit, and cannot break the host.
 * @module
 */
import { expect, test } from 'vitest'
import { callId, callIs, stage } from './stage.ts'

test('an observer sees every step once it is committed, ignored events included', async () => {
  const { rollcall, store } = stage()
  const seen: string[] = []
  const versions: Promise<number | undefined>[] = []
  const stop = rollcall.onStep(({ event, result }) => {
    seen.push(`${event.type} ${result.outcome.type}`)
    versions.push(store.load(callId).then((stored) => stored?.version))
  })
  await rollcall.receive([callIs('establishing')])
  await rollcall.receive([callIs('establishing')])
  stop()
  await rollcall.receive([callIs('established')])
  expect(seen).toEqual(['call.reported applied', 'call.reported ignored'])
  expect(await versions[0]).toBe(1)
})

test('an observer that throws is reported to onError, and affects nothing else', async () => {
  const errors: unknown[] = []
  const { rollcall } = stage({ onError: (error: unknown) => void errors.push(error) })
  rollcall.onStep(() => {
    throw new Error('clumsy')
  })
  const told: string[] = []
  rollcall.onStep(({ event }) => void told.push(event.type))
  await rollcall.receive([callIs('establishing')])
  expect(errors).toMatchObject([{ message: 'clumsy' }])
  expect(told).toEqual(['call.reported'])
})
