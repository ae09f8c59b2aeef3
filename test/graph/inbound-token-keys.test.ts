import { describe, expect, test } from 'vitest'
import { createSigningKeys, KEYS_RETRY_MS } from '../../src/graph/webhook/signing-keys.ts'
import { nowSeconds, first, second, sign, gate } from './signed-requests.ts'

describe('keys', () => {
  test('are fetched once for many callbacks that arrive at once', async () => {
    const door = gate()
    const token = `Bearer ${await sign()}`
    expect(await Promise.all(Array.from({ length: 20 }, () => door.post(token)))).toEqual(
      Array.from({ length: 20 }, () => 202),
    )
    expect(door.fetched).toHaveLength(2)
  })

  test('an unknown key id fetches them once for all waiting callbacks, and the new key is used', async () => {
    const door = gate()
    expect(await door.post(`Bearer ${await sign()}`)).toBe(202)
    door.keys = [first.jwk, second.jwk]
    const rotated = `Bearer ${await sign({}, second.privateKey, { kid: 'second' })}`
    expect(await Promise.all(Array.from({ length: 10 }, () => door.post(rotated)))).toEqual(
      Array.from({ length: 10 }, () => 202),
    )
    expect(door.fetched).toHaveLength(4)
  })

  test('invented key ids cause one fetch per interval, not one each', async () => {
    const door = gate()
    for (let index = 0; index < 20; index += 1)
      expect(await door.post(`Bearer ${await sign({}, second.privateKey, { kid: `made-up-${index}` })}`)).toBe(401)
    expect(door.fetched).toHaveLength(4)
    await door.clock.advance(30_000)
    expect(await door.post(`Bearer ${await sign({}, second.privateKey, { kid: 'made-up' })}`)).toBe(401)
    expect(door.fetched).toHaveLength(6)
  })

  test('are fetched for an unknown key id although the wall clock was set back since the last time', async () => {
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

  test('an unavailable endpoint grants no access: 503, and access again once it is back', async () => {
    const door = gate()
    door.keys = undefined
    const token = `Bearer ${await sign()}`
    expect(await door.post(token)).toBe(503)
    expect(door.told).toMatchObject([{ code: 'KEYS_UNAVAILABLE' }])
    expect(door.received).toEqual([])
    door.keys = [first.jwk]
    expect(await door.post(token)).toBe(202)
  })

  test('before the first success forged tokens cause two fetches and then one per interval, not one each', async () => {
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

  test('the same holds once the keys have become too old to use', async () => {
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

  test('cached keys are used a day longer while the endpoint is unavailable, then no more', async () => {
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

  test('old keys are fetched again, and a withdrawn one is no longer accepted', async () => {
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
  ])('%s in place of the configuration grants no access', async (_, reply) => {
    const door = gate({ fetch: async () => reply() })
    expect(await door.post(`Bearer ${await sign()}`)).toBe(503)
    expect(door.received).toEqual([])
  })

  test('a document is read only up to its limit', async () => {
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

  test('an endpoint that does not answer times out', async () => {
    const door = gate({ fetch: () => new Promise(() => {}) })
    const answer = door.post(`Bearer ${await sign()}`)
    await door.clock.advance(5_000)
    expect(await answer).toBe(503)
    expect(door.clock.pending).toBe(0)
  })

  test("a configuration over plain HTTP, an emulator's, may name keys over plain HTTP", async () => {
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
