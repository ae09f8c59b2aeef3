import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createActor, getNextSnapshot } from 'xstate'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { actions, guards } from '../../src/participant/implementations.ts'
import { createParticipant } from '../../src/participant/create-participant.ts'
import { participantMachine, participantOf, snapshotOf } from '../../src/participant/machine.ts'
import { isOpen, type Participant } from '../../src/participant/participant.ts'
import { transition, type Transition } from '../../src/participant/transition.ts'
import { runs } from '../effort/runs.ts'
import { allCases, candidatesOf, events, factVariants, participantIn, places, type Case } from './cases.ts'
import { interpret } from './interpreter.ts'
import { mutants, type Mutant } from './mutants.ts'
import { transitionByXState } from './xstate-transition.ts'

type Run = (participant: Participant, event: Case['event']) => Transition

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_102)
const histories = Number(process.env['ROLLCALL_RUNS'] ?? runs(100, 400))
const cases = allCases()
let byXState: readonly Transition[] = []
let isIgnoredByXState: readonly boolean[] = []

beforeAll(() => {
  byXState = cases.map(({ participant, event }) => transitionByXState(participant, event))
  isIgnoredByXState = cases.map(({ participant, event }) => {
    const snapshot = snapshotOf(participant)
    return getNextSnapshot(participantMachine, snapshot, event) === snapshot
  })
})

/** True when there is a case in which two neighbours both hold and none before them does: then their order matters. */
function isOrderMeant({ state, phase, type, candidates }: NonNullable<Mutant['swapped']>): boolean {
  return cases.some(({ participant, event }) => {
    if (
      participant.state !== state ||
      event.type !== type ||
      (phase !== undefined && (participant.removal ?? 'idle') !== phase)
    )
      return false
    const holds = candidates.map(({ guard }) => guard === undefined || guards[guard](participant, event))
    return holds.slice(-2).every(Boolean) && !holds.slice(0, -2).some(Boolean)
  })
}

const endings = new Set<string>([
  'invitation.failed',
  'absence.proved',
  'presence.reassigned',
  'grace.expired',
  'call.ended',
])

/** Endings are rare, so that histories are long. */
const anyEvent = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...events.filter(({ type }) => !endings.has(type))) },
  { weight: 1, arbitrary: fc.constantFrom(...events.filter(({ type }) => endings.has(type))) },
)

/** The first case in which a run says something else than XState. */
function firstDifference(run: Run): string | undefined {
  return cases.find(({ participant, event }, index) => {
    const next = run(participant, event)
    return (next.participant === participant) !== isIgnoredByXState[index] || !isDeepStrictEqual(next, byXState[index])
  })?.name
}

describe('the compiled statechart and XState', () => {
  test(`give the same participant and the same actions in each of ${cases.length} cases: every state, phase, event and guard outcome`, () => {
    expect(firstDifference(transition)).toBeUndefined()
  })

  test('agree with getNextSnapshot and with a running actor as well', () => {
    for (const { participant, event, name } of cases.filter((_, index) => index % 5 === 0)) {
      const ours = transition(participant, event).participant
      const snapshot = getNextSnapshot(participantMachine, snapshotOf(participant), event)
      expect(participantOf(snapshot), name).toStrictEqual(ours)
      if (!isOpen(participant)) continue
      const actor = createActor(participantMachine, { snapshot: snapshotOf(participant), input: participant }).start()
      actor.send(event)
      expect(participantOf(actor.getSnapshot()), name).toStrictEqual(ours)
      actor.stop()
    }
  })

  test('are compared where every guard of every candidate was asked and was both true and false', () => {
    const unseen: string[] = []
    for (const place of places) {
      for (const type of new Set(events.map((event) => event.type))) {
        const candidates = candidatesOf(participantConfig, place, type)
        const seen = candidates.map(() => new Set<boolean>())
        for (const { participant, event } of cases) {
          if (participant.state !== place[0] || participant.removal !== place[1] || event.type !== type) continue
          for (const [index, { guard }] of candidates.entries()) {
            const holds = guard === undefined || guards[guard](participant, event)
            seen[index]?.add(holds)
            if (holds) break
          }
        }
        for (const [index, { guard }] of candidates.entries()) {
          // What the inner state asks already, the outer one cannot find true any more.
          const isShadowed = candidates.slice(0, index).some((other) => other.guard === guard)
          const wanted = guard === undefined ? [true] : isShadowed ? [false] : [true, false]
          for (const outcome of wanted)
            if (!seen[index]?.has(outcome))
              unseen.push(`${place.join('.')} × ${type}: ${guard ?? 'no guard'} ${outcome}`)
        }
      }
    }
    expect(unseen).toEqual([])
    expect(cases.length).toBeGreaterThan(1_000)
  })

  test('a definition broken in one place is told apart, whichever place it is', () => {
    const reference = interpret(participantConfig)
    expect(firstDifference(reference)).toBeUndefined()
    const broken = mutants(participantConfig).filter(({ swapped }) => swapped === undefined || isOrderMeant(swapped))
    // The quick suite takes one in eight, the full suite all.
    const tried = broken.filter((_, index) => index % runs(8, 1) === 0)
    const survivors = tried
      .filter(({ definition }) => firstDifference(interpret(definition)) === undefined)
      .map(({ name }) => name)
    expect(survivors).toEqual([])
    expect(broken.length).toBeGreaterThan(300)
  })

  test(`tell the same story on ${histories} random histories of 50 events (seed ${seed})`, () => {
    let told = 0
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 50, maxLength: 50 }),
        fc.nat(factVariants.length - 1),
        (picks, start) => {
          const { id: _id, missingSince: _missing, ...facts } = factVariants[start] ?? {}
          const input = {
            key: 'bob',
            identity: { user: { id: 'bob' } },
            ordinal: 3,
            at: 1_000,
            participantId: facts.participantId,
          }
          const deleted: string[] = []
          const machine = participantMachine.provide({
            actions: { 'participant.delete': () => void deleted.push('participant.delete') },
          })
          const actor = createActor(machine, { input }).start()
          let participant = createParticipant(input)
          const ours: string[] = []
          for (const [index, pick] of picks.entries()) {
            const event = { ...pick, at: 2_000 + 250 * index }
            const next = transition(participant, event)
            expect(transitionByXState(participant, event)).toStrictEqual(next)
            ours.push(...next.actions)
            // XState warns of events to an actor that has stopped.
            if (isOpen(participant)) actor.send(event)
            told += Number(isOpen(participant))
            participant = next.participant
            expect(participantOf(actor.getSnapshot())).toStrictEqual(participant)
          }
          expect(deleted).toEqual(ours)
          actor.stop()
        },
      ),
      { seed, numRuns: histories },
    )
    // Stories that end at once would prove little.
    expect(told / histories).toBeGreaterThan(15)
  })
})

describe('the statechart', () => {
  const candidates = places.flatMap((place) =>
    [...new Set(events.map(({ type }) => type))].flatMap((type) => candidatesOf(participantConfig, place, type)),
  )

  test('uses every guard and every action there is', () => {
    expect(new Set(candidates.flatMap(({ guard }) => guard ?? []))).toEqual(new Set(Object.keys(guards)))
    expect(new Set(candidates.flatMap(({ actions: names }) => names ?? []))).toEqual(new Set(Object.keys(actions)))
  })

  test('as an XState actor starts invited, knowing a key and an identity, and is done when the story is over', () => {
    const actor = createActor(participantMachine, {
      input: { key: 'bob', identity: { user: { id: 'bob' } } },
    }).start()
    expect(actor.getSnapshot().value).toEqual({ invited: 'idle' })
    actor.send({ type: 'invitation.failed', at: 1, cause: 'declined', by: 'remote', result: {} })
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'cancelled' })
  })

  test('has the six states, and phases of a removal in the open ones only', () => {
    expect(Object.keys(participantMachine.states).sort()).toEqual([
      'active',
      'cancelled',
      'invited',
      'lobby',
      'removed',
      'ringing',
    ])
    for (const state of ['removed', 'cancelled'] as const) expect(participantMachine.states[state]?.type).toBe('final')
  })
})

describe('a participant who has ended', () => {
  const over = places.filter(([state]) => state === 'removed' || state === 'cancelled')

  test.each(over)('as %s (removal %s) is moved by nothing', (...place) => {
    for (const event of events) {
      const participant = participantIn(place)
      expect(transition(participant, event)).toStrictEqual({ participant, actions: [] })
      expect(transition(participant, event).participant).toBe(participant)
      expect(transitionByXState(participant, event)).toStrictEqual({ participant, actions: [] })
    }
  })
})

describe('the compiled statechart', () => {
  test('returns the very participant it was given where no candidate holds, and another one where one does', () => {
    let ignored = 0
    for (const { participant, event, name } of cases) {
      const candidates = candidatesOf(participantConfig, [participant.state, participant.removal], event.type)
      const isTaken = candidates.some(({ guard }) => guard === undefined || guards[guard](participant, event))
      const next = transition(participant, event)
      expect(next.participant === participant, name).toBe(!isTaken)
      if (!isTaken) expect(next.actions, name).toEqual([])
      ignored += Number(!isTaken)
    }
    expect(ignored).toBeGreaterThan(100)
  })

  test('asks for a DELETE exactly when it enters "sent" from elsewhere or aims again, and always with a target', () => {
    for (const { participant, event, name } of cases) {
      const next = transition(participant, event)
      const isAimed = next.participant.removalAttempts > participant.removalAttempts
      expect(next.actions.length, name).toBe(isAimed ? 1 : 0)
      if (isAimed)
        expect([next.participant.removal, typeof next.participant.removalTarget], name).toEqual(['sent', 'string'])
      // A removal that is asked for while the DELETE of a crossed cancel is in flight waits for its answer.
      const isInFlight =
        participant.removal === 'sent' ||
        (participant.removal === 'crossed' && participant.removalAcceptedAt === undefined)
      if (next.participant.removal === 'sent' && !isInFlight) expect(isAimed, name).toBe(true)
    }
  })

  test('sends a second DELETE while one is in flight only when the answer to the first has come', () => {
    for (const { participant, event, name } of cases) {
      if (participant.removal !== 'sent' || transition(participant, event).actions.length === 0) continue
      expect(['removal.accepted', 'removal.notFound', 'removal.refused'], name).toContain(event.type)
    }
  })

  test('gives each participant that it ends one ending, and no other participant any', () => {
    for (const { participant, event, name } of cases) {
      const next = transition(participant, event).participant
      expect(next.ending !== undefined, name).toBe(!isOpen(next))
      if (!isOpen(participant)) expect(next.ending, name).toBe(participant.ending)
      else if (!isOpen(next)) expect(next.ending?.at, name).toBe(event.at)
    }
  })

  test('ends those who were on the roster as removed, and those who were not as cancelled', () => {
    for (const { participant, event, name } of cases) {
      const next = transition(participant, event).participant
      if (isOpen(next) || !isOpen(participant)) continue
      const wasPending = participant.state === 'invited' || participant.state === 'ringing'
      expect(next.state, name).toBe(wasPending ? 'cancelled' : 'removed')
    }
  })
})
