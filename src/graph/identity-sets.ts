/**
 * Identity sets: reads Graph's open `communicationsIdentitySet` and writes it back for requests.
 *
 * Rule 1: every key that holds an identity is kept, known or not; annotations and `endpointType` are not identities.
 * Rule 2: a known key of the wrong type is an error, an unknown one is left out.
 * Rule 3: ids are normalised; keys from outside become own properties, `__proto__` included.
 * @module
 */
import type { Identity, IdentitySet } from '../participant/identity.ts'
import { normaliseId } from '../call/ids.ts'
import { isObject, objectAt, readObject, stringAt, type JsonObject, type JsonPath } from './json-reader.ts'
import type { GraphIdentity, GraphIdentitySet } from './wire.ts'

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
  return identityOf(stringAt(value, 'id', at), stringAt(value, 'displayName', at), stringAt(value, 'tenantId', at))
}

function readUnknown(value: unknown): Identity | undefined {
  if (!isObject(value)) return undefined
  const text = (key: string): string | undefined => (typeof value[key] === 'string' ? value[key] : undefined)
  const identity = identityOf(text('id'), text('displayName'), text('tenantId'))
  return Object.keys(identity).length === 0 ? undefined : identity
}

function identityOf(id: string | undefined, displayName: string | undefined, tenantId: string | undefined): Identity {
  const identity: { id?: string; displayName?: string; tenantId?: string } = {}
  const normalised = id === undefined ? '' : normaliseId(id)
  if (normalised !== '') identity.id = normalised
  if (displayName !== undefined) identity.displayName = displayName
  if (tenantId !== undefined) identity.tenantId = normaliseId(tenantId)
  return identity
}

/** The identity set as Graph's requests spell it. Display names are not sent: they are the directory's to say. */
export function writeIdentitySet(set: IdentitySet): GraphIdentitySet {
  const written: [string, GraphIdentity | string][] = [['@odata.type', '#microsoft.graph.identitySet']]
  for (const kind of Object.keys(set)) {
    const identity = set[kind]
    if (identity?.id === undefined) continue
    written.push([
      kind,
      {
        '@odata.type': '#microsoft.graph.identity',
        id: identity.id,
        ...(identity.tenantId === undefined ? {} : { tenantId: identity.tenantId }),
      },
    ])
  }
  return Object.fromEntries(written)
}
