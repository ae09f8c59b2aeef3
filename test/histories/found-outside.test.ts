/**
 * What an oracle from outside this project found, as plans: each is played by a call alone and by hosts, and nothing may
 * be wrong with it.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulator/network/network.ts'
import { hostLane, stepLane } from '../verification/histories/subjects.ts'
import type { Action, Plan } from '../../src/testing/histories/plan.ts'
import type { Lane } from '../../src/testing/histories/run-plan.ts'
import { reportRun } from '../../src/testing/report/run-report.ts'
import { graphLane } from './graph-lane.ts'
import { machineOf } from './machine.ts'

const plan = (actions: readonly Action[], more: Partial<Plan> = {}): Plan => ({
  seed: 1,
  switches: {},
  callees: [],
  faults: [],
  actions,
  ...more,
})
const action = (does: Action['does'], waitMs: number, who = 0): Action => ({ does, who, waitMs })
const untilMs = 60_000
const lateRosters = (ms: number, more: Partial<FaultRule> = {}): FaultRule => ({
  on: 'notification',
  only: 'roster',
  fault: { type: 'delay', ms },
  untilMs,
  ...more,
})
const slow = (only: string, ms: number): FaultRule => ({ on: 'request', only, fault: { type: 'slow', ms }, untilMs })
const lost: FaultRule = { on: 'notification', fault: { type: 'lose' } }

/** Plans by the claim they try. */
const found: Readonly<Record<string, Plan>> = {
  'somebody who joins two seconds after the application let them ring for three stays': plan(
    [{ ...action('invite', 10), ringTimeoutMs: 3_000 }],
    { callees: [{ type: 'noAnswer', joinsAfterwards: { afterMs: 2_000 } }] },
  ),
  'somebody who joins half a minute after their cancelled ring stays': plan([
    action('invite', 10),
    action('remove', 900),
    action('join', 30_000),
  ]),
  'somebody admitted under another id while the host restarts is removed under that id': plan(
    [action('invite', 1_000), action('restart', 150), action('remove', 2_500)],
    {
      switches: { rosterMode: 'delta', listNumbers: 'none', lobbyAdmission: 'new-id' },
      callees: [{ type: 'answer', afterMs: 100, lobby: { admittedAfterMs: 10 } }],
      faults: [lateRosters(400)],
    },
  ),
  'a cancel that finds nobody in the lobby proves nothing about who was admitted under another id': plan(
    [action('invite', 10), action('remove', 150)],
    {
      switches: { lobbyAdmission: 'new-id' },
      callees: [{ type: 'answer', afterMs: 100, lobby: { admittedAfterMs: 10 } }],
      faults: [lateRosters(45)],
    },
  ),
  'a bot that only answers tell of its own id is no participant of its call': plan([action('join', 10)], {
    isUnnamed: true,
    switches: { ownParticipantId: 'absent' },
    faults: [{ on: 'request', only: 'call.get', times: 1, fault: { type: 'status', status: 503 }, untilMs }],
  }),
  'a bot that is let in under another id than it was told is no participant of its call, and knows who has left': plan(
    [action('join', 10), action('leave', 900), action('join', 10, 1)],
    {
      beginning: 'establishing',
      switches: { ownParticipantId: 'absent', botAdmission: 'new-id' },
    },
  ),
  'somebody who answered in time stays though the one roster that shows them is lost and the ring is cut short': plan(
    [{ ...action('invite', 10), ringTimeoutMs: 10_000 }],
    {
      callees: [{ type: 'answer', afterMs: 5_000 }],
      faults: [{ ...lost, only: 'roster', fromMs: 1_000, untilMs }],
    },
  ),
  'the removal of one device does not go on to the other': plan(
    [action('knock', 10), action('join', 900), action('leave', 7_000), action('remove', 10)],
    { switches: { rosterMode: 'delta' }, faults: [lateRosters(1_500, { fromMs: 5_000 })] },
  ),
  'somebody of whom only the departure is told is not announced as present': plan(
    [action('join', 10), action('leave', 150)],
    { switches: { rosterMode: 'delta' }, gathersMs: 1_000 },
  ),
  'an old roster with one device does not excuse the absence of two': plan(
    [action('join', 1_010), action('leave', 100), action('knock', 10), action('knock', 600)],
    { faults: [lateRosters(1_400, { times: 1, fromMs: 1_000 })] },
  ),
  'an empty list does not answer the question who is there': plan([action('join', 1_000), action('leave', 150)], {
    faults: [
      { on: 'request', only: 'participants.list', times: 1, fromMs: 100, fault: { type: 'emptyList' }, untilMs },
    ],
  }),
  'somebody whom an old roster left out, and who was then removed, was removed': plan(
    [action('join', 1_010, 1), action('join', 600), action('remove', 2_500)],
    {
      faults: [
        lateRosters(1_400, { times: 1, fromMs: 1_000 }),
        slow('participants.list', 6_000),
        slow('participant.delete', 6_000),
      ],
    },
  ),
  'a 404 to an id that rosters have stopped showing ends nobody whom they show': plan(
    [action('invite', 0), action('remove', 7_000), action('join', 7_000)],
    {
      switches: { rosterIds: 'list-only' },
      faults: [{ on: 'request', only: 'participants.list', fault: { type: 'emptyList' }, untilMs }],
    },
  ),
  'a key is not given to another participant when the first is forgotten': plan(
    [action('join', 10), action('join', 10, 1), action('leave', 10), action('leave', 10, 1), action('join', 10, 2)],
    {
      remembers: 1,
      faults: [{ on: 'notification', only: 'roster', fault: { type: 'duplicate', afterMs: 1_500 }, untilMs }],
    },
  ),
  'a removal is proved though every answer takes longer than proof is waited for, and nothing is told': plan(
    [action('join', 10), action('remove', 900)],
    {
      faults: [
        { ...lost, only: 'roster', fromMs: 500 },
        { on: 'request', fault: { type: 'slow', ms: 11_000 } },
      ],
    },
  ),
  'a call that is being established and hears nothing is asked about': plan([action('endCall', 7_000)], {
    beginning: 'establishing',
    faults: [lost],
  }),
  'a call that comes in and hears nothing more is asked about': plan([action('restart', 30_000)], {
    beginning: 'incoming',
    faults: [lost],
  }),
}

const lanes: Readonly<Record<string, Lane>> = { step: stepLane(), host: hostLane(), graph: graphLane() }

describe.each(Object.entries(lanes))('in the %s lane', (_, lane) => {
  test.each(Object.entries(found))('%s', async (__, played) => {
    const { wrong, ladder } = await reportRun(played, { mode: 'bounded', lane })
    expect(wrong, ladder).toBe(undefined)
  })
})

describe('hosts with the transport to Graph', () => {
  test.each(['participants.invite', 'participant.delete'] as const)(
    'do not send %s again when the call has ended',
    async (only) => {
      const first =
        only === 'participants.invite' ? [action('invite', 1_000)] : [action('join', 10), action('remove', 1_000)]
      const { wrong, ladder } = await reportRun(
        plan([...first, action('endCall', 1_000)], {
          faults: [{ on: 'request', only, fault: { type: 'status', status: 429, retryAfterSeconds: 10 }, untilMs }],
        }),
        { mode: 'bounded', lane: graphLane() },
      )
      expect(wrong, ladder).toBe(undefined)
    },
  )
})

describe('hosts on a machine whose clock is set', () => {
  test.each([-3_600_000, 3_600_000])(
    'by %i ms send heartbeats, stop rings and give up requests in time',
    async (byMs) => {
      const { wrong, ladder } = await reportRun(
        plan([action('invite', 10), { ...action('setClock', 1_000), byMs }], {
          callees: [{ type: 'noAnswer' }],
          switches: { removedInvitee: 'silence' },
          faults: [
            { ...lost, only: 'operation' },
            { on: 'request', only: 'participants.list', times: 1, fromMs: 2_000, fault: { type: 'lose' }, untilMs },
          ],
        }),
        { mode: 'bounded', lane: graphLane({ instances: 1, machine: machineOf }) },
      )
      expect(wrong, ladder).toBe(undefined)
    },
  )

  test('announce no participant whose departure is told again after they were forgotten', async () => {
    const { wrong, ladder } = await reportRun(
      plan(
        [
          action('join', 1_500),
          action('remove', 100),
          { ...action('setClock', 1_000), byMs: 3_600_000 },
          action('join', 10, 1),
        ],
        {
          switches: { rosterMode: 'delta' },
          faults: [{ on: 'notification', fault: { type: 'duplicate', afterMs: 1_500 }, untilMs }],
        },
      ),
      { mode: 'bounded', lane: graphLane({ instances: 1, machine: machineOf }) },
    )
    expect(wrong, ladder).toBe(undefined)
  })

  test('ask at once about a call that they take up by a clock behind it', async () => {
    const { wrong, ladder } = await reportRun(
      plan(
        [
          action('join', 10),
          action('crash', 29_000),
          { ...action('setClock', 10), byMs: -3_600_000 },
          action('join', 10, 1),
        ],
        {},
      ),
      { mode: 'bounded', lane: hostLane({ instances: 2, machine: machineOf }) },
    )
    expect(wrong, ladder).toBe(undefined)
  })
})
