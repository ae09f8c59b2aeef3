import { describe, expect, test } from 'vitest'
import type { OperationReport } from '../../src/call/model/events.ts'
import { established, refused, withRinging, type Script } from './script.ts'
import { declined } from './operation-results.ts'

describe('rule 8, an operation reported before the answer to its POST', () => {
  test('without clientContext is kept until the answer identifies its invitation', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.is('bob')).toBe('invited')
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('that ran first and failed then has failed', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('is not kept if every invitation knows its operation', () => {
    const script = withRinging('bob')
    expect(script.tell({ type: 'operation.reported', operationId: 'other', status: 'failed' })).toBe(
      'unknownInvitation',
    )
    expect(script.call.unmatchedOperations.size).toBe(0)
  })

  test('is dropped, and counted, if too many wait already', () => {
    const script = established()
    script.invite('bob')
    for (let i = 0; i < 70; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'completed' })
    expect(script.call.unmatchedOperations.size).toBe(64)
    expect(script.call.counters.unmatchedDropped).toBe(6)
  })

  test('keeps its ids, whatever else is reported of it', () => {
    const script = established()
    script.invite('bob')
    script.tell({
      type: 'operation.reported',
      operationId: 'op-bob',
      status: 'running',
      participants: [{ identity: {}, participantId: 'p-bob' }],
    })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'completed' })
    script.taken('bob')
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('is kept while the answer to another POST arrives', () => {
    const script = established()
    script.invite('bob')
    script.invite('carol')
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    script.taken('carol')
    script.taken('bob')
    expect([script.is('bob'), script.is('carol')]).toEqual(['cancelled: declined by remote', 'ringing'])
  })

  test('is forgotten if no invitation waits for its operation any more', () => {
    const script = established()
    script.invite('bob')
    for (let i = 0; i < 70; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'completed' })
    script.taken('bob')
    expect(script.call.unmatchedOperations.size).toBe(0)
    script.invite('carol')
    script.tell({ type: 'operation.reported', operationId: 'op-carol', status: 'failed', result: declined })
    script.taken('carol')
    expect(script.is('carol')).toBe('cancelled: declined by remote')
  })
})

describe('rule 8, an unmatched operation that waits for the answer to a POST', () => {
  const waiting = (...reports: readonly Partial<OperationReport>[]): Script => {
    const script = established()
    script.invite('bob')
    for (const report of reports)
      script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running', ...report })
    return script.forgetSoFar()
  }

  test('may still change if as many wait as can', () => {
    const script = waiting({})
    for (let i = 0; i < 63; i += 1)
      script.tell({ type: 'operation.reported', operationId: `other-${i}`, status: 'running' })
    script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: declined })
    expect(script.call.counters.unmatchedDropped).toBe(0)
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('keeps its first status if another one is reported', () => {
    const script = waiting({ status: 'failed', result: declined })
    expect(
      script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'failed', result: { code: 486 } }),
    ).toBe('duplicate')
    script.taken('bob')
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test.each([
    ['with the same word', [{}, { participants: [{ identity: {}, participantId: 'p-bob' }] }]],
    ['with an earlier word', [{ status: 'completed' }, { participants: [{ identity: {}, participantId: 'p-bob' }] }]],
  ] as const)('takes the ids that come later %s', (_, reports) => {
    const script = waiting(...reports)
    script.taken('bob')
    script.remove('bob')
    expect(script.requests()).toContain('DELETE p-bob')
  })

  test('is unused if the answer itself says that it failed', () => {
    const script = waiting({})
    script.invited('bob', { verdict: 'done', value: { operationId: 'op-bob', status: 'failed', result: declined } })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
    expect([script.call.unmatchedOperations.size, script.call.invitations.size]).toEqual([0, 0])
  })

  test('keeps waiting if the answer does not say which operation it started', () => {
    const script = waiting({}, {})
    script.invited('bob', { verdict: 'done', value: { status: 'running' } })
    expect([script.is('bob'), script.call.unmatchedOperations.size]).toEqual(['ringing', 1])
  })

  test('belongs to no invitation once the request was refused', () => {
    const script = established()
    script.invite('bob')
    script.wait(120_000, { isRosterLost: true })
    script.invited('bob', refused(500, '9999'))
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    expect(script.tell({ type: 'operation.reported', operationId: 'op-bob', status: 'running' })).toBe(
      'unknownInvitation',
    )
  })
})
