/**
 * The view: a call as the application sees it. Read-only, in order of introduction, built on demand.
 * @module
 */
import type { Call, Self } from '../../call/model/call.ts'
import type { CallState } from '../../call/model/events.ts'
import { isPresent, type Ending, type Participant } from '../../participant/participant.ts'
import type { PublishedCallChange, PublishedChange } from './published-change.ts'

/** The participants of a call by key, in the order they were introduced; ended ones too while they are remembered. */
export interface ParticipantsView extends Iterable<readonly [key: string, participant: Participant]> {
  /** The participant with that key; undefined if there is none, or it is forgotten. */
  get(key: string): Participant | undefined
  /** True if a participant with that key is remembered. */
  has(key: string): boolean
  /** How many participants are remembered, ended ones included. */
  readonly size: number
  /** The keys, in order of introduction. */
  keys(): IterableIterator<string>
  /** The participants, in order of introduction. */
  values(): IterableIterator<Participant>
  /** Keys and participants, in order of introduction. */
  entries(): IterableIterator<[key: string, participant: Participant]>
  [Symbol.iterator](): IterableIterator<[key: string, participant: Participant]>
}

/** A call at one moment. */
export interface CallView {
  /** The call's id. */
  readonly id: string
  /** The state of the call; `unknown` until the service has reported one. */
  readonly state: CallState
  /** The bot itself, once it is known. */
  readonly self?: Self
  /** How the call ended. */
  readonly ending?: Ending
  /**
   * All remembered participants, ended ones included; `present` selects those in the call.
   * @example
   * ```ts
   * const { participants } = await call.read()
   * console.log(participants.size, participants.get(bob.key)?.state)
   * ```
   */
  readonly participants: ParticipantsView
}

/**
 * The participants who are on the roster, in the lobby or admitted, in the order they were introduced.
 * @example
 * ```ts
 * for (const { key, state } of present(await call.read())) console.log(key, state)
 * ```
 */
export function present(call: { readonly participants: { values(): Iterable<Participant> } }): readonly Participant[] {
  return Object.freeze([...call.participants.values()].filter(isPresent).sort(byOrdinal))
}

/** The view of a call; the same call has the same view. */
export function viewOf(call: Call): CallView {
  let view = views.get(call)
  if (view === undefined) views.set(call, (view = createView(call)))
  return view
}

const views = new WeakMap<Call, CallView>()

function createView(call: Call): CallView {
  const { id, state, self, ending } = call
  const isSelfKnown = self.participantId !== undefined || self.isOnRoster === true
  return Object.freeze({
    id,
    state,
    ...(isSelfKnown ? { self: Object.freeze({ ...self }) } : {}),
    ...(ending === undefined ? {} : { ending }),
    participants: createParticipantsView(call.participants),
  })
}

function createParticipantsView(participants: Call['participants']): ParticipantsView {
  let ordered: readonly Participant[] | undefined
  const inOrder = (): readonly Participant[] => (ordered ??= [...participants.values()].sort(byOrdinal).map(sealed))
  function* entries(): IterableIterator<[string, Participant]> {
    for (const participant of inOrder()) yield [participant.key, participant]
  }
  return Object.freeze({
    get(key: string): Participant | undefined {
      const participant = participants.get(key)
      return participant === undefined ? undefined : sealed(participant)
    },
    has: (key: string) => participants.has(key),
    size: participants.size,
    *keys(): IterableIterator<string> {
      for (const { key } of inOrder()) yield key
    },
    *values(): IterableIterator<Participant> {
      yield* inOrder()
    },
    entries,
    [Symbol.iterator]: entries,
  })
}

function byOrdinal(one: Participant, other: Participant): number {
  return one.ordinal - other.ordinal
}

/** The record itself, frozen, identities included. */
export function sealed(participant: Participant): Participant {
  const { identity, media, details, ending, refusal } = participant
  // The core freezes records and identities, but not what an identity holds beside texts.
  for (const one of Object.values(identity)) for (const property of Object.values(one ?? {})) freezeAll(property)
  for (const part of [participant, identity, media, details, ending, refusal]) freezeAll(part)
  return participant
}

/**
 * A stored change as subscribers see it, frozen. Older journals say `from: 'unknown'` in a call's first change; a state that
 * was not known before is absent now.
 */
export function shownChange(stored: PublishedChange): PublishedChange {
  const change = stored.key === undefined ? withoutUnknown(stored) : stored
  if (change.participant !== undefined) sealed(change.participant)
  freezeAll(change.evidence)
  freezeAll(change.facts)
  return Object.freeze(change)
}

function withoutUnknown(stored: PublishedCallChange): PublishedCallChange {
  const { from, ...rest } = stored as Omit<PublishedCallChange, 'from'> & { readonly from?: CallState }
  return from === 'unknown' ? rest : stored
}

/** Freezes plain data throughout; frozen parts are skipped. */
function freezeAll(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeAll(part)
}
