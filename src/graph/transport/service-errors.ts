/**
 * Service errors: reads Graph's error answers, with advice for those that an administrator can fix.
 *
 * Rule 1: `error.code` is often a comms subcode as text, sometimes a Graph word, and sometimes `UnknownError` with the
 * real code in JSON inside `message` (observed). The most specific number wins.
 * Rule 2: messages are the service's, shortened, without phone numbers and anything like a token.
 * @module
 */
import { findExcess } from '../../call/codec/json-limits.ts'
import { isObject } from '../../call/codec/schema.ts'
import { bodyLimits, type JsonObject } from '../wire/json-reader.ts'

/** The kind of request that failed; the same answer needs different advice. */
export type GraphOperationName =
  | 'createCall'
  | 'getCall'
  | 'keepAlive'
  | 'hangUp'
  | 'answer'
  | 'reject'
  | 'redirect'
  | 'transfer'
  | 'listParticipants'
  | 'getParticipant'
  | 'invite'
  | 'removeParticipant'
  | 'mute'
  | 'muteAll'
  | 'startHoldMusic'
  | 'stopHoldMusic'
  | 'cancelMediaProcessing'

/** The longest message of the service that is kept, in characters. */
const MESSAGE_LIMIT = 1_000
/** How much of an answer that is not JSON is searched for a code, in characters. */
const SEARCH_LIMIT = 4_096
/** How deep `innerError` is followed; documented answers nest once. */
const NESTING_LIMIT = 5

/** The code and message of an error answer. */
export interface ServiceError {
  readonly code: string
  readonly message: string
}

/** Reads an error answer's body; without a code in it, the status is the code. */
export function readServiceError(status: number, body: string): ServiceError {
  const candidates: ServiceError[] = []
  const parsed = parseLeniently(body)
  if (isObject(parsed)) collect(property(parsed, 'error') ?? parsed, candidates, 0)
  else candidates.push(...search(body))
  const numeric = candidates.find((candidate) => isSubcode(candidate.code))
  const chosen = numeric ?? candidates[0]
  return {
    code: clip(chosen?.code ?? String(status)),
    message: redact(clip(chosen?.message || candidates[0]?.message || `HTTP ${status}`)),
  }
}

/** Comms subcodes have four digits or more; three are an HTTP status again. */
function isSubcode(code: string): boolean {
  return /^\d{4,}$/.test(code)
}

function parseLeniently(text: string): unknown {
  if (findExcess(text, bodyLimits) !== undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // rule 1: real answers are also truncated or HTML; the text is searched instead
  }
}

/** A property whatever its casing: Graph writes `innerError` and `innererror`. */
function property(owner: JsonObject, name: string): unknown {
  return owner[Object.keys(owner).find((key) => key.toLowerCase() === name) ?? name]
}

function collect(value: unknown, into: ServiceError[], depth: number): void {
  if (!isObject(value) || depth > NESTING_LIMIT) return
  const code = property(value, 'errorcode') ?? property(value, 'code')
  const message = property(value, 'message')
  const text = typeof message === 'string' ? message : ''
  const nested = text.trimStart().startsWith('{') ? parseLeniently(text) : undefined
  if (typeof code === 'string' || typeof code === 'number') into.push({ code: String(code).trim(), message: text })
  if (nested !== undefined) collect(property(nested as JsonObject, 'error') ?? nested, into, depth + 1)
  else if (text.trimStart().startsWith('{')) into.push(...search(text))
  collect(property(value, 'innererror'), into, depth + 1)
}

/** Finds a code in text that does not parse: cut off, or JSON quoted inside JSON. */
function search(text: string): readonly ServiceError[] {
  const head = text.slice(0, SEARCH_LIMIT).replaceAll('\\', '')
  const code = /"errorCode"\s*:\s*"?([A-Za-z0-9]+)/.exec(head) ?? /"code"\s*:\s*"?([A-Za-z0-9]+)/.exec(head)
  if (code?.[1] === undefined) return []
  const message = /"message"\s*:\s*"([^"{]+)"/.exec(head.slice(code.index))
  return [{ code: code[1], message: message?.[1] ?? '' }]
}

function clip(text: string): string {
  return text.length > MESSAGE_LIMIT ? `${text.slice(0, MESSAGE_LIMIT)}…` : text
}

/** Removes E.164 numbers, bearer tokens and anything like a JWT from a message. */
export function redact(text: string): string {
  return text
    .replace(/\+\d{6,15}/g, '+…')
    .replace(/\beyJ[\w-]+(?:\.[\w-]*)*/g, '…')
    .replace(/\bbearer\s+[\w.~+/-]+=*/gi, 'Bearer …')
}

/** Advice on a refusal; undefined when there is only the service's message. */
export function adviceFor(
  operation: GraphOperationName,
  status: number,
  code: string,
  appId = '<appId>',
): string | undefined {
  const known = adviceByCode.get(code)
  if (known !== undefined) return known
  if (status === 403 && !mayBePermission(code)) return undefined
  if (status === 403 && operation === 'removeParticipant') {
    return (
      'To let this application remove participants a tenant administrator runs: ' +
      `Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds @{Add="${appId}"} ` +
      '(and grants Calls.JoinGroupCall.All).'
    )
  }
  if (status === 404 && operation === 'removeParticipant')
    return 'The participant or the call is not there any more, or not yet.'
  return adviceByStatus.get(status)
}

/** The codes for a missing permission or policy: a Graph word, or a comms code of authorisation (75xx, 76xx). */
function mayBePermission(code: string): boolean {
  return !isSubcode(code) || /^7[56]\d\d$/.test(code)
}

const adviceByCode = new Map<string, string>([
  ['7505', "The token is of another tenant than the call: ask for one of the call's tenant."],
  ['8522', 'The call or participant is not there: the call may have ended, or the participant has left.'],
  ['8528', 'The call has ended.'],
  ['8543', 'The call does not exist.'],
  ['8552', "The organizer of a meeting cannot be removed; hang up the bot's own leg instead, or ask the organizer."],
  ['8558', 'The participant is not in the call.'],
  ['8560', 'The meeting is locked; a participant in it has to unlock it.'],
])

const adviceByStatus = new Map<number, string>([
  [401, 'The token was refused: check that it is an application token for this service and not expired.'],
  [
    403,
    "The application lacks a permission or the tenant's consent; permissions are checked when the call is created.",
  ],
  [404, 'The call or participant is not there: the call may have ended, or the participant has left.'],
  [409, 'Another change of the same call is under way; it may work a moment later.'],
  [412, 'The call is not in a state that allows this, or the service could not reach the participant.'],
  [429, 'The service is throttling this application; send less, or later.'],
])
