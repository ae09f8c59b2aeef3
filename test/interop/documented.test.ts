import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorCodes, type ErrorCode } from '../../src/call/model/errors.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { adviceFor } from '../../src/graph/transport/service-errors.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { emulatorTenantId } from './bot-process.ts'

/** What docs/real-graph.md and the example say is what the code does. */

const read = (path: string): string => readFileSync(join(repositoryFolder, path), 'utf8')
const document = read('docs/real-graph.md')

/** First cells of the table below a heading. */
function firstCells(heading: string): readonly string[] {
  const section = document.slice(document.indexOf(`## ${heading}\n`)).split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| (?!---)([^|]*) \|/gm)].map(([, cell = '']) => cell)
  return rows.slice(1)
}

const numbersIn = (cells: readonly string[], digits: number): readonly string[] =>
  [...new Set(cells.join(' ').match(new RegExp(`\\b\\d{${digits}}\\b`, 'g')) ?? [])].sort()

describe('ways to mount the webhook', () => {
  const snippets = [...document.matchAll(/^### (.*)\n[\s\S]*?^```ts mount\n([\s\S]*?)^```$/gm)].map(
    ([, title = '', code = '']) => [title, code] as const,
  )
  const lines = (text: string): readonly string[] =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  const mounted = read('test/interop/mounts.ts')

  test('are documented for everything they are tested under', () => {
    expect(snippets.map(([title]) => title)).toEqual(['node:http', 'Express 5', 'Fastify 5', 'Hono'])
  })

  test.each(snippets)('%s: each documented line is one of the tested ones', (_, code) => {
    expect(lines(code).filter((line) => !mounted.includes(line))).toEqual([])
  })
})

describe('tables', () => {
  test('the codes of refusals are those the library has a word for', () => {
    const known = Array.from({ length: 3_000 }, (_, index) => String(7_000 + index)).filter(
      (code) => adviceFor('mute', 0, code) !== undefined,
    )
    expect(numbersIn(firstCells('What refusals mean'), 4)).toEqual(['7504', ...known])
    expect(adviceFor('mute', 403, '7504')).toMatch(/permission/)
  })

  test('the statuses of refusals are those the library has a word for', () => {
    const explained = numbersIn(firstCells('What refusals mean'), 3).filter((status) => !status.startsWith('5'))
    expect(explained.filter((status) => adviceFor('mute', Number(status), '') === undefined)).toEqual([])
  })

  test('the statuses the webhook answers with are those of its errors', () => {
    const codes: readonly ErrorCode[] = [
      'BODY_NOT_JSON',
      'NOTIFICATION_INVALID',
      'BODY_TOO_LARGE',
      'BODY_TOO_SLOW',
      'TOKEN_REFUSED',
      'KEYS_UNAVAILABLE',
      'CALL_UNKNOWN',
      'MAILBOX_FULL',
      'STORE_FAILED',
    ]
    const statuses = new Set([202, 204, ...codes.map((code) => errorCodes[code].status)].map(String))
    expect(numbersIn(firstCells('What the webhook answers'), 3)).toEqual([...statuses].sort())
  })
})

describe('the example', () => {
  test('depends on this version of the library, and on the Express it is tested with', () => {
    const { version, devDependencies } = JSON.parse(read('package.json')) as {
      version: string
      devDependencies: Record<string, string>
    }
    const { dependencies } = JSON.parse(read('docs/examples/express-bot/package.json')) as {
      dependencies: Record<string, string>
    }
    expect(dependencies).toEqual({
      rollcall: `^${version}`,
      express: `^${devDependencies['express']?.split('.')[0]}.0.0`,
    })
  })

  test('explains every variable it reads, and reads every variable it explains', () => {
    const named = (text: string, pattern: RegExp): readonly string[] =>
      [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort()
    const variables = named(read('docs/examples/express-bot/settings.ts'), /(?:required\(|env\[)'(\w+)'/g)
    const readme = read('docs/examples/express-bot/README.md')
    const table = readme.slice(readme.indexOf('## Environment'), readme.indexOf('## In Teams'))
    expect(named(table, /`([A-Z]+(?:_[A-Z]+)*)`/g)).toEqual(variables)
    const file = named(read('docs/examples/express-bot/.env.example'), /^([A-Z_]+)=/gm)
    expect(variables.filter((name) => !file.includes(name))).toEqual(['GRAPH_URL', 'LOGIN_URL', 'OPENID_CONFIG_URL'])
  })

  test("names the emulator's keys and tenant as they are", async () => {
    const emulator = await startEmulator()
    const { pathname } = new URL(emulator.openIdConfigUrl)
    await emulator.close()
    const readme = read('docs/examples/express-bot/README.md')
    expect(readme).toContain(`OPENID_CONFIG_URL=http://127.0.0.1:8080${pathname}\n`)
    expect(readme).toContain(`TENANT_ID=${emulatorTenantId}\n`)
  })
})
