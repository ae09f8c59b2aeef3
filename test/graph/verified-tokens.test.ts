/**
 * Repeated tokens: their signature is checked once, and they are refused as soon as they would be without the cache.
 * @module
 */
import { createLocalJWKSet } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest'
import { VERIFIED_TOKENS_LIMIT, VerifiedTokens } from '../../src/graph/webhook/verified-tokens.ts'
import { first, gate, nowSeconds, second, sign } from './signed-requests.ts'

/** The accepted difference between two clocks, in milliseconds. */
const SKEW_MS = 30_000

const verify = crypto.subtle.verify.bind(crypto.subtle)
let checks: MockInstance<typeof verify>

beforeEach(() => {
  checks = vi.spyOn(crypto.subtle, 'verify')
})

afterEach(() => checks.mockRestore())

describe('an accepted token', () => {
  test('is not verified again if it arrives again', async () => {
    const door = gate()
    const token = `Bearer ${await sign()}`
    for (const _ of [1, 2, 3]) expect(await door.post(token)).toBe(202)
    expect(checks).toHaveBeenCalledTimes(1)
    expect(await door.post(`Bearer ${await sign({ jti: 'another' })}`)).toBe(202)
    expect(checks).toHaveBeenCalledTimes(2)
  })

  test('is refused once it has expired', async () => {
    const door = gate()
    const token = `Bearer ${await sign({ exp: nowSeconds + 100 })}`
    expect(await door.post(token)).toBe(202)
    await door.clock.advance(100_000 + SKEW_MS - 1)
    expect(await door.post(token)).toBe(202)
    await door.clock.advance(1)
    expect(await door.post(token)).toBe(401)
  })

  test('is verified again after keys were fetched for another one, and refused if its own was withdrawn', async () => {
    const door = gate()
    const token = `Bearer ${await sign()}`
    expect(await door.post(token)).toBe(202)
    door.keys = [first.jwk, second.jwk]
    expect(await door.post(`Bearer ${await sign({}, second.privateKey, { kid: 'second' })}`)).toBe(202)
    expect(await door.post(token)).toBe(202)
    expect(checks).toHaveBeenCalledTimes(3)
    door.keys = [second.jwk]
    await door.clock.advance(60_000)
    expect(await door.post(`Bearer ${await sign({}, first.privateKey, { kid: 'third' })}`)).toBe(401)
    expect(await door.post(token)).toBe(401)
  })

  test('counts from when its check began: the wall clock was set back meanwhile, before the token is valid', async () => {
    let now = nowSeconds * 1_000
    const door = gate({ clock: { now: () => now, schedule: () => () => undefined } })
    checks.mockImplementationOnce((...asked) => {
      now -= 2 * SKEW_MS
      return verify(...asked)
    })
    const token = `Bearer ${await sign({ nbf: nowSeconds })}`
    expect(await door.post(token)).toBe(202)
    expect(await door.post(token)).toBe(401)
  })

  test('does not grant access to one that only differs in its signature', async () => {
    const door = gate()
    const token = await sign()
    expect(await door.post(`Bearer ${token}`)).toBe(202)
    const forged = `${token.slice(0, -8)}${token.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA'}`
    expect(await door.post(`Bearer ${forged}`)).toBe(401)
    expect(await door.post(`Bearer ${forged}`)).toBe(401)
  })
})

describe('tokens that were verified', () => {
  const keys = createLocalJWKSet({ keys: [] })
  const until = 1_000_000

  test('are not used before the time of their verification: the wall clock was set back', () => {
    let now = 500
    const tokens = new VerifiedTokens({ now: () => now, schedule: () => () => undefined })
    tokens.add('token', { tenant: 'tenant', keys, verifiedAt: now, until })
    expect(tokens.tenantOf('token', keys)).toBe('tenant')
    now = 499
    expect(tokens.tenantOf('token', keys)).toBeUndefined()
  })

  test('that are verified again take no second place', () => {
    const tokens = new VerifiedTokens({ now: () => 0, schedule: () => () => undefined })
    const verified = { tenant: 'tenant', keys, verifiedAt: 0, until }
    for (let index = 0; index < VERIFIED_TOKENS_LIMIT; index += 1) tokens.add(`token-${index}`, verified)
    tokens.add('token-1', verified)
    expect(tokens.tenantOf('token-0', keys)).toBe('tenant')
  })

  test('are limited in number: the oldest is deleted first', () => {
    const tokens = new VerifiedTokens({ now: () => 0, schedule: () => () => undefined })
    for (let index = 0; index <= VERIFIED_TOKENS_LIMIT; index += 1)
      tokens.add(`token-${index}`, { tenant: 'tenant', keys, verifiedAt: 0, until })
    expect([0, 1, VERIFIED_TOKENS_LIMIT].map((index) => tokens.tenantOf(`token-${index}`, keys))).toEqual([
      undefined,
      'tenant',
      'tenant',
    ])
  })
})
