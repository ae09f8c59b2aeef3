import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { defaultCallOptions } from '../../src/call/model/options.ts'
import { openCall, step } from '../../src/call/step.ts'
import { redactTrace } from '../../src/trace/redaction.ts'
import { replay, writeTrace, type Trace } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { CallHarness } from '../../src/testing/call-harness.ts'
import { stories, tellStory, type Message } from '../../src/testing/truth-model.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { runs } from '../effort/runs.ts'
import { meeting, traceOf } from '../inspect/example-traces.ts'
import { userId } from '../inspect/manual-host.ts'
import { readResult } from '../../src/graph/wire/result-codes.ts'

const seed = 7_310

/** The outcomes of all participants, without identities. */
function outcome(trace: Trace): unknown {
  const frames = replay(trace)
  const people = [...(frames.at(-1)?.call.participants.values() ?? [])].sort(
    (one, other) => one.ordinal - other.ordinal,
  )
  return {
    steps: frames.map(({ outcome: { type }, changes, effects }) => [
      type,
      changes.length,
      effects.map((effect) => effect.type),
    ]),
    people: people.map(({ state, removal, ending }) => [state, removal, ending?.cause, ending?.by]),
  }
}

const traceWith = (...events: readonly CallEvent[]): Trace => ({
  callId: 'c',
  options: defaultCallOptions,
  isRedacted: false,
  entries: events.map((event) => ({ event })),
})

describe('a redacted trace', () => {
  test('has a pseudonym for the tenant, and can be read', () => {
    const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    const written = writeTrace(redactTrace(traceWith({ type: 'call.bound', tenant, at: 1 })))
    expect(written).not.toContain(tenant)
    expect(readTrace(written).entries).toEqual([{ event: { type: 'call.bound', tenant: 'tenant-1', at: 1 } }])
  })

  test("has a pseudonym for the reference, keeps the service's traits, and can be read", () => {
    const reference = 'CF0123456789abcdef0123456789abcdef'
    const script = openCall('c', { liveness: 'poll', isBotOnRoster: false, resyncMs: 5_000 })
    const first = { type: 'call.reported', state: 'established', reference, at: 1 } as const
    const { call } = step(script, first)
    const again = { type: 'call.fetched', answer: { verdict: 'done', value: { reference } }, at: 2 } as const
    const trace = { ...traceWith(again), options: call.options, start: encodeCall(call) }
    const written = writeTrace(redactTrace(trace))
    expect(written).not.toContain(reference)
    const read = readTrace(written)
    expect(read.options).toMatchObject({ liveness: 'poll', isBotOnRoster: false, resyncMs: 5_000 })
    expect(replay(read).at(-1)?.call).toMatchObject({ state: 'established', reference: 'reference-1' })
  })

  test(`replays to the same states (seed ${seed})`, () => {
    fc.assert(
      fc.property(stories(3), (story) => {
        const { intents, evidence, snapshot } = tellStory(story)
        const player = new CallHarness(rollcallSystem)
        for (const message of [...intents, ...evidence]) player.tell(message)
        player.settle(() => snapshot)
        const trace = traceWith(...player.history)
        expect(outcome(redactTrace(trace))).toEqual(outcome(trace))
      }),
      { seed, numRuns: runs(50, 150) },
    )
  })

  test('contains no name or id', () => {
    const text = writeTrace(redactTrace(traceOf(meeting())))
    for (const name of ['Ann', 'Abel', 'Brandt', 'Engel', userId(1), userId(5)]) expect(text).not.toContain(name)
    expect(text).toContain('user-1')
    expect(text).toContain('"isRedacted":true')
  })

  test('contains no id of operations in a fetched roster, and replays to the same states', () => {
    const trace = traceWith(
      {
        type: 'invite.requested',
        invitation: 'secret-invite',
        at: 1,
        invitees: [{ identity: { user: { id: 'eve' } } }],
      },
      { type: 'host.resumed', at: 2 },
      {
        type: 'roster.fetched',
        fetch: 1,
        at: 3,
        answer: {
          verdict: 'done',
          value: {
            entries: [],
            isComplete: true,
            operations: [
              {
                clientContext: 'secret-invite',
                operationId: 'secret-leg',
                status: 'running',
                participants: [{ identity: { user: { id: 'eve' } }, participantId: 'secret-id' }],
              },
            ],
          },
        },
      },
    )
    const redacted = redactTrace(trace)
    expect(outcome(redacted)).toEqual(outcome(trace))
    expect(writeTrace(redacted)).not.toMatch(/secret|"eve"/)
  })

  test('uses the same pseudonym in keys, deadlines and messages, and keeps the named participant', () => {
    const number = '+4930123456789'
    const trace = traceWith(
      {
        type: 'roster.reported',
        kind: 'full',
        at: 1,
        entries: [
          {
            id: 'x1',
            identity: { user: { id: 'user-guid-0001', displayName: 'Bob' } },
            isInLobby: false,
            isMuted: false,
          },
        ],
      },
      {
        type: 'invite.requested',
        invitation: 'i',
        at: 2,
        invitees: [{ identity: { phone: { id: number } } }, { identity: { phone: { id: '+4930999999999' } } }],
      },
      {
        type: 'operation.reported',
        clientContext: 'i',
        at: 3,
        status: 'failed',
        result: readResult({
          code: 500,
          subcode: 0,
          message: `addParticipants failed for participant 4:${number}. Ask Bob. DiagCode: 487#10004.@`,
        }),
      },
    )
    const redacted = redactTrace(trace)
    expect(outcome(redacted)).toEqual(outcome(trace))
    const text = writeTrace(redacted)
    expect(text).not.toMatch(/30123456|30999999|Bob|user-guid/)
    expect(text).toContain('phone-1…89')
    expect(text).toContain('"invitee":"phone-1…89"')
    expect(text).toContain('DiagCode: 487#10004')
  })

  test("keeps the reason of a failed request, but not the service's prose about a departure", () => {
    const text = writeTrace(
      redactTrace(
        traceWith(
          {
            type: 'keepAlive.answered',
            at: 1,
            answer: { verdict: 'refused', failure: { reason: 'gone', code: '8522', message: 'Bob is gone' } },
          },
          {
            type: 'roster.reported',
            kind: 'delta',
            at: 2,
            entries: [{ identity: { user: { id: 'bob' } }, removed: { reason: 'gone fishing' } }],
          },
        ),
      ),
    )
    expect(text).toContain('"reason":"gone"')
    expect(text).not.toMatch(/fishing|Bob/)
    expect(() => readTrace(text)).not.toThrow()
  })

  test('contains no addresses and numbers that only occur in a message', () => {
    const text = writeTrace(
      redactTrace(
        traceWith({
          type: 'call.reported',
          at: 1,
          result: {
            message: 'asked by carol@example.org, call +15550100123, tenant 3fa85f64-5717-4562-b3fc-2c963f66afa6',
          },
        }),
      ),
    )
    expect(text).not.toMatch(/carol|5550100|3fa85f64/)
  })

  test('contains no name from a message, an id or a foreign request, at any place of the trace', () => {
    const entry = {
      id: 'p-erik-mustermann',
      identity: { user: { id: 'erik', displayName: 'Li', tenantId: 'contoso' } },
      isInLobby: false,
      isMuted: false,
    }
    const text = writeTrace(
      redactTrace({
        ...traceWith(
          {
            type: 'operation.reported',
            at: 1,
            operationId: '0fe0fe00-0000-4000-8000-000000000001',
            clientContext: 'ticket-for-erik@contoso',
            status: 'failed',
            result: {
              code: 412,
              subcode: 9999,
              message: 'Ann Smith (8:orgid:ann) declined, ext. 5551234. DiagCode: 412#10073.@',
            },
          },
          { type: 'roster.reported', kind: 'full', at: 2, entries: [entry] },
          {
            type: 'roster.reported',
            kind: 'delta',
            sequence: 1,
            at: 3,
            entries: [{ ...entry, removed: { reason: 'li was removed by ann smith' } }],
          },
          {
            type: 'invite.requested',
            invitation: '11111111-0000-4000-8000-000000000001',
            at: 4,
            invitees: [{ identity: { user: { id: 'u' } }, replacesCallId: '22222222-0000-4000-8000-000000000001' }],
          },
          {
            type: 'removal.answered',
            at: 5,
            key: 'p-erik-mustermann',
            attempt: 1,
            answer: {
              verdict: 'refused',
              failure: {
                reason: 'forbidden',
                status: 403,
                code: '7504',
                message: 'Li may not',
                requestId: '33333333-0000-4000-8000-000000000001',
              },
            },
          },
          {
            type: 'notification.unrecognised',
            at: 6,
            resource: '/calls/x/odd/erik.mustermann',
            what: 'a #microsoft.graph.hologram of Erik',
          },
        ),
        callId: '44444444-0000-4000-8000-000000000001',
      }),
    )
    expect(text).not.toMatch(/ann|smith|erik|mustermann|contoso|5551234|\bli\b|[0-9a-f]{8}-[0-9a-f-]{27}/i)
    for (const kept of [
      '"callId":"call-1"',
      'operation-1',
      'DiagCode: 412#10073',
      'participant-1',
      'invitation-1',
      'other-call-1',
      '"code":"7504"',
      '#microsoft.graph.hologram',
    ])
      expect(text).toContain(kept)
  })

  test(`replays to the same states from the middle, for any ids (seed ${seed})`, () => {
    const odd = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll(/"(invite|person|lobby|operation)-(\d)"/g, '"$1/a~$2/ring/5$2"'))
    fc.assert(
      fc.property(stories(3), fc.nat(5), (story, place) => {
        const { intents, evidence, snapshot } = tellStory(story)
        const player = new CallHarness(rollcallSystem)
        for (const message of odd([...intents, ...evidence]) as readonly Message[]) player.tell(message)
        player.settle(() => odd(snapshot) as typeof snapshot)
        const whole = traceWith(...player.history)
        const middle = Math.min(place, player.history.length - 1)
        const start = encodeCall(replay(whole)[middle]?.call ?? player.call)
        const trace: Trace = { ...traceWith(...player.history.slice(middle + 1)), start }
        expect(outcome(redactTrace(trace))).toEqual(outcome(trace))
        historyFromTrace(writeTrace(redactTrace(trace))).run()
      }),
      { seed, numRuns: runs(50, 150) },
    )
  })

  test('replaces names in notes, even short ones, but nothing inside longer words', () => {
    const [ann, jo, number] = [{ user: { id: 'ann' } }, { user: { id: 'jö' } }, { phone: { id: '+491' } }]
    const entries = [ann, jo, number].map((identity, place) => ({
      id: `p${place}`,
      identity,
      isInLobby: false,
      isMuted: false,
    }))
    const said = (note: string): unknown => {
      const trace = traceWith({ type: 'roster.reported', kind: 'full', at: 1, entries })
      return redactTrace({ ...trace, entries: [{ note, at: 0 }, ...trace.entries] }).entries[0]
    }
    expect(said('ann is in the call and is not believed to be')).toEqual({
      note: 'user-1 is in the call and is not believed to be',
      at: 0,
    })
    expect(said('Ann: ann#2, (ann), “ann”. It was ann. P0 is she, +491: he, jö.')).toEqual({
      note: 'user-1: user-1#2, (user-1), “user-1”. It was user-1. participant-1 is she, phone-1: he, user-2.',
      at: 0,
    })
    for (const note of ['the annual planning', 'annähernd', 'ann-marie, ann_1 and ann.b', 'jögi jö2'])
      expect(said(note)).toEqual({ note, at: 0 })
  })

  test('removes values it cannot understand', () => {
    const text = writeTrace(redactTrace({ ...traceWith(), entries: [{ unknown: { secret: 'Bob' } }] }))
    expect(text).not.toContain('Bob')
  })

  test('is not redacted again', () => {
    const once = redactTrace(traceOf(meeting()))
    expect(redactTrace(once)).toBe(once)
  })

  test('handles ids that are words of the format', () => {
    const identity = { user: { id: 'established' }, guest: { id: 'full' } }
    const trace = traceWith(
      { type: 'call.reported', state: 'established', at: 1 },
      {
        type: 'roster.reported',
        kind: 'full',
        at: 2,
        entries: [{ id: '__proto__', identity, isInLobby: false, isMuted: false }],
      },
    )
    expect(outcome(redactTrace(trace))).toEqual(outcome(trace))
  })
})
