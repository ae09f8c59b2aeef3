/**
 * Ids of Graph: one spelling for each id.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { normaliseId } from '../../src/graph/wire/ids.ts'

const dashed = '57dab8b1-894c-409a-b240-bd8beae78896'
const digits = dashed.replaceAll('-', '')

describe('a GUID is spelled in lower case and with its dashes', () => {
  test.each([
    dashed,
    digits,
    dashed.toUpperCase(),
    digits.toUpperCase(),
    ` ${dashed}`,
    `${dashed} `,
    ` ${digits}\n`,
    '57dab8b1-894c409ab240bd8beae78896',
    '57dab8b1894c-409ab240bd8beae78896',
    '57dab8b1894c409a-b240bd8beae78896',
    '57dab8b1894c409ab240-bd8beae78896',
    '57dab8b1894c-409a-b240-bd8beae78896',
    '57dab8b1-894c409a-b240-bd8beae78896',
    '57dab8b1-894c-409ab240-bd8beae78896',
    '57dab8b1-894c-409a-b240bd8beae78896',
  ])('%j', (id) => {
    expect(normaliseId(id)).toBe(dashed)
  })
})

describe('any other text is kept as it is', () => {
  test.each([
    '+61400000001',
    '8:orgid:ABB33D04',
    '😀',
    '__proto__',
    `${digits}A`,
    `A${digits}`,
    `${dashed}-A`,
    `8:orgid:${dashed.toUpperCase()}`,
    `${dashed.toUpperCase()}@thread`,
    digits.slice(1).toUpperCase(),
    digits.slice(0, -1).toUpperCase(),
    `G${digits.slice(1)}`,
    `${digits.slice(0, -1)}G`,
    `57DAB8B1--${digits.slice(8)}`,
    `57DA-B8B1${digits.slice(8)}`,
    '57DAB8B1-894C-409A-B24-0BD8BEAE78896',
    '57DAB8B1-894C-409A-BD8BEAE78896',
    '57DAB8B1-894C-409A-B240-B240-BD8BEAE78896',
    'x'.repeat(36),
  ])('%j', (id) => {
    expect(normaliseId(id)).toBe(id)
  })

  test.each([
    [' +61400000001 ', '+61400000001'],
    ['  ', ''],
    ['\ud800x', '\ufffdx'],
    ['a\udc00\ud800', 'a\ufffd\ufffd'],
  ])('%j, except for characters that no store can hold: %j', (id, kept) => {
    expect(normaliseId(id)).toBe(kept)
  })
})
