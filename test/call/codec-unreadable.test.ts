import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/call/model/call.ts'
import { decodeCall, encodeCall, SCHEMA } from '../../src/call/codec/codec.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { runs } from '../effort/runs.ts'
import { type Json, rich, goOn, encoded, put } from './encoded-calls.ts'

/** The error a decoding ends with, or undefined. */
function faultOf(decode: () => unknown): { code: string; path: string | undefined } | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (!isRollcallError(error)) throw error
    expect(error.message).not.toContain('undefined')
    return { code: error.code, path: error.details.path }
  }
}

describe('a stored call that cannot be read', () => {
  test.each([
    [undefined, '$'],
    [null, '$'],
    ['a string', '$'],
    [7, '$'],
    [[], '$'],
    [{}, '$.participants'],
    [{ participants: [] }, '$.core'],
    [{ core: [], participants: [] }, '$.core'],
    [{ core: {}, participants: {} }, '$.participants'],
    [{ core: {}, participants: [7] }, '$.participants[0]'],
    [{ core: {}, participants: [{}] }, '$.participants[0].key'],
    [{ core: {}, participants: [] }, '$.core.schema'],
    [{ core: { schema: 0 }, participants: [] }, '$.core.schema'],
    [{ core: { schema: '1' }, participants: [] }, '$.core.schema'],
    [{ core: { schema: 1.5 }, participants: [] }, '$.core.schema'],
  ])('%j is SNAPSHOT_INVALID at %s', (value, path) => {
    expect(faultOf(() => decodeCall(value))).toEqual({ code: 'SNAPSHOT_INVALID', path })
  })

  test('of a newer schema is SNAPSHOT_NEWER, whatever else it contains', () => {
    expect(faultOf(() => decodeCall({ core: { schema: SCHEMA + 1 }, participants: [] }))).toEqual({
      code: 'SNAPSHOT_NEWER',
      path: '$.core.schema',
    })
  })

  test('without any one part is SNAPSHOT_INVALID at that part, unless the part is optional', () => {
    const optional = new Set(['tenant', 'reference', 'ending', 'hangUpRequestedAt', 'hangUps', 'forgotten', 'at'])
    for (const part of Object.keys(encoded(rich().call).core)) {
      if (optional.has(part)) continue
      const { core, participants } = encoded(rich().call)
      delete core[part]
      expect(
        faultOf(() => decodeCall({ core, participants })),
        part,
      ).toEqual({ code: 'SNAPSHOT_INVALID', path: `$.core.${part}` })
    }
  })

  test('with an invitation stored under another id is SNAPSHOT_INVALID there', () => {
    const { core, participants } = encoded(rich().call)
    const [first] = core['invitations'] as [string, unknown][]
    if (first !== undefined) first[0] = 'another'
    expect(faultOf(() => decodeCall({ core, participants }))).toEqual({
      code: 'SNAPSHOT_INVALID',
      path: '$.core.invitations[0][0]',
    })
  })

  test('stored before hang-ups were counted is read with a count of zero', () => {
    const { core, participants } = encoded(rich().call)
    delete core['hangUps']
    expect(decodeCall({ core, participants }).hangUps).toBe(0)
  })

  test('with another value at any one place is SNAPSHOT_INVALID with a path, or continues without harm', () => {
    const { call } = rich()
    const intact = JSON.stringify(encodeCall(call))
    let refusals = 0
    const others: readonly Json[] = [null, 'something else', -1.5, true, [], {}, [7]]
    // The quick suite takes them in turns, every one in every third place.
    const turns = runs(3, 1)
    for (const [place, path] of pathsOf(JSON.parse(intact) as Json).entries()) {
      for (const other of others.filter((_, index) => (place + index) % turns === 0)) {
        const value = JSON.parse(intact) as Json
        put(value, path, other)
        let fault: ReturnType<typeof faultOf>
        let decoded: Call | undefined
        fault = faultOf(() => {
          decoded = decodeCall(value)
        })
        if (fault !== undefined) {
          expect(fault.code, path.join('.')).toBe('SNAPSHOT_INVALID')
          expect(fault.path, path.join('.')).toBeTruthy()
          refusals += 1
        } else {
          expect(() => goOn(decoded as Call), `${path.join('.')} = ${JSON.stringify(other)}`).not.toThrow()
        }
      }
    }
    expect(refusals * turns).toBeGreaterThan(200)
  })
})

function pathsOf(value: Json, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
      : []
  return path.length === 0 ? inner : [path, ...inner]
}
