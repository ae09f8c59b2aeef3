import { createHmac } from 'node:crypto'
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { GraphWebhookOptions } from '../../src/graph/webhook/webhook.ts'
import { claims, appId, nowSeconds, first, second, sign, type Gate, gate } from './signed-requests.ts'

const tenantId = String(claims['tid'])

describe('the service is accepted', () => {
  test('with the documented claims, the keys found through the OpenID configuration', async () => {
    const { post, handle, fetched, received } = gate()
    expect(await post.call({ handle } as Gate, `Bearer ${await sign()}`)).toBe(202)
    expect(fetched).toEqual([
      'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
      'https://keys.example/jwks',
    ])
    expect(received).toHaveLength(1)
  })

  test.each<[string, Record<string, unknown>, Partial<GraphWebhookOptions>]>([
    ['with the other issuer', { iss: 'https://graph.microsoft.com' }, {}],
    [
      'with the tenant under its long name',
      { tid: undefined, 'http://schemas.microsoft.com/identity/claims/tenantid': tenantId },
      { tenantId },
    ],
    ['with the tenant under both names', { 'http://schemas.microsoft.com/identity/claims/tenantid': tenantId }, {}],
    ['from the tenant configured, in another spelling', {}, { tenantId: tenantId.toUpperCase() }],
    ['from one of several tenants', {}, { tenantId: ['another', tenantId] }],
    ['just after it expired, for clocks differ', { exp: nowSeconds - 20 }, {}],
    ['just before it is valid', { nbf: nowSeconds + 20 }, {}],
    ['for an appId configured in upper case', {}, { appId: appId.toUpperCase() }],
  ])('%s', async (_, changes, options) => {
    const door = gate(options)
    expect(await door.post(`Bearer ${await sign(changes)}`)).toBe(202)
  })

  test("whatever the scheme's casing", async () => {
    const door = gate()
    expect(await door.post(`bearer  ${await sign()}`)).toBe(202)
  })
})

describe('any other sender is refused: 401, and no evidence applied', () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const hmac = async (): Promise<string> => {
    const secret = await exportSPKI(first.publicKey)
    const unsigned = `${encode({ alg: 'HS256', kid: 'first' })}.${encode(claims)}`
    return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
  }
  const flip = (token: string, part: number): string =>
    token
      .split('.')
      .map((text, index) => (index === part ? `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}` : text))
      .join('.')

  const attacks: [string, () => Promise<string | undefined>, Partial<GraphWebhookOptions>?][] = [
    ['no header', async () => undefined],
    ['an empty header', async () => ''],
    ['another scheme', async () => `Basic ${await sign()}`],
    ['no token', async () => 'Bearer '],
    ['a token without a scheme', () => sign()],
    ['alg none', async () => `Bearer ${new UnsecuredJWT(claims).encode()}`],
    ['alg none with a signature', async () => `Bearer ${encode({ alg: 'none', kid: 'first' })}.${encode(claims)}.AAAA`],
    ['alg NONE in odd casing', async () => `Bearer ${encode({ alg: 'nOnE', kid: 'first' })}.${encode(claims)}.AAAA`],
    ['HS256 signed with the public key', async () => `Bearer ${await hmac()}`],
    [
      'PS256 with the right key',
      async () => {
        const key = await crypto.subtle.importKey(
          'pkcs8',
          await crypto.subtle.exportKey('pkcs8', first.privateKey),
          { name: 'RSA-PSS', hash: 'SHA-256' },
          false,
          ['sign'],
        )
        return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'first' }).sign(key)}`
      },
    ],
    [
      'RS512 with the right key',
      async () => {
        const key = await crypto.subtle.importKey(
          'pkcs8',
          await crypto.subtle.exportKey('pkcs8', first.privateKey),
          { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
          false,
          ['sign'],
        )
        return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'RS512', kid: 'first' }).sign(key)}`
      },
    ],
    ['another key under a known key id', async () => `Bearer ${await sign({}, second.privateKey)}`],
    ['an unknown key id', async () => `Bearer ${await sign({}, second.privateKey, { kid: 'second' })}`],
    ['no key id', async () => `Bearer ${await sign({}, first.privateKey, { kid: undefined })}`],
    [
      'a key of its own in the header',
      async () => `Bearer ${await sign({}, second.privateKey, { kid: 'mine', jwk: second.jwk })}`,
    ],
    [
      'a key address of its own in the header',
      async () => `Bearer ${await sign({}, second.privateKey, { kid: 'mine', jku: 'https://evil.example/jwks' })}`,
    ],
    [
      'a critical header nobody knows',
      async () =>
        `Bearer ${encode({ alg: 'RS256', kid: 'first', crit: ['x'], x: 1 })}.${(await sign()).split('.').slice(1).join('.')}`,
    ],
    ['another audience', async () => `Bearer ${await sign({ aud: 'ffffffff-41c3-47a4-8775-7259bfef4241' })}`],
    ['no audience', async () => `Bearer ${await sign({ aud: undefined })}`],
    ['another issuer', async () => `Bearer ${await sign({ iss: 'https://evil.example' })}`],
    [
      'an issuer that only begins like ours',
      async () => `Bearer ${await sign({ iss: 'https://graph.microsoft.com/' })}`,
    ],
    ['no issuer', async () => `Bearer ${await sign({ iss: undefined })}`],
    [
      'another tenant',
      async () => `Bearer ${await sign({ tid: 'ffffffff-4620-44ed-baec-459b611f84b2' })}`,
      { tenantId: String(claims['tid']) },
    ],
    ['no tenant', async () => `Bearer ${await sign({ tid: undefined })}`],
    ['an empty tenant', async () => `Bearer ${await sign({ tid: ' ' })}`],
    ['a tenant that is not text', async () => `Bearer ${await sign({ tid: [tenantId] })}`],
    [
      'two tenants that disagree',
      async () => `Bearer ${await sign({ 'http://schemas.microsoft.com/identity/claims/tenantid': 'other' })}`,
    ],
    ['expired', async () => `Bearer ${await sign({ exp: nowSeconds - 60 })}`],
    ['no expiry', async () => `Bearer ${await sign({ exp: undefined })}`],
    ['an expiry that is not a number', async () => `Bearer ${await sign({ exp: '9999999999' })}`],
    ['not yet valid', async () => `Bearer ${await sign({ nbf: nowSeconds + 60 })}`],
    ['truncated signature', async () => `Bearer ${(await sign()).slice(0, -10)}`],
    ['two parts', async () => `Bearer ${(await sign()).split('.').slice(0, 2).join('.')}`],
    ['five parts', async () => `Bearer ${await sign()}.a.b`],
    ['changed payload', async () => `Bearer ${flip(await sign(), 1)}`],
    ['changed signature', async () => `Bearer ${flip(await sign(), 2)}`],
    ['two tokens in one header', async () => `Bearer ${await sign()} ${await sign()}`],
    ['two headers', async () => `Bearer ${await sign()}, Bearer ${await sign()}`],
    ['an oversized header', async () => `Bearer ${await sign({ padding: 'x'.repeat(10_000) })}`],
    ['a header that is not JSON', async () => 'Bearer e30x.e30.AAAA'],
    ['a header that is null', async () => `Bearer ${Buffer.from('null').toString('base64url')}.e30.AAAA`],
    ['nonsense', async () => 'Bearer a.b.c'],
  ]

  test.each(attacks)('%s', async (_, authorization, options) => {
    const door = gate(options)
    expect(await door.post(await authorization())).toBe(401)
    expect(door.received).toEqual([])
    expect(door.told).toMatchObject([{ code: 'TOKEN_REFUSED' }])
    expect(
      door.fetched.every((url) => url.startsWith('https://api.aps.skype.com/') || url === 'https://keys.example/jwks'),
    ).toBe(true)
  })

  test('the reason goes to the application, not to the sender, and neither gets a token', async () => {
    const door = gate()
    const token = await sign({ aud: 'other' })
    const response = await door.handle(
      new Request('https://bot.example/', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{}',
      }),
    )
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await response.json()).toEqual({
      error: { code: 'TOKEN_REFUSED', message: 'the credentials are missing or not valid here' },
    })
    expect(door.told[0]?.message).toContain('aud')
    expect(door.told[0]?.message).not.toContain(token)
  })

  test("a refused callback's body is not read", async () => {
    const door = gate()
    let isPulled = false
    const body = new ReadableStream(
      {
        pull() {
          isPulled = true
        },
      },
      { highWaterMark: 0 },
    )
    const response = await door.handle(
      new Request('https://bot.example/', { method: 'POST', body, duplex: 'half' } as RequestInit),
    )
    expect([response.status, isPulled]).toEqual([401, false])
  })
})
