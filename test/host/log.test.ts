/**
 * The log names every step, and no person.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Logger, LogFields } from '../../src/host/ports/log.ts'
import { refused } from './fake-transport.ts'
import { callId, callIs, entry, operation, roster, stage } from './stage.ts'

function listening() {
  const records: { readonly level: string; readonly name: string; readonly fields: LogFields }[] = []
  const say = (level: string) => (name: string, fields: LogFields) => void records.push({ level, name, fields })
  const logger: Logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  return { logger, records }
}

describe('the log', () => {
  test('names every step of a host, and no person', async () => {
    const { logger, records } = listening()
    const { rollcall, transport, clock } = stage({ logger })
    transport.script('deleteParticipant', refused(403, '7504'))
    await rollcall.receive([callIs('establishing'), callIs('established')])
    const call = rollcall.call(callId)
    const { key } = await call.invite({ phone: { id: '+61400000001', displayName: 'Bob Secret' } })
    await clock.settle()
    await rollcall.receive([
      roster(entry('leg', { identity: { phone: { id: '+61400000001', displayName: 'Bob Secret' } } })),
    ])
    await rollcall.receive([operation('nobody', 'failed', { code: 603, subcode: 0 }), callIs('established')])
    await expect(call.remove(key)).rejects.toMatchObject({ code: 'REMOVAL_REFUSED' })
    await clock.settle()
    expect(new Set(records.map(({ name }) => name))).toEqual(
      new Set([
        'commit.written',
        'call.changed',
        'participant.changed',
        'request.claimed',
        'request.answered',
        'evidence.ignored',
      ]),
    )
    expect(records).toContainEqual({
      level: 'info',
      name: 'participant.changed',
      fields: expect.objectContaining({ callId, key, from: 'ringing', to: 'active', source: 'roster.full' }),
    })
    expect(records).toContainEqual({
      level: 'warn',
      name: 'request.answered',
      fields: expect.objectContaining({ effect: 'participant.delete', verdict: 'refused', status: 403, code: '7504' }),
    })
    expect(records).toContainEqual({
      level: 'debug',
      name: 'evidence.ignored',
      fields: { callId, event: 'call.reported', reason: 'duplicate' },
    })
    expect(JSON.stringify(records)).not.toMatch(/Secret|61400000001/)
  })

  test('that throws affects nothing else', async () => {
    const fail = (): never => {
      throw new Error('log full')
    }
    const said: unknown[] = []
    const { error } = console
    console.error = (...values: readonly unknown[]) => void said.push(values)
    try {
      const { rollcall } = stage({ logger: { debug: fail, info: fail, warn: fail, error: fail } })
      await rollcall.receive([callIs('establishing')])
      expect(await rollcall.call(callId).read()).toMatchObject({ state: 'establishing' })
      expect(said.length).toBeGreaterThan(0)
    } finally {
      console.error = error
    }
  })

  test('of an error repeats no phone number', async () => {
    const { rollcall, transport } = stage()
    transport.script('createCall', {
      verdict: 'refused',
      failure: {
        reason: 'other',
        status: 400,
        code: '9999',
        message: 'addParticipants failed for participant 4:+61400000001.',
      },
    })
    await expect(rollcall.createCall({ callbackUri: 'x' })).rejects.toMatchObject({
      message: expect.not.stringContaining('61400000001'),
    })
  })
})
