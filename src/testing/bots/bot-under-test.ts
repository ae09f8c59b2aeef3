/**
 * Bots under test: any bot, as the kit drives it. The kit passes on the requests of the application and the
 * notifications of the service, and asks the bot who is in the call.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { SimulatedFetch } from '../simulated-fetch.ts'

/** The environment of the bot in one run. */
export interface BotSurroundings {
  /** The bot's call, which is established. */
  readonly callId: string
  /** Graph, as far as the bot can tell: `https://graph.microsoft.com/v1.0/communications/calls/…`. */
  readonly fetch: SimulatedFetch
  /** The virtual clock of the run. `setTimeout` is not part of it: a bot that waits with it wakes up after the run. */
  readonly clock: Clock
  /** A number from 0 to below 1, in place of `Math.random`: the same numbers when a run is repeated. */
  random(): number
}

/** A bot in a call whose people are users with ids. */
export interface BotUnderTest {
  /** Receives the body of a callback, as the webhook does. The kit does not await the result. */
  notified(body: unknown): unknown
  /** The application asks the bot to invite a user. The bot may reject to report that it cannot. */
  invite(userId: string): unknown
  /**
   * The application asks the bot to remove a user, or to cancel its invitation. The bot may reject to report that it
   * cannot.
   */
  remove(userId: string): unknown
  /** Ids of the users the bot believes to be in the call, once each; people in the lobby count. */
  present(): Iterable<string>
  /**
   * Does what the bot does when its process starts again. Called once after faults have ended, and also in between if
   * `restart` or `crash` are among the actions.
   */
  recover?(): unknown
  /** The run is over. */
  close?(): unknown
}

/** Makes the bot of one run. */
export type CreateBot = (surroundings: BotSurroundings) => BotUnderTest
