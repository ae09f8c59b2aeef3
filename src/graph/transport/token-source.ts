/**
 * Token source: obtains the bearer token of outgoing requests, once at a time, and caches it until just before it
 * expires.
 *
 * Rule 1: messages never contain a token, nor the text of the provider's error, which may quote secrets. Only the kind
 * of that error is kept, and not the error as a cause: loggers print causes.
 * Rule 2: the expiry is the credential's, else the `exp` of a JWT; a token without either is obtained again for every
 * request.
 * @module
 */
import { decodeJwt } from 'jose'
import type { Clock } from '../../time/clock.ts'
import { withDeadline } from '../../time/with-deadline.ts'

/** Anything shaped like `TokenCredential` of `@azure/core-auth`. */
export interface TokenCredentialLike {
  /** Resolves with an access token for the scopes. */
  getToken(scopes: string | string[]): Promise<{
    /** The access token. */
    readonly token: string
    /** When the token expires, in milliseconds since the epoch. */
    readonly expiresOnTimestamp: number
  } | null>
}

/** A provider of tokens. The library shows its errors nowhere; a provider that needs them has to log them itself. */
export type TokenProvider = (() => string | Promise<string>) | TokenCredentialLike

/** Thrown when a token could not be obtained. The message contains no token. */
export class TokenUnavailable extends Error {}

/** Provides tokens, with at most one request for them at a time. */
export interface TokenSource {
  /** @throws TokenUnavailable */
  get(): Promise<string>
  /** Forgets `token`: the service refused it. */
  invalidate(token: string): void
}

/** How long before its expiry a token is no longer used, in milliseconds: requests take time, and clocks differ. */
const RENEW_BEFORE_MS = 2 * 60_000
/** The timeout of the token provider, in milliseconds; a credential that hangs would block every request. */
const OBTAIN_TIMEOUT_MS = 30_000
/** The characters and the length of a token (RFC 6750 section 2.1, `b64token`). */
const wellFormed = /^[A-Za-z0-9\-._~+/]{1,16384}=*$/

interface Held {
  readonly token: string
  readonly expiresAt: number
}

/** Creates a source from a function or a credential. `clock` is read each time, so that it may be replaced. */
export function createTokenSource(provider: TokenProvider, scopes: readonly string[], clock: () => Clock): TokenSource {
  let held: Held | undefined
  let pending: Promise<Held> | undefined

  const renew = async (): Promise<Held> => {
    const obtained = await withDeadline(
      { clock: clock(), timeoutMs: OBTAIN_TIMEOUT_MS, timeoutError: tookTooLong },
      () => obtain(provider, scopes),
    )
    if (!wellFormed.test(obtained.token)) {
      throw new TokenUnavailable('the token source returned something that is not a bearer token (it is not shown)')
    }
    return obtained
  }

  return {
    async get() {
      if (held !== undefined && clock().now() < held.expiresAt - RENEW_BEFORE_MS) return held.token
      pending ??= renew()
        .then((fresh) => (held = fresh))
        .finally(() => {
          pending = undefined
        })
      return (await pending).token
    },
    invalidate(token) {
      if (held?.token === token) held = undefined
    },
  }
}

function tookTooLong(): TokenUnavailable {
  return new TokenUnavailable(`the token source gave no token within ${OBTAIN_TIMEOUT_MS} ms`)
}

async function obtain(provider: TokenProvider, scopes: readonly string[]): Promise<Held> {
  try {
    if (typeof provider === 'function') {
      const token = await provider()
      return { token: String(token), expiresAt: expiryOf(String(token)) }
    }
    const answer = await provider.getToken([...scopes])
    if (answer === null) throw new TokenUnavailable('the credential has no token for this scope')
    return { token: answer.token, expiresAt: answer.expiresOnTimestamp }
  } catch (error) {
    if (error instanceof TokenUnavailable) throw error
    throw new TokenUnavailable(
      `the token source failed (${kindOf(error)}); its message is not shown because it may contain secrets`,
    )
  }
}

/** A name of a class or of an error code. A single short word of letters cannot be a token or a secret. */
const aKind = /^[A-Za-z_]{1,40}$/

/** The name of the error, and its code if it has one, such as `ENOTFOUND`. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw something that is not an error'
  const { name, code } = error as { readonly name: unknown; readonly code?: unknown }
  const words = [name, code].filter((word) => typeof word === 'string' && aKind.test(word))
  return words.length === 0 ? 'an error without a plain name' : words.join(' ')
}

/** `exp` of a JWT in milliseconds, not verified: it only saves asking again. 0 when there is none. */
function expiryOf(token: string): number {
  try {
    const { exp } = decodeJwt(token)
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : 0
  } catch {
    return 0 // rule 2: not a JWT, so nothing is known of its expiry
  }
}
