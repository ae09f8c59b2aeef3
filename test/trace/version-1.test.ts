import { describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { openCall } from '../../src/call/step.ts'
import { replay, TRACE_VERSION, writeTrace } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'

interface StoredCall {
  readonly core: { schema: number; readonly invitations: (readonly [string, { failure?: object }])[] }
}

type Told = object & { readonly type: CallEvent['type'] }

const header = (version: number, more: object = {}) => ({ rollcall: 'trace', version, callId: 'c', ...more })

/** A recording of the events, one second apart. */
function recorded(version: number, events: readonly Told[], more: object = {}, from = 0): string {
  const lines = events.map((event, index) => ({ event: { ...event, at: (from + index) * 1_000 } }))
  return [header(version, more), ...lines].map((line) => JSON.stringify(line)).join('\n')
}

const user = (id: string) => ({ user: { id } })
const bot = { id: 'bot', identity: { application: { id: 'the-app' } } }
const established: Told = { type: 'call.reported', state: 'established', myParticipantId: 'bot' } as Told
const roster = (...entries: object[]): Told =>
  ({ type: 'roster.reported', kind: 'full', entries: [bot, ...entries] }) as Told
const asked = (id: string, ...people: string[]): Told =>
  ({ type: 'invite.requested', invitation: id, invitees: people.map((one) => ({ identity: user(one) })) }) as Told
const failed = (id: string, result: object): Told =>
  ({ type: 'operation.reported', clientContext: id, status: 'failed', result }) as Told
const refused = (failure: object) => ({ verdict: 'refused', failure: { message: '', ...failure } })

function endings(text: string): Readonly<Record<string, string>> {
  const call = replay(readTrace(text)).at(-1)?.call
  return Object.fromEntries(
    [...(call?.participants.values() ?? [])].map(({ key, state, removal, ending }) => [
      key,
      ending === undefined ? [state, removal].filter(Boolean).join(', ') : `${ending.cause} by ${ending.by}`,
    ]),
  )
}

const history: readonly Told[] = [
  established,
  roster({ id: 'r-ann', identity: user('ann') }, { id: 'r-eve', identity: user('eve') }),
  asked('bob', 'bob'),
  failed('bob', { code: 603, subcode: 8538 }),
  asked('cem', 'cem'),
  { type: 'invite.answered', invitation: 'cem', answer: refused({ status: 400, code: '8541' }) } as Told,
  asked('two', 'dan', 'flo'),
  failed('two', { code: 500, message: 'addParticipants failed for participant 8:orgid:flo. DiagCode: 403#10151.@' }),
  { type: 'removal.requested', key: 'r-ann' } as Told,
  { type: 'removal.answered', key: 'r-ann', attempt: 1, answer: refused({ status: 403, code: '7504' }) } as Told,
  { type: 'removal.requested', key: 'r-eve' } as Told,
  { type: 'removal.answered', key: 'r-eve', attempt: 1, answer: refused({ status: 400, code: '8558' }) } as Told,
]

describe('a trace of version 1', () => {
  test('replays to the endings it had when the call itself interpreted codes', () => {
    expect(endings(recorded(1, history))).toEqual({
      'r-ann': 'active, refused',
      'r-eve': 'removed by local',
      bob: 'declined by remote',
      cem: 'unreachable by remote',
      'two/0': 'invited',
      'two/1': 'forbidden by service',
    })
  })

  test('has the reasons why participants left, and that the call is lost', () => {
    const removed = { reason: 'DiagCode: 200#5855.@' }
    const left = { type: 'roster.reported', kind: 'delta', sequence: 1 }
    const text = recorded(1, [
      established,
      roster({ id: 'r-ann', identity: user('ann'), isInLobby: true }, { id: 'r-bob', identity: user('bob') }),
      { ...left, entries: [{ id: 'r-ann', identity: user('ann'), removed }] } as Told,
      { type: 'keepAlive.answered', answer: refused({ status: 404, code: 'NotFound' }) } as Told,
    ])
    expect(endings(text)).toEqual({ 'r-ann': 'lobbyTimeout by service', 'r-bob': 'lost by service' })
  })

  test('is rewritten as read, in the current version', () => {
    const text = writeTrace(readTrace(recorded(1, history)))
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ version: TRACE_VERSION })
    expect(endings(text)).toEqual(endings(recorded(1, history)))
  })

  test.each(['start', 'loaded'] as const)('may contain a call with codes that no edge classified (%s)', (where) => {
    const before = [established, roster(), asked('two', 'dan', 'flo'), failed('two', { code: 603, subcode: 0 })]
    const call = replay(readTrace(recorded(1, before))).at(-1)?.call
    const stored = JSON.parse(JSON.stringify(encodeCall(call ?? openCall('c')))) as StoredCall
    stored.core.schema = 1
    for (const [, invitation] of stored.core.invitations) invitation.failure = { code: 603, subcode: 0 }
    const answer = { verdict: 'done', value: { entries: [bot] } }
    const fetched = { type: 'roster.fetched', fetch: call?.roster.fetch?.number, answer } as Told
    const text =
      where === 'start'
        ? recorded(1, [fetched], { start: stored }, before.length)
        : [
            JSON.stringify(header(1)),
            JSON.stringify({ loaded: stored, at: 0 }),
            ...recorded(1, [fetched], {}, before.length).split('\n').slice(1),
          ].join('\n')
    expect(endings(text)).toEqual({ 'two/0': 'declined by remote', 'two/1': 'declined by remote' })
  })
})

test("each recording of a file is read with its own header's version", () => {
  const old = [established, roster(), asked('bob', 'bob'), failed('bob', { code: 603, subcode: 0 })]
  const text = [recorded(1, old), recorded(TRACE_VERSION, old, {}, old.length), recorded(1, old, {}, 2 * old.length)]
  const calls = replay(readTrace(text.join('\n'))).filter((_, index) => index % old.length === old.length - 1)
  expect(calls.map(({ call }) => call.participants.get('bob')?.ending?.cause)).toEqual([
    'declined',
    'failed',
    'declined',
  ])
})

describe('a trace of the current version', () => {
  test("is not classified by Graph's table: an unclassified result is a failure", () => {
    const events = [established, roster(), asked('bob', 'bob'), failed('bob', { code: 603, subcode: 8538 })]
    expect(endings(recorded(TRACE_VERSION, events))).toEqual({ bob: 'failed by service' })
  })

  test('is refused if a failure has no reason', () => {
    const events = [{ type: 'keepAlive.answered', answer: refused({ status: 404, code: '404' }) } as Told]
    let error: unknown
    try {
      readTrace(recorded(TRACE_VERSION, events))
    } catch (thrown) {
      error = thrown
    }
    expect(isRollcallError(error) && [error.code, error.message]).toEqual([
      'TRACE_INVALID',
      expect.stringContaining('event.answer.failure.reason'),
    ])
  })
})
