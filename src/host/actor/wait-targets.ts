/**
 * Wait targets: a participant's state, one of several, a state at an endpoint, or a predicate.
 *
 * Rule 1: a participant that arrives during its removal has not answered (rule 2 of the call).
 * Rule 2: an endpoint that the service has not named may be a person's; a mailbox is recognised by its name alone.
 * @module
 */
import { checkArgument, options, readOptions } from '../../call/codec/options.ts'
import { anything, is, oneOf, optional, type Shape } from '../../call/codec/schema.ts'
import { VOICEMAIL } from '../../participant/facts.ts'
import { isBeingRemoved, isPresent, type Participant, type ParticipantState } from '../../participant/participant.ts'

/** A state, or a word for several: `present` is the lobby or active, `ended` is removed or cancelled. */
export type WantedState = ParticipantState | 'present' | 'ended'

/** A state at an endpoint. */
export interface WantedPresence {
  /** Default `present`. */
  readonly state?: WantedState | readonly WantedState[] | undefined
  /** An endpoint as the service calls it (`default`, `voicemail`, …), or `person`: any that is not a mailbox. */
  readonly endpoint?: string | undefined
}

/** What can be waited for: a state, one of several, a state at an endpoint, or a predicate of the participant. */
export type Wanted = WantedState | readonly WantedState[] | WantedPresence | ((participant: Participant) => boolean)

/** A wait target, read. */
export interface ReadWanted {
  /** The states it names; undefined for a predicate. */
  readonly states?: readonly ParticipantState[]
  readonly isMet: (participant: Participant) => boolean
  /** True for a participant at another endpoint than the one that was named, if one was. */
  readonly isElsewhere: (participant: Participant) => boolean
}

const statesOf = new Map<unknown, readonly ParticipantState[]>([
  ...(['invited', 'ringing', 'lobby', 'active', 'removed', 'cancelled'] as const).map(
    (state) => [state, [state]] as const,
  ),
  ['present', ['lobby', 'active']],
  ['ended', ['removed', 'cancelled']],
])

const stateWord = oneOf(...[...statesOf.keys()].map(String))

const presence = options<WantedPresence>({
  state: anything as Shape<WantedPresence['state']>,
  endpoint: optional(is('a word, such as person or voicemail', (value) => typeof value === 'string' && value !== '')),
})

/** Reads a wait target. @throws TypeError for one that names nothing */
export function readWanted(wanted: Wanted): ReadWanted {
  if (typeof wanted === 'function')
    return { isMet: (participant) => wanted(participant) === true, isElsewhere: () => false }
  if (typeof wanted === 'string' || Array.isArray(wanted)) return atEndpoint(readStates(wanted), undefined)
  if (typeof wanted !== 'object' || wanted === null) throw unreadable()
  const { state = 'present', endpoint } = readOptions('waitFor', presence, wanted as WantedPresence)
  return atEndpoint(readStates(state), endpoint)
}

function readStates(wanted: unknown): readonly ParticipantState[] {
  const words: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
  const wrong = words.find((word) => !statesOf.has(word))
  if (typeof wrong === 'string') checkArgument('waitFor: the state', wrong, stateWord)
  if (words.length === 0 || wrong !== undefined) throw unreadable()
  const named = words.map((word) => statesOf.get(word))
  return [...new Set(named.flatMap((states) => states ?? []))]
}

function unreadable(): TypeError {
  return new TypeError(
    `waitFor: expected a state, several, { state, endpoint }, or a predicate; the states are ${[...statesOf.keys()].join(', ')}`,
  )
}

function atEndpoint(states: readonly ParticipantState[], endpoint: string | undefined): ReadWanted {
  const isElsewhere = ({ endpoint: own }: Participant): boolean => {
    if (endpoint === undefined) return false
    return endpoint === 'person' ? own === VOICEMAIL : own !== undefined && own !== endpoint
  }
  const isThere = (participant: Participant): boolean =>
    !isElsewhere(participant) && (endpoint === undefined || endpoint === 'person' || participant.endpoint === endpoint)
  return {
    states,
    isMet: (participant) =>
      states.includes(participant.state) &&
      isThere(participant) &&
      !(isPresent(participant) && isBeingRemoved(participant)),
    isElsewhere,
  }
}
