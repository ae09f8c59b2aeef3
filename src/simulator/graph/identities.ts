/**
 * Identities in Graph's words.
 * @module
 */
import { nameIdentity, type Identities } from '../world/identities.ts'

/** The internal address of a person in the service's messages. Observed. */
export function addressOf(identity: Identities): string {
  const name = nameIdentity(identity)
  if (name === undefined) return 'unknown'
  const prefixes: Readonly<Record<string, string>> = { phone: '4:', application: '28:', encrypted: '29:' }
  return `${prefixes[name.kind] ?? '8:orgid:'}${name.id}`
}
