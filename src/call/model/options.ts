/**
 * Options: the times of a call's rules, and the traits of its service. All times are milliseconds; all can be set.
 * @module
 */

/**
 * The options of a call. They are stored with the call, so that a restart does not change them. The last three are
 * traits of the service: a host sets them from its transport (`TransportTraits`).
 */
export interface CallOptions {
  /** How long an invitee may ring. Teams rings about 60 s (observed); 90 s leaves time for the notification. */
  readonly ringTimeoutMs: number
  /** How long after the ring deadline the call waits for proof before the invitation ends without it. */
  readonly graceMs: number
  /**
   * How long to wait for proof of an accepted removal, or for the roster entry of a completed invitation, before a
   * roster fetch.
   */
  readonly confirmTimeoutMs: number
  /**
   * A full roster without a participant that joined this recently counts as older than the join, until a fetch decides.
   */
  readonly reorderWindowMs: number
  /**
   * The interval of keep-alives, or of the GETs that replace them (`liveness`). Graph asks for one every 15 to 45 min
   * and ends the call after 45 min without (Microsoft Graph documentation, "call: keepAlive").
   */
  readonly keepAliveMs: number
  /** How long ended participants are remembered, so that late evidence does not bring them back. */
  readonly tombstoneMs: number
  /** How many ended participants are remembered; the oldest is dropped first. */
  readonly tombstoneLimit: number
  /** The bot's application id; identifies the bot on a roster while `myParticipantId` is unknown. */
  readonly applicationId?: string | undefined
  /** `poll`: a GET of the call every `keepAliveMs` replaces the keep-alive. Absent: `push`. */
  readonly liveness?: 'push' | 'poll' | undefined
  /** False: rosters never show the bot. Absent: true. */
  readonly isBotOnRoster?: boolean | undefined
  /** The interval of roster fetches while a participant is pending or present. Absent: no fetches at an interval. */
  readonly resyncMs?: number | undefined
}

/** The defaults, in milliseconds except `tombstoneLimit`. */
export const defaultCallOptions: CallOptions = {
  ringTimeoutMs: 90_000,
  graceMs: 30_000,
  confirmTimeoutMs: 10_000,
  reorderWindowMs: 2_000,
  keepAliveMs: 15 * 60_000,
  tombstoneMs: 10 * 60_000,
  tombstoneLimit: 1_000,
}
