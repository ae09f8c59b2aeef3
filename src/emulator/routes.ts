/**
 * Routes: maps Graph's URLs for calls to requests of the service.
 *
 * Rule: `/v1.0` and `/beta`; `/communications/calls` and its deprecated alias `/app/calls`; segments in any case; ids
 * in any form of a GUID.
 * @module
 */
import { normaliseId } from '../graph/wire/ids.ts'
import { readResourceUrl } from '../graph/wire/resource-url.ts'
import type { OperationName, ServiceRequest } from '../simulator/graph/operations.ts'

/** The request of a URL, or its refusal. */
export type Route =
  | {
      readonly found: true
      readonly request: Omit<ServiceRequest, 'appId' | 'body'> /** `/v1.0/communications`, as it was asked. */
      readonly base: string
    }
  | { readonly found: false; readonly status: 400 | 405; readonly code: string; readonly message: string }

/** Methods and operations of each path below a call; `*` stands for a participant's id. */
const below: ReadonlyMap<
  string,
  readonly (readonly [method: string, operation: OperationName, isBetaOnly?: boolean])[]
> = new Map([
  [
    '',
    [
      ['GET', 'call.get'],
      ['DELETE', 'call.delete'],
    ],
  ],
  ['keepalive', [['POST', 'call.keepAlive']]],
  ['answer', [['POST', 'call.answer']]],
  ['reject', [['POST', 'call.reject']]],
  ['redirect', [['POST', 'call.redirect']]],
  ['cancelmediaprocessing', [['POST', 'call.cancelMediaProcessing']]],
  ['transfer', [['POST', 'call.transfer']]],
  ['mute', [['POST', 'call.mute']]],
  ['unmute', [['POST', 'call.unmute']]],
  ['participants', [['GET', 'participants.list']]],
  ['participants/invite', [['POST', 'participants.invite']]],
  ['participants/muteall', [['POST', 'participants.muteAll', true]]],
  [
    'participants/*',
    [
      ['GET', 'participant.get'],
      ['DELETE', 'participant.delete'],
    ],
  ],
  ['participants/*/mute', [['POST', 'participant.mute']]],
  ['participants/*/startholdmusic', [['POST', 'participant.startHoldMusic']]],
  ['participants/*/stopholdmusic', [['POST', 'participant.stopHoldMusic']]],
])

const root = /^(\/(v1\.0|beta))\/(communications|app)(\/calls\/?)?/i

/** Reads a request line. */
export function readRoute(method: string, url: URL): Route {
  const match = root.exec(url.pathname)
  if (match === null || match[4] === undefined) return unknownSegment(url.pathname)
  const base = `${match[1]}/${match[3]}`
  const isBeta = match[2]?.toLowerCase() === 'beta'
  const version = isBeta ? 'beta' : 'v1.0'
  const resource = readResourceUrl(url.pathname)
  if (resource === undefined) {
    return method === 'POST'
      ? { found: true, base, request: { operation: 'call.create', version } }
      : notAllowed(method)
  }
  const [collection = '', id = '', ...rest] = resource.below
  const isNamed =
    collection.toLowerCase() === 'participants' &&
    id !== '' &&
    (rest.length > 0 || !below.has(`participants/${id.toLowerCase()}`))
  const shape = (isNamed ? ['participants', '*', ...rest] : resource.below).join('/').toLowerCase()
  const choices = (below.get(shape) ?? []).filter(([, , isBetaOnly]) => isBeta || isBetaOnly !== true)
  if (choices.length === 0) return unknownSegment(url.pathname)
  const choice = choices.find(([allowed]) => allowed === method)
  if (choice === undefined) return notAllowed(method)
  return {
    found: true,
    base,
    request: {
      operation: choice[1],
      version,
      callId: resource.callId,
      ...(isNamed ? { participantId: normaliseId(id).toLowerCase() } : {}),
      ...readPage(url.searchParams),
    },
  }
}

function readPage(query: URLSearchParams): { top?: number; skip?: number } {
  const top = Number(query.get('$top') ?? Number.NaN)
  const skip = Number(query.get('$skiptoken') ?? Number.NaN)
  return {
    ...(Number.isSafeInteger(top) && top > 0 ? { top } : {}),
    ...(Number.isSafeInteger(skip) && skip > 0 ? { skip } : {}),
  }
}

function unknownSegment(pathname: string): Route {
  const segment = pathname.split('/').findLast((part) => part !== '') ?? ''
  return {
    found: false,
    status: 400,
    code: 'BadRequest',
    message: `Resource not found for the segment '${segment.slice(0, 80)}'.`,
  }
}

function notAllowed(method: string): Route {
  return { found: false, status: 405, code: '8520', message: `The method ${method} is not allowed here.` }
}
