/**
 * Emulator: the simulated call service behind Graph's URLs, on loopback, so that a bot in any language can be pointed
 * at it. A thin shell: it reads requests, writes answers, and keeps no state of its own about calls.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { DEFAULT_APP_ID } from '../simulator/acts.ts'
import type { CallTruth } from '../simulator/ground-truth.ts'
import { makeCertificate } from './certificate.ts'
import { answerControl, CONTROL_PATH } from './control-api.ts'
import { createControl, type EmulatorControl } from './control.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { doorRefusal, plainName } from './front-door.ts'
import { answerGraph, type TokenPolicy } from './graph-edge.ts'
import { BodyTooLong, readIncoming, RequestAborted, write, writeGraphError, type Incoming } from './http.ts'
import { callbackConfiguration, Issuer, tenantConfiguration, type SigningMode } from './issuer.ts'
import type { RequestLogEntry } from './request-log.ts'
import { answerTokenRequest } from './token-endpoint.ts'

/** How to start an emulator. */
export interface EmulatorOptions extends Omit<EngineOptions, 'authorize'> {
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /**
   * Further names that requests may have in `Host`, such as a container's. Addresses, `localhost` and `host` always are;
   * any other name is refused, since a site could have its own lead here.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /** Which tokens bots must show: `true` (the default) for any, `issued` for those of the emulator's token endpoint, `false` for none. */
  readonly requireToken?: boolean | 'issued' | undefined
  /** The application of bots whose token does not say. */
  readonly appId?: string | undefined
  /** Secrets by application id, for the token endpoint. Default: any secret of any application will do. */
  readonly clients?: { readonly [appId: string]: string } | undefined
  /** How callbacks are signed. Default `valid`. */
  readonly signing?: SigningMode | undefined
  /** Speak https with a certificate made for the occasion; {@link Emulator.certificate} is it. Default false. */
  readonly https?: boolean | undefined
}

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:{port}`, or https; Graph's `/v1.0` and `/beta` are below it. */
  readonly url: string
  readonly port: number
  readonly seed: string
  /** PEM of the certificate to trust, when the emulator speaks https. */
  readonly certificate?: string | undefined
  /** Where bots find the keys of signed callbacks. */
  readonly openIdConfigUrl: string
  readonly control: EmulatorControl
  /** Everything that went over the wire, oldest first. */
  journal(): readonly RequestLogEntry[]
  /** What is so about a call, whatever a bot believes; undefined when there never was one. */
  truth(callId: string): CallTruth | undefined
  /** The history so far, as text; replay it with `replayHistory`. */
  history(): string
  /** Virtual milliseconds since the start. */
  now(): number
  /** Virtual milliseconds at which something happens next by itself; undefined when nothing is planned. */
  nextAt(): number | undefined
  /** How many requests are held until a later instant of virtual time, at which they are answered. */
  pending(): number
  /** Lets virtual time pass on a stepped clock; resolves when the bots have answered what that made them hear. */
  advance(ms: number): Promise<void>
  /** Resolves once the bots have answered every notification posted so far. */
  settled(): Promise<void>
  /** Stops listening, ends every connection, and gives up what was not delivered. */
  close(): Promise<void>
}

/** Starts an emulator on loopback. Rejects with Node's error when the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const {
    port = 0,
    host = '127.0.0.1',
    allowedHosts = [],
    requireToken = true,
    appId = DEFAULT_APP_ID,
    clients,
    signing = 'valid',
    https = false,
    ...rest
  } = options
  const issuer = new Issuer()
  issuer.mode = signing
  const engine = new Engine({
    ...rest,
    authorize: ({ appId: audience, tenantId }) => issuer.signCallback(audience, tenantId),
  })
  const surroundings = {
    engine,
    issuer,
    appId,
    origin: '',
    names: new Set([host, ...allowedHosts].map(plainName)),
    tokens: tokenPolicy(requireToken),
    clients: clients && new Map(Object.entries(clients).map(([id, secret]) => [id.toLowerCase(), secret])),
  }
  const certificate = https ? makeCertificate(host) : undefined
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, response, surroundings)
  }
  const server = certificate === undefined ? createServer(listener) : createSecureServer({ ...certificate }, listener)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
  } catch (error) {
    engine.close()
    throw error
  }
  const address = server.address() as AddressInfo
  const url = `${https ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`
  surroundings.origin = url
  return {
    url,
    port: address.port,
    seed: engine.seed,
    certificate: certificate?.cert,
    openIdConfigUrl: `${url}${CALLBACK_CONFIGURATION_PATH}`,
    control: createControl(engine, issuer),
    journal: () => engine.journal.read(),
    truth: (callId) => engine.truth(callId),
    history: () => engine.history(),
    now: () => engine.now(),
    nextAt: () => engine.nextAt(),
    pending: () => engine.pending,
    advance: (ms) => engine.advance(ms),
    settled: () => engine.idle(),
    close: () =>
      new Promise((resolve) => {
        engine.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** As the calling service has it, on another host. */
const CALLBACK_CONFIGURATION_PATH = '/v1/.well-known/OpenIdConfiguration'

interface Surroundings {
  readonly engine: Engine
  readonly issuer: Issuer
  readonly appId: string
  readonly origin: string
  readonly names: ReadonlySet<string>
  readonly tokens: TokenPolicy
  readonly clients: ReadonlyMap<string, string> | undefined
}

function tokenPolicy(requireToken: boolean | 'issued'): TokenPolicy {
  if (requireToken === 'issued') return 'issued'
  return requireToken ? 'any' : 'none'
}

async function answer(request: IncomingMessage, response: ServerResponse, surroundings: Surroundings): Promise<void> {
  const refusal = doorRefusal(request.headers, surroundings.names)
  if (refusal !== undefined) {
    request.resume()
    return writeGraphError({ request, response }, 403, 'RequestNotAllowed', refusal)
  }
  try {
    await dispatch(await readIncoming(request, response), surroundings)
  } catch (error) {
    if (error instanceof RequestAborted || response.headersSent) return
    const isTooLong = error instanceof BodyTooLong
    writeGraphError(
      { request, response },
      isTooLong ? 413 : 500,
      isTooLong ? 'RequestTooLarge' : '9999',
      isTooLong ? 'The body is too long.' : 'Unknown internal server error.',
    )
  }
}

async function dispatch(incoming: Incoming, surroundings: Surroundings): Promise<void> {
  const { pathname } = incoming.url
  if (pathname === CONTROL_PATH || pathname.startsWith(`${CONTROL_PATH}/`)) return answerControl(incoming, surroundings)
  if (await answerIdentity(incoming, surroundings)) return
  return answerGraph(incoming, surroundings)
}

/** Tokens, keys and OpenID configurations. Resolves to false when the URL is none of theirs. */
async function answerIdentity(
  { request, response, method, url, text }: Incoming,
  { issuer, origin, clients, engine }: Surroundings,
): Promise<boolean> {
  const { pathname } = url
  if (method === 'GET' && pathname.toLowerCase() === CALLBACK_CONFIGURATION_PATH.toLowerCase()) {
    write(response, 200, {}, callbackConfiguration(origin))
    return true
  }
  if (method === 'GET' && (pathname === '/v1/keys' || /^\/[^/]+\/discovery\/v2\.0\/keys$/.test(pathname))) {
    write(response, 200, {}, await issuer.keySet())
    return true
  }
  const [, tenant = '', below = ''] = /^\/([^/]+)\/(.+)$/.exec(pathname) ?? []
  if (method === 'GET' && below === 'v2.0/.well-known/openid-configuration') {
    write(response, 200, {}, tenantConfiguration(origin, tenant))
    return true
  }
  if (below !== 'oauth2/v2.0/token') return false
  const { journal } = engine
  const said =
    method === 'POST'
      ? await answerTokenRequest({
          origin,
          tenant,
          issuer,
          clients,
          homeTenant: engine.tenantId,
          body: text,
          contentType: request.headers['content-type'],
          authorization: request.headers.authorization,
        })
      : { status: 405, body: { error: 'invalid_request', error_description: 'The token endpoint takes POST.' } }
  journal.write({ type: 'request', at: engine.now(), method, path: pathname, status: said.status })
  write(response, said.status, { 'cache-control': 'no-store', pragma: 'no-cache' }, said.body)
  return true
}
