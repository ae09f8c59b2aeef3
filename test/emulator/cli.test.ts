import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { emulatorClient } from '../../src/emulator/client.ts'
import { runEmulate } from '../../src/emulator/cli.ts'
import { replayHistory } from '../../src/simulator/graph/service.ts'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-emulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Session {
  readonly code: number
  readonly out: string[]
  readonly err: string[]
}

/** Runs the command; `use` runs between its first line and the stop signal. */
async function emulate(
  args: readonly string[],
  use: (url: string) => Promise<void> = async () => undefined,
): Promise<Session> {
  const out: string[] = []
  const err: string[] = []
  const code = await runEmulate(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stopped: () => use(/http:\S+/.exec(out.at(-1) ?? '')?.[0] ?? ''),
  })
  return { code, out, err }
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('the command serves Graph until it is stopped, and then stops listening', async () => {
  let url = ''
  const { code, out, err } = await emulate(
    ['--port', '0', '--seed', 'command', '--require-token', 'none', '--quiet'],
    async (served) => {
      url = served
      expect((await fetch(`${url}/v1.0/communications/calls/none`)).status).toBe(404)
    },
  )
  expect({ code, err }).toEqual({ code: 0, err: [] })
  expect(out).toEqual([`emulator on ${url} (seed command); Ctrl-C stops it`])
  await expect(fetch(url)).rejects.toThrow()
})

test('requests and notifications are printed as lines, without tokens', async () => {
  const { out } = await emulate(['--require-token', 'any'], async (url) => {
    await (
      await fetch(`${url}/v1.0/communications/calls/none`, { headers: { authorization: 'Bearer secret-token' } })
    ).text()
  })
  expect(out[1]).toMatch(/bot → service {2}GET \/v1\.0\/communications\/calls\/none {2}404$/)
  expect(out.join('\n')).not.toContain('secret-token')
})

test('only tokens of the token endpoint are accepted by default', async () => {
  await emulate(['--quiet'], async (url) => {
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${url}/v1.0/communications/calls/none`, { headers })).status
    expect(await status({})).toBe(401)
    expect(await status({ authorization: 'Bearer anything' })).toBe(401)
    const answer = await fetch(`${url}/organizations/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'app',
        client_secret: 's',
        scope: 'https://graph.microsoft.com/.default',
      }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect(await status({ authorization: `Bearer ${token}` })).toBe(404)
  })
})

test('the history is written at the end and can be replayed', async () => {
  const path = join(folder, 'history.jsonl')
  await emulate(['--require-token', 'none', '--clock', 'stepped', '--quiet', '--history', path], async (url) => {
    await fetch(`${url}/v1.0/communications/calls`, {
      method: 'POST',
      body: JSON.stringify({ callbackUri: `${url}/_emulator/inbox` }),
    })
    await fetch(`${url}/_emulator/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 1_000 }) })
  })
  const replay = replayHistory(readFileSync(path, 'utf8'))
  expect(replay.difference).toBeUndefined()
  expect(replay.outputs.length).toBeGreaterThan(3)
})

describe('a scenario', () => {
  const scenarios = new URL('../scenarios/', import.meta.url)

  test.each(readdirSync(scenarios))('of test/scenarios is played: %s', async (name) => {
    const { callees = {}, seed = 'rollcall' } = JSON.parse(readFileSync(new URL(name, scenarios), 'utf8')) as {
      callees?: object
      seed?: string
    }
    const { code, out, err } = await emulate(
      [
        '--scenario',
        fileURLToPath(new URL(name, scenarios)),
        '--clock',
        'stepped',
        '--require-token',
        'none',
        '--quiet',
      ],
      async (url) => {
        const client = emulatorClient(url)
        expect(await client.about()).toMatchObject({ seed, clock: 'stepped' })
        const callId = await client.placeCall({ callbackUri: `${url}/_emulator/inbox` })
        const ids = Object.keys(callees).filter((id) => id !== '*')
        for (const id of ids.length > 0 ? ids : ['anyone']) {
          await fetch(`${url}/v1.0/communications/calls/${callId}/participants/invite`, {
            method: 'POST',
            body: JSON.stringify({
              participants: [{ identity: id.startsWith('+') ? { phone: { id } } : { user: { id } } }],
            }),
          }).catch(() => 'a fault of the scenario')
        }
        await client.advance(300_000)
        const truth = await client.truth(callId)
        const known = [...(truth?.present ?? []), ...(truth?.past ?? [])].map(({ identityId }) => identityId)
        for (const id of ids) expect(known).toContain(id)
      },
    )
    expect({ code, err }).toEqual({ code: 0, err: [] })
    expect(out[0]).toMatch(/scenario .+\); Ctrl-C stops it$/)
  })

  test('is overridden by the command line', async () => {
    const path = file('seeded.json', '{"seed":"file","clock":{"speed":7}}')
    await emulate(['--scenario', path, '--seed', 'typed', '--quiet'], async (url) => {
      expect(await emulatorClient(url).about()).toMatchObject({ seed: 'typed', clock: { speed: 7 } })
    })
  })
})

describe('an error is one sentence and an exit code, without a stack trace', () => {
  const wrongCallee = file('wrong-callee.json', '{"callees":{"+15550100":{"type":"shrugs"}}}')
  const wrongProperty = file('wrong-property.json', '{"faults":[{"on":"request","fault":{"type":"lose"},"chance":1}]}')
  const notJson = file('not-json.json', '{"callees":')
  const notAScenario = file('list.json', '[]')

  test.each([
    [2, ['--port', 'x'], /--port cannot be "x"/],
    [2, ['--port', '65536'], /--port cannot be "65536"/],
    [2, ['--speed', '0'], /--speed cannot be "0"/],
    [2, ['--clock', 'sundial'], /--clock must be real or stepped, not "sundial"/],
    [2, ['--clock', 'stepped', '--speed', '2'], /cannot be combined/],
    [2, ['--require-token', 'maybe'], /--require-token must be one of issued, any, none, not "maybe"/],
    [2, ['--client', 'no-secret'], /--client must be an application id and its secret/],
    [2, ['--sript', 'x'], /--sript/],
    [1, ['--scenario', join(folder, 'absent.json')], /absent\.json cannot be read \(ENOENT\)/],
    [1, ['--scenario', notJson], /not-json\.json: The scenario is not JSON/],
    [1, ['--scenario', notAScenario], /list\.json: The scenario is wrong at \$: it is an array, not an object/],
    [1, ['--scenario', wrongCallee], /\$\.callees\["\+15550100"\]\.type: it is not one of "answer", "decline"/],
    [1, ['--scenario', wrongProperty], /\$\.faults\[0\]\.chance: it is unknown; expected one of on, only, /],
    [1, ['--history', join(folder, 'absent', 'history.jsonl')], /history cannot be written/],
  ])('exit %i for %j', async (expected, args, message) => {
    const { code, err } = await emulate([...args, '--quiet'])
    expect(code).toBe(expected)
    expect(err[0]).toMatch(message)
    expect(err.join('\n')).not.toMatch(/^\s+at /m)
  })

  test('exit 1 for a port in use, with the port in the message', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const { code, err } = await emulate(['--port', String(port)])
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    expect({ code, err }).toEqual({
      code: 1,
      err: [`rollcall emulate: Port ${port} is taken; choose another with --port, or 0 for any.`],
    })
  })
})

test('an unreachable callback is printed with its address and the reason', async () => {
  const { out } = await emulate(['--require-token', 'none', '--clock', 'stepped'], async (url) => {
    await fetch(`${url}/v1.0/communications/calls`, {
      method: 'POST',
      body: JSON.stringify({ callbackUri: 'http://127.0.0.1:1/callback?secret=x' }),
    })
    await fetch(`${url}/_emulator/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 50 }) })
  })
  expect(out.find((line) => line.includes('NOT DELIVERED'))).toMatch(
    /NOT DELIVERED to http:\/\/127\.0\.0\.1:1\/callback: the connection was refused \(ECONNREFUSED\); attempt 1$/,
  )
})

test('--help explains every option', async () => {
  const { code, out } = await emulate(['--help'])
  expect(code).toBe(0)
  for (const option of [
    '--port',
    '--seed',
    '--scenario',
    '--clock',
    '--speed',
    '--require-token',
    '--client',
    '--https',
    '--history',
    '--quiet',
  ])
    expect(out[0]).toContain(option)
})
