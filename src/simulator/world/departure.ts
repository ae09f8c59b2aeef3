/**
 * Departures: why a presence in a conversation ended.
 * @module
 */

/** Who or what ended a presence: ground truth that no roster shows. */
export type Departure =
  | 'self'
  | 'bot'
  | 'human'
  | 'lobbyTimeout'
  | 'callEnded'
  | 'hungUp'
  | 'moved'
  | 'keepAlive'
  | 'transfer'
  | 'readmitted'
