/**
 * Arguments of a redirect and a transfer: read once, in the spelling the library uses.
 *
 * Rule: identities are read as those of an invite are. Limits of the service are the transport's to check.
 * @module
 */
import { options, readOptions } from '../../call/codec/options.ts'
import { is, optional, text } from '../../call/codec/schema.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import { waitFields, type WaitOptions } from '../actor/wait-for.ts'
import type { RedirectRequest, TransferRequest } from '../ports/ports.ts'
import { readInvitees, readRingTime } from './invite-options.ts'
import type { ReadTraits } from './traits.ts'

/** How to redirect a call. */
export interface RedirectOptions extends WaitOptions {
  /** How long the targets may ring, in milliseconds (Graph: 15,000 to 90,000, in whole seconds). Default: the service's own time. */
  readonly ringTimeoutMs?: number | undefined
}

/** How to transfer a call. */
export interface TransferOptions extends WaitOptions {
  /** The bot's call with the target, whose place the transferred call takes (a consultative transfer). Default: the target is called. */
  readonly replacesCallId?: string | undefined
  /** The key of the participant to transfer, where the call has several. Default: the bot's only partner. */
  readonly transferee?: string | undefined
}

const redirectShape = options<RedirectOptions>({
  ...waitFields,
  // A number that cannot be is REQUEST_INVALID, as it is for an invite.
  ringTimeoutMs: optional(is('milliseconds, more than 0', (value) => typeof value === 'number')),
})

const transferShape = options<TransferOptions>({
  ...waitFields,
  replacesCallId: optional(text),
  transferee: optional(text),
})

/** Reads the options of a redirect. @throws TypeError for an option that does not exist, or that has not its type */
export function readRedirectOptions(given: RedirectOptions): RedirectOptions {
  return readOptions('redirect', redirectShape, given)
}

/** Reads the options of a transfer. @throws TypeError for an option that does not exist, or that has not its type */
export function readTransferOptions(given: TransferOptions): TransferOptions {
  return readOptions('transfer', transferShape, given)
}

/** The request of a redirect. @throws RollcallError REQUEST_INVALID @throws TypeError */
export function readTargets(
  targets: IdentitySet | readonly IdentitySet[],
  options: RedirectOptions,
  { normaliseId }: ReadTraits,
): RedirectRequest {
  // The bounds in the traits are those of invites.
  const unbounded = {
    inviteesPerRequest: Infinity,
    ringTimeoutMs: [0, Infinity],
    normaliseId,
    callOptions: {},
  } as const
  const ringTimeoutMs = readRingTime({ ringTimeoutMs: options.ringTimeoutMs }, unbounded)
  return {
    targets: readInvitees(targets, {}, unbounded),
    ...(ringTimeoutMs === undefined ? {} : { ringTimeoutMs }),
  }
}

/** The request of a transfer, without the transferee. @throws RollcallError REQUEST_INVALID @throws TypeError */
export function readTransfer(target: IdentitySet, options: TransferOptions, traits: ReadTraits): TransferRequest {
  const { replacesCallId } = options
  const [invitee] = readInvitees(target, replacesCallId === undefined ? {} : { replacesCallId }, traits)
  if (Array.isArray(target) || invitee === undefined)
    throw new RollcallError('REQUEST_INVALID', 'transfer: expected one identity.')
  return { target: invitee }
}
