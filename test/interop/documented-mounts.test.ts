import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/source-file.ts'

/** The snippets of the documents are the code that the tests mount. */

const read = (path: string): string => readFileSync(join(repositoryFolder, path), 'utf8')
const snippets = [...read('docs/real-graph.md').matchAll(/^### (.*)\n[^]*?^```ts mount\n([^]*?)^```$/gm)].map(([, title = '', code = '']) => [title, code] as const)
const lines = (text: string): readonly string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
const mounted = read('test/interop/mounts.ts')

test('every way to mount the webhook that is tested is documented', () => {
  expect(snippets.map(([title]) => title)).toEqual(['node:http', 'Express 5', 'Fastify 5', 'Hono'])
})

test.each(snippets)('%s: each documented line is one of the tested ones', (_, code) => {
  expect(lines(code).filter((line) => !mounted.includes(line))).toEqual([])
})
