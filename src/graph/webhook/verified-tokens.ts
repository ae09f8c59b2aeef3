/**
 * Verified tokens: the service sends the same token with many callbacks, and a signature costs more to check than the rest of a
 * callback. A token that was verified is recognised by its exact text.
 *
 * Rule 1: only tokens that were accepted are kept, never those that were refused.
 * Rule 2: a kept token counts until it expires, and only with the keys it was verified by: when keys are fetched again, as for one
 * that was withdrawn, its signature is checked again.
 * @module
 */
import type { JWTVerifyGetKey } from 'jose'
import type { Clock } from '../../time/clock.ts'

/** The most tokens kept. The service renews its tokens about once an hour, so that a few are in use at a time. */
export const VERIFIED_TOKENS_LIMIT = 256

interface Verified {
  readonly tenant: string
  readonly keys: JWTVerifyGetKey
  /** The time the token was found good at, in milliseconds since the epoch. */
  readonly verifiedAt: number
  /** When the token expires, in milliseconds since the epoch, the accepted difference between clocks included. */
  readonly until: number
}

/** The tokens that were verified. */
export class VerifiedTokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, Verified>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The tenant of a token that was verified with these keys and has not expired. */
  tenantOf(token: string, keys: JWTVerifyGetKey): string | undefined {
    const verified = this.#tokens.get(token)
    if (verified === undefined) return undefined
    const now = this.#clock.now()
    // A wall clock that was set back may lie before `nbf`.
    if (verified.keys === keys && verified.verifiedAt <= now && now < verified.until) return verified.tenant
    this.#tokens.delete(token)
    return undefined
  }

  /** Keeps a token that was verified with these keys. */
  add(token: string, verified: Verified): void {
    // A token that comes again with other keys keeps one place, the last.
    this.#tokens.delete(token)
    const [oldest] = this.#tokens.keys()
    if (oldest !== undefined && this.#tokens.size >= VERIFIED_TOKENS_LIMIT) this.#tokens.delete(oldest)
    this.#tokens.set(token, verified)
  }
}
