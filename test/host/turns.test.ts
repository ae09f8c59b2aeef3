/**
 * The order of sending: requests of the application do not wait for queries, and queries do not wait for them.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { QUERIES_IN_FLIGHT, REQUESTS_IN_FLIGHT_PER_CALL, COMMANDS_IN_FLIGHT } from '../../src/host/ports/limits.ts'
import { lost } from './fake-transport.ts'
import { callId, callIs, entry, roster, stage } from './stage.ts'

/** Calls that nobody here has heard of. */
const strangers = (count: number) =>
  Array.from({ length: count }, (_, index) => callIs('established', { callId: `stranger-${index}` }))

/** A host in a call with Bob whose questions hang from now on. */
async function setUp() {
  const at = stage()
  await at.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('bob'))])
  const call = at.rollcall.call(callId)
  const [key = ''] = (await call.read()).participants.keys()
  await at.clock.settle()
  return { ...at, call, key, answer: at.transport.hold('getCall'), answerRoster: at.transport.hold('listParticipants') }
}

describe('queries about many calls', () => {
  test('have a limited number of slots, and wait for them in order', async () => {
    const { rollcall, transport, clock, answer, answerRoster } = await setUp()
    await rollcall.receive(strangers(10 * QUERIES_IN_FLIGHT))
    await clock.settle()
    const asked = () =>
      transport.requests.filter(
        ({ method, callId: of }) => of !== callId && (method === 'getCall' || method === 'listParticipants'),
      )
    expect(asked()).toHaveLength(QUERIES_IN_FLIGHT)
    for (const { method } of asked()) (method === 'getCall' ? answer : answerRoster)(lost)
    await clock.settle()
    expect(asked()).toHaveLength(2 * QUERIES_IN_FLIGHT)
  })

  test('delay no request of the application', async () => {
    const { rollcall, transport, clock, call, key } = await setUp()
    await rollcall.receive(strangers(10 * QUERIES_IN_FLIGHT))
    await clock.settle()
    call.remove(key).catch(() => undefined)
    call.invite({ user: { id: 'ann' } }).catch(() => undefined)
    await clock.settle()
    expect([transport.count('deleteParticipant'), transport.count('invite')]).toEqual([1, 1])
  })
})

describe('requests of the application', () => {
  test('have a limited number of slots, and delay no query', async () => {
    const { rollcall, transport, clock } = stage()
    const calls = Array.from(
      { length: COMMANDS_IN_FLIGHT / REQUESTS_IN_FLIGHT_PER_CALL + 4 },
      (_, index) => `call-${index}`,
    )
    await rollcall.receive(
      calls.flatMap((id) => [callIs('establishing', { callId: id }), callIs('established', { callId: id })]),
    )
    await clock.settle()
    transport.hold('invite')
    for (const id of calls) {
      for (let index = 0; index < REQUESTS_IN_FLIGHT_PER_CALL - 2; index += 1)
        await rollcall.call(id).invite({ user: { id: `person-${index}` } })
    }
    await clock.settle()
    expect(transport.count('invite')).toBe(COMMANDS_IN_FLIGHT)
    const before = transport.count('getCall')
    await rollcall.receive(strangers(1))
    await clock.settle()
    expect(transport.count('getCall')).toBeGreaterThan(before)
  })
})
