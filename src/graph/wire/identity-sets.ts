/**
 * Identity sets: reads Graph's open `communicationsIdentitySet` and writes it for requests.
 *
 * Rule 1: every key that holds an identity is kept, known or not; annotations and `endpointType` are not identities.
 * Rule 2: a known key of the wrong type is an error, an unknown one is left out.
 * Rule 3: unknown properties of an identity are kept, and written back.
 * Rule 4: ids are normalised; keys from outside become own properties, `__proto__` included.
 * @module
 */
import type { Identity, IdentitySet } from '../../participant/identity.ts'
import { normaliseId } from './ids.ts'
import { isObject } from '../../call/codec/schema.ts'
import { objectAt, readObject, stringAt, type JsonObject, type JsonPath } from './json-reader.ts'
import type { GraphIdentity, GraphIdentitySet } from './shapes.ts'

/** The documented keys of `identitySet` and `communicationsIdentitySet`. */
const documentedKinds = new Set([
  'application',
  'applicationInstance',
  'assertedIdentity',
  'azureCommunicationServicesUser',
  'device',
  'encrypted',
  'guest',
  'onPremises',
  'phone',
  'user',
])

/** The identity set at `path`; an absent one is empty. @throws RollcallError NOTIFICATION_INVALID */
export function readIdentitySet(value: unknown, path: JsonPath): IdentitySet {
  if (value === undefined || value === null) return {}
  const set = readObject(value, path)
  const identities: [string, Identity][] = []
  for (const kind of Object.keys(set)) {
    if (kind === 'endpointType' || kind.includes('@odata.')) continue
    const identity = documentedKinds.has(kind) ? readDocumented(set, kind, path) : readUnknown(set[kind])
    if (identity !== undefined) identities.push([kind, identity])
  }
  return Object.fromEntries(identities)
}

function readDocumented(set: JsonObject, kind: string, path: JsonPath): Identity | undefined {
  const value = objectAt(set, kind, path)
  if (value === undefined) return undefined
  const at: JsonPath = { parent: path, step: kind }
  for (const name of textProperties) stringAt(value, name, at)
  return identityOf(value)
}

function readUnknown(value: unknown): Identity | undefined {
  if (!isObject(value)) return undefined
  return textProperties.some((name) => typeof value[name] === 'string') ? identityOf(value) : undefined
}

/** The properties of an identity that are text. */
const textProperties = ['id', 'displayName', 'tenantId', 'identityProvider'] as const
const normalisedProperties = new Set(['id', 'tenantId'])

/** An identity with all its properties; a known one that is not text is left out, like `null` and annotations. */
function identityOf(value: JsonObject): Identity {
  const properties: [string, unknown][] = []
  for (const [name, property] of Object.entries(value)) {
    const isText = typeof property === 'string'
    if (property === undefined || property === null || name.includes('@odata.')) continue
    if (!isText && (textProperties as readonly string[]).includes(name)) continue
    const kept = isText && normalisedProperties.has(name) ? normaliseId(property) : property
    if (name !== 'id' || kept !== '') properties.push([name, kept])
  }
  return Object.fromEntries(properties)
}

/**
 * The identity set in the form of Graph's requests. Display names are not sent, because the service takes them from the
 * directory. A key with only a display name is left out.
 */
export function writeIdentitySet(set: IdentitySet): GraphIdentitySet {
  const written: [string, GraphIdentity | string][] = [['@odata.type', '#microsoft.graph.identitySet']]
  for (const kind of Object.keys(set)) {
    const identity = set[kind]
    if (identity === undefined) continue
    const { id, displayName: _displayName, ...others } = identity
    const properties = Object.entries({ ...(id === undefined ? {} : { id }), ...others }).filter(
      ([, value]) => value !== undefined,
    )
    if (properties.length > 0)
      written.push([kind, { '@odata.type': '#microsoft.graph.identity', ...Object.fromEntries(properties) }])
  }
  return Object.fromEntries(written)
}
