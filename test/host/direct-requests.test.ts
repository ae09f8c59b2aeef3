/**
 * Requests that a handle sends itself: answer, reject, redirect, transfer, unmute, mute all.
 */
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/call/model/events.ts'
import type { CallHandle } from '../../src/host/api/call-handle.ts'
import { REQUEST_TIMEOUT_MS } from '../../src/host/ports/limits.ts'
import type { RequestOptions, Transport } from '../../src/host/ports/ports.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import { done, fakeTransport, lost, refused, type FakeTransport } from './fake-transport.ts'
import { callId, callIs, entry, roster, stage, type Stage } from './stage.ts'

/** Longer than a host takes to close over a store that hangs. */
const CLOSING_MS = 60_000

type Name = 'answer' | 'reject' | 'redirect' | 'transfer' | 'unmuteParticipant' | 'muteAll'

/** A direct request as it arrived: the arguments between the call's id and the options. */
interface Seen {
  readonly name: Name
  readonly asked: readonly unknown[]
  readonly options: RequestOptions
}

interface DirectTransport extends FakeTransport {
  readonly seen: readonly Seen[]
  /** What each of them answers, from now on. */
  verdict: () => Verdict<unknown> | Promise<Verdict<unknown>>
}

const operation = { clientContext: 'context', status: 'completed' }

function directTransport(more: Partial<Transport> = {}): DirectTransport {
  const seen: Seen[] = []
  const method =
    (name: Name) =>
    (_callId: string, ...rest: readonly unknown[]): Promise<Verdict<never>> => {
      seen.push({ name, asked: rest.slice(0, -1), options: rest.at(-1) as RequestOptions })
      return Promise.resolve(transport.verdict()) as Promise<Verdict<never>>
    }
  const transport: DirectTransport = Object.assign(fakeTransport(), {
    seen,
    verdict: (): Verdict<unknown> => done(operation),
    answer: method('answer'),
    reject: method('reject'),
    redirect: method('redirect'),
    transfer: method('transfer'),
    unmuteParticipant: method('unmuteParticipant'),
    muteAll: method('muteAll'),
    ...more,
  })
  return transport
}

const bob: IdentitySet = { user: { id: 'bob' } }
const body = { callbackUri: 'https://bot.example/callback' }

/** Every direct request, as an application asks for it. */
const requests: { readonly [N in Name]: (call: CallHandle, options?: object) => Promise<unknown> } = {
  answer: (call, options) => call.answer(body, options),
  reject: (call, options) => call.reject('busy', options),
  redirect: (call, options) => call.redirect([bob, { phone: { id: '+1' } }], { ringTimeoutMs: 20_000, ...options }),
  transfer: (call, options) => call.transfer(bob, { replacesCallId: 'other', transferee: 'ann', ...options }),
  unmuteParticipant: (call, options) => call.unmute('ann', options),
  muteAll: (call, options) => call.muteAll(options),
}
const names = Object.keys(requests) as Name[]

/** What reaches the transport for each. */
const expected: { readonly [N in Name]: readonly unknown[] } = {
  answer: [body],
  reject: [{ reason: 'busy' }],
  redirect: [{ targets: [{ identity: bob }, { identity: { phone: { id: '+1' } } }], ringTimeoutMs: 20_000 }],
  transfer: [
    {
      target: { identity: bob, replacesCallId: 'other' },
      transferee: { identity: { user: { id: 'ann' } }, participantId: 'ann' },
    },
  ],
  unmuteParticipant: ['ann', expect.any(String)],
  muteAll: [['ann', 'cy'], expect.any(String)],
}

interface DirectStage extends Omit<Stage, 'transport'> {
  readonly transport: DirectTransport
  readonly call: CallHandle
}

/** A host in a call with Ann and Cy. */
async function inCall(transport: DirectTransport = directTransport(), more: object = {}): Promise<DirectStage> {
  const set = stage({ transport, ...more })
  await set.rollcall.receive([callIs('established'), roster(entry('ann'), entry('cy'))])
  await set.clock.settle()
  return { ...set, transport, call: set.rollcall.call(callId) }
}

describe('a direct request', () => {
  test.each(names)('%s is sent once, resolves when it is taken, and is neither stored nor a change', async (name) => {
    const { transport, store, clock, changes, errors, call } = await inCall()
    const [before, position] = [changes.length, await store.journalEnd()]
    const answer = await requests[name](call)
    await clock.settle()
    expect(transport.seen).toMatchObject([{ name, asked: expected[name] }])
    expect(answer).toMatchObject(name === 'unmuteParticipant' ? { key: 'ann' } : { id: callId, state: 'established' })
    expect(await store.journalEnd()).toBe(position)
    expect((await store.load(callId))?.outbox).toEqual([])
    expect([changes.length, errors]).toEqual([before, []])
  })

  test.each(names)('%s that the service refuses is refused, definitely', async (name) => {
    const { transport, call } = await inCall()
    transport.verdict = () => refused(412, '8583')
    const error = requests[name](call)
    await expect(error).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      definite: true,
      details: { callId, status: 412, serviceCode: '8583' },
    })
    expect(transport.seen.length).toBe(1)
  })

  test.each(names)('%s without an answer is not confirmed, and not repeated', async (name) => {
    const { transport, clock, call } = await inCall()
    transport.verdict = () => lost
    await expect(requests[name](call)).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED', definite: false })
    await clock.settle()
    expect(transport.seen.length).toBe(1)
  })

  test.each(names)('%s that is never answered is not confirmed after the time of a request', async (name) => {
    const { transport, clock, call } = await inCall()
    transport.verdict = () => new Promise(() => undefined)
    const error = requests[name](call).catch((reason: unknown) => reason)
    await clock.advance(REQUEST_TIMEOUT_MS)
    expect(await error).toMatchObject({ code: 'REQUEST_UNCONFIRMED' })
    expect(transport.seen[0]?.options.signal?.aborted).toBe(true)
  })

  test.each(names)('%s of a transport without it is unsupported, and nothing is sent or stored', async (name) => {
    const { rollcall, store, transport } = stage()
    await expect(requests[name](rollcall.call('unknown'))).rejects.toMatchObject({
      code: 'REQUEST_UNSUPPORTED',
      definite: true,
      details: { callId: 'unknown' },
    })
    expect([transport.requests, await store.load('unknown')]).toEqual([[], undefined])
  })

  test.each(names)('%s is not sent for a call that has ended', async (name) => {
    const { rollcall, transport, call } = await inCall()
    await rollcall.receive([callIs('terminated')])
    await expect(requests[name](call)).rejects.toMatchObject({ code: 'CALL_ENDED' })
    expect(transport.seen).toEqual([])
  })

  test.each(names)('%s is given up by the end of the call', async (name) => {
    const { rollcall, clock, transport, call } = await inCall()
    transport.verdict = () => new Promise(() => undefined)
    const error = requests[name](call).catch((reason: unknown) => reason)
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    expect(await error).toMatchObject({ code: 'CALL_ENDED', details: { callId, state: 'terminated' }, definite: false })
    expect(transport.seen[0]?.options.signal?.aborted).toBe(true)
  })

  test.each(names)('%s that waits for its place is definitely not sent by the end of the call', async (name) => {
    const { rollcall, clock, transport, call } = await inCall(directTransport({ fencesSends: true }))
    transport.verdict = () => new Promise(() => undefined)
    const error = requests[name](call).catch((reason: unknown) => reason)
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    expect(await error).toMatchObject({ code: 'CALL_ENDED', definite: true })
  })

  test.each(names)('%s whose call is still being read when its host closes was definitely not sent', async (name) => {
    const transport = directTransport()
    const { rollcall, clock, store } = await inCall(transport)
    store.load = () => new Promise(() => undefined)
    const error = requests[name](rollcall.call('unread')).catch((reason: unknown) => reason)
    await clock.settle()
    const closed = rollcall.close()
    await clock.advance(CLOSING_MS)
    await closed
    expect(await error).toMatchObject({ code: 'HOST_CLOSED', definite: true })
    expect(transport.seen).toEqual([])
  })

  test.each(names)('%s that waits for its place is not sent after the end of the call', async (name) => {
    const { rollcall, clock, transport, call } = await inCall(directTransport({ fencesSends: true }))
    transport.verdict = () => new Promise(() => undefined)
    requests[name](call).catch(() => undefined)
    await clock.settle()
    const { beforeSend } = transport.seen[0]?.options ?? {}
    await rollcall.receive([callIs('terminated')])
    expect(await beforeSend?.()).toBe(false)
  })

  test.each(names)('%s ends with its wait, and with its signal', async (name) => {
    const { clock, transport, call } = await inCall()
    transport.verdict = () => new Promise(() => undefined)
    const late = requests[name](call, { timeoutMs: 5_000 }).catch((reason: unknown) => reason)
    await clock.advance(5_000)
    expect(await late).toMatchObject({ code: 'WAIT_TIMEOUT', definite: false })
    const stopping = new AbortController()
    const stopped = requests[name](call, { signal: stopping.signal }).catch((reason: unknown) => reason)
    await clock.settle()
    stopping.abort(new RangeError('enough'))
    expect(await stopped).toEqual(new RangeError('enough'))
    expect(transport.seen.map(({ options }) => options.signal?.aborted)).toEqual([true, true])
  })

  test.each(names)('%s is settled when its host is closed, definitely if it was not sent', async (name) => {
    for (const [fencesSends, isDefinite] of [
      [false, false],
      [true, true],
    ] as const) {
      const { rollcall, clock, transport, call } = await inCall(directTransport({ fencesSends }))
      transport.verdict = () => new Promise(() => undefined)
      let found: unknown
      requests[name](call).catch((reason: unknown) => {
        found = reason
      })
      await clock.settle()
      await rollcall.close()
      expect(found).toMatchObject({ code: 'HOST_CLOSED', definite: isDefinite })
      await expect(requests[name](call)).rejects.toMatchObject({ code: 'HOST_CLOSED', definite: true })
    }
  })

  test('that is under way when its host is closed has the drain time to be answered', async () => {
    const { rollcall, clock, transport, call } = await inCall()
    let answer: (verdict: Verdict<unknown>) => void = () => undefined
    transport.verdict = () => new Promise((resolve) => (answer = resolve))
    const answered = call.answer(body)
    await clock.settle()
    const closed = rollcall.close({ drainMs: 1_000 })
    answer(done(undefined))
    expect(await answered).toMatchObject({ id: callId })
    await closed
  })

  test('goes with the reference of its call, and adopts a call that is not known', async () => {
    const { rollcall, transport, clock } = await inCall()
    await rollcall.receive([{ callId: 'room', event: { type: 'call.reported', state: 'incoming', reference: 'r-1' } }])
    await rollcall.call('room').answer(body)
    await rollcall.call('new').reject()
    await clock.settle()
    expect(transport.seen.map(({ options }) => options.reference)).toEqual(['r-1', undefined])
    expect(transport.seen[1]?.asked).toEqual([{}])
    expect((await rollcall.call('new').read()).id).toBe('new')
  })

  test('that the transport cannot send is invalid, and a wrong answer of the transport is reported', async () => {
    const { transport, call, errors } = await inCall()
    transport.verdict = () => refused(0, 'REQUEST_INVALID')
    await expect(call.answer(body)).rejects.toMatchObject({ code: 'REQUEST_INVALID', definite: true })
    transport.verdict = () => ({ verdict: 'fine' }) as never
    await expect(call.answer(body)).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED' })
    expect(errors).toEqual([expect.any(TypeError)])
  })

  test('is in the log by its name, without its body', async () => {
    const records: unknown[] = []
    const write = (name: string, fields: object): void => void records.push({ name, ...fields })
    const logger = { debug: write, info: write, warn: write, error: write }
    const { call, transport } = await inCall(directTransport(), { logger })
    records.length = 0
    await call.answer(body)
    transport.verdict = () => refused(412)
    await call.reject().catch(() => undefined)
    expect(records).toMatchObject([
      { name: 'request.claimed', callId, effect: 'call.answer' },
      { name: 'request.answered', callId, effect: 'call.answer', verdict: 'done' },
      { name: 'request.claimed', callId, effect: 'call.reject' },
      { name: 'request.answered', callId, effect: 'call.reject', verdict: 'refused', status: 412 },
    ])
    expect(JSON.stringify(records)).not.toContain('bot.example')
  })
})

describe('what cannot be asked for', () => {
  test.each([
    ['an answer that is no body', (call: CallHandle) => call.answer('yes' as never), TypeError],
    ['a reason that is no text', (call: CallHandle) => call.reject(5 as never), TypeError],
    ['a redirect to no target', (call: CallHandle) => call.redirect([]), { code: 'REQUEST_INVALID' }],
    ['a target without an id', (call: CallHandle) => call.redirect({ user: {} }), { code: 'REQUEST_INVALID' }],
    [
      'a redirect that rings for no time',
      (call: CallHandle) => call.redirect(bob, { ringTimeoutMs: 0 }),
      { code: 'REQUEST_INVALID' },
    ],
    ['a transfer to several', (call: CallHandle) => call.transfer([bob, bob] as never), { code: 'REQUEST_INVALID' }],
    [
      'a transferee that is not known',
      (call: CallHandle) => call.transfer(bob, { transferee: 'eve' }),
      { code: 'PARTICIPANT_UNKNOWN' },
    ],
    ['a participant that is not known', (call: CallHandle) => call.unmute('eve'), { code: 'PARTICIPANT_UNKNOWN' }],
    ['a key that is no text', (call: CallHandle) => call.unmute(undefined as never), TypeError],
    ['a time that is none', (call: CallHandle) => call.muteAll({ timeoutMs: -1 }), TypeError],
  ] as const)('%s', async (_what, ask, error) => {
    const { transport, call } = await inCall()
    await expect(ask(call)).rejects.toThrow(typeof error === 'function' ? error : expect.objectContaining(error))
    expect(transport.seen).toEqual([])
  })

  test('the mute of a participant who only rings, or has left', async () => {
    const { rollcall, clock, transport, call } = await inCall()
    const { key } = await call.invite(bob)
    await clock.settle()
    await expect(call.unmute(key)).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { state: 'ringing' } })
    await clock.advance(5_000)
    await rollcall.receive([roster(entry('ann'))])
    await expect(call.unmute('cy')).rejects.toMatchObject({ code: 'PARTICIPANT_ENDED' })
    expect(transport.seen).toEqual([])
  })

  test('muting all where no participant is present sends nothing', async () => {
    const transport = directTransport()
    const { rollcall } = stage({ transport })
    await rollcall.receive([callIs('established'), roster()])
    expect(await rollcall.call(callId).muteAll()).toMatchObject({ id: callId })
    expect(transport.seen).toEqual([])
  })
})
