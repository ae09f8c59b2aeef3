/**
 * Bots under test: any bot, as the kit drives it. The kit tells it what its application wants and what the service
 * posts, and asks it who is in the call.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { SimulatedFetch } from '../simulated-fetch.ts'

/** What the bot of one run works with. */
export interface BotSurroundings {
  /** The bot's call, which is established. */
  readonly callId: string
  /** Graph, as far as the bot can tell: `https://graph.microsoft.com/v1.0/communications/calls/…`. */
  readonly fetch: SimulatedFetch
  /** The only time of a run. `setTimeout` is not part of it: a bot that waits by it wakes up after the run is over. */
  readonly clock: Clock
  /** A number from 0 to below 1, in place of `Math.random`: the same numbers when a run is played again. */
  random(): number
}

/** A bot in a call whose people are users with ids. */
export interface BotUnderTest {
  /** Receives the body of a callback, as the webhook does. What it returns is not waited for. */
  notified(body: unknown): unknown
  /** The application wants a user in the call. The bot may reject to report that it cannot. */
  invite(userId: string): unknown
  /** The application wants a user out, cancelled or removed. The bot may reject to report that it cannot. */
  remove(userId: string): unknown
  /** Ids of the users the bot believes to be in the call, once each; people in the lobby count. */
  present(): Iterable<string>
  /**
   * What the bot does when its process starts again, if anything. Called once after faults have ended, and also in
   * between if `restart` or `crash` are among the deeds.
   */
  recover?(): unknown
  /** The run is over. */
  close?(): unknown
}

/** Makes the bot of one run. */
export type CreateBot = (surroundings: BotSurroundings) => BotUnderTest
