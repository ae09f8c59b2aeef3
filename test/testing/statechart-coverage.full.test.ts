/**
 * How much of the statechart tests go through: by itself, where all of it is; and inside calls, where a few transitions
 * cannot happen.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, vi, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import type { Move } from '../../src/testing/random-moves.ts'
import type { Message } from '../../src/testing/truth-model.ts'
import { allCases } from '../participant/cases.ts'
import { coverageLines, StatechartCoverage } from './statechart-coverage.ts'
import { readFailure, readResult } from '../../src/graph/wire/result-codes.ts'

const coverage = vi.hoisted(() => ({ see: undefined as undefined | StatechartCoverage['see'] }))

// An instrument, not a stand-in: every transition is shown to the counter and taken as it is.
vi.mock('../../src/participant/transition.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/participant/transition.ts')>()
  return {
    ...original,
    transition: ((participant, event) => {
      coverage.see?.(participant, event)
      return original.transition(participant, event)
    }) satisfies typeof original.transition,
  }
})

const { interpret, move } = await import('../../src/testing/random-moves.ts')
const { CallHarness } = await import('../../src/testing/call-harness.ts')
const { rollcallSystem } = await import('../../src/testing/system.ts')

/** Always the same: what chance reaches with it is known. */
const seed = 20_261_124
const rounds = 60_000

/** What no call does to a participant, and why; whoever runs the machine by itself may. */
const notInCalls = new Map([
  ['invited.idle × invitation.completed → ringing.idle', 'a call tells of the acceptance first'],
  ['invited.held × invitation.completed → ringing.held', 'a call tells of the acceptance first'],
  [
    'invited × address.learned [isNewAddress] → itself',
    'an answer that brings an address accepts the invitation first',
  ],
  ['ringing.refused × removal.requested → ringing.held', 'whoever was refused had an address, and keeps it'],
  ['ringing.refused × cancel.requested → ringing.held', 'whoever was refused had an address, and keeps it'],
  ['lobby.refused × removal.requested → lobby.held', 'whoever was refused had an address, and keeps it'],
  ['active.refused × removal.requested → active.held', 'whoever was refused had an address, and keeps it'],
])

/** Histories that met something new are kept, and others are made from them: chance alone does not get far. */
function guidedChaos(counter: StatechartCoverage): void {
  const corpus: (readonly Move[])[] = [[]]
  const drawn = fc.sample(fc.tuple(fc.nat(), fc.nat(), fc.array(move, { minLength: 1, maxLength: 6 })), {
    seed,
    numRuns: rounds,
  })
  let met = 0
  for (const [pick, cut, more] of drawn) {
    const base = corpus[pick % corpus.length] as readonly Move[]
    const moves = [...base.slice(0, base.length - (cut % (1 + base.length / 3))), ...more]
    play(moves)
    const { transitions, guardOutcomes } = counter.report()
    if (transitions.met + guardOutcomes.met === met) continue
    met = transitions.met + guardOutcomes.met
    corpus.push(moves)
  }
}

/** The bot learns who it is at once or in the middle, or is told by its application id. */
function play(moves: readonly Move[]): void {
  const [first] = moves
  const player = new CallHarness(
    rollcallSystem,
    first !== undefined && first.detail % 3 === 0 ? { applicationId: 'app' } : {},
  )
  player.tell({
    type: 'call.reported',
    state: 'established',
    ...(first !== undefined && first.pick % 2 === 0 ? { myParticipantId: 'bot' } : {}),
  })
  for (const one of moves) {
    player.at += one.waitMs
    const message = interpret(player, one)
    if (message !== undefined) player.tell(message)
  }
}

const bob = { user: { id: 'bob' } }
const bot = { id: 'bot', identity: { application: { id: 'app' } }, isInLobby: false, isMuted: false }
const established: Message = { type: 'call.reported', state: 'established', myParticipantId: 'bot' }
const shown = (id: string | undefined, isInLobby = false): Message => ({
  type: 'roster.reported',
  kind: 'full',
  entries: [bot, { id, identity: bob, isInLobby, isMuted: false }],
})
const nobody: Message = { type: 'roster.reported', kind: 'full', entries: [bot] }
const gone: Message = {
  type: 'roster.reported',
  kind: 'delta',
  sequence: 1,
  entries: [{ id: 'own', identity: bob, removed: {} }],
}
const invited = (participantId?: string): Message => ({
  type: 'invite.requested',
  invitation: 'i',
  invitees: [{ identity: bob, participantId }],
})
const rungOut = (participantId?: string): readonly Message[] => [
  { type: 'invite.requested', invitation: 'i', invitees: [{ identity: bob, participantId }], ringTimeoutMs: 1 },
  answered(participantId),
  { type: 'deadline.passed', deadline: 'ring/i' },
]
const expired = (participantId?: string): readonly Message[] => [
  { type: 'invite.requested', invitation: 'i', invitees: [{ identity: bob, participantId }], ringTimeoutMs: 1 },
  { type: 'deadline.passed', deadline: 'ring/i' },
]
const answered = (participantId?: string): Message => ({
  type: 'invite.answered',
  invitation: 'i',
  answer: {
    verdict: 'done',
    value: { status: 'running', operationId: 'op', participants: [{ identity: bob, participantId }] },
  },
})
const removed: Message = { type: 'removal.requested', key: 'i' }
const done = (attempt = 1): Message => ({
  type: 'removal.answered',
  key: 'i',
  attempt,
  answer: { verdict: 'done', value: undefined },
})
const cancelled: Message = { type: 'cancel.requested', key: 'i' }
const unconfirmed: Message = {
  type: 'removal.answered',
  key: 'i',
  attempt: 1,
  answer: { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: '' } },
}
const refused = (status: number, attempt = 1): Message => ({
  type: 'removal.answered',
  key: 'i',
  attempt,
  answer: { verdict: 'refused', failure: readFailure({ status, code: String(status), message: '' }) },
})

const fetchedNobody: Message = {
  type: 'roster.fetched',
  fetch: 1,
  answer: { verdict: 'done', value: { entries: [bot] } },
}
const timedOut: Message = {
  type: 'operation.reported',
  clientContext: 'i',
  operationId: 'op',
  status: 'failed',
  result: readResult({ code: 200, subcode: 5855 }),
}

/** Conversations that chance rarely has: entries without ids, ids that turn out to be others. */
const rarities: readonly (readonly Message[])[] = [
  // The bot itself was taken for somebody in the lobby, until it learned who it is.
  [
    { type: 'call.reported', state: 'established' },
    {
      type: 'roster.reported',
      kind: 'full',
      entries: [{ id: 'me', identity: { application: { id: 'app' } }, isInLobby: true, isMuted: false }],
    },
    { ...established, myParticipantId: 'me' },
  ],
  // Our ring deadline began the removal of an invitee, and the application asks for it, too.
  [established, ...rungOut('own'), removed],
  [established, ...rungOut('own'), done(), removed],
  [established, ...rungOut(), removed],
  // The service says why they will not be admitted.
  [established, invited('own'), answered('own'), shown('own', true), timedOut, nobody],
  // The ring deadline cancels, and then the application asks for the removal: held, sent, accepted.
  [established, ...expired(), removed],
  [established, ...expired(), answered(), removed],
  [established, ...expired(), answered('own'), removed],
  [established, ...expired(), answered('own'), done(), removed],
  ...[true, false].flatMap((isInLobby) => [
    [established, invited(), shown(undefined, isInLobby), removed, answered('address')],
    [established, invited('own'), shown(undefined, isInLobby), removed, done(), answered('address')],
    [established, invited('own'), answered('own'), shown(undefined, isInLobby), removed, refused(404)],
    [established, invited('own'), answered('own'), removed, shown('other', isInLobby), done()],
    [established, invited('own'), answered('own'), removed, shown('other', isInLobby), refused(409)],
    [established, invited('own'), answered('own'), removed, shown('other', isInLobby), refused(403)],
    [established, invited('own'), answered('own'), removed, shown('other', isInLobby), refused(404)],
    // Rosters stop showing the id while the participant stays: the 404 is about the id alone.
    [
      established,
      invited('own'),
      answered('own'),
      shown('own', isInLobby),
      shown(undefined, isInLobby),
      removed,
      refused(404),
    ],
    // Our ring deadline began the removal, and the application asks for it, too.
    [established, ...expired('own'), shown('own', isInLobby), removed],
    [established, ...expired('own'), shown('own', isInLobby), done(), removed],
    [established, ...expired(), shown(undefined, isInLobby), removed],
    // Missing from a report that came too soon to be believed, and wanted out after it.
    [established, invited('own'), answered('own'), shown('own', isInLobby), nobody, removed, refused(404)],
    [established, invited('own'), answered('own'), shown('own', isInLobby), nobody, removed, gone],
    [established, invited('own'), answered('own'), shown('own', isInLobby), nobody, removed, unconfirmed, gone],
    // A cancel that may have happened, sent again to another id, and then they came.
    [
      established,
      invited('own'),
      answered('own'),
      cancelled,
      unconfirmed,
      answered('next'),
      shown('other', isInLobby),
      refused(404, 2),
    ],
    [
      established,
      invited('own'),
      answered('own'),
      cancelled,
      unconfirmed,
      answered('next'),
      shown('other', isInLobby),
      refused(403, 2),
    ],
    [established, invited('own'), answered('own'), cancelled, done(), shown('other', isInLobby), removed],
    [established, invited('own'), answered('own'), cancelled, done(), shown('own', isInLobby), removed],
    [established, invited('own'), answered('own'), cancelled, shown('other', isInLobby), removed],
    // The same of an entry without an id, by the fetch that the doubt asked for.
    [established, invited(), answered(), shown(undefined, isInLobby), nobody, removed, fetchedNobody],
  ]),
]

/** Conversations that nothing more is heard of, and what every roster that is fetched shows. */
const silences: readonly (readonly [messages: readonly Message[], roster: readonly RosterEntry[]])[] = [
  [[established, invited()], [bot]],
  [[established, invited(), removed], [bot]],
  [[established, invited(), answered('own')], [bot]],
  [[established, invited(), answered('own'), removed], [bot]],
  ...[true, false].map(
    (isInLobby) =>
      [
        [established, invited('own'), answered('own'), shown('own', isInLobby), removed, done()],
        [bot, { id: 'own', identity: bob, isInLobby, isMuted: false }],
      ] as const,
  ),
]

describe(`the statechart (seed ${seed})`, () => {
  test('is gone through by calls: every state, and every transition that can happen in one', () => {
    const counter = new StatechartCoverage()
    coverage.see = (participant, event) => counter.see(participant, event)
    guidedChaos(counter)
    for (const messages of rarities) {
      const player = new CallHarness(rollcallSystem)
      for (const message of messages) {
        player.at += 1
        player.tell(message)
      }
    }
    for (const [messages, roster] of silences) {
      const player = new CallHarness(rollcallSystem)
      for (const message of messages) player.tell(message)
      player.settle(() => roster)
    }
    coverage.see = undefined
    const report = counter.report()
    console.log(
      ['inside calls', ...coverageLines(report), `cannot happen there: ${notInCalls.size} transitions`].join('\n  '),
    )
    expect(report.states.missing).toEqual([])
    expect(report.transitions.missing.toSorted()).toEqual([...notInCalls.keys()].toSorted())
  })
})

describe('the statechart', () => {
  test('is covered to the last state, transition and guard outcome by the cases it is compared with XState in', () => {
    const counter = new StatechartCoverage()
    for (const { participant, event } of allCases()) counter.see(participant, event)
    const report = counter.report()
    console.log(['by itself', ...coverageLines(report)].join('\n  '))
    expect(report.states.missing).toEqual([])
    expect(report.transitions.missing).toEqual([])
    expect(report.guardOutcomes.missing).toEqual([])
  })
})
