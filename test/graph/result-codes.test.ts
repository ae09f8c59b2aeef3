import { describe, expect, test } from 'vitest'
import { causeRows, classifyResult, readFailure, readRemoved, readResult } from '../../src/graph/wire/result-codes.ts'
import type { Cause, EndedBy, FailureReason } from '../../src/participant/participant.ts'

type Row = readonly [code: number, subcode: number, cause: Cause, by: EndedBy]

/** The official call termination table. */
const official: readonly Row[] = [
  [200, 4097, 'left', 'remote'],
  [200, 4521, 'left', 'remote'],
  [200, 5000, 'removed', 'remote'],
  [200, 5001, 'callEnded', 'remote'],
  [200, 5003, 'callEnded', 'remote'],
  [200, 5002, 'left', 'remote'],
  [200, 5007, 'callEnded', 'remote'],
  [200, 5010, 'callEnded', 'remote'],
  [200, 5012, 'callEnded', 'remote'],
  [200, 5013, 'noAnswer', 'remote'],
  [200, 5014, 'callEnded', 'remote'],
  [200, 5020, 'callEnded', 'remote'],
  [200, 5030, 'callEnded', 'remote'],
  [200, 5300, 'removed', 'remote'],
  [200, 5855, 'lobbyTimeout', 'service'],
  [200, 7000, 'callEnded', 'local'],
  [200, 10550, 'callEnded', 'local'],
  [200, 7015, 'transferred', 'local'],
  [200, 18503, 'left', 'remote'],
  [200, 540000, 'left', 'remote'],
  [200, 560000, 'left', 'remote'],
  [408, 8537, 'lost', 'service'],
  [408, 1106, 'failed', 'service'],
  [408, 10057, 'noAnswer', 'remote'],
  [410, 301005, 'failed', 'service'],
  [480, 10037, 'unreachable', 'remote'],
  [480, 10076, 'unreachable', 'remote'],
  [480, 10134, 'unreachable', 'remote'],
  [480, 10199, 'forbidden', 'service'],
  [500, 1005, 'failed', 'service'],
]

/** The outcomes of an invitation: documented for the sibling service, some seen in public threads. */
const outcomes: readonly Row[] = [
  [603, 0, 'declined', 'remote'],
  [487, 10024, 'declined', 'remote'],
  [0, 5003, 'declined', 'remote'],
  [603, 560603, 'declined', 'remote'],
  [400, 8538, 'declined', 'remote'],
  [486, 560486, 'busy', 'remote'],
  [486, 540486, 'busy', 'remote'],
  [486, 8539, 'busy', 'remote'],
  [600, 8540, 'busy', 'remote'],
  [487, 10004, 'noAnswer', 'remote'],
  [408, 4506, 'noAnswer', 'remote'],
  [480, 560480, 'noAnswer', 'remote'],
  [408, 560408, 'noAnswer', 'remote'],
  [408, 8544, 'noAnswer', 'remote'],
  [480, 10077, 'unreachable', 'remote'],
  [480, 10078, 'unreachable', 'remote'],
  [400, 8541, 'unreachable', 'remote'],
  [430, 0, 'unreachable', 'remote'],
  [430, 10315, 'unreachable', 'remote'],
  [487, 0, 'cancelled', 'service'],
  [487, 540487, 'cancelled', 'service'],
  [497, 560487, 'cancelled', 'service'],
  [400, 8542, 'cancelled', 'service'],
  [400, 8508, 'cancelled', 'service'],
  [487, 10003, 'cancelled', 'remote'],
  [404, 8522, 'lost', 'service'],
  [404, 8543, 'lost', 'service'],
  [404, 8558, 'left', 'remote'],
  [403, 7504, 'forbidden', 'service'],
  [403, 510403, 'forbidden', 'service'],
  [403, 10151, 'forbidden', 'service'],
  [403, 8552, 'forbidden', 'service'],
  [403, 8560, 'forbidden', 'service'],
  [500, 560500, 'failed', 'service'],
  [500, 9999, 'failed', 'service'],
  [500, 9001, 'failed', 'service'],
  [500, 9002, 'failed', 'service'],
  [412, 10073, 'failed', 'service'],
  [500, 7000, 'failed', 'service'],
  [500, 7700, 'failed', 'service'],
  [0, 7015, 'transferred', 'local'],
]

describe('a result of the service', () => {
  test.each([...official, ...outcomes])('%i/%i means %s by %s', (code, subcode, cause, by) => {
    expect(classifyResult({ code, subcode })).toEqual({ cause, by, isMapped: true })
  })

  test('with a DiagCode in its message has the cause of a known DiagCode', () => {
    const message = 'Call ended. DiagCode: 480#10076.@'
    expect(classifyResult({ code: 400, subcode: 8541, message }).cause).toBe('unreachable')
    expect(
      classifyResult({
        code: 412,
        subcode: 9999,
        message: 'addParticipants failed for participant 4:+15550100. Underlying reason: no. DiagCode: 403#10151.@',
      }).cause,
    ).toBe('forbidden')
    expect(
      classifyResult({ code: 412, subcode: 9999, message: 'addParticipants failed. DiagCode: 412#10073.@' }).cause,
    ).toBe('failed')
    expect(classifyResult({ code: 200, subcode: 5002, message: 'DiagCode: 603#0.@' }).cause).toBe('declined')
    expect(classifyResult({ code: 200, subcode: 5002, message: 'DiagCode: 487#10024.@' }).cause).toBe('declined')
  })

  test('with an unknown DiagCode has the cause of code and subcode', () => {
    expect(
      classifyResult({ code: 200, subcode: 5002, message: 'The conversation has ended. DiagCode: 0#5002.@' }),
    ).toEqual({ cause: 'left', by: 'remote', isMapped: true })
    expect(classifyResult({ code: 408, subcode: 8544, message: 'DiagCode: 1#2.@' }).cause).toBe('noAnswer')
  })

  test('is not misread if it only resembles a DiagCode', () => {
    expect(classifyResult({ code: 408, subcode: 8544, message: 'DiagCode: x#y' }).cause).toBe('noAnswer')
    expect(classifyResult({ code: 408, subcode: 8544, message: `DiagCode: ${'9'.repeat(400)}#0` }).cause).toBe(
      'noAnswer',
    )
  })

  test.each([560_000, 540_000])('of an operator has its SIP answer above %i', (base) => {
    const answers: readonly (readonly [sip: number, cause: Cause, by: EndedBy])[] = [
      [603, 'declined', 'remote'],
      [486, 'busy', 'remote'],
      [600, 'busy', 'remote'],
      [408, 'noAnswer', 'remote'],
      [480, 'noAnswer', 'remote'],
      [487, 'cancelled', 'service'],
      [403, 'forbidden', 'service'],
      [404, 'unreachable', 'remote'],
      [410, 'unreachable', 'remote'],
      [484, 'unreachable', 'remote'],
      [500, 'failed', 'service'],
      [503, 'failed', 'service'],
      [599, 'failed', 'service'],
    ]
    for (const [sip, cause, by] of answers)
      expect(classifyResult({ code: 400, subcode: base + sip }), String(sip)).toEqual({ cause, by, isMapped: true })
  })

  test.each([561_603, 541_603, 559_603, 539_603, 603_000, 560_499, 560_601, 561_000, 541_000, 503])(
    'with the subcode %i has no SIP answer',
    (subcode) => {
      expect(classifyResult({ code: 200, subcode }).isMapped).toBe(false)
    },
  )

  test('with an unknown code is failed by the service if it is an error, unknown otherwise, and is marked', () => {
    expect(classifyResult({ code: 500, subcode: 3003 })).toEqual({ cause: 'failed', by: 'service', isMapped: false })
    expect(classifyResult({ code: 408, subcode: 13025 })).toEqual({ cause: 'failed', by: 'service', isMapped: false })
    expect(classifyResult({ code: 300, subcode: 1 })).toEqual({ cause: 'failed', by: 'service', isMapped: false })
    expect(classifyResult({ code: 299, subcode: 1 })).toEqual({ cause: 'unknown', by: 'unknown', isMapped: false })
    expect(classifyResult({ subcode: 77 })).toEqual({ cause: 'unknown', by: 'unknown', isMapped: false })
    expect(classifyResult({})).toEqual({ cause: 'unknown', by: 'unknown', isMapped: false })
    expect(classifyResult({ code: Number.NaN, subcode: -1, message: '' }).isMapped).toBe(false)
  })

  test('with code 200 does not mean that an invite was answered: the meaning of "completed successfully" is unknown', () => {
    expect(classifyResult({ code: 200, subcode: 0, message: 'Action completed successfully.' })).toEqual({
      cause: 'unknown',
      by: 'unknown',
      isMapped: false,
    })
    expect(classifyResult({ code: 200, subcode: 5013 }).cause).toBe('noAnswer')
  })
})

describe('events for the call:', () => {
  test('a result has its cause and its causer, beside the original fields', () => {
    const result = { code: 603, subcode: 8538, message: 'Callee declined.' }
    expect(readResult(result)).toEqual({ ...result, cause: 'declined', by: 'remote' })
  })

  test('a result with an unknown code is marked', () => {
    expect(readResult({ code: 500, subcode: 3003 })).toMatchObject({
      cause: 'failed',
      by: 'service',
      isUnclassified: true,
    })
    expect(readResult({ code: 200 })).toMatchObject({ cause: 'unknown', by: 'unknown', isUnclassified: true })
    expect(readResult({ code: 200, subcode: 5010 })).not.toHaveProperty('isUnclassified')
  })

  test('a result without a code has no cause, unless it has a diagnosis', () => {
    expect(readResult({ message: 'AppTransferred' })).toEqual({ message: 'AppTransferred' })
    expect(readResult({ message: 'DiagCode: 603#0.@' })).toMatchObject({ cause: 'declined', by: 'remote' })
  })

  test.each([
    ['addParticipants failed for participant 4:+61400000001. Underlying reason: no.', '+61400000001'],
    ['addParticipants failed for participant 8:orgid:2784B0C1.', '2784B0C1'],
    ['addParticipants failed for participant 8:orgid:bob', 'bob'],
    ['addParticipants failed.', undefined],
  ])('a result whose message is %s names %s', (message, invitee) => {
    expect(readResult({ code: 500, message }).invitee).toBe(invitee)
  })

  test('a departure has a cause if its reason is a diagnosis of one', () => {
    expect(readRemoved('DiagCode: 200#5855.@')).toEqual({
      reason: 'DiagCode: 200#5855.@',
      cause: 'lobbyTimeout',
      by: 'service',
    })
    expect(readRemoved('DiagCode: 603#0.@')).toEqual({ reason: 'DiagCode: 603#0.@' })
    expect(readRemoved('left the meeting')).toEqual({ reason: 'left the meeting' })
    expect(readRemoved(undefined)).toEqual({})
  })

  test.each<[number | undefined, string, FailureReason]>([
    [404, 'NotFound', 'gone'],
    [400, '8522', 'gone'],
    [400, '8528', 'gone'],
    [400, '8543', 'gone'],
    [403, '8558', 'gone'],
    [undefined, '8543', 'gone'],
    [403, '7504', 'forbidden'],
    [409, '8519', 'conflict'],
    [412, '9999', 'conflict'],
    [429, '429', 'throttled'],
    [401, 'InvalidAuthenticationToken', 'other'],
    [500, '9999', 'other'],
    [undefined, 'timeout', 'other'],
  ])('a failure with status %s and code %s is %s', (status, code, reason) => {
    expect(readFailure({ status, code, message: 'no' })).toMatchObject({ reason, status, code, message: 'no' })
  })

  test('a failure has a result for invitees: the status is the code, the code the subcode', () => {
    expect(readFailure({ status: 400, code: '8541', message: '' })).toMatchObject({
      cause: 'unreachable',
      by: 'remote',
    })
    expect(readFailure({ status: 418, code: 'ImATeapot', message: '' })).toMatchObject({
      cause: 'failed',
      by: 'service',
      isUnclassified: true,
    })
    expect(readFailure({ code: 'tokenUnavailable', message: '' })).toEqual({
      reason: 'other',
      code: 'tokenUnavailable',
      message: '',
    })
  })
})

describe('the table of causes', () => {
  test('has every code once', () => {
    const codes = causeRows.map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
  })

  test('classifies results row by row', () => {
    for (const { code: row, cause, by } of causeRows) {
      // A number no table has stands for the star.
      const [code, subcode] = row.split('/').map((part) => (part === '*' ? 111 : Number(part)))
      expect(classifyResult({ code, subcode }), row).toEqual({ cause, by, isMapped: true })
    }
  })
})
