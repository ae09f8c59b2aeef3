/**
 * Dialect: the types in which services differ — their messages, and what their scripts, acts and switches add to the
 * world's.
 * @module
 */
import type { Detail } from './outcomes.ts'

/** The types of one service's wire. The world itself reads none of these fields. */
export interface Dialect {
  /** A request of a bot. */
  readonly request: unknown
  /** The answer to a request. */
  readonly response: unknown
  /** The body of a notification. */
  readonly body: unknown
  /** Further fields of a script that lets it ring. */
  readonly noAnswer: Detail
  /** Further fields of a script that fails. */
  readonly fail: Detail
  /** Further fields of the act that ends a call. */
  readonly endCall: Detail
  /** The reading of each switch. */
  readonly switches: { readonly [name: string]: string }
}
