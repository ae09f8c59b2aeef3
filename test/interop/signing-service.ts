/**
 * A signing service: what the calling service is to a webhook — an OpenID configuration, keys, and tokens signed with
 * one of them.
 * @module
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Fetch } from '../../src/graph/index.ts'

/** The bot the callbacks are for. */
export const appId = '0efc74f7-41c3-47a4-8775-7259bfef4241'

/** Where they come from. */
export const tenantId = '2432b57b-0abd-43db-aa7b-16eadd115d34'

/** Signs as the service does, and serves the keys to check it by. */
export interface SigningService {
  readonly fetch: Fetch
  /** An `Authorization` of the service's; `changes` are other claims than it would make. */
  authorization(changes?: Readonly<Record<string, unknown>>): Promise<string>
}

/** A service with a key of its own. */
export async function signingService(): Promise<SigningService> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key', use: 'sig' }]
  return {
    fetch: async (url) =>
      Response.json(url.endsWith('OpenIdConfiguration') ? { jwks_uri: 'https://keys.example/keys' } : { keys }),
    async authorization(changes = {}) {
      const claims = { iss: 'https://graph.microsoft.com', aud: appId, tid: tenantId, ...changes }
      const token = new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'key' })
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('1h')
      return `Bearer ${await token.sign(privateKey)}`
    },
  }
}
