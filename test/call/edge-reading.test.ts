import { describe, expect, test } from 'vitest'
import type { CallEvent, ServiceFailure, Verdict } from '../../src/call/model/events.ts'
import type { FailureReason, ResultInfo } from '../../src/participant/participant.ts'
import { bot, established, on, withPresent, withRinging, type Script } from './script.ts'

/** An answer of a service with statuses and codes of its own, of which its edge says no more than the reason. */
function failing(reason: FailureReason, of: Partial<ServiceFailure> = {}): Verdict<never> {
  return { verdict: 'refused', failure: { reason, code: 'a code of another service', message: '', ...of } }
}

/** Steps an event as it is: no edge reads it first. */
function step(script: Script, message: Omit<CallEvent, 'at'>): string {
  return script.step({ ...message, at: script.at } as CallEvent)
}

const reasons: readonly FailureReason[] = ['gone', 'forbidden', 'throttled', 'conflict', 'other']

/** Statuses and codes that Graph's edge would read otherwise. */
const misleading: readonly Partial<ServiceFailure>[] = [
  {},
  { status: 404, code: '8522' },
  { status: 403, code: '7504' },
  { status: 429, code: '429' },
  { status: 200, code: '5855' },
]

describe.each(misleading)('for a failure with %o, whatever its codes,', (of) => {
  test.each([
    ['gone', 'removed: removed by local'],
    ['forbidden', 'active, removal refused'],
    ['throttled', 'active, removal held'],
    ['conflict', 'active, removal held'],
    ['other', 'active, removal refused'],
  ] as const)('the reason decides the result of a removal: %s', (reason, state) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    step(script, { type: 'removal.answered', key: 'r-bob', attempt: 1, answer: failing(reason, of) } as CallEvent)
    expect(script.is('r-bob')).toBe(state)
  })

  test.each([
    ['gone', 'ringing, removal held'],
    ['forbidden', 'ringing, removal refused'],
    ['throttled', 'ringing, removal held'],
    ['conflict', 'ringing, removal held'],
    ['other', 'ringing, removal held'],
  ] as const)('the reason decides the result of a cancel: %s', (reason, state) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    step(script, { type: 'removal.answered', key: 'bob', attempt: 1, answer: failing(reason, of) } as CallEvent)
    expect(script.is('bob')).toBe(state)
  })

  test.each(reasons)('a heartbeat loses the call only if the call is gone: %s', (reason) => {
    const script = established()
    step(script, { type: 'keepAlive.answered', answer: failing(reason, of) } as CallEvent)
    expect(script.call.state === 'terminated').toBe(reason === 'gone')
  })

  test.each(reasons)('a refused hang-up ends the call only if the call is gone: %s', (reason) => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    step(script, { type: 'hangUp.answered', answer: failing(reason, of) } as CallEvent)
    expect(script.call.state === 'terminated').toBe(reason === 'gone')
  })
})

describe('a result', () => {
  const told = (result: ResultInfo): Script => {
    const script = withRinging('bob')
    step(script, { type: 'operation.reported', clientContext: 'bob', status: 'failed', result } as CallEvent)
    return script
  }

  test('decides by its cause, not by its code', () => {
    const script = told({ cause: 'busy', by: 'remote', code: 603, subcode: 8538 })
    expect(script.is('bob')).toBe('cancelled: busy by remote')
    expect(script.get('bob').ending).toMatchObject({ code: 603, subcode: 8538 })
    expect(script.call.counters.unclassified).toBe(0)
  })

  test.each<[ResultInfo, string]>([
    [{}, 'unknown by unknown'],
    [{ message: 'DiagCode: 603#0.@' }, 'unknown by unknown'],
    [{ code: 603, subcode: 8538 }, 'failed by service'],
  ])('without a cause from its edge (%o) means %s, and is counted', (result, ending) => {
    const script = told(result)
    expect(script.is('bob')).toBe(`cancelled: ${ending}`)
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('with a code unknown to its edge has the cause the edge gave it, and is counted', () => {
    const script = told({ code: 3, cause: 'failed', by: 'service', isUnclassified: true })
    expect(script.is('bob')).toBe('cancelled: failed by service')
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('ends the invitee it names, however the id is spelled, and no invitee whom only its message names', () => {
    const script = established()
    script.full(bot)
    script.tell({
      type: 'invite.requested',
      invitation: 'both',
      invitees: ['bob', 'carol'].map((id) => ({ identity: { user: { id } } })),
    })
    script.invited('both', { verdict: 'done', value: { operationId: 'op-both', status: 'running' } })
    const failed = { type: 'operation.reported', clientContext: 'both', status: 'failed' } as const
    const message = 'addParticipants failed for participant 8:orgid:bob.'
    step(script, { ...failed, result: { cause: 'declined', by: 'remote', message, invitee: 'CAROL' } } as CallEvent)
    expect([script.is('both/0'), script.is('both/1')]).toEqual(['ringing', 'cancelled: declined by remote'])
  })
})

test('a departure has the cause the edge read from its reason; an unread reason gives no cause', () => {
  const reason = 'DiagCode: 200#5855.@'
  const ending = (removed: object): string => {
    const script = withPresent('bob')
    step(script, {
      type: 'roster.reported',
      kind: 'delta',
      sequence: 1,
      entries: [{ ...on('bob'), removed }],
    } as unknown as CallEvent)
    return script.is('r-bob')
  }
  expect(ending({ reason })).toBe('removed: left by remote')
  expect(ending({ reason: 'thrown out', cause: 'removed', by: 'remote' })).toBe('removed: removed by remote')
})
