import { describe, expect, test } from 'vitest'
import { replay } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import { explore, type Violation } from '../verification/explore/explore.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import type { CallSystem } from '../../src/testing/system.ts'
import type { Scope } from '../verification/explore/world.ts'
import { mutants } from '../laws/mutants.ts'
import { believing, forgetfulOfRemovals, noFaults, numbered, postingAgain, world, zero } from './broken.ts'

function violationOf(system: CallSystem, scope: Scope): Violation {
  const { violation } = explore(scope, { system })
  if (violation === undefined) throw new Error('Nothing was found.')
  return violation
}

const twice = violationOf(
  postingAgain(() => true),
  world([zero('invite')], { name: 'invite', faults: { ...noFaults, losses: 1 } }),
)
const left = violationOf(
  believing(({ cause }) => cause === 'removed', { cause: 'left', by: 'remote' }),
  world([zero('join'), zero('remove')]),
)
const forgotten = violationOf(
  forgetfulOfRemovals,
  world([zero('join'), zero('remove')], { faults: { ...noFaults, crashes: 1 } }),
)

describe('a violation', () => {
  test('is drawn as a ladder: who sent what, what was lost, and where it went wrong', () => {
    expect(twice.ladder).toBe(
      [
        '  seconds  bot                                                        service',
        '    0.000  │◀─── call established ────────────────────────────────────│',
        '    0.000  │ the application invites person 0                         │',
        '    0.000  │ Person 0: invited                                        │',
        '    0.000  │──── POST invite Person 0 ───────────────────────────────▶│',
        '    0.000  │                                                          │ the service takes invite/invite-0',
        '    0.000  │lost ✕─── invite.answered ────────────────────────────────│',
        '    0.000  │ invite unconfirmed (timeout)                             │',
        '    0.000  │──── POST invite Person 0 ───────────────────────────────▶│',
        '    0.000  │                                                          │ the service takes invite/again',
        '    0.000  ✗ the invitation invite-0 was posted 2 times',
      ].join('\n'),
    )
  })

  test('says what is believed of everybody beside what is so', () => {
    expect(left.beliefs.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['who', 'believed', 'in truth'],
      ['person 0', 'p0-1 removed (left by remote)', 'p0-1 was removed'],
      ['person 1', 'nothing', 'was never there'],
    ])
  })

  test('goes on to where everything rests, when it shows only there', () => {
    expect(left.ladder).toContain('everything comes to rest')
    expect(left.ladder.split('\n').at(-1)).toContain(
      '✗ person 0 was removed, and p0-1 is believed removed, left by remote',
    )
  })

  test('comes with its scope and its moves as one text', () => {
    const lines = twice.report.split('\n')
    expect(lines.slice(0, 5)).toEqual([
      'the invitation invite-0 was posted 2 times',
      '',
      'in the small world "invite"',
      'after 4 moves, the fewest that lead there:',
      '  1. the application invites person 0',
    ])
    expect(twice.report).toContain(twice.ladder)
    expect(twice.report).toContain(twice.beliefs)
  })
})

describe('the trace of a violation', () => {
  test('is replayed step by step, with what was sent, lost and found beside the events', () => {
    const trace = readTrace(twice.trace)
    expect(replay(trace).map(({ event }) => event.type)).toEqual([
      'call.reported',
      'invite.requested',
      'invite.answered',
    ])
    expect(trace.entries.map((entry) => Object.keys(entry)[0])).toEqual([
      'event',
      'event',
      'sent',
      'lost',
      'event',
      'sent',
      'note',
    ])
  })

  test('says of a request that it was lost, too', () => {
    const { trace } = violationOf(
      believing(({ by }) => by === 'deadline', { cause: 'busy' }),
      world([zero('invite'), zero('remove')], { faults: { ...noFaults, losses: 1 } }),
    )
    expect(readTrace(trace).entries).toContainEqual({ lost: 'invite/invite-0', at: 1_000, direction: 'toService' })
  })

  test('becomes a test that fails with the system that was wrong, and passes with the library', () => {
    expect(historyFromTrace(twice.trace, { system: postingAgain(() => true), laws: ['oneInvite'] }).run).toThrow(
      'oneInvite: the invitation invite-0 was posted twice',
    )
    expect(historyFromTrace(twice.trace).run).not.toThrow()
  })

  test('of a crash goes on with what the next process had loaded', () => {
    const { participants } = historyFromTrace(forgotten.trace, { system: forgetfulOfRemovals })
    expect(participants.map(({ ending }) => ending?.cause)).toEqual(['left'])
    expect(historyFromTrace(forgotten.trace).participants.map(({ ending }) => ending?.cause)).toEqual(['removed'])
  })

  test('of every kind of history can be opened', () => {
    for (const acts of [
      [zero('join'), zero('remove')],
      [zero('invite'), zero('answer'), zero('remove')],
      [zero('knock'), zero('admit'), zero('remove')],
    ]) {
      const { trace, what } = violationOf(mutants.proof.system, world(acts, { readings: numbered }))
      expect(what).toBe('person 0 is on the roster and is believed to be gone')
      expect(historyFromTrace(trace).run).not.toThrow()
    }
  })
})

test('a system that takes other steps the second time is told so', () => {
  let times = 0
  const wrong = postingAgain(() => true)
  const moody: CallSystem = {
    ...wrong,
    open: (...given) => {
      times += 1
      return wrong.open(...given)
    },
    step: (call, event) => (times > 1 ? { ...wrong.step(call, event), effects: [] } : wrong.step(call, event)),
  }
  expect(() => explore(world([zero('invite')], { faults: { ...noFaults, losses: 1 } }), { system: moody })).toThrow(
    'The system took other steps the second time: it is not deterministic.',
  )
})
