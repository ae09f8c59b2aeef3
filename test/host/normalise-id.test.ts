import { describe, expect, it } from 'vitest'
import { normaliseId as edgeNormaliseId } from '../../src/call/ids.ts'
import { normaliseId } from '../../src/call/ids.ts'

describe('an id', () => {
  it.each([
    ['57DAB8B1894C409AB240BD8BEAE78896', '57dab8b1-894c-409a-b240-bd8beae78896'],
    [' 57dab8b1-894c-409a-b240-bd8beae78896 ', '57dab8b1-894c-409a-b240-bd8beae78896'],
    ['57dab8b1894c-409ab240bd8beae78896', '57dab8b1-894c-409a-b240-bd8beae78896'],
    ['+61400000001', '+61400000001'],
    ['8:orgid:ABB33D04', '8:orgid:ABB33D04'],
    ['\ud800x', '\ufffdx'],
    ['😀', '😀'],
    ['__proto__', '__proto__'],
    ['  ', ''],
  ])('%j is spelled %j, here and at the edge', (given, spelled) => {
    expect(normaliseId(given)).toBe(spelled)
    expect(edgeNormaliseId(given)).toBe(spelled)
  })
})
