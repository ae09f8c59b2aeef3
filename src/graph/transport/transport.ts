/**
 * Graph transport: the host's `Transport` over Microsoft Graph's REST API, and the other operations of calls.
 *
 * Rule 1: no method rejects because of the service's answer or the lack of one. An invalid request (a limit exceeded,
 * no callback address) rejects with REQUEST_INVALID before anything is sent.
 * Rule 2: requests that are not idempotent, such as invite and create, are not repeated after a lost answer
 * (`retry.ts`).
 * Rule 3: `responses.ts` reads answers, and `operations.ts` defines the operations.
 * @module
 */
import { method, options, readOptions, someMilliseconds, someText, withMethods } from '../../call/codec/options.ts'
import { is, list, oneOf, optional, text, wholeNumber } from '../../call/codec/schema.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { OperationReport, RosterEntry, Verdict } from '../../call/model/events.ts'
import type { RequestOptions, Transport } from '../../host/ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { createdCall, mapDone, operationOf, readDone, readPage, unreadable } from './responses.ts'
import { baseUrlShape, readBaseUrl, type GraphAddress } from './base-url.ts'
import { holdingSystemClock } from '../../time/system-clock.ts'
import { sendToGraph, type GraphAnswer, type GraphClientSettings } from './graph-client.ts'
import type { Fetch } from './http-attempt.ts'
import { root } from '../wire/json-reader.ts'
import { limiterOf } from './limiter.ts'
import { operationTraits } from './operations.ts'
import {
  answerBody,
  createCallBody,
  holdMusicBody,
  muteAllBody,
  redirectBody,
  rejectBody,
  transferBody,
  type AnswerParameters,
  type HoldMusicParameters,
  type RedirectParameters,
  type RejectParameters,
  type TransferParameters,
} from '../wire/operation-bodies.ts'
import { callSegment, checkClientContext, inviteBody, urlSegment } from '../wire/request-bodies.ts'
import { readCall, readParticipant } from '../wire/resources.ts'
import { graphTraits } from '../wire/traits.ts'
import type { GraphOperationName } from './service-errors.ts'
import { createTokenSource, type TokenProvider } from './token-source.ts'
import type { GraphPathPrefix, GraphVersion } from '../wire/shapes.ts'

/** The options of a Graph transport. Times are milliseconds. */
export interface GraphTransportOptions {
  /** A function that returns an application token, or any `TokenCredential` (of `@azure/identity`, say). */
  readonly token: TokenProvider
  /** Default `https://graph.microsoft.com`. May end with a version. */
  readonly baseUrl?: string | undefined
  /** Default `v1.0`, unless `baseUrl` ends with a version. */
  readonly version?: GraphVersion | undefined
  /** Default `communications`; `app` is its deprecated alias. */
  readonly pathPrefix?: GraphPathPrefix | undefined
  /** Default the platform's. */
  readonly fetch?: Fetch | undefined
  /** The scopes requested of a `TokenCredential`. Default: everything granted to the application at `baseUrl`. */
  readonly scopes?: readonly string[] | undefined
  /** The bot's application id, for advice to tenant administrators. */
  readonly appId?: string | undefined
  /** The timeout of one attempt. Default 15 s. */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * The maximum number of attempts. Default 4. Requests that a host's call repeats are sent once, and again with a new
   * token after a 401.
   */
  readonly maxAttempts?: number | undefined
  /** The maximum time for all attempts of a request. Default 60 s. */
  readonly maxElapsedMs?: number | undefined
  /** The maximum number of concurrent requests to the host, including other transports of the process. Default 16. */
  readonly maxConcurrent?: number | undefined
  /** Random numbers from 0 up to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Creates `client-request-id`s; default random UUIDs. */
  readonly requestId?: (() => string) | undefined
}

/** The host's transport, and operations that a host does not need. */
export interface GraphTransport extends Transport {
  useClock(clock: Clock): void
  /** One participant of the call, as the service lists it. */
  getParticipant(callId: string, participantId: string, options?: RequestOptions): Promise<Verdict<RosterEntry>>
  answer(callId: string, parameters: AnswerParameters, options?: RequestOptions): Promise<Verdict>
  reject(callId: string, parameters?: RejectParameters, options?: RequestOptions): Promise<Verdict>
  redirect(callId: string, parameters: RedirectParameters, options?: RequestOptions): Promise<Verdict>
  transfer(callId: string, parameters: TransferParameters, options?: RequestOptions): Promise<Verdict>
  /** Ends running and queued prompts and recordings; invites continue. */
  cancelMediaProcessing(
    callId: string,
    clientContext: string,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Always sent to `beta`: v1.0 does not have it. */
  muteAll(
    callId: string,
    participantIds: readonly string[],
    clientContext: string,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Puts a participant on hold and plays music to it. */
  startHoldMusic(
    callId: string,
    participantId: string,
    parameters: HoldMusicParameters,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Brings a participant back from hold. */
  stopHoldMusic(
    callId: string,
    participantId: string,
    parameters: HoldMusicParameters,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
}

/** The timeout of one attempt, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 15_000
/** The maximum number of attempts of a request that may be repeated. */
const MAX_ATTEMPTS = 4
/** The maximum time for all attempts and waits of a request, in milliseconds; then it is unconfirmed. */
const MAX_ELAPSED_MS = 60_000
/** The maximum number of concurrent requests to one host; further ones wait. */
const MAX_CONCURRENT = 16
/** The longest accepted answer, in bytes; a roster of 10,000 is about 8 MB. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024
/** The maximum number of pages of one list; the service's pages have a hundred entries or more. */
const MAX_PAGES = 200

const tokenProvider = is<TokenProvider>(
  'a function that returns a token, or a TokenCredential',
  (value) => method(value) === undefined || withMethods('getToken')(value) === undefined,
)

const shape = options<GraphTransportOptions>({
  token: tokenProvider,
  baseUrl: optional(baseUrlShape),
  version: optional(oneOf('v1.0', 'beta')),
  pathPrefix: optional(oneOf('communications', 'app')),
  fetch: optional(method),
  scopes: optional(list(someText)),
  appId: optional(text),
  attemptTimeoutMs: optional(someMilliseconds),
  maxAttempts: optional(wholeNumber(1)),
  maxElapsedMs: optional(someMilliseconds),
  maxConcurrent: optional(wholeNumber(1)),
  random: optional(method),
  requestId: optional(method),
})

/**
 * Creates a transport to Microsoft Graph.
 * @throws TypeError for an option that does not exist, or that cannot work
 * @example
 * ```ts
 * import { graphTransport } from 'rollcall/graph'
 *
 * const transport = graphTransport({ token: async () => process.env['GRAPH_TOKEN'] ?? '' })
 * const beta = graphTransport({ token: credential, version: 'beta', appId: 'your-app-id' })
 * ```
 */
export function graphTransport(given: GraphTransportOptions): GraphTransport {
  const options = readOptions('graphTransport', shape, given)
  const address = readBaseUrl(
    options.baseUrl ?? 'https://graph.microsoft.com',
    options.version,
    options.pathPrefix ?? 'communications',
  )
  let clock = holdingSystemClock
  const settings = settingsOf(options, address.origin, () => clock)

  const url = (callId: string, below = '', version?: GraphVersion): string =>
    `${address.root(version)}/calls/${callSegment(callId)}${below}`
  const participantUrl = (callId: string, participantId: string, below = ''): string =>
    url(callId, `/participants/${urlSegment(participantId, 'a participant id')}${below}`)
  const ask: Ask = async (operation, locate, call, body) => {
    const located = attemptUrl(locate)
    if (typeof located !== 'string') return located
    return sendToGraph(
      {
        operation,
        ...operationTraits[operation],
        url: located,
        body,
        signal: call?.signal,
        beforeSend: call?.beforeSend,
        isRetriedByCaller: call?.isRetriedByCaller,
      },
      settings,
    )
  }
  return {
    traits: graphTraits,
    fencesSends: true,
    useClock(other) {
      clock = other
    },
    ...callOperations(ask, url, address),
    ...participantOperations(ask, url, participantUrl, address),
  }
}

/** Sends one operation to the URL of `locate` and returns its verdict. */
type Ask = (
  operation: GraphOperationName,
  locate: () => string,
  call: RequestOptions | undefined,
  body?: unknown,
) => Promise<Verdict<GraphAnswer>>

type CallOperation = 'createCall' | 'getCall' | 'keepAlive' | 'hangUp' | 'answer' | 'reject' | 'redirect' | 'transfer'

/** The operations on a call. */
function callOperations(
  ask: Ask,
  url: (callId: string, below?: string) => string,
  address: GraphAddress,
): Pick<GraphTransport, CallOperation> {
  const act = async (...asked: Parameters<Ask>): Promise<Verdict> => mapDone(await ask(...asked), () => undefined)
  return {
    async createCall(body, call) {
      return createdCall(await ask('createCall', () => `${address.root()}/calls`, call, createCallBody(body)))
    },
    async getCall(callId, call) {
      return readDone(await ask('getCall', () => url(callId), call), (json) => readCall(json, root).report)
    },
    async keepAlive(callId, call) {
      return act('keepAlive', () => url(callId, '/keepAlive'), call)
    },
    async hangUp(callId, call) {
      return act('hangUp', () => url(callId), call)
    },
    async answer(callId, parameters, call) {
      return act('answer', () => url(callId, '/answer'), call, answerBody(parameters))
    },
    async reject(callId, parameters = {}, call) {
      return act('reject', () => url(callId, '/reject'), call, rejectBody(parameters))
    },
    async redirect(callId, parameters, call) {
      return act('redirect', () => url(callId, '/redirect'), call, redirectBody(parameters))
    },
    async transfer(callId, parameters, call) {
      return act('transfer', () => url(callId, '/transfer'), call, transferBody(parameters))
    },
  }
}

/** The operations on the participants of a call. */
function participantOperations(
  ask: Ask,
  url: (callId: string, below?: string, version?: GraphVersion) => string,
  participantUrl: (callId: string, participantId: string, below?: string) => string,
  address: GraphAddress,
): Omit<GraphTransport, CallOperation | 'traits' | 'useClock' | 'fencesSends'> {
  const operate = async (clientContext: string, ...asked: Parameters<Ask>): Promise<Verdict<OperationReport>> =>
    mapDone(await ask(...asked), (answer) => operationOf(answer, clientContext))
  return {
    async listParticipants(callId, call) {
      const entries: RosterEntry[] = []
      let next = (): string => url(callId, '/participants')
      let requestId: string | undefined
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const answer = await ask('listParticipants', next, call)
        const read = readDone(answer, (json) => readPage(json, address.origin))
        if (read.verdict !== 'done') return read
        if (answer.verdict === 'done') requestId = answer.value.requestId
        for (const entry of read.value.entries) entries.push(entry)
        const link = read.value.next
        if (link === undefined) return { verdict: 'done', value: { entries } }
        next = () => link
      }
      return unreadable(`the list of participants has more than ${MAX_PAGES} pages`, requestId)
    },
    async getParticipant(callId, participantId, call) {
      const answer = await ask('getParticipant', () => participantUrl(callId, participantId), call)
      return readDone(answer, (json) => readParticipant(json, root, 'full'))
    },
    async invite(callId, { clientContext, invitees }, call) {
      const body = inviteBody(invitees, clientContext)
      return operate(clientContext, 'invite', () => url(callId, '/participants/invite'), call, body)
    },
    async cancelMediaProcessing(callId, clientContext, call) {
      checkClientContext(clientContext)
      return operate(clientContext, 'cancelMediaProcessing', () => url(callId, '/cancelMediaProcessing'), call, {
        clientContext,
      })
    },
    async deleteParticipant(callId, participantId, call) {
      return mapDone(await ask('removeParticipant', () => participantUrl(callId, participantId), call), () => undefined)
    },
    async muteParticipant(callId, participantId, clientContext, call) {
      checkClientContext(clientContext)
      return operate(clientContext, 'mute', () => participantUrl(callId, participantId, '/mute'), call, {
        clientContext,
      })
    },
    async muteAll(callId, participantIds, clientContext, call) {
      const body = muteAllBody(participantIds, clientContext)
      return operate(clientContext, 'muteAll', () => url(callId, '/participants/muteAll', 'beta'), call, body)
    },
    async startHoldMusic(callId, participantId, parameters, call) {
      const body = holdMusicBody(parameters)
      return operate(
        parameters.clientContext,
        'startHoldMusic',
        () => participantUrl(callId, participantId, '/startHoldMusic'),
        call,
        body,
      )
    },
    async stopHoldMusic(callId, participantId, parameters, call) {
      const body = holdMusicBody(parameters)
      return operate(
        parameters.clientContext,
        'stopHoldMusic',
        () => participantUrl(callId, participantId, '/stopHoldMusic'),
        call,
        body,
      )
    },
  }
}

function settingsOf(options: GraphTransportOptions, origin: string, clock: () => Clock): GraphClientSettings {
  return {
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    tokens: createTokenSource(options.token, options.scopes ?? [`${origin}/.default`], clock),
    limiter: limiterOf(origin, options.maxConcurrent ?? MAX_CONCURRENT),
    clock,
    random: options.random ?? Math.random,
    newRequestId: options.requestId ?? (() => crypto.randomUUID()),
    attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
    maxElapsedMs: options.maxElapsedMs ?? MAX_ELAPSED_MS,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    appId: options.appId,
  }
}

/**
 * Ids may come from the service, so an id that is not a valid URL segment is a `refused` verdict, not a rejection (rule
 * 1).
 */
function attemptUrl(locate: () => string): string | Verdict<never> {
  try {
    return locate()
  } catch (error) {
    if (!isRollcallError(error)) throw error
    return { verdict: 'refused', failure: { reason: 'other', code: error.code, message: error.message } }
  }
}
