/**
 * Token: the client credentials grant, by hand. With `@azure/identity` it is
 * `new ClientSecretCredential(tenantId, appId, appSecret)`, or a managed identity, and this file is not needed.
 * @module
 */
import type { Settings } from './settings.ts'

/** How long the login may take, in milliseconds. */
const TIMEOUT_MS = 10_000

/** Returns a function that requests an application token; rollcall caches the token until just before it expires. */
export function clientCredentials({ loginUrl, tenantId, appId, appSecret, graphUrl }: Settings): () => Promise<string> {
  return async () => {
    const response = await fetch(`${loginUrl}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: appId,
        client_secret: appSecret,
        scope: `${graphUrl}/.default`,
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) {
      // rollcall shows no errors of a token source, because they may contain secrets. This message contains none.
      console.error(`no token (HTTP ${response.status}): check APP_ID, APP_SECRET and TENANT_ID`)
      throw new Error('no token')
    }
    const { access_token: token } = (await response.json()) as { access_token: string }
    return token
  }
}
