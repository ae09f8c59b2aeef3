/**
 * Graph edge: passes a bot's HTTP request into the world, and answers with the world's answer.
 *
 * Rule 1: authentication comes first: 401 without a valid token, 403 for another tenant's token.
 * Rule 2: a lost answer closes the connection.
 * @module
 */
import type { ServiceResponse } from '../simulator/graph/operations.ts'
import type { Engine } from './engine.ts'
import { addRequestIds, requestIds, write, writeGraphError, type Incoming } from './http.ts'
import type { Bearer, Issuer } from './issuer.ts'
import { readRoute } from './routes.ts'

/**
 * Which access tokens bots must send. `none`: no token needed. `any`: any bearer token; a JWT must be this emulator's.
 * `issued`: a token issued by this emulator.
 */
export type TokenPolicy = 'none' | 'any' | 'issued'

/** What the edge works with. */
export interface GraphContext {
  readonly engine: Engine
  readonly issuer: Issuer
  readonly tokens: TokenPolicy
  /** The application of a bot whose token names none. */
  readonly appId: string
  readonly origin: string
}

/** Answers a request to one of Graph's URLs. */
export async function answerGraph(incoming: Incoming, context: GraphContext): Promise<void> {
  const { engine } = context
  const { method, url, text, body } = incoming
  const route = readRoute(method, url)
  const update = engine.requestLog.write({
    type: 'request',
    at: engine.now(),
    method,
    path: url.pathname + url.search,
    body,
    ...(route.found ? { operation: route.request.operation, callId: route.request.callId } : {}),
  })
  const refuse = (status: number, code: string, message: string): void => {
    update({ status })
    writeGraphError(incoming, status, code, message)
  }
  const bearer = await readBearer(incoming.request.headers.authorization, context)
  if (typeof bearer === 'string') return refuse(401, 'InvalidAuthenticationToken', bearer)
  if (bearer.tenantId !== engine.tenantId) return refuse(403, '7505', 'Request authorization tenant mismatch.')
  if (!route.found) return refuse(route.status, route.code, route.message)
  if (text !== '' && body === undefined) return refuse(400, 'BadRequest', 'Unable to read JSON request payload.')
  const outcome = await engine.send({ ...route.request, appId: bearer.appId, body })
  if (outcome.type === 'lost') {
    update({})
    incoming.request.socket.destroy()
    return
  }
  update({ status: outcome.response.status })
  writeAnswer(incoming, outcome.response, route.base, context.origin)
}

/** The caller, or the fault of its token. */
async function readBearer(
  authorization: string | undefined,
  { engine, issuer, tokens, appId, origin }: GraphContext,
): Promise<Bearer | string> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  const home = { appId, tenantId: engine.tenantId }
  if (token === undefined) return tokens === 'none' ? home : 'Access token is empty.'
  const isJwt = token.split('.').length === 3
  if (tokens !== 'issued' && !isJwt) return home
  const verdict = await issuer.check(origin, token)
  if (verdict.isGood) return verdict.bearer
  return tokens === 'none' ? home : verdict.reason
}

function writeAnswer(
  { request, response, url }: Incoming,
  answer: ServiceResponse,
  base: string,
  origin: string,
): void {
  const { status, location, nextSkip, retryAfterSeconds } = answer
  const ids = requestIds(request)
  const headers: Record<string, string> = { ...ids }
  if (location !== undefined) headers['location'] = `${origin}${base}/calls/${location}`
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  let body = answer.body === undefined ? undefined : addRequestIds(answer.body, ids)
  if (body !== undefined && nextSkip !== undefined) {
    const next = new URL(url.pathname + url.search, origin)
    next.searchParams.set('$skiptoken', String(nextSkip))
    body = { ...body, '@odata.nextLink': next.href }
  }
  write(
    response,
    status,
    { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json; odata.metadata=minimal' }) },
    body,
  )
}
