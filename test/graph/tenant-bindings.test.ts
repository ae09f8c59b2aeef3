/**
 * A bot of many tenants: a call belongs to the tenant whose token came with its first callback.
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import type { Store, Transport } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'

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

const refuses = async () => ({ verdict: 'refused', failure: { status: 403, code: 'none', message: 'no' } })
const methods = [
  'createCall',
  'getCall',
  'keepAlive',
  'hangUp',
  'invite',
  'listParticipants',
  'deleteParticipant',
  'muteParticipant',
]
const transport = Object.fromEntries(methods.map((name) => [name, refuses])) as unknown as Transport

/** A webhook and a host on the store. */
function door(store: Store = memoryStore()) {
  const told: unknown[] = []
  const clock = virtualClock(nowSeconds * 1_000)
  const rollcall = createRollcall({ store, transport, clock, onError: () => undefined })
  const handle = graphWebhook(rollcall, {
    appId,
    clock,
    onRefused: (error) => void told.push(error),
    fetch: async (url: string) =>
      Response.json(url.endsWith('Configuration') ? { jwks_uri: 'https://keys.example/jwks' } : { keys: [jwk] }),
  })
  const post = async (tenant: string, ...calls: readonly string[]): Promise<number> => {
    const token = await new SignJWT({ tid: tenant })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer('https://api.botframework.com')
      .setAudience(appId)
      .setExpirationTime(nowSeconds + 600)
      .sign(privateKey)
    const value = calls.map((callId) => ({
      resourceUrl: `/communications/calls/${callId}`,
      resourceData: { state: 'established' },
    }))
    return (
      await handle(
        new Request('https://bot.example/', {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({ value }),
        }),
      )
    ).status
  }
  return { post, told, rollcall, close: () => rollcall.close({ drainMs: 0 }) }
}

describe('without tenantId', () => {
  test("a token of another tenant than that of a call's first callback is refused for that call, and accepted for its own", async () => {
    const { post, told, close } = door()
    expect(await post(ours, 'a')).toBe(202)
    expect(await post(theirs, 'a')).toBe(401)
    expect(told).toMatchObject([{ code: 'TOKEN_REFUSED', details: { callId: 'a' } }])
    expect(await post(theirs, 'b')).toBe(202)
    expect(await post(ours, 'b')).toBe(401)
    expect(await post(ours.toUpperCase(), 'a')).toBe(202)
    await close()
  })

  test('the same holds after a restart, and for another host on the same store', async () => {
    const store = memoryStore()
    const first = door(store)
    expect(await first.post(ours, 'a')).toBe(202)
    const other = door(store)
    expect([await other.post(theirs, 'a'), await other.post(ours, 'a')]).toEqual([401, 202])
    await first.close()
    await other.close()
    const next = door(store)
    expect([await next.post(theirs, 'a'), await next.post(ours, 'a')]).toEqual([401, 202])
    await next.close()
  })

  test('a call that the bot made belongs to the tenant of its first callback', async () => {
    const { post, rollcall, close } = door()
    await rollcall.receive([{ callId: 'a', event: { type: 'call.reported', state: 'establishing' } }])
    expect([await post(ours, 'a'), await post(theirs, 'a')]).toEqual([202, 401])
    await close()
  })

  test('nothing of a body is applied that contains a call of another tenant, and it binds none', async () => {
    const { post, close } = door()
    expect(await post(ours, 'a')).toBe(202)
    expect(await post(theirs, 'b', 'a')).toBe(401)
    expect(await post(ours, 'b')).toBe(202)
    await close()
  })

  test('a body that could not be stored binds nothing', async () => {
    let isBroken = true
    const store = memoryStore()
    const { post, close } = door({
      ...store,
      commit: (commit) => (isBroken ? Promise.reject(new Error('the disk is full')) : store.commit(commit)),
    })
    expect(await post(theirs, 'a')).toBe(503)
    isBroken = false
    expect(await post(ours, 'a')).toBe(202)
    await close()
  })

  test('of two first callbacks at the same time one is accepted', async () => {
    const { post, close } = door()
    expect((await Promise.all([post(ours, 'a'), post(theirs, 'a')])).toSorted()).toEqual([202, 401])
    await close()
  })
})
