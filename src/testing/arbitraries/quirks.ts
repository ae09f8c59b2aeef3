/**
 * Quirks: the ways in which the service writes the same thing differently. Each rewrites the body of a callback without
 * changing what it says about the call and its participants; some add properties of participants.
 *
 * Sources: documentation, captures and public threads, as named beside each.
 * @module
 */

import { object } from '../../call/codec/schema.ts'
import { checkArgument } from '../../call/codec/options.ts'
import { wordsOf } from '../options.ts'

/** Any JSON value. */
type Value = null | boolean | number | string | Value[] | { [name: string]: Value }

type Rewrite = (body: Value) => Value

/** Rewrites every object of a body, inner ones first. */
function each(rewrite: (object: { [name: string]: Value }) => Value): Rewrite {
  const visit = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(visit)
    if (value === null || typeof value !== 'object') return value
    return rewrite(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visit(inner)])))
  }
  return visit
}

/** Rewrites every notification of a body. */
function eachNotification(rewrite: (notification: { [name: string]: Value }) => Value): Rewrite {
  return (body) => {
    if (body === null || typeof body !== 'object' || Array.isArray(body) || !Array.isArray(body['value'])) return body
    return { ...body, value: body['value'].map((one) => rewrite(one as { [name: string]: Value })) }
  }
}

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

function without(object: { [name: string]: Value }, ...names: readonly string[]): Value {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

function isOf(object: { [name: string]: Value }, type: string): boolean {
  return object['@odata.type'] === `#microsoft.graph.${type}`
}

const enumerations = ['state', 'status', 'changeType', 'direction', 'endpointType', 'mediaType', 'audio']

/** Every quirk by name. */
export const quirks = {
  /** 2018 samples. */
  'no type on the envelope': (body) =>
    body !== null && typeof body === 'object' && !Array.isArray(body) ? without(body, '@odata.type') : body,
  'no type on notifications': eachNotification((notification) => without(notification, '@odata.type')),
  'no type on results and identities': each((object) =>
    isOf(object, 'resultInfo') || isOf(object, 'identitySet') || isOf(object, 'identity')
      ? without(object, '@odata.type')
      : object,
  ),
  /** Documented samples of operations and participants. */
  'no type on participants': each((object) =>
    isOf(object, 'participant') || isOf(object, 'participantInfo') ? without(object, '@odata.type') : object,
  ),
  /** 2018 samples have no `resourceUrl`, others no `resource`; captures have both. */
  'only resource': eachNotification((notification) => without(notification, 'resourceUrl')),
  'only resourceUrl': eachNotification((notification) => without(notification, 'resource')),
  'absolute URL': eachNotification((notification) => ({
    ...notification,
    resourceUrl: `https://graph.microsoft.com/v1.0${String(notification['resource'] ?? notification['resourceUrl']).replace('/app', '/communications')}`,
  })),
  /** Documented samples: path ids in upper case and without dashes. */
  'upper case in paths': eachNotification((notification) => ({
    ...notification,
    ...Object.fromEntries(
      ['resource', 'resourceUrl']
        .filter((name) => name in notification)
        .map((name) => [name, String(notification[name]).replaceAll(guid, (id) => id.toUpperCase())]),
    ),
  })),
  'no dashes in paths': eachNotification((notification) => ({
    ...notification,
    ...Object.fromEntries(
      ['resource', 'resourceUrl']
        .filter((name) => name in notification)
        .map((name) => [name, String(notification[name]).replaceAll(guid, (id) => id.replaceAll('-', ''))]),
    ),
  })),
  /** `Running`, `Established`, `Deleted`: SDK logs, some responses. */
  'capitals in enumerations': each((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        enumerations.includes(name) && typeof value === 'string'
          ? `${value.charAt(0).toUpperCase()}${value.slice(1)}`
          : value,
      ]),
    ),
  ),
  /** Documented: `"code": "200"`. */
  'numbers as text': each((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        ['code', 'subcode', 'sequenceNumber', 'rosterSequenceNumber'].includes(name) && typeof value === 'number'
          ? String(value)
          : value,
      ]),
    ),
  ),
  /** Documented: `subCode`. */
  subCode: each((object) =>
    'subcode' in object
      ? { ...(without(object, 'subcode') as { [name: string]: Value }), subCode: object['subcode'] as Value }
      : object,
  ),
  /** The identity kinds that are not set are null in responses. */
  'nulls for absent identities': each((object) =>
    isOf(object, 'identitySet') ? { user: null, application: null, device: null, phone: null, ...object } : object,
  ),
  /** Docs samples have `id: null` and the id in `info`. */
  'id in info only': each((object) => ('info' in object && 'id' in object ? { ...object, id: null } : object)),
  /** Old samples have `info.id`, which is another id. */
  'another id in info': each((object) =>
    isOf(object, 'participantInfo') ? { ...object, id: 'ffffffff-0000-4000-8000-00000000000f' } : object,
  ),
  /** Captured in addition to the documented properties. */
  'undocumented properties': each((object) =>
    'info' in object
      ? {
          ...object,
          publishedStates: [],
          meetingRole: 'none',
          isIdentityAnonymized: false,
          metadata: null,
          restrictedExperience: null,
        }
      : isOf(object, 'participantInfo')
        ? {
            ...object,
            endpointId: 'eeeeeeee-1111-4000-8000-000000000001',
            clientVersion: 'CallSignalingAgent',
            replacementLink: null,
          }
        : object,
  ),
  /** Docs samples repeat one etag. */
  'an etag': each((object) =>
    'resourceData' in object
      ? object
      : 'info' in object || 'status' in object
        ? { '@odata.etag': 'W/"5445"', ...object }
        : object,
  ),
  /** Ids of participants in capitals. */
  'upper case ids': each((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        ['id', 'participantId', 'myParticipantId'].includes(name) && typeof value === 'string'
          ? value.replaceAll(guid, (id) => id.toUpperCase())
          : value,
      ]),
    ),
  ),
  /** Captured: `57DAB8B1894C409AB240BD8BEAE78896`. */
  'ids without dashes': each((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        ['id', 'participantId', 'myParticipantId'].includes(name) && typeof value === 'string'
          ? value.replaceAll(guid, (id) => id.replaceAll('-', '').toUpperCase())
          : value,
      ]),
    ),
  ),
  /** `participantInfo.participantId` is newer than most samples. */
  'no participantId in info': each((object) =>
    'info' in object &&
    typeof object['id'] === 'string' &&
    object['info'] !== null &&
    typeof object['info'] === 'object' &&
    !Array.isArray(object['info'])
      ? { ...object, info: without(object['info'], 'participantId') }
      : object,
  ),
  /** `removedState: {reason: string|null}`. */
  'null for an absent reason': each((object) => (isOf(object, 'removedState') ? { reason: null, ...object } : object)),
  /** Captured: `AAD`; `None` for telephones. */
  'an identity provider': each((object) =>
    isOf(object, 'identitySet')
      ? Object.fromEntries(
          Object.entries(object).map(([kind, one]) => [
            kind,
            one !== null && typeof one === 'object' && !Array.isArray(one)
              ? { ...one, identityProvider: kind === 'phone' ? 'None' : 'AAD' }
              : one,
          ]),
        )
      : object,
  ),
  /** Never observed: a reader has to tolerate a little more than what was. */
  'white space around enumerations': each((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        ['state', 'status', 'changeType'].includes(name) && typeof value === 'string' ? ` ${value} ` : value,
      ]),
    ),
  ),
} as const satisfies Record<string, Rewrite>

/** The name of a quirk. */
export type QuirkName = keyof typeof quirks

/** The names of all quirks. */
export const quirkNames = Object.keys(quirks) as readonly QuirkName[]

/** Quirks that add properties: a reader keeps those in addition; everything else stays the same. */
export const addingQuirks: ReadonlySet<QuirkName> = new Set([
  'undocumented properties',
  'an identity provider',
  'another id in info',
])

/** Quirks that contradict each other: only the first of each pair is used. */
const contradictions: readonly (readonly [QuirkName, QuirkName])[] = [
  ['only resource', 'only resourceUrl'],
  ['only resource', 'absolute URL'],
  ['id in info only', 'no participantId in info'],
]

/**
 * A copy of the body of a callback with the quirks. Of two that contradict each other, only the one that is first in
 * `quirkNames` is used.
 * @throws TypeError for a body that is not an object, and for an unknown quirk
 */
export function applyQuirks(body: object, names: readonly QuirkName[]): object {
  checkArgument('applyQuirks: the body', body, object({}))
  checkArgument('applyQuirks: the quirks', names, wordsOf(quirkNames))
  const dropped = new Set(
    contradictions.filter(([one, other]) => names.includes(one) && names.includes(other)).map(([, other]) => other),
  )
  let rewritten = structuredClone(body) as Value
  for (const name of quirkNames) if (names.includes(name) && !dropped.has(name)) rewritten = quirks[name](rewritten)
  return rewritten as object
}
