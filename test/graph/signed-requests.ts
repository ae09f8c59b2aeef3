/**
 * Requests signed as the service signs them, and a webhook that receives them with a fake key endpoint.
 * @module
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { graphWebhook, type GraphWebhook, type GraphWebhookOptions } from '../../src/graph/webhook/webhook.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { payload, payloadText } from './payload-files.ts'

/** The claims of the documented token. */
export const claims = payload('jwt-claims-inbound.json') as Record<string, unknown>

/** The application that the documented token is for. */
export const appId = String(claims['aud'])

/** A moment at which the documented token is valid. */
export const nowSeconds = 1_466_741_500

/** A signing key pair of the service. */
export interface Pair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}

/** A new key pair. */
async function pair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', endorsements: ['msteams'] } as JWK,
  }
}

/** The key pair that the key endpoint serves. */
export const first = await pair('first')

/** A key pair that the key endpoint does not serve at first. */
export const second = await pair('second')

/** A token with the documented claims, changed so, signed by that key. */
export async function sign(
  changes: Record<string, unknown> = {},
  key = first.privateKey,
  header: Record<string, unknown> = {},
): Promise<string> {
  const payloadOf = Object.fromEntries(
    Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined),
  )
  return new SignJWT(payloadOf).setProtectedHeader({ alg: 'RS256', kid: 'first', typ: 'JWT', ...header }).sign(key)
}

/** A webhook under test. */
export interface Gate {
  readonly handle: GraphWebhook
  readonly clock: VirtualClock
  readonly received: InboundEvent[]
  readonly told: { code?: string; message?: string }[]
  /** What was fetched. */
  readonly fetched: string[]
  /** What the key endpoint serves; undefined is down. */
  keys: JWK[] | undefined
  post(authorization?: string): Promise<number>
}

/** A webhook whose key endpoint serves the first key. */
export function gate(options: Partial<GraphWebhookOptions> = {}): Gate {
  const clock = virtualClock(nowSeconds * 1_000)
  const received: InboundEvent[] = []
  const told: Gate['told'] = []
  const fetched: string[] = []
  const state: Gate = {
    clock,
    received,
    told,
    fetched,
    keys: [first.jwk],
    handle: graphWebhook({ receive: async (observations) => void received.push(...observations) }, {
      appId,
      clock,
      onRefused: (error: unknown) => told.push(error as Error),
      fetch: async (url: string) => {
        fetched.push(url)
        if (state.keys === undefined) throw new TypeError('fetch failed')
        return Response.json(
          url.endsWith('OpenIdConfiguration')
            ? { jwks_uri: 'https://keys.example/jwks', issuer: 'https://api.botframework.com' }
            : { keys: state.keys },
        )
      },
      ...options,
    } as GraphWebhookOptions),
    async post(authorization) {
      const headers = authorization === undefined ? {} : { authorization }
      const response = await this.handle(
        new Request('https://bot.example/', {
          method: 'POST',
          headers,
          body: payloadText('docs-call-established-notification.json'),
        }),
      )
      return response.status
    },
  }
  return state
}
