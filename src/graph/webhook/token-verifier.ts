/**
 * Token verifier: checks that a callback is from the service and for this bot.
 *
 * Rule 1: only RS256: the verifier chooses the algorithm, not the token (RFC 8725 section 3.1).
 * Rule 2: one of two issuers, this bot as audience, `exp` required, `nbf` checked, a tenant required.
 * Rule 3: exactly one token, in exactly one header.
 * Rule 4: the reason of a refusal is reported to the application, not to the sender.
 * @module
 */
import { errors, jwtVerify, decodeProtectedHeader, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { isRollcallError, RollcallError } from '../../call/model/errors.ts'
import type { Clock } from '../../time/clock.ts'
import type { Fetch } from '../transport/http-attempt.ts'
import { normaliseId } from '../wire/ids.ts'
import { createSigningKeys, DEFAULT_OPENID_CONFIG_URL, type SigningKeys } from './signing-keys.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/** "Valid issuers are https://graph.microsoft.com and https://api.botframework.com" (call notifications). */
const issuers = ['https://graph.microsoft.com', 'https://api.botframework.com']
/** The claim of the tenant, and its long name in Microsoft's .NET sample. */
const tenantClaims = ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid']
/** The accepted difference between two clocks, in seconds. */
const CLOCK_SKEW_SECONDS = 30
/** The longest accepted `Authorization` header, in characters; real ones are under 2 kB. */
const HEADER_LIMIT = 8_192

/** Which tokens to accept. */
export interface InboundTokenOptions {
  /** The bot's application (client) id: the audience. */
  readonly appId: string
  /** The tenant, or tenants, callbacks may come from; any when absent. */
  readonly tenantId?: string | readonly string[] | undefined
  readonly openIdConfigUrl?: string | undefined
  readonly fetch?: Fetch | undefined
  readonly clock: Clock
}

/**
 * Resolves to the token's tenant when the header holds a good token. @throws RollcallError TOKEN_REFUSED |
 * KEYS_UNAVAILABLE
 */
export type TokenCheck = (authorization: string | null) => Promise<string>

/** Creates a check of `Authorization` headers. */
export function createTokenCheck(options: InboundTokenOptions): TokenCheck {
  const tenants = tenantsOf(options.tenantId)
  const keys = createSigningKeys(
    options.openIdConfigUrl ?? DEFAULT_OPENID_CONFIG_URL,
    options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    options.clock,
  )
  const audience = [...new Set([options.appId, options.appId.toLowerCase()])]

  const verify: Verify = async (token, getKey) => {
    // The wall clock may be set while the signature is checked.
    const verifiedAt = options.clock.now()
    const { payload } = await jwtVerify(token, getKey, {
      algorithms: ['RS256'],
      issuer: issuers,
      audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(verifiedAt),
    })
    return { payload, usedKeys: getKey, verifiedAt }
  }

  const verified = new VerifiedTokens(options.clock)

  return async (authorization) => {
    const token = bearerToken(authorization)
    checkHeader(token)
    const current = await keys.current()
    const known = verified.tenantOf(token, current)
    if (known !== undefined) return known
    try {
      const { payload, usedKeys, verifiedAt } = await verifyWithRefresh(token, current, keys, verify)
      const tenant = checkTenant(payload, tenants)
      const until = ((payload.exp ?? 0) + CLOCK_SKEW_SECONDS) * 1_000
      verified.add(token, { tenant, keys: usedKeys, verifiedAt, until })
      return tenant
    } catch (error) {
      if (isRollcallError(error)) throw error
      throw refused(reasonOf(error))
    }
  }
}

/** A good token, the keys it was verified by, and when, in milliseconds since the epoch. */
interface VerifiedToken {
  readonly payload: JWTPayload
  readonly usedKeys: JWTVerifyGetKey
  readonly verifiedAt: number
}

type Verify = (token: string, getKey: JWTVerifyGetKey) => Promise<VerifiedToken>

async function verifyWithRefresh(
  token: string,
  current: JWTVerifyGetKey,
  keys: SigningKeys,
  verify: Verify,
): Promise<VerifiedToken> {
  try {
    return await verify(token, current)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    const fresh = await keys.refreshed()
    if (fresh === undefined) throw error
    return verify(token, fresh)
  }
}

function bearerToken(authorization: string | null): string {
  if (authorization === null || authorization === '') throw refused('no Authorization header')
  if (authorization.length > HEADER_LIMIT)
    throw refused(`an Authorization header of more than ${HEADER_LIMIT} characters`)
  // Two headers arrive joined by a comma, which no token contains (rule 3).
  const match = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization.trim())
  if (match?.[1] === undefined) throw refused('not exactly one signed bearer token')
  return match[1]
}

function checkHeader(token: string): void {
  let header: { alg?: string; kid?: string }
  try {
    header = decodeProtectedHeader(token)
  } catch {
    throw refused('not a signed token')
  }
  // Checked before the key lookup, so that an invalid token causes no request.
  if (header.alg !== 'RS256') throw refused('an algorithm other than RS256')
  if (typeof header.kid !== 'string' || header.kid === '') throw refused('no key id')
}

function checkTenant(payload: JWTPayload, tenants: ReadonlySet<string> | undefined): string {
  const claimed = new Set(tenantClaims.map((claim) => payload[claim]).filter((value) => value !== undefined))
  const [tenant] = claimed
  if (claimed.size !== 1 || typeof tenant !== 'string' || tenant.trim() === '')
    throw refused('no tenant, or more than one')
  const normalised = normaliseId(tenant)
  if (tenants !== undefined && !tenants.has(normalised)) throw refused('another tenant')
  return normalised
}

function tenantsOf(tenantId: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (tenantId === undefined) return undefined
  return new Set((typeof tenantId === 'string' ? [tenantId] : tenantId).map(normaliseId))
}

function reasonOf(error: unknown): string {
  // Not an error of jose: the platform could not use the published key.
  if (!(error instanceof errors.JOSEError)) return 'the key it names cannot be used'
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `claim ${error.claim}: ${error.reason}`
  return error.code
}

function refused(reason: string): RollcallError {
  return new RollcallError('TOKEN_REFUSED', `the callback's token was refused: ${reason}`, {
    expected: 'one RS256 bearer token of the calling service for this bot',
  })
}
