/**
 * The functions of the application may be asynchronous and fail without harming the host.
 * @module
 */
import { expect, test } from 'vitest'
import { callId, callIs, stage } from './stage.ts'

/** What goes to the console meanwhile, and every rejection nobody dealt with. */
async function listening(
  act: () => Promise<void>,
): Promise<{ readonly said: readonly string[]; readonly unhandled: readonly unknown[] }> {
  const said: string[] = []
  const unhandled: unknown[] = []
  const { error } = console
  const hear = (reason: unknown): void => void unhandled.push(reason)
  console.error = (...values: readonly unknown[]) => void said.push(values.map(String).join(' '))
  process.on('unhandledRejection', hear)
  try {
    await act()
    // Unhandled rejections are told between turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    console.error = error
    process.off('unhandledRejection', hear)
  }
  return { said, unhandled }
}

const fail = (what: string) => async (): Promise<never> => {
  throw new Error(what)
}

test('an onError that rejects is reported on the console', async () => {
  const { said, unhandled } = await listening(async () => {
    const { rollcall } = stage({ onError: fail('the reporter is down') })
    rollcall.subscribe(() => {
      throw new Error('clumsy')
    })
    await rollcall.receive([callIs('establishing')])
  })
  expect(said).toEqual(['rollcall: onError threw Error: the reporter is down'])
  expect(unhandled).toEqual([])
})

test('an observer and a subscriber that reject are reported to onError', async () => {
  const errors: string[] = []
  const { unhandled } = await listening(async () => {
    const { rollcall } = stage({ onError: (error: unknown) => void errors.push(String(error)) })
    rollcall.onStep(fail('the recorder is down'))
    rollcall.subscribe(fail('the ledger is down'))
    await rollcall.receive([callIs('establishing')])
  })
  expect(errors.sort()).toEqual(['Error: the ledger is down', 'Error: the recorder is down'])
  expect(unhandled).toEqual([])
})

test('a logger that rejects is reported on the console', async () => {
  const down = fail('the log is down')
  const { said, unhandled } = await listening(async () => {
    const { rollcall } = stage({ logger: { debug: down, info: down, warn: down, error: down } })
    await rollcall.receive([callIs('establishing')])
    expect(await rollcall.call(callId).read()).toMatchObject({ state: 'establishing' })
  })
  expect(new Set(said)).toEqual(new Set(['rollcall: the logger threw Error: the log is down']))
  expect(unhandled).toEqual([])
})
