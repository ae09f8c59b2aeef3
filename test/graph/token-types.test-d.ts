/**
 * Credentials of `@azure/identity` are credentials here: all of them are `TokenCredential`s of `@azure/core-auth`,
 * which contains only the types. Checked by `npm run typecheck`, never run.
 * @module
 */
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth'
import { graphTransport, type GraphTransportOptions } from '../../src/graph/index.ts'

/** Whatever credential the application has. */
export function withCredential(token: TokenCredential): void {
  graphTransport({ token })
}

/** As `ClientSecretCredential`, `ManagedIdentityCredential` and the others are declared. */
export abstract class SomeCredential implements TokenCredential {
  abstract getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>
}

/** One of them. */
export function withClass(token: SomeCredential): void {
  graphTransport({ token })
}

/** What is neither a credential nor a function that returns tokens is refused. */
export const refused: readonly GraphTransportOptions['token'][] = [
  // @ts-expect-error a token is asked for each time it is needed, not given once
  'eyJhbGciOi',
  // @ts-expect-error an AccessToken is what a credential returns
  { token: 'eyJhbGciOi', expiresOnTimestamp: 0 } satisfies AccessToken,
  // @ts-expect-error a token is text
  () => 7,
]
