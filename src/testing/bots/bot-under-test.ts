/**
 * Bots under test: anybody's bot, as the kit drives it — told what its application wants and what the service posts,
 * and asked who it believes to be in the call.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { SimulatedFetch } from '../simulated-fetch.ts'

/** What a bot is made with. */
export interface BotSurroundings {
  /** The call it is in; established when the bot begins. */
  readonly callId: string
  /** Graph, as far as the bot can tell: `https://graph.microsoft.com/v1.0/communications/calls/…`. */
  readonly fetch: SimulatedFetch
  /** All the time there is. A bot that waits by `setTimeout` waits by the wrong clock. */
  readonly clock: Clock
}

/** A bot in a call of people who are users with ids. */
export interface BotUnderTest {
  /** The body of a callback, as the webhook receives it. What it returns is not waited for. */
  notified(body: unknown): unknown
  /** The application wants a user in the call. */
  invite(userId: string): unknown
  /** The application wants them out: cancelled or removed, whichever it takes. */
  remove(userId: string): unknown
  /** Ids of the users the bot believes to be in the call, lobby included, once each. */
  present(): Iterable<string>
  /**
   * What the bot does when it is started again, if it does anything. Called once when whatever went wrong is over, and,
   * where `restart` or `crash` are among the deeds, in the middle of it.
   */
  recover?(): unknown
  /** The run is over. */
  close?(): unknown
}

/** Makes the bot of one run. */
export type CreateBot = (surroundings: BotSurroundings) => BotUnderTest
