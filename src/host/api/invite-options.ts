/**
 * Arguments of an invite: read once, checked before anything is stored, with normalised ids.
 *
 * Rule: an invite that the service would refuse, or would apply only in part, is REQUEST_INVALID. An invitee that is
 * not an identity set is a TypeError. An option that is null counts as absent. Unknown properties of an identity are
 * passed on.
 * @module
 */
import { options, readOptions } from '../../call/codec/options.ts'
import { flag, is, isObject, optional, text, type Shape } from '../../call/codec/schema.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { Invitee } from '../../call/model/events.ts'
import type { Identity, IdentitySet } from '../../participant/identity.ts'
import { CLIENT_CONTEXT_LIMIT } from '../ports/limits.ts'
import { waitFields, type WaitOptions } from '../actor/wait-for.ts'
import type { ReadTraits } from './traits.ts'

/** How to invite. */
export interface InviteOptions extends WaitOptions {
  /**
   * How long the invitees may ring, in milliseconds, within the bounds of the service
   * (`TransportTraits.ringTimeoutMs`). If it is shorter than the host's `ringTimeoutMs` (90 s), the host cancels the
   * invitation at this time.
   */
  readonly ringTimeoutMs?: number | undefined
  /**
   * The invitee's participant id, if the application knows it (to move a participant between meetings). One invitee
   * only.
   */
  readonly participantId?: string | undefined
  /** The call that the invitee leaves for this one. One invitee only: the service would silently ignore the others. */
  readonly replacesCallId?: string | undefined
  /** Hides the invitee from the rosters of the other participants. */
  readonly hidden?: boolean | undefined
  /** Keeps the invitee out of the default audio mix: it hears and says nothing. */
  readonly removeFromDefaultAudioRoutingGroup?: boolean | undefined
  /**
   * The correlation id that the service repeats in every notification about the invite: 1 to 256 characters, unique in
   * the call. It is also the key of a single invitee. Default: the host's `createId`.
   */
  readonly clientContext?: string | undefined
}

const shape = options<InviteOptions>({
  ...waitFields,
  // A number that is not possible is REQUEST_INVALID, as is one that the service would refuse.
  ringTimeoutMs: orNull(is('milliseconds, more than 0', (value) => typeof value === 'number')),
  participantId: orNull(text),
  replacesCallId: orNull(text),
  hidden: orNull(flag),
  removeFromDefaultAudioRoutingGroup: orNull(flag),
  clientContext: orNull(text),
})

/** Also accepts null, because JSON configurations cannot contain undefined. */
function orNull<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === null ? undefined : optional(shape)(value))
}

/** The options of an invite; one that is null counts as absent. @throws TypeError */
export function readInviteOptions(given: InviteOptions): InviteOptions {
  const read = readOptions('invite', shape, given)
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null))
}

/**
 * The invitees of a request. @throws RollcallError REQUEST_INVALID @throws TypeError for a value that is not an
 * identity set
 */
export function readInvitees(
  identities: IdentitySet | readonly IdentitySet[],
  options: InviteOptions,
  traits: ReadTraits,
): readonly Invitee[] {
  const { inviteesPerRequest, normaliseId } = traits
  const sets: readonly IdentitySet[] = Array.isArray(identities)
    ? (identities as readonly IdentitySet[])
    : [identities as IdentitySet]
  if (sets.length === 0) throw invalid('expected at least one identity, got an empty list')
  if (sets.length > inviteesPerRequest)
    throw invalid(`at most ${inviteesPerRequest} can be invited in one request, not ${sets.length}`, inviteesPerRequest)
  const participantId = readId(options.participantId, 'participantId', normaliseId)
  const replacesCallId = readId(options.replacesCallId, 'replacesCallId', normaliseId)
  const { hidden: isHidden, removeFromDefaultAudioRoutingGroup } = options
  if (sets.length > 1 && replacesCallId !== undefined)
    throw invalid('replacesCallId: expected one invitee with it; the service would drop the others silently')
  if (sets.length > 1 && participantId !== undefined) throw invalid('participantId: expected one invitee with it')
  return sets.map((set, index) => ({
    identity: readIdentitySet(set, Array.isArray(identities) ? `identity ${index}` : 'identity', normaliseId),
    ...(participantId === undefined ? {} : { participantId }),
    ...(replacesCallId === undefined ? {} : { replacesCallId }),
    ...(isHidden === undefined ? {} : { isHidden }),
    ...(removeFromDefaultAudioRoutingGroup === undefined ? {} : { removeFromDefaultAudioRoutingGroup }),
  }))
}

/** The `clientContext` the application chose, if it did. @throws RollcallError REQUEST_INVALID */
export function readClientContext({ clientContext }: InviteOptions): string | undefined {
  if (clientContext === undefined) return undefined
  if (clientContext === '' || clientContext.length > CLIENT_CONTEXT_LIMIT) {
    throw invalid(
      `clientContext: expected 1 to ${CLIENT_CONTEXT_LIMIT} characters, got ${clientContext.length}`,
      CLIENT_CONTEXT_LIMIT,
    )
  }
  if (!clientContext.isWellFormed()) throw invalid('clientContext: expected well-formed Unicode')
  return clientContext
}

/** Another invitation of the call has the `clientContext`. */
export function clientContextTaken(callId: string): RollcallError {
  return new RollcallError('REQUEST_INVALID', 'clientContext: another invitation of this call has it.', { callId })
}

/**
 * How long the invitees may ring, if the application says so.
 * @throws RollcallError REQUEST_INVALID
 */
export function readRingTime(
  { ringTimeoutMs }: InviteOptions,
  { ringTimeoutMs: [least, most] }: ReadTraits,
): number | undefined {
  if (ringTimeoutMs === undefined) return undefined
  if (!(Number.isFinite(ringTimeoutMs) && ringTimeoutMs > 0))
    throw invalid('ringTimeoutMs: expected milliseconds, more than 0')
  if (ringTimeoutMs < least)
    throw invalid(`ringTimeoutMs: the service rings for at least ${least} ms, not ${ringTimeoutMs}`, least)
  if (ringTimeoutMs > most)
    throw invalid(`ringTimeoutMs: the service rings for at most ${most} ms, not ${ringTimeoutMs}`, most)
  return ringTimeoutMs
}

type Normalise = ReadTraits['normaliseId']

function readId(id: string | undefined, name: string, normaliseId: Normalise): string | undefined {
  if (id === undefined) return undefined
  const normalised = normaliseId(id)
  if (normalised === '') throw invalid(`${name}: expected an id, not an empty string`)
  return wellFormed(normalised, name)
}

/** A store keeps text, and a URL carries it, only if it is well-formed. */
function wellFormed(id: string, name: string): string {
  if (!id.isWellFormed()) throw invalid(`${name}: expected well-formed Unicode`)
  return id
}

function readIdentitySet(set: unknown, name: string, normaliseId: Normalise): IdentitySet {
  if (!isObject(set)) throw new TypeError(`${name}: expected an identity set, such as { user: { id } }`)
  const identities: [string, Identity][] = []
  for (const [kind, value] of Object.entries(set)) {
    if (kind.includes('@odata.') || kind === 'endpointType' || value === undefined || value === null) continue
    identities.push([kind, readIdentity(value, `${name}.${kind}`, normaliseId)])
  }
  if (!identities.some(([, { id }]) => id !== undefined))
    throw invalid(`${name}: expected an id under one of its keys, such as { user: { id } }`)
  return Object.freeze(Object.fromEntries(identities))
}

function readIdentity(value: unknown, name: string, normaliseId: Normalise): Identity {
  if (!isObject(value)) throw new TypeError(`${name}: expected an identity, such as { id }`)
  const properties: [string, unknown][] = []
  for (const [property, given] of Object.entries(value)) {
    if (given === undefined || given === null || property.includes('@odata.')) continue
    if (textProperties.has(property) && typeof given !== 'string')
      throw new TypeError(`${name}.${property}: expected a string`)
    properties.push([
      property,
      idProperties.has(property)
        ? wellFormed(normaliseId(given as string), `${name}.${property}`)
        : plainData(given, `${name}.${property}`),
    ])
  }
  return Object.freeze(Object.fromEntries(properties.filter(([property, given]) => property !== 'id' || given !== '')))
}

const idProperties = new Set(['id', 'tenantId'])
const textProperties = new Set([...idProperties, 'displayName', 'identityProvider'])

/** A copy of what JSON can hold: it is stored and sent as JSON. */
function plainData(given: unknown, name: string): unknown {
  const written = typeof given === 'function' ? undefined : JSON.stringify(given)
  if (written === undefined) throw new TypeError(`${name}: expected a JSON value`)
  return JSON.parse(written) as unknown
}

function invalid(message: string, limit?: number): RollcallError {
  return new RollcallError('REQUEST_INVALID', `${message}.`, limit === undefined ? {} : { limit })
}
