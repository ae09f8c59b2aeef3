/**
 * Service face: how one service's wire says what the world knows.
 *
 * Rule 1: a face reads requests into commands and writes their results; it keeps no state of its own.
 * Rule 2: a notice is rendered from the finished state, once its event is complete.
 * @module
 */
import type { Dialect } from './dialect.ts'
import type { FaceTerms, Notice, Tick } from './tick.ts'
import type { Leg, WorldState } from './world-state.ts'

/** A notice that a bot hears of. */
export type BotNotice = Exclude<Notice, { type: 'fact' }>

/** The kind of a notification. */
export type NotificationKind = BotNotice['type']

/** A rendered notification. */
interface Rendered<D extends Dialect> {
  readonly body: D['body']
  /** Default: the callback address of the call. */
  readonly callbackUri?: string | undefined
}

/** The face of one service. */
export interface ServiceFace<D extends Dialect = Dialect> extends FaceTerms {
  /** Answers a request. Changes go to the tick. */
  answer(tick: Tick, request: D['request']): D['response']
  /** The notifications of a notice about a call; none if the service says nothing. */
  render(state: WorldState, notice: BotNotice, leg: Leg): readonly Rendered<D>[]
}
