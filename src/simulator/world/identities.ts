/**
 * Identities: the kinds that are set, and the id that identifies a person.
 * @module
 */
import { isObject } from '../../call/codec/schema.ts'

/** The identities of one person or bot, by kind; their content is not checked. */
export type Identities = { readonly [kind: string]: unknown }

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
export function readIdentity(set: unknown): Identities {
  if (!isObject(set)) return {}
  const entries: [string, Identities[string]][] = []
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
export function nameIdentity(identity: Identities): { readonly kind: string; readonly id: string } | undefined {
  const found = [...kinds, ...Object.keys(identity)].find(
    (kind) => Object.hasOwn(identity, kind) && idOf(identity[kind]) !== undefined,
  )
  return found === undefined ? undefined : { kind: found, id: (idOf(identity[found]) as string).toLowerCase() }
}

/** True for telephones. */
export function isPhone(identity: Identities): boolean {
  return nameIdentity(identity)?.kind === 'phone'
}

function idOf(identity: unknown): string | undefined {
  return isObject(identity) && typeof identity['id'] === 'string' && identity['id'] !== '' ? identity['id'] : undefined
}
