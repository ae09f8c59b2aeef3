/**
 * Emulator: the simulated call service behind Graph's URLs, on loopback, for bots in any language. It reads requests
 * and writes answers, and keeps no call state of its own.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { method, milliseconds, options, port as portShape, readOptions, someText } from '../call/codec/options.ts'
import { flag, is, list, oneOf, optional, record, text } from '../call/codec/schema.ts'
import { DEFAULT_APP_ID } from '../simulator/world/acts.ts'
import { driverFields, readScripts } from '../simulator/graph/options.ts'
import type { CallTruth } from '../simulator/world/ground-truth.ts'
import type { Clock } from '../time/clock.ts'
import { makeCertificate } from './certificate.ts'
import { answerControl, CONTROL_PATH } from './control-api.ts'
import { createControl, type EmulatorControl } from './control.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { originRefusal, plainName } from './origin-check.ts'
import { answerGraph, type TokenPolicy } from './graph-edge.ts'
import { BodyTooLong, readIncoming, RequestAborted, write, writeGraphError, type Incoming } from './http.ts'
import { callbackConfiguration, Issuer, signingModes, tenantConfiguration, type SigningMode } from './issuer.ts'
import type { RequestLogEntry } from './request-log.ts'
import { answerTokenRequest } from './token-endpoint.ts'

/** Options of an emulator. */
export interface EmulatorOptions extends Omit<EngineOptions, 'authorize' | 'clock'> {
  /** `real`, the default, or `stepped`: time passes only on `advance`. */
  readonly clock?: 'real' | 'stepped' | undefined
  /** How many times as fast as real time a running clock is, more than 0. Default 1. */
  readonly speed?: number | undefined
  /** TCP port. Default 0: any free port. */
  readonly port?: number | undefined
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string | undefined
  /**
   * Further host names that requests may use, such as a container's. IP addresses, `localhost` and `host` are always
   * allowed; other names are refused, because a site could point its own name at this machine.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /**
   * Which tokens bots must send: `any`, the default, for any bearer token, `issued` for tokens of the emulator's token
   * endpoint, `none` for no token.
   */
  readonly requireToken?: TokenPolicy | undefined
  /** The application of bots whose token names none. */
  readonly appId?: string | undefined
  /** Secrets by application id, for the token endpoint. Default: every application and secret is accepted. */
  readonly clients?: { readonly [appId: string]: string } | undefined
  /** How callbacks are signed. Default `valid`. */
  readonly signing?: SigningMode | undefined
  /** Serve https with a new self-signed certificate, see {@link Emulator.certificate}. Default false. */
  readonly https?: boolean | undefined
}

const shape = options<EmulatorOptions>({
  ...driverFields,
  clock: optional(oneOf('real', 'stepped')),
  speed: optional(is('a number, more than 0', (value) => Number.isFinite(value) && (value as number) > 0)),
  port: optional(portShape),
  host: optional(someText),
  allowedHosts: optional(list(someText)),
  requireToken: optional(oneOf('issued', 'any', 'none')),
  appId: optional(someText),
  clients: optional(record(text)),
  signing: optional(oneOf(...signingModes)),
  https: optional(flag),
  callbackTimeoutMs: optional(milliseconds),
  log: optional(method),
})

/** The options there are. */
export const emulatorOptionNames = shape.names

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:{port}`, or https; Graph's `/v1.0` and `/beta` are below it. */
  readonly url: string
  /** The port it listens on. */
  readonly port: number
  /** The seed of everything random: the same seed and requests give the same history. */
  readonly seed: string
  /** PEM of the certificate to trust, if the emulator serves https. */
  readonly certificate?: string | undefined
  /** URL of the OpenID configuration with the keys of signed callbacks. */
  readonly openIdConfigUrl: string
  /** What people do, and how the service behaves. */
  readonly control: EmulatorControl
  /** All requests and notifications kept, oldest first. */
  requestLog(): readonly RequestLogEntry[]
  /** The true state of a call, whatever a bot believes; undefined for an unknown call. */
  truth(callId: string): CallTruth | undefined
  /** The history so far, as text for `replayHistory`. */
  history(): string
  /**
   * The emulator's time as a clock for `createRollcall` and other bots in this process: it runs with the emulator's speed
   * and stands still with a stepped emulator, whose `advance` runs its timers. Where a bot's requests have to arrive
   * before time passes on, use {@link steppedTime}.
   *
   * @example
   * const emulator = await startEmulator({ speed: 60 })
   * const transport = graphTransport({ token: async () => 'token', baseUrl: emulator.url })
   * const rollcall = createRollcall({ transport, clock: emulator.clock })
   */
  readonly clock: Clock
  /** The time at the emulator's start, in milliseconds since the epoch. */
  readonly epochMs: number
  /** Virtual milliseconds since the start. */
  now(): number
  /** Virtual milliseconds at which the next thing happens by itself; undefined if nothing is planned. */
  nextAt(): number | undefined
  /** Number of requests whose answers are due later in virtual time. */
  pending(): number
  /**
   * Advances a stepped clock by virtual milliseconds; resolves once the bots have answered the notifications this sent.
   */
  advance(ms: number): Promise<void>
  /** Resolves once the bots have answered every notification posted so far. */
  settled(): Promise<void>
  /** Stops listening, closes every connection, and drops everything not delivered. */
  close(): Promise<void>
}

/**
 * Starts an emulator on loopback. Rejects with Node's error if the port is taken.
 * @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be
 * @example
 * ```ts
 * import { startEmulator } from 'rollcall/emulator'
 *
 * const emulator = await startEmulator({ clock: 'stepped', seed: 'a name' })
 * console.log(emulator.url) // in place of https://graph.microsoft.com
 * await emulator.advance(5_000)
 * await emulator.close()
 * ```
 */
export async function startEmulator(given: EmulatorOptions = {}): Promise<Emulator> {
  const {
    port = 0,
    host = '127.0.0.1',
    allowedHosts = [],
    requireToken = 'any',
    appId = DEFAULT_APP_ID,
    clients,
    signing = 'valid',
    https = false,
    clock,
    speed,
    ...rest
  } = readOptions('startEmulator', shape, given)
  if (clock === 'stepped' && speed !== undefined)
    throw new TypeError("startEmulator: speed: expected a clock that runs; clock is 'stepped'")
  const issuer = new Issuer()
  issuer.mode = signing
  const engine = new Engine({
    ...rest,
    scripts: readScripts('startEmulator', rest.scripts),
    clock: speed === undefined ? clock : { speed },
    authorize: ({ appId: audience, tenantId }) => issuer.signCallback(audience, tenantId),
  })
  const context = {
    engine,
    issuer,
    appId,
    origin: '',
    names: new Set([host, ...allowedHosts].map(plainName)),
    tokens: requireToken,
    clients: clients && new Map(Object.entries(clients).map(([id, secret]) => [id.toLowerCase(), secret])),
  }
  const certificate = https ? makeCertificate(host) : undefined
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, response, context)
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
  context.origin = url
  return {
    url,
    port: address.port,
    seed: engine.seed,
    certificate: certificate?.cert,
    openIdConfigUrl: `${url}${CALLBACK_CONFIGURATION_PATH}`,
    control: createControl(engine, issuer),
    requestLog: () => engine.requestLog.read(),
    truth: (callId) => engine.truth(callId),
    history: () => engine.history(),
    clock: engine.botClock,
    epochMs: engine.epochMs,
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

/** The path the calling service uses, on another host. */
const CALLBACK_CONFIGURATION_PATH = '/v1/.well-known/OpenIdConfiguration'

interface ServerContext {
  readonly engine: Engine
  readonly issuer: Issuer
  readonly appId: string
  readonly origin: string
  readonly names: ReadonlySet<string>
  readonly tokens: TokenPolicy
  readonly clients: ReadonlyMap<string, string> | undefined
}

async function answer(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const refusal = originRefusal(request.headers, context.names)
  if (refusal !== undefined) {
    request.resume()
    return writeGraphError({ request, response }, 403, 'RequestNotAllowed', refusal)
  }
  try {
    await dispatch(await readIncoming(request, response), context)
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

async function dispatch(incoming: Incoming, context: ServerContext): Promise<void> {
  const { pathname } = incoming.url
  if (pathname === CONTROL_PATH || pathname.startsWith(`${CONTROL_PATH}/`)) return answerControl(incoming, context)
  if (await answerIdentity(incoming, context)) return
  return answerGraph(incoming, context)
}

/** Tokens, keys and OpenID configurations. Resolves to false for other URLs. */
async function answerIdentity(
  { request, response, method, url, text }: Incoming,
  { issuer, origin, clients, engine }: ServerContext,
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
  const { requestLog } = engine
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
      : { status: 405, body: { error: 'invalid_request', error_description: 'The token endpoint accepts only POST.' } }
  requestLog.write({ type: 'request', at: engine.now(), method, path: pathname, status: said.status })
  write(response, said.status, { 'cache-control': 'no-store', pragma: 'no-cache' }, said.body)
  return true
}
