import { describe, expect, test } from 'vitest'
import { dialects, exemptions, neutralLayers } from './dialect.ts'
import { sourceFile, sourceFilesIn } from './source-file.ts'

test.each(neutralLayers)('%s compares no status, holds no code of a service and reads no message', (layer) => {
  const files = sourceFilesIn(layer)
  expect(files.length).toBeGreaterThan(5)
  expect(dialects(files)).toEqual([])
})

test('every exemption is needed', () => {
  const found = neutralLayers.flatMap((layer) => dialects(sourceFilesIn(layer), new Map()))
  for (const path of exemptions.keys())
    expect(
      found.some((one) => one.startsWith(`${path}:`)),
      path,
    ).toBe(true)
})

describe('the check rejects', () => {
  const inCall = (text: string) => [sourceFile('src/call/sample.ts', text)]

  test.each([
    ['a comparison with a status', 'const isGone = failure.status === 404'],
    ['a status under a name', 'const NOT_FOUND = 404'],
    ['a range of statuses', 'const isError = status >= 300'],
    ['a comparison from the other side', 'const isDone = 200 !== response.statusCode'],
    ['a switch over statuses', 'switch (status) { case 429: break }'],
    ['a set of statuses', 'const passing = new Set([409])'],
    ['a list of codes', "const goneCodes = new Set(['8522'])"],
    ['a code as a number', 'const isTimeout = result.subcode === 5855'],
    ['a small code', 'const isNone = result.code === 0'],
    ['an answer of SIP', "const isDeclined = said === '603'"],
    ['a pattern of a diagnosis', String.raw`const diagnosis = /DiagCode: (\d+)#(\d+)/`],
    ['a diagnosis in a template', 'const text = `DiagCode: $' + '{code}`'],
    ['a message that is matched', 'const name = result.message?.match(named)'],
    ['a message that is searched', "const isFull = message.includes('full')"],
    ['a reason that is searched', "const isKicked = entry.removed.reason.startsWith('Removed')"],
    ['an annotation of the wire', "const type = entry['@odata.type']"],
    ['a type of the wire', "const body = { kind: '#microsoft.graph.call' }"],
    ['a URL of the service', 'const path = `/communications/calls/$' + '{callId}`'],
    ['a message that a pattern is tried on', 'const isNamed = named.test(failure.message)'],
  ])('%s', (_, text) => {
    expect(dialects(inCall(text))).not.toEqual([])
  })

  test('the same in every layer behind the edges', () => {
    const files = neutralLayers.map((layer) => sourceFile(`${layer}/sample.ts`, 'const GONE = 404'))
    expect(dialects(files)).toEqual(neutralLayers.map((layer) => `${layer}/sample.ts:1 holds the code 404`))
  })
})

describe('the check lets pass', () => {
  test.each([
    ['words of ours', "const isFailed = report.status === 'failed' && failure.reason === 'gone'"],
    ['codes of ours', "const isConflict = error.code === 'STORE_CONFLICT' || givenUp.has(failure.code)"],
    ['what a service said, passed on', 'const ending = { code: result.code, message: result.message }'],
    ['absence', 'const isUnsaid = result.code === undefined'],
    ['a number taken out of a message', String.raw`const plain = message.replace(/\+\d+/g, '')`],
    ['numbers of other kinds', 'const LIMIT = 5_000; const WAIT_MS = 60_000'],
    ['what a comment says', '// 404 and DiagCode: 603#0 are for the edge to read\nconst a = 1'],
  ])('%s', (_, text) => {
    expect(dialects([sourceFile('src/host/sample.ts', text)])).toEqual([])
  })

  test('the edge, and the statuses that a webhook answers with', () => {
    const text = 'const isGone = status === 404'
    const paths = ['src/graph/wire/sample.ts', 'src/simulator/graph/sample.ts', 'src/call/model/errors.ts']
    expect(dialects(paths.map((path) => sourceFile(path, text)))).toEqual([])
  })
})
