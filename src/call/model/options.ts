/**
 * Options: the times of a call's rules, and what its service is like. All times are milliseconds; all can be set.
 * @module
 */

/**
 * What a call goes by. Kept with the call, so that a restart goes by the same. The last three are traits of the service:
 * a host sets them from its transport (`TransportTraits`).
 */
export interface CallOptions {
  /** How long an invitee may ring. The service rings about 60 s (FACTS 5.2, observed); 90 s leaves it time to say so. */
  readonly ringTimeoutMs: number
  /** How long past the ring deadline proof is looked for before the deadline itself ends the invitation. */
  readonly graceMs: number
  /** How long proof of an accepted removal, or a completed invitation's roster entry, is waited for before the roster is fetched. */
  readonly confirmTimeoutMs: number
  /** A full roster that drops somebody who joined this recently is older than their joining, until a fetch says otherwise. */
  readonly reorderWindowMs: number
  /**
   * How often the service hears that the call is alive, or is asked whether it is (`liveness`). Graph ends a call after 45 min
   * of silence and advises 15 (documented).
   */
  readonly keepAliveMs: number
  /** How long ended participants are remembered so that late evidence does not bring them back. */
  readonly tombstoneMs: number
  /** How many ended participants are remembered; the oldest goes first. */
  readonly tombstoneLimit: number
  /** The bot's application id, by which it finds itself on a roster while `myParticipantId` is not known. */
  readonly applicationId?: string | undefined
  /** `poll`: the call is asked for every `keepAliveMs` in place of a keepAlive. Absent: `push`. */
  readonly liveness?: 'push' | 'poll' | undefined
  /** False: no roster ever shows the bot. Absent: true. */
  readonly isBotOnRoster?: boolean | undefined
  /** How often a snapshot is asked for while a participant is pending or present. Absent: never for its own sake. */
  readonly resyncMs?: number | undefined
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
