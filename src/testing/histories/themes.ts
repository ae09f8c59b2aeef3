/**
 * Themes: actions that belong together, with the people, readings and faults that make them difficult. Chance alone
 * combines them too rarely.
 *
 * Rule: a theme is the start of a plan; its pauses are random, and further actions follow it.
 * @module
 */
import fc from 'fast-check'
import type { CalleeScript } from '../../simulator/graph/dialect.ts'
import type { FaultRule } from '../../simulator/network/network.ts'
import type { Switches } from '../../simulator/graph/settings.ts'
import type { Action, ActionName } from './actions.ts'

/** The parts of a plan that a theme sets. */
export interface Scene {
  readonly actions: readonly Action[]
  readonly switches: Partial<Switches>
  readonly callee: CalleeScript
  readonly faults: readonly FaultRule[]
}

interface Theme {
  readonly actions: readonly (ActionName | readonly [ActionName, who: number])[]
  readonly switches?: Partial<Switches>
  readonly callee?: CalleeScript
  /** Any subset of the values. */
  readonly faults: readonly FaultRule[]
}

const untilMs = 60_000
const lateRosters = (ms: number, more: Partial<FaultRule> = {}): FaultRule => ({
  on: 'notification',
  only: 'roster',
  fault: { type: 'delay', ms },
  untilMs,
  ...more,
})
const lostRoster: FaultRule = {
  on: 'notification',
  only: 'roster',
  fromMs: 500,
  times: 1,
  fault: { type: 'lose' },
  untilMs,
}
const slow = (only: string): FaultRule => ({ on: 'request', only, fault: { type: 'slow', ms: 6_000 }, untilMs })
const atTheDoor: CalleeScript = { type: 'answer', afterMs: 100, lobby: { admittedAfterMs: 10 } }

/** Every theme by name. */
const themes: Readonly<Record<string, Theme>> = {
  'admitted under another id while the host restarts': {
    actions: ['invite', 'restart', 'remove'],
    switches: { lobbyAdmission: 'new-id', rosterMode: 'delta' },
    callee: atTheDoor,
    faults: [lateRosters(400), lateRosters(1_500)],
  },
  'a cancel that meets the invitee in the lobby': {
    actions: ['invite', 'remove'],
    switches: { lobbyAdmission: 'new-id' },
    callee: { ...atTheDoor, afterMs: 150 },
    faults: [lateRosters(50), lostRoster],
  },
  'one of two devices is removed as it leaves': {
    actions: ['knock', 'join', 'leave', 'remove'],
    faults: [lateRosters(1_500, { fromMs: 5_000 }), lateRosters(6_000, { fromMs: 2_000 })],
  },
  'two devices wait in the lobby while an old roster comes': {
    actions: ['join', 'leave', 'knock', 'knock'],
    switches: { rosterMode: 'full' },
    faults: [lateRosters(1_400, { times: 1, fromMs: 100 })],
  },
  'left out by an old roster, then removed': {
    actions: [['join', 1], 'join', 'remove'],
    switches: { rosterMode: 'full' },
    faults: [lateRosters(1_400, { times: 1, fromMs: 100 }), slow('participants.list'), slow('participant.delete')],
  },
  'a person leaves and returns, without ids': {
    actions: ['join', 'leave', 'join', 'remove'],
    switches: { rosterIds: 'list-only', rosterMode: 'full' },
    faults: [lostRoster, { on: 'request', only: 'participants.list', fault: { type: 'emptyList' }, times: 2, untilMs }],
  },
  'a person joins and leaves within a moment, and the list is empty': {
    actions: [['join', 1], 'join', 'leave'],
    switches: { rosterMode: 'full' },
    faults: [
      { on: 'request', only: 'participants.list', fromMs: 100, times: 1, fault: { type: 'emptyList' }, untilMs },
    ],
  },
  'the call ends while an invite is tried again': {
    actions: ['invite', 'endCall'],
    faults: [
      {
        on: 'request',
        only: 'participants.invite',
        fault: { type: 'status', status: 429, retryAfterSeconds: 10 },
        untilMs,
      },
    ],
  },
  'the call ends while a removal is tried again': {
    actions: ['join', 'remove', 'endCall'],
    faults: [{ on: 'request', only: 'participant.delete', fault: { type: 'status', status: 503 }, untilMs }],
  },
  'a ring that was stopped, and an invitee who joins on their own': {
    actions: ['invite', 'remove', 'join'],
    callee: { type: 'noAnswer', joinsAfterwards: { afterMs: 2_000 } },
    faults: [lateRosters(400)],
  },
}

/** Short pauses: messages that cross do so within them. */
const pausesMs = [150, 0, 10, 100, 600, 1_000, 2_500, 7_000] as const

/** One of the themes, with random pauses. */
export function scenes(): fc.Arbitrary<Scene> {
  return fc
    .constantFrom(...Object.values(themes))
    .chain(({ actions, switches = {}, callee = { type: 'answer', afterMs: 100 }, faults }) =>
      fc.record({
        actions: fc.tuple(
          ...actions.map((action) =>
            fc
              .constantFrom(...pausesMs)
              .map(
                (waitMs): Action =>
                  typeof action === 'string'
                    ? { does: action, who: 0, waitMs }
                    : { does: action[0], who: action[1], waitMs },
              ),
          ),
        ),
        faults: fc.tuple(...faults.map((rule) => fc.constantFrom([], [rule], [rule]))).map((some) => some.flat()),
        switches: fc.constant(switches),
        callee: fc.constant(callee),
      }),
    )
}
