/**
 * Options: the times of a call's rules. All are milliseconds; all can be set.
 * @module
 */

/** The times a call goes by. Kept with the call, so that a restart goes by the same ones. */
export interface CallOptions {
  /** How long an invitee may ring. The service rings about 60 s (FACTS 5.2, observed); 90 s leaves it time to say so. */
  readonly ringTimeoutMs: number
  /** How long past the ring deadline proof is looked for before the deadline itself ends the invitation. */
  readonly graceMs: number
  /** How long proof of an accepted removal, or a completed invitation's roster entry, is waited for before the roster is fetched. */
  readonly confirmTimeoutMs: number
  /** A full roster that drops somebody who joined this recently is older than their joining, until a fetch says otherwise. */
  readonly reorderWindowMs: number
  /** How often the service hears that the call is alive. It ends a call after 45 min of silence and advises 15 (documented). */
  readonly keepAliveMs: number
  /** How long ended participants are remembered so that late evidence does not bring them back. */
  readonly tombstoneMs: number
  /** How many ended participants are remembered; the oldest goes first. */
  readonly tombstoneLimit: number
  /** The bot's application id, by which it finds itself on a roster while `myParticipantId` is not known. */
  readonly applicationId?: string | undefined
}

/** What holds unless said otherwise. */
export const defaultCallOptions: CallOptions = {
  ringTimeoutMs: 90_000,
  graceMs: 30_000,
  confirmTimeoutMs: 10_000,
  reorderWindowMs: 2_000,
  keepAliveMs: 15 * 60_000,
  tombstoneMs: 10 * 60_000,
  tombstoneLimit: 1_000,
}
