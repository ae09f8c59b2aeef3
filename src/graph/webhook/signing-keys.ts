/**
 * Signing keys: the public keys of the service, found through its OpenID configuration and kept.
 *
 * Rule 1: one request for them at a time, however many tokens wait.
 * Rule 2: an unknown key id asks for them once more, then not again for a while: anybody can make up key ids.
 * Rule 3: keys outlive a failed refresh for a day; after that, and before the first success, nobody is let in.
 * Rule 4: what failed is not tried again for a while, with keys at hand or without: tokens cost their sender nothing, and
 * many of them must not become as many requests. Without keys one failure may be a blip; the second in a row is not.
 * @module
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { RollcallError } from '../../call/model/errors.ts'
import type { Clock } from '../../time/clock.ts'
import { attemptRequest, type Fetch } from '../transport/http-attempt.ts'
import { isObject } from '../wire/json-reader.ts'

/** Where Graph's calling callbacks are signed from (Microsoft's calling bot documentation). */
export const DEFAULT_OPENID_CONFIG_URL = 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration'

/** How old keys may be before they are fetched anew. */
const REFRESH_AFTER_MS = 24 * 60 * 60_000
/** How much longer they serve while they cannot be fetched. */
const STALE_FOR_MS = 24 * 60 * 60_000
/** Pause between two fetches that unknown key ids caused, and between two failed refreshes. */
const KEYS_COOLDOWN_MS = 30_000
/** Pause after failures in a row while there are no keys: each callback is refused meanwhile, so it is short. */
export const KEYS_RETRY_MS = 5_000
/** How long the service may take to answer with a document. */
const KEYS_TIMEOUT_MS = 5_000
/** Largest document read, in bytes. The real ones are under 100 kB. */
const KEYS_DOCUMENT_LIMIT = 1024 * 1024

/** A key set that refreshes itself. */
export interface SigningKeys {
  /** The keys at hand, fetched when there are none or they are old. @throws RollcallError KEYS_UNAVAILABLE */
  current(): Promise<JWTVerifyGetKey>
  /** The same after a refresh for an unknown key id; undefined when it is too soon for one, or it failed. */
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
  // A time that lies ahead is from before the wall clock was set back: it puts nothing off.
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

  /** The keys, when there are none to go on with; right after failures the last of them again. */
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
  // Keys fetched in the clear are anybody's keys; only a configuration in the clear (an emulator's) may name such.
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
