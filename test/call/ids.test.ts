/**
 * Call ids: which ones are accepted.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { CALL_ID_LIMIT, callIdFault } from '../../src/call/model/ids.ts'

const dashed = '57dab8b1-894c-409a-b240-bd8beae78896'

describe('a call id is one segment of a URL', () => {
  test.each([
    dashed,
    'c',
    '57da',
    '8:orgid:ABB33D04',
    'a b',
    '...',
    '.a',
    'a.b',
    '100%',
    '%zz',
    '%E2%82%AC',
    '😀',
    'ü',
    '__proto__',
    'a?b#c',
    'x'.repeat(CALL_ID_LIMIT),
  ])('%j', (id) => {
    expect(callIdFault(id)).toBeUndefined()
  })

  test.each([
    ['', /empty/],
    ['x'.repeat(CALL_ID_LIMIT + 1), /at most 1024 characters/],
    ['.', /dots/],
    ['..', /dots/],
    ['%2e', /dots/],
    ['%2E.', /dots/],
    ['%252e%252E', /dots/],
    [`%${'25'.repeat(300)}2e.`, /dots/],
    ['/', /slashes/],
    ['a/b', /slashes/],
    ['../etc', /slashes/],
    ['..%2Fetc', /slashes/],
    ['..%2fetc', /slashes/],
    ['..%252Fetc', /slashes/],
    ['%zz%2F', /slashes/],
    ['a\\b', /slashes/],
    ['a%5Cb', /slashes/],
    ['a%255cb', /slashes/],
    ['a\nb', /control/],
    ['a\u0000b', /control/],
    ['a%00b', /control/],
    ['a%0d%0Ab', /control/],
    ['a\u001b[2Jb', /control/],
    ['a\u007fb', /control/],
    ['a\u0085b', /control/],
    ['a%C2%85b', /control/],
    ['a\ud800b', /well-formed/],
  ])('except %j', (id, expected) => {
    expect(callIdFault(id)).toMatch(expected)
  })
})
