import { decodeJwt, SignJWT } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { signingModes } from '../../src/emulator/issuer.ts'
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/server.ts'
import { createTokenCheck } from '../../src/graph/webhook/token-verifier.ts'
import { systemClock } from '../../src/time/system-clock.ts'
import { startBot, type Bot } from './bot.ts'

const appId = '0efc74f7-41c3-47a4-8775-7259bfef4241'
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
})

async function emulate(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ clock: 'stepped', ...options })
  started.push(emulator)
  return emulator
}

async function botOf(emulator: Emulator): Promise<Bot> {
  const bot = await startBot(emulator.url)
  started.unshift(bot)
  return bot
}

interface TokenAnswer {
  readonly status: number
  readonly body: { access_token: string; error?: string; error_description?: string; token_type?: string }
}

async function requestToken(
  { url }: Emulator,
  form: Record<string, string>,
  tenant = tenantId,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${url}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
  })
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] }
}

const grant = {
  grant_type: 'client_credentials',
  client_id: appId,
  client_secret: 'secret',
  scope: 'https://graph.microsoft.com/.default',
}

async function statusWith(
  emulator: Emulator,
  authorization?: string,
): Promise<{ status: number; code?: string; message?: string }> {
  const response = await fetch(`${emulator.url}/v1.0/communications/calls`, {
    method: 'POST',
    body: JSON.stringify({ callbackUri: 'http://127.0.0.1:1/' }),
    headers: authorization === undefined ? {} : { authorization },
  })
  const { error } = (await response.json()) as { error?: { code: string; message: string } }
  return { status: response.status, ...error }
}

describe('the token endpoint', () => {
  test('issues a token with which a call can be created', async () => {
    const emulator = await emulate({ requireToken: 'issued' })
    const { status, body } = await requestToken(emulator, grant)
    expect({ status, type: body.token_type }).toEqual({ status: 200, type: 'Bearer' })
    expect(decodeJwt(body.access_token)).toMatchObject({
      appid: appId,
      tid: tenantId,
      aud: 'https://graph.microsoft.com',
      iss: `${emulator.url}/${tenantId}/v2.0`,
    })
    expect((await statusWith(emulator, `Bearer ${body.access_token}`)).status).toBe(201)
  })

  test('accepts a secret in a Basic header, and a tenant name for its own tenant', async () => {
    const emulator = await emulate({ clients: { [appId]: 's:e cret' } })
    const credentials = Buffer.from(`${appId}:${encodeURIComponent('s:e cret')}`).toString('base64')
    const { client_id: _, client_secret: __, ...rest } = grant
    const { body } = await requestToken(emulator, rest, 'organizations', { authorization: `Basic ${credentials}` })
    expect(decodeJwt(body.access_token)['tid']).toBe(tenantId)
  })

  test.each([
    ['no grant type', { ...grant, grant_type: '' }, 400, 'unsupported_grant_type'],
    ['another grant', { ...grant, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no application', { ...grant, client_id: '' }, 400, 'invalid_request'],
    ['no secret', { ...grant, client_secret: '' }, 401, 'invalid_client'],
    ['a wrong secret', { ...grant, client_secret: 'guess' }, 401, 'invalid_client'],
    ['an unknown application', { ...grant, client_id: 'unknown' }, 400, 'unauthorized_client'],
    ['a delegated scope', { ...grant, scope: 'Calls.Initiate.All' }, 400, 'invalid_scope'],
  ])('refuses %s', async (_, form, status, error) => {
    const answer = await requestToken(await emulate({ clients: { [appId]: 'secret' } }), form)
    expect(answer).toMatchObject({ status, body: { error } })
    expect(answer.body.error_description).toMatch(/^AADSTS\d+: /)
  })

  test('does not log secrets', async () => {
    const emulator = await emulate()
    await requestToken(emulator, grant)
    expect(emulator.requestLog()).toHaveLength(1)
    expect(JSON.stringify(emulator.requestLog())).not.toContain('secret')
  })
})

describe('a bot without a valid access token is refused', () => {
  test('with 401 when it has none', async () => {
    expect(await statusWith(await emulate())).toEqual({
      status: 401,
      code: 'InvalidAuthenticationToken',
      message: 'Access token is empty.',
      innerError: expect.anything(),
    })
  })

  test('with 401 for a token signed with another key', async () => {
    const token = await new SignJWT({ appid: appId, tid: tenantId })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new Uint8Array(32))
    expect(await statusWith(await emulate(), `Bearer ${token}`)).toMatchObject({
      status: 401,
      code: 'InvalidAuthenticationToken',
    })
  })

  test('with 401 for a token of another emulator', async () => {
    const { body } = await requestToken(await emulate(), grant)
    expect(await statusWith(await emulate(), `Bearer ${body.access_token}`)).toMatchObject({
      status: 401,
      message: 'Access token validation failure. Invalid issuer.',
    })
  })

  test('with 401 for a token for another service', async () => {
    const emulator = await emulate()
    const { body } = await requestToken(emulator, { ...grant, scope: 'https://vault.azure.net/.default' })
    expect(await statusWith(emulator, `Bearer ${body.access_token}`)).toMatchObject({
      status: 401,
      message: 'Access token validation failure. Invalid audience.',
    })
    const own = await requestToken(emulator, { ...grant, scope: `${emulator.url}/.default` })
    expect((await statusWith(emulator, `Bearer ${own.body.access_token}`)).status).toBe(201)
  })

  test('with 401 for an opaque token, if tokens must be issued', async () => {
    expect((await statusWith(await emulate({ requireToken: 'issued' }), 'Bearer opaque')).status).toBe(401)
    expect((await statusWith(await emulate({ requireToken: 'any' }), 'Bearer opaque')).status).toBe(201)
    expect((await statusWith(await emulate({ requireToken: 'none' }))).status).toBe(201)
  })

  test('with 403 7505 for a token of another tenant', async () => {
    const emulator = await emulate()
    const { body } = await requestToken(emulator, grant, '11111111-1111-4111-8111-111111111111')
    expect(await statusWith(emulator, `Bearer ${body.access_token}`)).toMatchObject({ status: 403, code: '7505' })
  })

  test('with 403 7504 on a call of another application', async () => {
    const emulator = await emulate()
    const tokenOf = async (id: string) =>
      `Bearer ${(await requestToken(emulator, { ...grant, client_id: id })).body.access_token}`
    const bot = await botOf(emulator)
    const created = await bot.ask(
      'POST',
      '/calls',
      { callbackUri: bot.callbackUri },
      { authorization: await tokenOf(appId) },
    )
    expect(
      await bot.ask('GET', `/calls/${created.body.id}`, undefined, { authorization: await tokenOf('another-app') }),
    ).toMatchObject({ status: 403, body: { error: { code: '7504' } } })
  })
})

describe('callbacks', () => {
  async function verdictOn(emulator: Emulator, tenant = tenantId): Promise<string> {
    const bot = await botOf(emulator)
    await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri }, { authorization: 'Bearer any' })
    await emulator.advance(50)
    const { authorization } = bot.headers.at(-1) ?? {}
    const check = createTokenCheck({
      appId,
      tenantId: tenant,
      openIdConfigUrl: emulator.openIdConfigUrl,
      clock: systemClock,
    })
    return check(typeof authorization === 'string' ? authorization : null).then(
      () => 'accepted',
      (error: Error) => error.message,
    )
  }

  test.each(signingModes)('signed as %s are accepted or refused by a careful bot', async (signing) => {
    const verdict = await verdictOn(await emulate({ signing }))
    if (signing === 'valid' || signing === 'graph-issuer') expect(verdict).toBe('accepted')
    else expect(verdict).toMatch(/refused/)
  })

  test('are accepted after the key is rotated and the old one withdrawn', async () => {
    const emulator = await emulate()
    expect(await verdictOn(emulator)).toBe('accepted')
    await emulator.control.rotateKeys(true)
    const keys = (await (await fetch(`${emulator.url}/v1/keys`)).json()) as { keys: { kid: string }[] }
    expect(keys.keys.map(({ kid }) => kid)).toEqual(['emulator-2'])
    expect(await verdictOn(emulator)).toBe('accepted')
  })

  test('have the application that created the call as audience', async () => {
    const emulator = await emulate({ appId: 'another-app' })
    expect(await verdictOn(emulator)).toMatch(/refused/)
  })
})
