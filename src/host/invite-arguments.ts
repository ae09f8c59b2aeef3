/**
 * Arguments of an invite: read once, checked before anything is stored, in the spelling the library uses.
 *
 * Rule: what the service would refuse, or drop silently, is REQUEST_INVALID here; what is no identity set at all is
 * the programmer's error.
 * @module
 */
import { RollcallError } from '../call/errors.ts'
import type { Invitee } from '../call/events.ts'
import type { Identity, IdentitySet } from '../participant/identity.ts'
import { INVITEES_LIMIT } from './limits.ts'
import { normaliseId } from '../call/ids.ts'
import type { WaitOptions } from './waiting.ts'

/** How to invite. */
export interface InviteOptions extends WaitOptions {
  /** How long they may ring, milliseconds. Shorter than the service's own minute: expiry then cancels. */
  readonly ringTimeoutMs?: number | undefined
  /** The target's participant id, where the application knows one (moving somebody between meetings). One invitee only. */
  readonly participantId?: string | undefined
  /** The call the invitee is in now, and leaves for this one. One invitee only: the service would drop the others silently. */
  readonly replacesCallId?: string | undefined
  /** Keeps them off the rosters of the others. */
  readonly hidden?: boolean | undefined
  /** Keeps them out of the default audio mix: they hear and say nothing. */
  readonly removeFromDefaultAudioRoutingGroup?: boolean | undefined
}

/** The invitees of a request. @throws RollcallError REQUEST_INVALID @throws TypeError */
export function readInvitees(identities: IdentitySet | readonly IdentitySet[], options: InviteOptions): readonly Invitee[] {
  const sets: readonly IdentitySet[] = Array.isArray(identities) ? identities as readonly IdentitySet[] : [identities as IdentitySet]
  if (sets.length === 0) throw invalid('invite somebody: the list of identities is empty')
  if (sets.length > INVITEES_LIMIT) throw invalid(`at most ${INVITEES_LIMIT} can be invited in one request, not ${sets.length}`, INVITEES_LIMIT)
  if (options.ringTimeoutMs !== undefined && !(Number.isFinite(options.ringTimeoutMs) && options.ringTimeoutMs > 0)) {
    throw invalid('ringTimeoutMs: expected milliseconds, more than 0')
  }
  const participantId = readId(options.participantId, 'participantId')
  const replacesCallId = readId(options.replacesCallId, 'replacesCallId')
  if (sets.length > 1 && replacesCallId !== undefined) throw invalid('replacesCallId: only one can be invited with it; the service would drop the others silently')
  if (sets.length > 1 && participantId !== undefined) throw invalid('participantId: only one can be invited with it')
  return sets.map((set, index) => ({
    identity: readIdentitySet(set, Array.isArray(identities) ? `identity ${index}` : 'identity'),
    ...(participantId === undefined ? {} : { participantId }),
    ...(replacesCallId === undefined ? {} : { replacesCallId }),
    ...(options.hidden === undefined ? {} : { isHidden: options.hidden }),
    ...(options.removeFromDefaultAudioRoutingGroup === undefined ? {} : { removeFromDefaultAudioRoutingGroup: options.removeFromDefaultAudioRoutingGroup }),
  }))
}

function readId(id: unknown, name: string): string | undefined {
  if (id === undefined) return undefined
  if (typeof id !== 'string') throw new TypeError(`${name}: expected a string`)
  const normalised = normaliseId(id)
  if (normalised === '') throw invalid(`${name}: expected an id, not an empty string`)
  return normalised
}

function readIdentitySet(set: unknown, name: string): IdentitySet {
  if (typeof set !== 'object' || set === null || Array.isArray(set)) throw new TypeError(`${name}: expected an identity set, such as { user: { id } }`)
  const identities: [string, Identity][] = []
  for (const [kind, value] of Object.entries(set)) {
    if (kind.includes('@odata.') || kind === 'endpointType' || value === undefined || value === null) continue
    identities.push([kind, readIdentity(value, `${name}.${kind}`)])
  }
  if (!identities.some(([, { id }]) => id !== undefined)) throw invalid(`${name}: expected an id under one of its keys, such as { user: { id } }`)
  return Object.freeze(Object.fromEntries(identities))
}

function readIdentity(value: unknown, name: string): Identity {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name}: expected an identity, such as { id }`)
  const { id, displayName, tenantId } = value as Readonly<Record<string, unknown>>
  for (const [field, text] of Object.entries({ id, displayName, tenantId })) {
    if (text !== undefined && text !== null && typeof text !== 'string') throw new TypeError(`${name}.${field}: expected a string`)
  }
  const known = typeof id === 'string' ? normaliseId(id) : ''
  return Object.freeze({
    ...(known === '' ? {} : { id: known }),
    ...(typeof displayName === 'string' ? { displayName } : {}),
    ...(typeof tenantId === 'string' ? { tenantId: normaliseId(tenantId) } : {}),
  })
}

function invalid(message: string, limit?: number): RollcallError {
  return new RollcallError('REQUEST_INVALID', `${message}.`, limit === undefined ? {} : { limit })
}
