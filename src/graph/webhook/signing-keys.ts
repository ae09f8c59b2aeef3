/**
 * Signing keys: fetches and caches the service's public keys by its OpenID configuration.
 *
 * Rule 1: at most one fetch of the keys at a time, however many tokens wait.
 * Rule 2: an unknown key id causes one fetch, and then none for a while: any sender can invent key ids.
 * Rule 3: keys stay valid for a day after a failed refresh; after that, and before the first success, every token is
 * refused.
 * Rule 4: a failed fetch is not repeated for a while, with cached keys or without: tokens cost their sender nothing,
 * and many of them must not cause as many requests. Without keys the pause begins with the second failure in a row.
 * @module
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { RollcallError } from '../../call/model/errors.ts'
import type { Clock } from '../../time/clock.ts'
import { attemptRequest, type Fetch } from '../transport/http-attempt.ts'
import { isObject } from '../../call/codec/schema.ts'

/** The OpenID configuration of Graph's calling callbacks (Microsoft's calling bot documentation). */
export const DEFAULT_OPENID_CONFIG_URL = 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration'

/** The age at which keys are fetched again, in milliseconds. */
const REFRESH_AFTER_MS = 24 * 60 * 60_000
/** How much longer the keys are used while a fetch fails, in milliseconds. */
const STALE_FOR_MS = 24 * 60 * 60_000
/** The pause between two fetches for unknown key ids, and between two failed refreshes, in milliseconds. */
const KEYS_COOLDOWN_MS = 30_000
/**
 * The pause after failures in a row without keys, in milliseconds; short, because every callback is refused meanwhile.
 */
export const KEYS_RETRY_MS = 5_000
/** The timeout of a fetch of one document, in milliseconds. */
const KEYS_TIMEOUT_MS = 5_000
/** The largest accepted document, in bytes. The real ones are under 100 kB. */
const KEYS_DOCUMENT_LIMIT = 1024 * 1024

/** A key set that refreshes itself. */
export interface SigningKeys {
  /** The cached keys; fetched when there are none or they are old. @throws RollcallError KEYS_UNAVAILABLE */
  current(): Promise<JWTVerifyGetKey>
  /** The keys after a fetch for an unknown key id; undefined when it is too soon for one, or it failed. */
  refreshed(): Promise<JWTVerifyGetKey | undefined>
}

interface Held {
  readonly keys: JWTVerifyGetKey
  readonly fetchedAt: number
}

/** Keys from the OpenID configuration at `configUrl`. */
export function createSigningKeys(configUrl: string, fetch: Fetch, clock: Clock): SigningKeys {
  let held: Held | undefined
  let pending: Promise<Held> | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let failed: { readonly at: number; readonly error: unknown; readonly times: number } | undefined
  // A time in the future is from before the wall clock was set back: it delays nothing.
  const isWithin = (at: number, ms: number): boolean => clock.now() >= at && clock.now() - at < ms

  const renew = (): Promise<Held> => {
    triedAt = clock.now()
    pending ??= fetchKeys(configUrl, fetch, clock)
      .then((keys) => {
        failed = undefined
        return (held = { keys, fetchedAt: clock.now() })
      })
      .catch((error: unknown) => {
        failed = { at: clock.now(), error, times: (failed?.times ?? 0) + 1 }
        throw error
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  /** Fetches the keys when there are none; shortly after failures it repeats the last error instead. */
  const needed = async (): Promise<JWTVerifyGetKey> => {
    if (failed !== undefined && failed.times > 1 && pending === undefined && isWithin(failed.at, KEYS_RETRY_MS))
      throw failed.error
    return (await renew()).keys
  }

  return {
    async current() {
      if (held === undefined) return needed()
      const age = clock.now() - held.fetchedAt
      if (age < REFRESH_AFTER_MS) return held.keys
      if (age >= REFRESH_AFTER_MS + STALE_FOR_MS) return needed()
      if (isWithin(triedAt, KEYS_COOLDOWN_MS)) return held.keys
      try {
        return (await renew()).keys
      } catch {
        return held.keys
      }
    },
    async refreshed() {
      if (pending === undefined && isWithin(askedAt, KEYS_COOLDOWN_MS)) return undefined
      askedAt = clock.now()
      try {
        return (await renew()).keys
      } catch {
        return undefined // the key stays unknown and the token refused
      }
    },
  }
}

async function fetchKeys(configUrl: string, fetch: Fetch, clock: Clock): Promise<JWTVerifyGetKey> {
  const config = await fetchDocument(configUrl, fetch, clock)
  const jwksUri = config['jwks_uri']
  const isUrl = typeof jwksUri === 'string' && URL.canParse(jwksUri)
  // Keys over plain http can be forged; only a configuration over plain http (an emulator's) may name them.
  if (!isUrl || (new URL(jwksUri).protocol !== 'https:' && new URL(configUrl).protocol === 'https:')) {
    throw unavailable('the OpenID configuration names no https jwks_uri')
  }
  const document = await fetchDocument(jwksUri, fetch, clock)
  if (!Array.isArray(document['keys'])) throw unavailable('the key set has no list of keys')
  const keys = document['keys'].filter(
    (key): key is JSONWebKeySet['keys'][number] =>
      isObject(key) && key['kty'] === 'RSA' && typeof key['kid'] === 'string',
  )
  if (keys.length === 0) throw unavailable('the key set has no RSA key with a key id')
  return createLocalJWKSet({ keys })
}

async function fetchDocument(url: string, fetch: Fetch, clock: Clock): Promise<{ readonly [key: string]: unknown }> {
  const attempt = await attemptRequest(
    { url, method: 'GET', headers: { accept: 'application/json' } },
    { fetch, clock, timeoutMs: KEYS_TIMEOUT_MS, maxBytes: KEYS_DOCUMENT_LIMIT },
  )
  if (attempt.kind === 'failed') throw unavailable(`${attempt.code}: ${attempt.message}`)
  if (attempt.status !== 200 || attempt.text === undefined) throw unavailable(`HTTP ${attempt.status}`)
  try {
    const document: unknown = JSON.parse(attempt.text)
    if (isObject(document)) return document
  } catch {
    // falls through: not JSON and not an object are the same here
  }
  throw unavailable('not a JSON object')
}

function unavailable(reason: string): RollcallError {
  return new RollcallError(
    'KEYS_UNAVAILABLE',
    `the service's signing keys could not be fetched (${reason}); check openIdConfigUrl and the network`,
  )
}
