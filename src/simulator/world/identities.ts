/**
 * Identities, as the service reads them from requests: the kinds set, and the id that identifies a person.
 * @module
 */
import { isObject } from '../../call/codec/schema.ts'
import type { WireObject } from '../graph/wire-object.ts'

/** Kinds by preference of their id; unknown kinds come after. */
const kinds = [
  'user',
  'guest',
  'phone',
  'azureCommunicationServicesUser',
  'encrypted',
  'onPremises',
  'applicationInstance',
  'application',
  'device',
]

/** The kinds of an identity set that have a value, without nulls and type annotations. */
export function readIdentity(set: unknown): WireObject {
  if (!isObject(set)) return {}
  const entries: [string, WireObject][] = []
  for (const [kind, identity] of Object.entries(set)) {
    if (!isObject(identity)) continue
    entries.push([
      kind,
      Object.fromEntries(Object.entries(identity).filter(([name, value]) => !name.startsWith('@') && value != null)),
    ])
  }
  return Object.fromEntries(entries)
}

/** The kind and id that identify a person; undefined if no kind has an id. */
export function nameIdentity(identity: WireObject): { readonly kind: string; readonly id: string } | undefined {
  const found = [...kinds, ...Object.keys(identity)].find(
    (kind) => Object.hasOwn(identity, kind) && idOf(identity[kind]) !== undefined,
  )
  return found === undefined ? undefined : { kind: found, id: (idOf(identity[found]) as string).toLowerCase() }
}

/** The internal address of a person in the service's messages. Observed. */
export function addressOf(identity: WireObject): string {
  const name = nameIdentity(identity)
  if (name === undefined) return 'unknown'
  const prefixes: Readonly<Record<string, string>> = { phone: '4:', application: '28:', encrypted: '29:' }
  return `${prefixes[name.kind] ?? '8:orgid:'}${name.id}`
}

/** True for telephones. */
export function isPhone(identity: WireObject): boolean {
  return nameIdentity(identity)?.kind === 'phone'
}

function idOf(identity: unknown): string | undefined {
  return isObject(identity) && typeof identity['id'] === 'string' && identity['id'] !== '' ? identity['id'] : undefined
}
