/**
 * A bot of many tenants: a call belongs to the tenant whose token came with its first callback.
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { RollcallError } from '../../src/call/errors.ts'
import type { Observation } from '../../src/call/events.ts'
import { TENANT_BINDINGS_LIMIT, TenantBindings } from '../../src/graph/tenant-bindings.ts'
import { graphWebhook } from '../../src/graph/webhook.ts'
import { manualClock } from './manual-clock.ts'

const appId = '0b1c2d3e-0000-4000-8000-000000000001'
const [ours, theirs] = ['11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002']
const nowSeconds = 1_800_000_000

let privateKey: CryptoKey
let jwk: JWK
beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  privateKey = pair.privateKey
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k' }
})

function door(receive: (observations: readonly Observation[]) => Promise<void> = async () => undefined) {
  const told: unknown[] = []
  const handle = graphWebhook({ receive }, {
    appId,
    clock: manualClock(nowSeconds * 1_000),
    onRefused: (error) => void told.push(error),
    fetch: async (url: string) => Response.json(url.endsWith('Configuration') ? { jwks_uri: 'https://keys.example/jwks' } : { keys: [jwk] }),
  })
  const post = async (tenant: string, ...calls: readonly string[]): Promise<number> => {
    const token = await new SignJWT({ tid: tenant }).setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer('https://api.botframework.com').setAudience(appId).setExpirationTime(nowSeconds + 600).sign(privateKey)
    const value = calls.map((callId) => ({ resourceUrl: `/communications/calls/${callId}`, resourceData: { state: 'established' } }))
    return (await handle(new Request('https://bot.example/', { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ value }) }))).status
  }
  return { post, told }
}

describe('without tenantId', () => {
  test("a token of another tenant than a call's first one is refused for that call, and taken for its own", async () => {
    const received: string[] = []
    const { post, told } = door(async (observations) => void received.push(...observations.map(({ callId }) => callId)))
    expect(await post(ours, 'a')).toBe(202)
    expect(await post(theirs, 'a')).toBe(401)
    expect(told).toMatchObject([{ code: 'TOKEN_REFUSED', details: { callId: 'a' } }])
    expect(await post(theirs, 'b')).toBe(202)
    expect(await post(ours, 'b')).toBe(401)
    expect(await post(ours.toUpperCase(), 'a')).toBe(202)
    expect(received).toEqual(['a', 'b', 'a'])
  })

  test('nothing of a body counts that speaks of a call of another tenant, and it binds none', async () => {
    const { post } = door()
    expect(await post(ours, 'a')).toBe(202)
    expect(await post(theirs, 'b', 'a')).toBe(401)
    expect(await post(ours, 'b')).toBe(202)
  })

  test('what the host did not keep binds nothing; what it kept of a body does', async () => {
    const failures: RollcallError[] = []
    const { post } = door(async () => {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
    })
    failures.push(new RollcallError('CALL_UNKNOWN', 'unknown'))
    expect(await post(theirs, 'a')).toBe(404)
    expect(await post(ours, 'a')).toBe(202)
    failures.push(new RollcallError('STORE_FAILED', 'failed', { stored: ['c'] }))
    expect(await post(theirs, 'b', 'c')).toBe(503)
    expect(await post(ours, 'c')).toBe(401)
    expect(await post(ours, 'b')).toBe(202)
  })

  test('of two first callbacks at the same time one is taken', async () => {
    const { post } = door()
    expect((await Promise.all([post(ours, 'a'), post(theirs, 'a')])).toSorted()).toEqual([202, 401])
  })
})

describe('the bindings', () => {
  test('are bounded: the call heard of longest ago goes first', () => {
    const bindings = new TenantBindings()
    const keep = (callId: string, tenant: string) => bindings.bind([callId], tenant).settle(() => true)
    for (let index = 0; index < TENANT_BINDINGS_LIMIT; index += 1) keep(`c${index}`, ours)
    keep('c0', ours)
    keep('new', ours)
    expect(() => bindings.bind(['c0'], theirs)).toThrow()
    expect(() => bindings.bind(['c2'], theirs)).toThrow()
    expect(() => bindings.bind(['c1'], theirs)).not.toThrow()
  })

  test('survive a callback that failed while another of the same call was kept', () => {
    const bindings = new TenantBindings()
    const [failing, kept] = [bindings.bind(['a'], ours), bindings.bind(['a'], ours)]
    kept.settle(() => true)
    failing.settle(() => false)
    expect(() => bindings.bind(['a'], theirs)).toThrow(expect.objectContaining({ code: 'TOKEN_REFUSED' }))
  })
})
