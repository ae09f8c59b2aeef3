/**
 * Token endpoint: `POST /{tenant}/oauth2/v2.0/token`, the client credentials grant, answered as by the Microsoft
 * identity platform, with its error numbers.
 * @module
 */
import { timingSafeEqual } from 'node:crypto'
import { TOKEN_LIFETIME_SECONDS, type Issuer } from './issuer.ts'

/** A token request and what answering it needs. */
export interface TokenRequest {
  readonly origin: string
  /** The tenant in the URL: an id, or a name such as `organizations`. */
  readonly tenant: string
  /** The tenant that a name stands for. */
  readonly homeTenant: string
  readonly contentType: string | undefined
  readonly authorization: string | undefined
  readonly body: string
  /** Secrets by application id; undefined: every application and secret is accepted. */
  readonly clients: ReadonlyMap<string, string> | undefined
  readonly issuer: Issuer
}

/** An answer of the endpoint. */
export interface TokenAnswer {
  readonly status: number
  readonly body: object
}

/** Answers a token request. */
export async function answerTokenRequest(request: TokenRequest): Promise<TokenAnswer> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.contentType ?? '')) {
    return refuse(400, 'invalid_request', 900144, "The request body must be 'application/x-www-form-urlencoded'.")
  }
  const form = new URLSearchParams(request.body)
  const { clientId, secret } = readClient(form, request.authorization)
  const grant = form.get('grant_type')
  if (grant === null)
    return refuse(
      400,
      'invalid_request',
      900144,
      "The request body must contain the following parameter: 'grant_type'.",
    )
  if (grant !== 'client_credentials')
    return refuse(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.')
  if (clientId === undefined)
    return refuse(400, 'invalid_request', 900144, "The request body must contain the following parameter: 'client_id'.")
  if (secret === undefined && form.get('client_assertion') === null) {
    return refuse(
      401,
      'invalid_client',
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    )
  }
  const { clients } = request
  if (clients !== undefined) {
    const expected = clients.get(clientId.toLowerCase())
    if (expected === undefined)
      return refuse(400, 'unauthorized_client', 700016, 'The application was not found in the directory.')
    if (secret === undefined || !isEqual(secret, expected))
      return refuse(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
  }
  const scope = form.get('scope')
  if (scope === null)
    return refuse(400, 'invalid_request', 900144, "The request body must contain the following parameter: 'scope'.")
  if (!scope.endsWith('/.default'))
    return refuse(
      400,
      'invalid_scope',
      1002012,
      'The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.',
    )
  const tenantId = isGuid(request.tenant) ? request.tenant.toLowerCase() : request.homeTenant
  const audience = scope.slice(0, -'/.default'.length)
  return {
    status: 200,
    body: {
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      ext_expires_in: TOKEN_LIFETIME_SECONDS,
      access_token: await request.issuer.issue(request.origin, { appId: clientId.toLowerCase(), tenantId }, audience),
    },
  }
}

function readClient(form: URLSearchParams, authorization: string | undefined): { clientId?: string; secret?: string } {
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1]
  if (basic !== undefined) {
    const [id = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':')
    return { clientId: decode(id), secret: decode(rest.join(':')) }
  }
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  return {
    ...(clientId === null || clientId === '' ? {} : { clientId }),
    ...(secret === null || secret === '' ? {} : { secret }),
  }
}

/** RFC 6749 section 2.3.1: both parts of a Basic credential are form-encoded. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return part
  }
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}

function refuse(status: number, error: string, number: number, description: string): TokenAnswer {
  return { status, body: { error, error_description: `AADSTS${number}: ${description}`, error_codes: [number] } }
}
