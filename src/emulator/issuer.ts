/**
 * Issuer: the keys and tokens of the emulated service — access tokens for bots, as the Microsoft identity platform
 * issues them to applications, and the tokens that sign callbacks to bots.
 *
 * Rule 1: keys and lifetimes are real: RSA keys cannot be derived from a seed, and bots check lifetimes against real
 * time. Tokens are the one part of an emulator that differs from run to run.
 * Rule 2: RS256 only.
 * Rule 3: tokens are never logged, and secrets are compared but not kept.
 * @module
 */
import { exportJWK, generateKeyPair, jwtVerify, errors, SignJWT, type CryptoKey, type JWK } from 'jose'
import { systemClock } from '../time/system-clock.ts'

/** How callbacks are signed. A careful bot refuses all but `valid` and `graph-issuer`. */
export const signingModes = [
  'valid',
  'graph-issuer',
  'none',
  'expired',
  'not-yet-valid',
  'wrong-key',
  'wrong-audience',
  'wrong-issuer',
  'no-tenant',
  'wrong-tenant',
] as const

/** One of {@link signingModes}. */
export type SigningMode = (typeof signingModes)[number]

/** The identity in a bot's access token. */
export interface Bearer {
  readonly appId: string
  readonly tenantId: string
}

/** The outcome of checking an access token. */
export type TokenVerdict =
  | { readonly isGood: true; readonly bearer: Bearer }
  | { readonly isGood: false; readonly reason: string }

/** Lifetime of tokens in seconds; the identity platform's for applications. */
export const TOKEN_LIFETIME_SECONDS = 3_599
/** How long before its expiry a callback token is replaced. */
const RENEW_BEFORE_MS = 5 * 60_000
/** Roles granted to a calling bot; the emulator checks none. */
const roles = [
  'Calls.Initiate.All',
  'Calls.InitiateGroupCall.All',
  'Calls.JoinGroupCall.All',
  'Calls.JoinGroupCallAsGuest.All',
  'Calls.AccessMedia.All',
]
/** Audiences of Graph: its address and its application id. The emulator's own address is accepted as well. */
const graphAudiences = ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000']
/** Issuers a bot has to accept; documented tokens have the first. */
const callbackIssuers = { valid: 'https://api.botframework.com', graph: 'https://graph.microsoft.com' } as const

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}

/** The first key is made once per process: making a key takes longer than starting an emulator. */
let firstKey: Promise<SigningKey> | undefined

/** Issues and checks tokens. */
export class Issuer {
  readonly #cached = new Map<string, { readonly token: string; readonly renewAt: number }>()
  #keys: Promise<SigningKey>[]
  #generation = 1
  mode: SigningMode = 'valid'

  constructor() {
    firstKey ??= makeKey('emulator-1')
    this.#keys = [firstKey]
  }

  /** The public keys, as a JSON Web Key Set. */
  async keySet(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: (await Promise.all(this.#keys)).map(({ jwk }) => jwk) }
  }

  /** Signs with a new key. The old key stays published unless it is withdrawn. */
  async rotate(isOldWithdrawn = false): Promise<void> {
    this.#generation += 1
    const key = makeKey(`emulator-${this.#generation}`)
    this.#keys = isOldWithdrawn ? [key] : [key, ...this.#keys]
    this.#cached.clear()
    await key
  }

  /** An access token for an application. */
  async issue(origin: string, { appId, tenantId }: Bearer, audience: string): Promise<string> {
    const { privateKey, kid } = await this.#newest()
    return new SignJWT({ appid: appId, azp: appId, tid: tenantId, roles, idtyp: 'app', ver: '2.0' })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .setIssuer(issuerOf(origin, tenantId))
      .setAudience(audience)
      .setSubject(appId)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime(`${TOKEN_LIFETIME_SECONDS}s`)
      .sign(privateKey)
  }

  /** Checks a bot's access token. */
  async check(origin: string, token: string): Promise<TokenVerdict> {
    try {
      const keys = await Promise.all(this.#keys)
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = keys.find((one) => one.kid === kid)
          if (key === undefined) throw new errors.JWKSNoMatchingKey()
          return key.publicKey
        },
        { algorithms: ['RS256'], requiredClaims: ['exp', 'appid', 'tid'] },
      )
      const { iss, appid, tid, aud } = payload
      if (typeof aud !== 'string' || ![...graphAudiences, origin].includes(aud.replace(/\/$/, '')))
        return bad('Access token validation failure. Invalid audience.')
      if (typeof appid !== 'string' || typeof tid !== 'string' || iss !== issuerOf(origin, tid))
        return bad('Access token validation failure. Invalid issuer.')
      return { isGood: true, bearer: { appId: appid, tenantId: tid } }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return bad('Lifetime validation failed, the token is expired.')
      if (error instanceof errors.JOSEError)
        return bad('Access token validation failure. It is not a token of this service.')
      throw error
    }
  }

  /** The `Authorization` header of a callback; undefined if callbacks are not signed. */
  async signCallback(appId: string, tenantId: string): Promise<string | undefined> {
    if (this.mode === 'none') return undefined
    const name = `${this.mode} ${appId} ${tenantId}`
    const cached = this.#cached.get(name)
    if (cached !== undefined && cached.renewAt > systemClock.now()) return cached.token
    const token = `Bearer ${await this.#sign(this.mode, appId, tenantId)}`
    this.#cached.set(name, { token, renewAt: systemClock.now() + TOKEN_LIFETIME_SECONDS * 1_000 - RENEW_BEFORE_MS })
    return token
  }

  async #sign(mode: SigningMode, appId: string, tenantId: string): Promise<string> {
    const newest = await this.#newest()
    const now = Math.floor(systemClock.now() / 1_000)
    const begins =
      mode === 'expired'
        ? now - 2 * TOKEN_LIFETIME_SECONDS
        : mode === 'not-yet-valid'
          ? now + TOKEN_LIFETIME_SECONDS
          : now
    const issuer =
      mode === 'wrong-issuer'
        ? 'https://login.example.com'
        : mode === 'graph-issuer'
          ? callbackIssuers.graph
          : callbackIssuers.valid
    // An unknown key under the published key id: only the signature differs.
    const privateKey = mode === 'wrong-key' ? (await generateKeyPair('RS256')).privateKey : newest.privateKey
    return new SignJWT(
      mode === 'no-tenant' ? {} : { tid: mode === 'wrong-tenant' ? '00000000-0000-4000-8000-000000000000' : tenantId },
    )
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: newest.kid })
      .setIssuer(issuer)
      .setAudience(mode === 'wrong-audience' ? '00000000-0000-4000-8000-000000000000' : appId)
      .setIssuedAt(begins)
      .setNotBefore(begins)
      .setExpirationTime(begins + TOKEN_LIFETIME_SECONDS)
      .sign(privateKey)
  }

  async #newest(): Promise<SigningKey> {
    const [key] = this.#keys
    if (key === undefined) throw new TypeError('The issuer has no key.')
    return key
  }
}

/** The issuer of a tenant's access tokens. */
function issuerOf(origin: string, tenantId: string): string {
  return `${origin}/${tenantId}/v2.0`
}

/** The OpenID configuration for the keys of callbacks. */
export function callbackConfiguration(origin: string): object {
  return {
    issuer: callbackIssuers.valid,
    authorization_endpoint: 'https://invalid.botframework.com',
    jwks_uri: `${origin}/v1/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
  }
}

/** The OpenID configuration of a tenant. */
export function tenantConfiguration(origin: string, tenantId: string): object {
  return {
    issuer: issuerOf(origin, tenantId),
    token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
  }
}

async function makeKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  return { kid, publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } }
}

function bad(reason: string): TokenVerdict {
  return { isGood: false, reason }
}
