import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { actions, guards } from '../../src/participant/implementations.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { participantMachine, participantOf, snapshotOf } from '../../src/participant/machine.ts'
import { isEnded, isOpen, isPending, isPresent, type ParticipantFacts } from '../../src/participant/participant.ts'
import { transitionTable } from '../../src/participant/transition.ts'
import { eventTypes, factVariants, participantIn, places } from './cases.ts'

const bob = { key: 'bob', identity: { user: { id: 'bob' } } }

/** Every place, each with a few facts that are spread over all their combinations. */
const FACTS_PER_PLACE = 8
const participants = places.flatMap((place, index) =>
  Array.from({ length: FACTS_PER_PLACE }, (_, turn): Partial<ParticipantFacts> | undefined => {
    return factVariants[((index * FACTS_PER_PLACE + turn) * 7_919) % factVariants.length]
  }).map((facts) => ({ participant: participantIn(place, facts), name: place.join('.') })),
)

/** The latest version of the machine, and a digest of its transitions. A change needs another version here and in the config. */
const knownVersions = { 1: 'ff05b30d72282d7a' }

/** One way to take an event, without functions. */
interface Row {
  readonly guard: string | undefined
  readonly to: string
  readonly actions: readonly string[]
}

type Rows = Readonly<Record<string, readonly Row[]>>

function nameIn(named: object, wanted: unknown): string | undefined {
  return Object.entries(named).find(([, value]) => value === wanted)?.[0]
}

/** The compiled table with functions replaced by their names. */
function compiledRows(): Rows {
  const rows: Record<string, readonly Row[]> = {}
  for (const [state, phases] of Object.entries(transitionTable))
    for (const [phase, events] of Object.entries(phases))
      for (const [type, steps] of Object.entries(events))
        rows[`${state}.${phase} × ${type}`] = steps.map((step) => ({
          guard: nameIn(guards, step.guard),
          to: step.isFinal ? step.state : `${step.state}.${step.removal ?? 'idle'}`,
          actions: step.changes.map((change) => nameIn(actions, change) ?? '?'),
        }))
  return rows
}

/** What XState resolved of the config: an event is offered to the inner state first, then to the outer one. */
function resolvedRows(): Rows {
  const rows: Record<string, readonly Row[]> = {}
  for (const [state, outer] of Object.entries(participantMachine.states))
    for (const [phase, inner] of Object.entries(outer.states))
      for (const type of eventTypes) {
        const found = [inner, outer].flatMap((node) => node.transitions.get(type) ?? [])
        if (found.length === 0) continue
        rows[`${state}.${phase} × ${type}`] = found.map(({ guard, target, actions: names }) => ({
          guard: typeof guard === 'string' ? guard : undefined,
          to: target?.[0]?.path.join('.') ?? `${state}.${phase}`,
          actions: names.map(String),
        }))
      }
  return rows
}

describe('the compiled table and the transitions XState resolved', () => {
  test('have the same candidates in the same order: guard, target and actions', () => {
    const resolved = resolvedRows()
    expect(compiledRows()).toEqual(resolved)
    expect(Object.keys(resolved).length).toBeGreaterThan(150)
  })

  test('know the same states and phases, and final states have no transitions', () => {
    for (const [state, node] of Object.entries(participantMachine.states))
      expect(Object.keys(transitionTable[state as keyof typeof transitionTable])).toEqual(Object.keys(node.states))
    for (const state of ['removed', 'cancelled'] as const) {
      expect(participantMachine.states[state]?.transitions.size).toBe(0)
      expect(transitionTable[state]).toEqual({})
    }
  })

  test('are reached in XState by no other means: no entry, exit, delay, eventless transition or child', () => {
    const nodes = [
      participantMachine.root,
      ...Object.values(participantMachine.states).flatMap((node) => [node, ...Object.values(node.states)]),
    ]
    for (const node of nodes) {
      expect([node.entry, node.exit, node.invoke, node.after], node.id).toEqual([[], [], [], []])
      expect(node.always ?? [], node.id).toEqual([])
      expect(node.type, node.id).not.toBe('history')
    }
  })
})

describe('the machine', () => {
  test('describes itself', () => {
    expect(participantMachine.config.description).toMatch(/^[A-Z].+\.$/)
  })

  test('describes every state and phase in a sentence, and has a version', () => {
    for (const state of Object.values(participantMachine.states))
      for (const node of [state, ...Object.values(state.states)])
        expect(node.description, node.id).toMatch(/^[A-Z].+\.$/)
    expect(participantMachine.version).toBe(participantConfig.version)
  })

  test('has another version when a state or a transition is another', () => {
    const rows = Object.entries(resolvedRows()).toSorted(([one], [other]) => (one < other ? -1 : 1))
    const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16)
    expect({ [participantConfig.version]: digest }).toEqual(knownVersions)
  })

  test('tags its states as the functions of the record class them', () => {
    for (const { participant, name } of participants) {
      const snapshot = snapshotOf(participant)
      expect(snapshot.hasTag('open'), name).toBe(isOpen(participant))
      expect(snapshot.hasTag('pending'), name).toBe(isPending(participant))
      expect(snapshot.hasTag('present'), name).toBe(isPresent(participant))
      expect(snapshot.hasTag('final'), name).toBe(isEnded(participant))
      expect(snapshot.status, name).toBe(isEnded(participant) ? 'done' : 'active')
    }
  })

  test('gives the ending as its output', async () => {
    const actor = createActor(participantMachine, { input: bob }).start()
    const output = toPromise(actor)
    actor.send({ type: 'invitation.failed', at: 1, cause: 'declined', by: 'remote', result: { code: 603 } })
    expect(await output).toEqual({ cause: 'declined', by: 'remote', at: 1, code: 603 })
    expect(actor.getSnapshot().output).toEqual(actor.getSnapshot().context.ending)
  })

  test('asks the provided action for a DELETE, with the id it goes to in the context', () => {
    const targets: (string | undefined)[] = []
    const machine = participantMachine.provide({
      actions: { 'participant.delete': ({ context }) => void targets.push(context.removalTarget) },
    })
    const actor = createActor(machine, { input: { ...bob, participantId: 'invitee-1' } }).start()
    actor.send({ type: 'invitation.accepted', at: 1 })
    actor.send({ type: 'removal.requested', at: 2 })
    expect(actor.getSnapshot().value).toEqual({ ringing: 'sent' })
    expect(targets).toEqual(['invitee-1'])
  })
})

describe('a record and a snapshot', () => {
  test('become each other in every state and phase, without a loss', () => {
    for (const { participant, name } of participants)
      expect(participantOf(snapshotOf(participant)), name).toStrictEqual(participant)
  })

  test('of an ended participant keep the ending as the output', () => {
    for (const { participant, name } of participants.filter((one) => isEnded(one.participant)))
      expect(snapshotOf(participant).output, name).toBe(participant.ending)
  })

  test('survive JSON: an actor continues from a persisted snapshot', () => {
    const actor = createActor(participantMachine, { input: bob }).start()
    actor.send({ type: 'roster.showed', at: 1, id: 'r1', identity: bob.identity, isInLobby: true })
    const persisted = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()))
    const restored = createActor(participantMachine, { snapshot: persisted, input: bob }).start()
    restored.send({ type: 'roster.showed', at: 2, id: 'r1', identity: bob.identity, isInLobby: false })
    expect(participantOf(restored.getSnapshot())).toMatchObject({ state: 'active', id: 'r1', lobbyAt: 1, activeAt: 2 })
  })
})
