import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createTestModel, getShortestPaths, type StatePath } from 'xstate/graph'
import { createParticipant } from '../../src/participant/create-participant.ts'
import type { ParticipantEvent } from '../../src/participant/events.ts'
import { participantMachine, snapshotOf, type ParticipantSnapshot } from '../../src/participant/machine.ts'
import type { ParticipantFacts } from '../../src/participant/participant.ts'
import { sampleEvents } from '../../src/participant/sample-events.ts'
import { transition } from '../../src/participant/transition.ts'
import { eventTypes, places } from './cases.ts'
import { transitionByXState } from './xstate-transition.ts'

const input = { key: 'bob', identity: { user: { id: 'bob' } } }
const byValue = ({ value }: Pick<ParticipantSnapshot, 'value'>): string => JSON.stringify(value)

/** Facts that guards look at and that have few values under the sample events. */
const guardFacts = [
  'id',
  'participantId',
  'isIdUnconfirmed',
  'missingSince',
  'expiredAt',
  'isCancelOnly',
  'isRemovalUnsure',
  'removalTarget',
  'isRemovalEarly',
  'removalAcceptedAt',
] as const satisfies readonly (keyof ParticipantFacts)[]

const byGuardFacts = ({ value, context }: Pick<ParticipantSnapshot, 'value' | 'context'>): string =>
  JSON.stringify([value, guardFacts.map((fact) => context[fact])])

type Path = StatePath<ParticipantSnapshot, ParticipantEvent>
type Key = (snapshot: ParticipantSnapshot) => string

/** The events of a path, without the first: XState's own start of an actor. */
function eventsOf({ steps }: Path): readonly ParticipantEvent[] {
  return steps.slice(1).map(({ event }) => event)
}

/** The paths that the compiled transition and XState take differently, or that end elsewhere than the graph says. */
function differences(paths: readonly Path[], key: Key): readonly string[] {
  return paths.flatMap((path) => {
    const said: string[] = []
    let participant = createParticipant({ ...input, ordinal: 0, at: 0 })
    for (const event of eventsOf(path)) {
      const next = transition(participant, event)
      if (!isDeepStrictEqual(next, transitionByXState(participant, event))) said.push(`differs at ${event.type}`)
      participant = next.participant
    }
    if (key(snapshotOf(participant)) !== key(path.state)) said.push(`ends in ${key(snapshotOf(participant))}`)
    const name = path.steps.map(({ event }) => event.type).join(' → ')
    return said.map((what) => `${name}: ${what}`)
  })
}

describe('the sample events', () => {
  test('have one of every type', () => {
    expect(new Set(sampleEvents.map(({ type }) => type))).toEqual(new Set(eventTypes))
  })

  test('lead getShortestPaths to every state and phase', () => {
    const paths = getShortestPaths(participantMachine, { input, events: sampleEvents, serializeState: byValue })
    const reached = new Set(paths.map(({ state }) => byValue(state)))
    const wanted = places.map(([state, removal]) =>
      JSON.stringify(state === 'removed' || state === 'cancelled' ? state : { [state]: removal ?? 'idle' }),
    )
    expect(reached).toEqual(new Set(wanted))
  })
})

describe('the paths of xstate/graph, replayed through the compiled transition, end as XState says', () => {
  test('by state value', () => {
    const paths = getShortestPaths(participantMachine, { input, events: sampleEvents, serializeState: byValue })
    expect(differences(paths, byValue)).toEqual([])
  })

  test('by state value and the facts that guards look at', () => {
    const paths = getShortestPaths(participantMachine, { input, events: sampleEvents, serializeState: byGuardFacts })
    expect(differences(paths, byGuardFacts)).toEqual([])
    expect(paths.length).toBeGreaterThan(900)
  })
})

describe('a test model of the machine', () => {
  const model = createTestModel(participantMachine, { input, events: sampleEvents, serializeState: byGuardFacts })
  const paths = model.getShortestPaths()

  /** Runs every path against a system under test; returns how many end elsewhere than the model. */
  async function failuresOf(system: typeof transition): Promise<number> {
    let failures = 0
    for (const path of paths) {
      let participant = createParticipant({ ...input, ordinal: 0, at: 0 })
      const take = ({ event }: { readonly event: ParticipantEvent }): void => {
        participant = system(participant, event).participant
      }
      const events = Object.fromEntries(eventTypes.map((type) => [type, take]))
      const check = (state: ParticipantSnapshot): void =>
        expect(byGuardFacts(snapshotOf(participant))).toBe(byGuardFacts(state))
      await path.test({ events, states: { '*': check } }).catch(() => (failures += 1))
    }
    return failures
  }

  test('is followed by the compiled transition along every path', async () => {
    expect(await failuresOf(transition)).toBe(0)
    expect(paths.length).toBeGreaterThan(100)
  })

  test('is not followed by a system that forgets an event', async () => {
    const forgetful: typeof transition = (participant, event) =>
      event.type === 'removal.accepted' ? { participant, actions: [] } : transition(participant, event)
    expect(await failuresOf(forgetful)).toBeGreaterThan(0)
  })
})
