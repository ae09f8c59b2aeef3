import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'
import type { ChildEnd } from '../waiting/waiting.ts'

/** The built package where nothing is installed beside it but `jose`. Building it is not this test's: `npm test` does. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-graph-alone-'))
  const installed = join(folder, 'node_modules')
  mkdirSync(installed)
  for (const path of ['package.json', 'dist'])
    cpSync(join(repositoryFolder, path), join(installed, 'rollcall', path), { recursive: true })
  cpSync(join(repositoryFolder, 'node_modules/jose'), join(installed, 'jose'), { recursive: true })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(program: string): Promise<ChildEnd> {
  return runNode(['--input-type=module', '--eval', program], { cwd: folder })
}

test('rollcall/graph reads, answers and asks with no package but jose', async () => {
  const program = `
    import { graphTransport, graphWebhook, parseNotifications } from 'rollcall/graph'
    const body = { value: [{ resourceUrl: '/communications/calls/c', resourceData: { state: 'established' } }] }
    const handle = graphWebhook({ receive: async () => {} }, { appId: 'app' })
    const refused = await handle(new Request('https://bot.example/', { method: 'POST', body: JSON.stringify(body) }))
    const transport = graphTransport({ token: () => 'token', fetch: async () => new Response(null, { status: 204 }) })
    console.log(parseNotifications(body).length, refused.status, (await transport.hangUp('c')).verdict)`
  expect((await run(program)).stdout).toBe('1 401 done\n')
})

test('nothing else is there: the host needs more', async () => {
  expect((await run("import 'rollcall'")).stderr).toMatch(/ERR_MODULE_NOT_FOUND/)
})
