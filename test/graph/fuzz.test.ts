import { expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import type { CallEvent, InboundEvent } from '../../src/call/model/events.ts'
import { invariants } from '../../src/call/invariants.ts'
import { openCall, step } from '../../src/call/step.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { runs } from '../effort/runs.ts'
import { mutate, seededRandom } from './mutations.ts'
import { payloadText } from './payload-files.ts'
import { names, samples } from './samples.ts'

const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101)
const mutants = Number(process.env['FUZZ_MUTANTS'] ?? runs(10_000, 100_000))

const eventTypes = new Set(['call.reported', 'operation.reported', 'roster.reported', 'notification.unrecognised'])

/** Reads a mutant; returns what is wrong with how it was read, if anything. */
function faultOf(body: unknown): string | undefined {
  let observations: ReturnType<typeof parseNotifications>
  try {
    observations = parseNotifications(body)
  } catch (error) {
    if (!isRollcallError(error)) return `threw ${String(error)}`
    if (error.code === 'BODY_NOT_JSON') return typeof body === 'string' ? undefined : 'called an object not JSON'
    if (!['NOTIFICATION_INVALID', 'BODY_TOO_DEEP'].includes(error.code) || error.details.path?.startsWith('$') !== true)
      return `refused as ${error.code} at ${String(error.details.path)}`
    return error.message.length > 1_000 ? 'a message that quotes the body' : undefined
  }
  const parsed = typeof body === 'string' ? JSON.parse(body) : body
  if (observations.length < parsed.value.length)
    return `dropped ${parsed.value.length - observations.length} notifications`
  const odd = observations.find(
    ({ callId, event }) => typeof callId !== 'string' || !eventTypes.has(event.type) || /\p{Surrogate}/u.test(callId),
  )
  return odd === undefined ? undefined : `observed ${JSON.stringify(odd)}`
}

test(`${mutants} mutants of the samples are read or refused with a path (FUZZ_SEED=${seed})`, () => {
  const random = seededRandom(seed)
  let refused = 0
  for (let index = 0; index < mutants; index += 1) {
    const body = structuredClone(samples[Math.floor(random() * samples.length)])
    const times = 1 + Math.floor(random() * 4)
    for (let time = 0; time < times; time += 1) mutate(body, random)
    const fault = faultOf(body)
    if (fault !== undefined)
      expect.fail(`mutant ${index} of seed ${seed}: ${fault}: ${JSON.stringify(body).slice(0, 2_000)}`)
    if (index % 10 === 0) {
      const text = JSON.stringify(body) ?? ''
      const cut = text.slice(0, Math.floor(random() * text.length))
      if (faultOf(cut) !== undefined) expect.fail(`mutant ${index} of seed ${seed}, cut: ${faultOf(cut)}`)
      refused += Number(isRefused(body))
    }
  }
  expect(({} as Record<string, unknown>)['id'], 'no prototype was touched').toBeUndefined()
  // Both outcomes have to occur, or the mutants are too tame or too wild to say anything.
  expect(refused / (mutants / 10)).toBeGreaterThan(0.1)
  expect(refused / (mutants / 10)).toBeLessThan(0.9)
})

test('the same mutant is read the same way twice, and is not changed', () => {
  const random = seededRandom(seed + 1)
  for (let index = 0; index < 2_000; index += 1) {
    const body = structuredClone(samples[index % samples.length])
    mutate(body, random)
    const before = JSON.stringify(body)
    const [one, other] = [readOrRefuse(body), readOrRefuse(body)]
    if (one !== other || JSON.stringify(body) !== before)
      expect.fail(`mutant ${index} of seed ${seed + 1}: ${before.slice(0, 2_000)}`)
  }
})

test('a call steps the events of a mutant without harm', () => {
  const random = seededRandom(seed + 2)
  let call = openCall('c')
  let taken = 0
  for (let index = 0; index < 10_000; index += 1) {
    const body = structuredClone(samples[index % samples.length])
    mutate(body, random)
    if (isRefused(body)) continue
    for (const { event } of parseNotifications(body)) {
      call = step(call, { ...event, at: index * 100 } as CallEvent).call
      taken += 1
    }
    // An ended call takes nothing any more; another one goes on.
    if (call.ending !== undefined) call = openCall('c')
    if (index % 50 !== 0) continue
    const broken = invariants(call)
    if (broken.length > 0) expect.fail(`mutant ${index} of seed ${seed + 2}: ${broken.join()}`)
    encodeCall(call)
  }
  expect(taken).toBeGreaterThan(5_000)
})

test('the host receives nothing of a refused mutant, and everything of an accepted one', async () => {
  const random = seededRandom(seed + 3)
  const received: InboundEvent[] = []
  const handle = graphWebhook(
    { receive: async (observations) => void received.push(...observations) },
    { authentication: 'off', onRefused: () => undefined },
  )
  for (let index = 0; index < 2_000; index += 1) {
    const body = structuredClone(samples[index % samples.length])
    mutate(body, random)
    const text = JSON.stringify(body)
    received.length = 0
    const { status } = await handle(new Request('https://bot.example/', { method: 'POST', body: text }))
    // Of no call, or of the format before Graph's: told in other ways.
    const expected = status === 202 ? parseNotifications(text).filter(({ callId }) => callId !== '') : []
    if (![202, 204, 400].includes(status) || JSON.stringify(received) !== JSON.stringify(expected)) {
      expect.fail(`mutant ${index} of seed ${seed + 3} was answered ${status}: ${text.slice(0, 2_000)}`)
    }
  }
})

test('truncated samples are not JSON', () => {
  for (const name of names) {
    const text = payloadText(name).trimEnd()
    for (let at = 0; at < text.length; at += 7) expect(isRefused(text.slice(0, at))).toBe(true)
  }
})

function isRefused(body: unknown): boolean {
  try {
    parseNotifications(body)
    return false
  } catch {
    return true
  }
}

function readOrRefuse(body: unknown): string {
  try {
    return JSON.stringify(parseNotifications(body))
  } catch (error) {
    return String(error)
  }
}
