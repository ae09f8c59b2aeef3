/**
 * Every situation a participant can be in, as far as the statechart can tell: states and phases, facts, and variants
 * of every event, enumerated so that each guard of each candidate is met both true and false.
 * @module
 */
import { participantConfig } from '../../src/participant/machine-config.ts'
import type { PhaseNode, Candidate, ParticipantConfig, Phase } from '../../src/participant/machine-shape.ts'
import type { ParticipantEvent, ParticipantEventType } from '../../src/participant/events.ts'
import { guards, type GuardName } from '../../src/participant/implementations.ts'
import { createParticipant } from '../../src/participant/create-participant.ts'
import type {
  OpenState,
  Participant,
  ParticipantFacts,
  ParticipantState,
  RemovalPhase,
} from '../../src/participant/participant.ts'

/** One transition to take. */
export interface Case {
  readonly participant: Participant
  readonly event: ParticipantEvent
  /** State, phase, event and the outcome of each guard, as text. */
  readonly name: string
}

/** A state with a removal phase. */
export type Place = readonly [state: ParticipantState, removal: RemovalPhase | undefined]

const bob = Object.freeze({ user: Object.freeze({ id: 'bob' }) })
const bobByName = Object.freeze({ user: Object.freeze({ id: 'bob', displayName: 'Bob' }) })
const asked = 2_000
const now = 5_000

/** Every state and phase the definition has, and the two ways to be over. */
export const places: readonly Place[] = [
  ...(['invited', 'ringing', 'lobby', 'active'] as const).flatMap((state) =>
    (Object.keys(participantConfig.states[state].states) as Phase[]).map(
      (phase): Place => [state, phase === 'idle' ? undefined : phase],
    ),
  ),
  ['removed', undefined],
  ['removed', 'confirmed'],
  ['cancelled', undefined],
  ['cancelled', 'confirmed'],
]

const variants: {
  readonly [E in ParticipantEventType]: readonly Omit<Extract<ParticipantEvent, { type: E }>, 'at' | 'type'>[]
} = {
  'invitation.accepted': [{}],
  'invitation.completed': [{}],
  'invitation.failed': (['cancelled', 'declined', 'failed', 'unknown'] as const)
    .map(
      (cause): Omit<Extract<ParticipantEvent, { type: 'invitation.failed' }>, 'at' | 'type'> => ({
        cause,
        by: 'service',
        result: { code: 400, subcode: 8508, message: 'over' },
      }),
    )
    .concat({ cause: 'lobbyTimeout', by: 'service', result: { code: 200, subcode: 5855 } }),
  'address.learned': [{ address: 'roster-id' }, { address: 'invitee-id' }, { address: 'other-id' }],
  'roster.showed': [
    { identity: bob, isInLobby: false, isMuted: false },
    { id: 'roster-id', identity: bob, isInLobby: false, isMuted: false, sequence: 7 },
    { id: 'other-id', identity: bobByName, isInLobby: false, isMuted: true, sequence: 8 },
    { identity: bob, isInLobby: true, isMuted: false },
    { id: 'other-id', identity: bobByName, isInLobby: true, isMuted: true, sequence: 8 },
    {
      identity: bob,
      isInLobby: false,
      endpoint: 'voicemail',
      isAnonymous: true,
      media: [{ kind: 'audio', direction: 'inactive' }],
      details: { meetingRole: 'none' },
    },
  ],
  'id.doubted': [{}],
  'roster.omitted': [{}],
  'absence.proved': [
    {},
    { fetchedAt: 1_000 },
    { fetchedAt: 4_000, reason: 'gone', sequence: 9 },
    { reason: 'DiagCode: 200#5855.@', cause: 'lobbyTimeout', by: 'service' },
  ],
  'presence.reassigned': [{}],
  'ring.expired': [{}],
  'grace.expired': [{}],
  'removal.requested': [{}, { known: 3 }],
  'cancel.requested': [{ by: 'local' }, { by: 'deadline' }],
  'removal.accepted': [{}],
  'removal.notFound': [{}],
  'removal.refused': (['forbidden', 'conflict', 'other'] as const).map((reason) => ({
    refusal: { reason, code: '7504', message: 'no', at: now },
  })),
  'removal.unconfirmed': [{}, { isDefinite: true }],
  'removal.due': [{}],
  'call.ended': [
    { cause: 'callEnded', by: 'remote', result: { code: 200, subcode: 5010 } },
    { cause: 'lost', by: 'service', result: {} },
  ],
}

/** Every event, in all its variants. */
export const events: readonly ParticipantEvent[] = (Object.keys(variants) as ParticipantEventType[]).flatMap((type) =>
  variants[type].map((rest) => ({ type, at: now, ...rest }) as ParticipantEvent),
)

/** Every event type. */
export const eventTypes = Object.keys(variants) as readonly ParticipantEventType[]

/** Facts that guards look at, each with the values that make a difference. */
const dimensions: { readonly [F in keyof ParticipantFacts]?: readonly ParticipantFacts[F][] } = {
  id: [undefined, 'roster-id'],
  participantId: [undefined, 'invitee-id'],
  isMuted: [false, true],
  sequence: [undefined, 7],
  completedAt: [undefined, 1_500],
  expiredAt: [undefined, 3_500],
  missingSince: [undefined, 1_800, 2_500],
  removalRequestedAt: [undefined, asked],
  removalBy: ['local', 'deadline'],
  isCancelOnly: [undefined, true],
  isRemovalUnsure: [undefined, true],
  removalTarget: [undefined, 'roster-id', 'invitee-id'],
  isRemovalEarly: [true, false],
  isIdUnconfirmed: [undefined, true],
  removalAcceptedAt: [undefined, 3_000],
  refusal: [undefined, { reason: 'forbidden', status: 403, code: '7504', message: 'no', at: 2_200 }],
}

function product(fields: readonly (keyof ParticipantFacts)[]): readonly Partial<ParticipantFacts>[] {
  const [field, ...rest] = fields
  if (field === undefined) return [{ identity: bob }]
  const values: readonly unknown[] = dimensions[field] ?? []
  return product(rest).flatMap((facts) => values.map((value) => ({ ...facts, [field]: value })))
}

/** All combinations of the facts that make a difference. */
export const factVariants: readonly Partial<ParticipantFacts>[] = product(
  Object.keys(dimensions) as (keyof ParticipantFacts)[],
)

/** The candidates of an event in a state, in the order a statechart asks them: the inner state first. */
export function candidatesOf(
  definition: ParticipantConfig,
  [state, removal]: Place,
  type: ParticipantEventType,
): readonly Candidate[] {
  if (state === 'removed' || state === 'cancelled') return []
  const node = definition.states[state satisfies OpenState]
  const phases: Readonly<Partial<Record<Phase, PhaseNode>>> = node.states
  return [...(phases[(removal ?? 'idle') as Phase]?.on[type] ?? []), ...(node.on[type] ?? [])]
}

/** A participant in that place with those facts. */
export function participantIn([state, removal]: Place, facts: Partial<ParticipantFacts> = {}): Participant {
  const isOver = state === 'removed' || state === 'cancelled'
  const over = {
    ending: Object.freeze({ cause: 'left', by: 'remote', at: 4_000 } as const),
    removalConfirmedAt: removal === 'confirmed' ? 4_000 : undefined,
  }
  return Object.freeze({
    ...createParticipant({ key: 'bob', identity: bob, ordinal: 0, at: 1_000, invitedAt: 1_000, ...facts }),
    state,
    removal,
    ...(isOver ? over : {}),
  })
}

/** How many representatives of each outcome of the guards are kept. */
const REPRESENTATIVES = 3

/**
 * Facts for every outcome that guards have for an event, with the outcome as text. Spread by a stride, so that those
 * with the same outcome differ in what the actions write.
 */
function representatives(
  names: readonly GuardName[],
  event: ParticipantEvent,
): readonly (readonly [facts: Partial<ParticipantFacts>, outcome: string])[] {
  const kept: (readonly [Partial<ParticipantFacts>, string])[] = []
  const seen = new Map<string, number>()
  for (let i = 0; i < factVariants.length; i += 1) {
    const facts = factVariants[(i * 7_919) % factVariants.length] as Partial<ParticipantFacts>
    const outcome = names
      .map((guard) => (guards[guard](facts as ParticipantFacts, event) ? guard : `not ${guard}`))
      .join(', ')
    const count = seen.get(outcome) ?? 0
    if (count >= REPRESENTATIVES) continue
    seen.set(outcome, count + 1)
    kept.push([facts, outcome])
    if (names.length === 0 && kept.length === REPRESENTATIVES) break
  }
  return kept
}

/** Representatives of every place × event variant × outcome of all guards of its candidates. */
export function allCases(): readonly Case[] {
  // Many places ask the same guards of an event.
  const known = new Map<string, ReturnType<typeof representatives>>()
  return places.flatMap((place) =>
    events.flatMap((event, index) => {
      const names = candidatesOf(participantConfig, place, event.type).flatMap(({ guard }) =>
        guard === undefined ? [] : [guard],
      )
      const question = `${index}: ${names.join(', ')}`
      const found = known.get(question) ?? representatives(names, event)
      known.set(question, found)
      return found.map(([facts, outcome]) => ({
        participant: participantIn(place, facts),
        event,
        name: `${place[0]}.${place[1] ?? 'idle'} × ${event.type} [${outcome}]`,
      }))
    }),
  )
}
