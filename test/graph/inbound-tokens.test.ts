import { createHmac } from 'node:crypto'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { createSigningKeys, KEYS_RETRY_MS } from '../../src/graph/webhook/signing-keys.ts'
import { graphWebhook, type GraphWebhook, type GraphWebhookOptions } from '../../src/graph/webhook/webhook.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { payload, payloadText } from './payload-files.ts'

const claims = payload('jwt-claims-inbound.json') as Record<string, unknown>
const appId = String(claims['aud'])
const tenantId = String(claims['tid'])
/** A moment at which the documented token is valid. */
const nowSeconds = 1_466_741_500

interface Pair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}

async function pair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', endorsements: ['msteams'] } as JWK,
  }
}

let first: Pair
let second: Pair
beforeAll(async () => {
  first = await pair('first')
  second = await pair('second')
})

async function sign(
  changes: Record<string, unknown> = {},
  key = first.privateKey,
  header: Record<string, unknown> = {},
): Promise<string> {
  const payloadOf = Object.fromEntries(
    Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined),
  )
  return new SignJWT(payloadOf).setProtectedHeader({ alg: 'RS256', kid: 'first', typ: 'JWT', ...header }).sign(key)
}

interface Gate {
  readonly handle: GraphWebhook
  readonly clock: VirtualClock
  readonly received: InboundEvent[]
  readonly told: { code?: string; message?: string }[]
  /** What was fetched. */
  readonly fetched: string[]
  /** What the key endpoint serves; undefined is down. */
  keys: JWK[] | undefined
  post(authorization?: string): Promise<number>
}

function gate(options: Partial<GraphWebhookOptions> = {}): Gate {
  const clock = virtualClock(nowSeconds * 1_000)
  const received: InboundEvent[] = []
  const told: Gate['told'] = []
  const fetched: string[] = []
  const state: Gate = {
    clock,
    received,
    told,
    fetched,
    keys: [first.jwk],
    handle: graphWebhook({ receive: async (observations) => void received.push(...observations) }, {
      appId,
      clock,
      onRefused: (error: unknown) => told.push(error as Error),
      fetch: async (url: string) => {
        fetched.push(url)
        if (state.keys === undefined) throw new TypeError('fetch failed')
        return Response.json(
          url.endsWith('OpenIdConfiguration')
            ? { jwks_uri: 'https://keys.example/jwks', issuer: 'https://api.botframework.com' }
            : { keys: state.keys },
        )
      },
      ...options,
    } as GraphWebhookOptions),
    async post(authorization) {
      const headers = authorization === undefined ? {} : { authorization }
      const response = await this.handle(
        new Request('https://bot.example/', {
          method: 'POST',
          headers,
          body: payloadText('docs-call-established-notification.json'),
        }),
      )
      return response.status
    },
  }
  return state
}

describe('the service gets in', () => {
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

describe('nobody else does: 401, and no evidence applied', () => {
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

  test('what is wrong is told to the application, not to the sender, and no token to either', async () => {
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

describe('keys', () => {
  test('are fetched once for many callbacks, however many come at once', async () => {
    const door = gate()
    const token = `Bearer ${await sign()}`
    expect(await Promise.all(Array.from({ length: 20 }, () => door.post(token)))).toEqual(
      Array.from({ length: 20 }, () => 202),
    )
    expect(door.fetched).toHaveLength(2)
  })

  test('an unknown key id fetches them once, for all who wait, and the new key is taken', async () => {
    const door = gate()
    expect(await door.post(`Bearer ${await sign()}`)).toBe(202)
    door.keys = [first.jwk, second.jwk]
    const rotated = `Bearer ${await sign({}, second.privateKey, { kid: 'second' })}`
    expect(await Promise.all(Array.from({ length: 10 }, () => door.post(rotated)))).toEqual(
      Array.from({ length: 10 }, () => 202),
    )
    expect(door.fetched).toHaveLength(4)
  })

  test('made-up key ids cause one fetch in a while, not one each', async () => {
    const door = gate()
    for (let index = 0; index < 20; index += 1)
      expect(await door.post(`Bearer ${await sign({}, second.privateKey, { kid: `made-up-${index}` })}`)).toBe(401)
    expect(door.fetched).toHaveLength(4)
    await door.clock.advance(30_000)
    expect(await door.post(`Bearer ${await sign({}, second.privateKey, { kid: 'made-up' })}`)).toBe(401)
    expect(door.fetched).toHaveLength(6)
  })

  test('are fetched for an unknown key id though the wall clock was set back since the last time', async () => {
    const keySet = { jwks_uri: 'https://keys.example/jwks', keys: [first.jwk] }
    let now = Date.UTC(2026, 0, 1)
    let fetched = 0
    const fetch = async (): Promise<Response> => {
      fetched += 1
      return new Response(JSON.stringify(keySet))
    }
    const keys = createSigningKeys('https://keys.example/config', fetch, { now: () => now, schedule: () => () => {} })
    await keys.refreshed()
    expect(await keys.refreshed()).toBeUndefined()
    now -= 3_600_000
    expect(await keys.refreshed()).toBeDefined()
    expect(fetched).toBe(4)
  })

  test('the endpoint being down does not open the door: 503, and in again when it is back', async () => {
    const door = gate()
    door.keys = undefined
    const token = `Bearer ${await sign()}`
    expect(await door.post(token)).toBe(503)
    expect(door.told).toMatchObject([{ code: 'KEYS_UNAVAILABLE' }])
    expect(door.received).toEqual([])
    door.keys = [first.jwk]
    expect(await door.post(token)).toBe(202)
  })

  test('before the first success forged tokens cause two fetches and then one in a while, not one each', async () => {
    const fetched: string[] = []
    const down = async (url: string): Promise<Response> => {
      fetched.push(url)
      return new Response('down', { status: 500 })
    }
    const door = gate({ fetch: down })
    const forged = `Bearer ${await sign({}, second.privateKey, { kid: 'made-up' })}`
    const answers: number[] = []
    for (let index = 0; index < 250; index += 1) answers.push(await door.post(forged))
    answers.push(...(await Promise.all(Array.from({ length: 250 }, () => door.post(forged)))))
    expect(new Set(answers)).toEqual(new Set([503]))
    expect(fetched).toHaveLength(2)
    for (let round = 3; round < 6; round += 1) {
      await door.clock.advance(KEYS_RETRY_MS)
      await Promise.all(Array.from({ length: 10 }, () => door.post(forged)))
      expect(fetched).toHaveLength(round)
    }
  })

  test('nor do they when the keys have become too old to serve', async () => {
    const door = gate()
    const token = `Bearer ${await sign({ exp: nowSeconds + 10 * 86_400 })}`
    expect(await door.post(token)).toBe(202)
    door.keys = undefined
    await door.clock.advance(49 * 3_600_000)
    const before = door.fetched.length
    for (let index = 0; index < 50; index += 1) expect(await door.post(token)).toBe(503)
    expect(door.fetched.length - before).toBeLessThanOrEqual(2 * 2)
    door.keys = [first.jwk]
    await door.clock.advance(KEYS_RETRY_MS)
    expect(await door.post(token)).toBe(202)
  })

  test('kept keys serve a day longer while the endpoint is down, then no more', async () => {
    const door = gate()
    const token = `Bearer ${await sign({ exp: nowSeconds + 10 * 86_400 })}`
    expect(await door.post(token)).toBe(202)
    door.keys = undefined
    await door.clock.advance(25 * 3_600_000)
    expect(await door.post(token)).toBe(202)
    expect(await door.post(`Bearer ${await sign({ exp: nowSeconds + 10 * 86_400 }, second.privateKey)}`)).toBe(401)
    await door.clock.advance(24 * 3_600_000)
    expect(await door.post(token)).toBe(503)
  })

  test('old keys are fetched anew, and a withdrawn one is not taken any more', async () => {
    const door = gate()
    const token = `Bearer ${await sign({ exp: nowSeconds + 10 * 86_400 })}`
    expect(await door.post(token)).toBe(202)
    door.keys = [second.jwk]
    await door.clock.advance(24 * 3_600_000)
    expect(await door.post(token)).toBe(401)
  })

  test.each<[string, () => Response]>([
    ['an error page', () => new Response('<html>', { status: 200 })],
    ['a 500', () => new Response('{}', { status: 500 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['no jwks_uri', () => Response.json({})],
    ['a jwks_uri in the clear', () => Response.json({ jwks_uri: 'http://keys.example/jwks', keys: [] })],
    ['a key set without keys', () => Response.json({ jwks_uri: 'https://keys.example/jwks', keys: [] })],
    [
      'a key set of shared secrets',
      () => Response.json({ jwks_uri: 'https://keys.example/jwks', keys: [{ kty: 'oct', k: 'AAAA', kid: 'first' }] }),
    ],
    [
      'an endless document',
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              controller.enqueue(new Uint8Array(100_000))
            },
          }),
        ),
    ],
  ])('%s in place of the configuration lets nobody in', async (_, reply) => {
    const door = gate({ fetch: async () => reply() })
    expect(await door.post(`Bearer ${await sign()}`)).toBe(503)
    expect(door.received).toEqual([])
  })

  test('no more of a document is read than it may be long', async () => {
    let pulls = 0
    const endless = (): ReadableStream =>
      new ReadableStream({
        pull(controller) {
          pulls += 1
          controller.enqueue(new Uint8Array(100_000))
        },
      })
    const door = gate({ fetch: async () => new Response(endless()) })
    expect(await door.post(`Bearer ${await sign()}`)).toBe(503)
    expect(pulls).toBeLessThan(20)
  })

  test('an endpoint that hangs is given up on', async () => {
    const door = gate({ fetch: () => new Promise(() => {}) })
    const answer = door.post(`Bearer ${await sign()}`)
    await door.clock.advance(5_000)
    expect(await answer).toBe(503)
    expect(door.clock.pending).toBe(0)
  })

  test("a configuration in the clear, an emulator's, may name keys in the clear", async () => {
    const urls: string[] = []
    const door = gate({
      openIdConfigUrl: 'http://127.0.0.1:1/config',
      fetch: async (url: string) => {
        urls.push(url)
        return Response.json(url.endsWith('config') ? { jwks_uri: 'http://127.0.0.1:1/jwks' } : { keys: [first.jwk] })
      },
    })
    expect(await door.post(`Bearer ${await sign()}`)).toBe(202)
    expect(urls).toEqual(['http://127.0.0.1:1/config', 'http://127.0.0.1:1/jwks'])
  })
})
