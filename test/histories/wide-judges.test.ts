/**
 * The judges of what a bot of this library was told, of its DELETEs and of how much it asks, each with a system that it
 * must reject.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Call, Invitation } from '../../src/call/model/call.ts'
import type { RequestEffect } from '../../src/call/model/effects.ts'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import { openCall, step } from '../../src/call/step.ts'
import type { Participant } from '../../src/participant/participant.ts'
import type { FaultRule } from '../../src/simulator/network/network.ts'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import { hostLane, stepLane } from '../verification/histories/subjects.ts'
import type { Action, Plan } from '../../src/testing/histories/plan.ts'
import { playPlan } from '../../src/testing/histories/run-plan.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { stepMonitors } from '../../src/testing/step-monitors.ts'
import { bot, established as inEstablished, on, refused } from '../call/script.ts'
import { believing, withoutRequests } from '../explore/broken.ts'

const honest = rollcallSystem.step

/** Nothing that changes what happens, yet a reason to look at what was told rather than at all that is so. */
const harmless: FaultRule = {
  on: 'request',
  only: 'participants.invite',
  fault: { type: 'slow', ms: 50 },
  untilMs: 60_000,
}

const plan = (actions: readonly Action[], more: Partial<Plan> = {}): Plan => ({
  seed: 1,
  switches: {},
  callees: [],
  faults: [],
  actions,
  ...more,
})
const action = (does: Action['does'], waitMs = 100, who = 0): Action => ({ does, who, waitMs })

/** What is wrong with a run of a system that no law watches. */
async function wrongOf(system: CallSystem, played: Plan): Promise<string | undefined> {
  return (await playPlan(played, { mode: 'bounded', lane: stepLane({ system, laws: [] }) })).wrong
}

const stepping = (change: CallSystem['step']): CallSystem => ({ ...rollcallSystem, step: change })

/** The library, which sends DELETEs to others as well. */
function deleting(whom: (call: Call, event: CallEvent, before: Call) => readonly Participant[]): CallSystem {
  return stepping((call, event) => {
    const result = honest(call, event)
    const effects = whom(result.call, event, call).map(
      ({ key, id = '', ordinal }): RequestEffect => ({
        type: 'participant.delete',
        id: `delete/${ordinal}/too`,
        key,
        participantId: id,
        attempt: 1,
      }),
    )
    return { ...result, effects: [...result.effects, ...effects] }
  })
}

/** The library, which is shown other rosters than it is told. */
function shown(change: (entries: readonly RosterEntry[], call: Call) => readonly RosterEntry[]): CallSystem {
  return stepping((call, event) =>
    event.type === 'roster.reported' && event.kind === 'full'
      ? honest(call, { ...event, entries: change(event.entries, call) })
      : honest(call, event),
  )
}

const newcomers = (call: Call, before: Call): readonly Participant[] =>
  [...call.participants.values()].filter(({ key, id }) => id !== undefined && !before.participants.has(key))

const cases: readonly (readonly [mistake: string, system: CallSystem, played: Plan, wrong: RegExp])[] = [
  [
    'removes whoever comes',
    deleting((call, _, before) => newcomers(call, before)),
    plan([action('join')]),
    /^ann was sent a DELETE, and the application requested no removal$/,
  ],
  [
    'removes the other devices of whom it is asked to remove',
    deleting((call, event) =>
      event.type === 'removal.requested' ? [...call.participants.values()].filter(({ key }) => key !== event.key) : [],
    ),
    plan([action('knock'), action('join'), action('remove')]),
    /^ann was sent a DELETE to a device that the application has not asked to be out$/,
  ],
  [
    'keeps out who joins by themselves after a cancelled ring',
    deleting((call, _, before) =>
      [...before.participants.values()].some(({ state }) => state === 'cancelled') ? newcomers(call, before) : [],
    ),
    plan([action('invite'), action('remove'), action('join', 2_500)]),
    /^ann joined on their own after the invitation had ended, and was sent a DELETE$/,
  ],
  [
    'keeps out who comes by themselves long after they were removed from the lobby',
    deleting((call, _, before) =>
      [...before.participants.values()].some(({ state, removalBy }) => state === 'removed' && removalBy === 'local')
        ? newcomers(call, before)
        : [],
    ),
    plan([action('knock'), action('remove', 7_000), action('leave', 10), action('join', 30_000)]),
    /^ann joined on their own after the invitation had ended, and was sent a DELETE$/,
  ],
  [
    'removes who answers at the ring deadline',
    deleting((call, _, before) =>
      [...call.participants.values()].filter(
        ({ key, id, activeAt, expiredAt }) =>
          id !== undefined &&
          activeAt !== undefined &&
          expiredAt !== undefined &&
          before.participants.get(key)?.activeAt === undefined,
      ),
    ),
    plan([{ ...action('invite', 10), ringTimeoutMs: 1_000 }], {
      callees: [{ type: 'answer', afterMs: 1_000 }],
      faults: [{ on: 'notification', fault: { type: 'delay', ms: 300 }, untilMs: 60_000 }],
    }),
    /^ann was sent a DELETE, and the application requested no removal$/,
  ],
  [
    'never believes that anybody has gone',
    shown((entries, call) => [
      ...entries,
      ...[...call.participants.values()].filter(
        ({ id }) => id !== undefined && !entries.some((entry) => entry.id === id),
      ),
    ]),
    plan([action('join'), action('leave', 7_000)], { faults: [harmless] }),
    /^ann has gone, as the roster told, and is believed to be there$/,
  ],
  [
    'does not see who comes',
    shown((entries) => entries.filter(({ identity }) => identity['user'] === undefined)),
    plan([action('join')], { faults: [harmless] }),
    /^ann is in the call, was shown on the roster, and is not believed to be there$/,
  ],
  [
    'takes the bot for a participant',
    stepping((call, event) =>
      honest(
        call,
        event.type === 'call.reported'
          ? { ...event, myParticipantId: undefined }
          : event.type === 'call.fetched' && event.answer.verdict === 'done'
            ? { ...event, answer: { ...event.answer, value: { ...event.answer.value, myParticipantId: undefined } } }
            : event,
      ),
    ),
    plan([action('join')], { faults: [harmless], isUnnamed: true }),
    /^the bot is believed to be a participant of its own call/,
  ],
  [
    'asks for the roster every ten seconds',
    stepping((call, event) => {
      const result = honest(call, event)
      if (event.type !== 'roster.fetched') return result
      const at = event.at + 10_000
      return {
        ...result,
        call: { ...result.call, deadlines: result.call.deadlines.set('refetch', at) },
        effects: [...result.effects, { type: 'timer.schedule', deadline: 'refetch', at }],
      }
    }),
    plan([action('restart')], { faults: [harmless] }),
    /^\d+ GETs of the roster were sent in ten minutes in which nothing happened$/,
  ],
  [
    'never sends a heartbeat',
    withoutRequests('call.keepAlive'),
    plan([action('join')], { faults: [harmless] }),
    /^the call has been up for longer than heartbeats are apart, and none was sent$/,
  ],
  [
    'takes its own removals for departures',
    believing(({ cause }) => cause === 'removed', { cause: 'left', by: 'remote' }),
    plan([action('join'), action('remove', 7_000)]),
    /^ann was removed by the bot and is believed removed \(left by remote\)$/,
  ],
  [
    'forgets which changes it knows with the participants they tell of',
    stepping((call, event) => honest({ ...call, roster: { ...call.roster, completeThrough: undefined } }, event)),
    plan([action('join', 1_500), action('remove'), action('join', 1_000, 1), action('leave', 100, 1)], {
      remembers: 1,
      switches: { rosterMode: 'delta' },
      faults: [{ on: 'notification', fault: { type: 'duplicate', afterMs: 6_000 }, untilMs: 2_000 }],
    }),
    /^ann was removed by the bot and is believed removed \(left by remote\)$/,
  ],
  [
    'takes a 404 to somebody in the lobby for their end',
    stepping((call, event) => {
      const isMissed =
        event.type === 'removal.answered' &&
        event.answer.verdict === 'refused' &&
        call.participants.get(event.key)?.state === 'lobby'
      if (!isMissed) return honest(call, event)
      const bot: RosterEntry = { id: call.self.participantId, identity: { application: { id: DEFAULT_APP_ID } } }
      return honest(
        { ...call, options: { ...call.options, reorderWindowMs: 0 } },
        { type: 'roster.reported', kind: 'full', at: event.at, entries: [bot] },
      )
    }),
    plan([action('invite'), action('remove', 150)], {
      switches: { lobbyAdmission: 'new-id' },
      callees: [{ type: 'answer', afterMs: 100, lobby: { admittedAfterMs: 10 } }],
      faults: [{ on: 'notification', only: 'roster', fault: { type: 'delay', ms: 45 }, untilMs: 60_000 }],
    }),
    /^ann is on the roster, admitted under another id, and is believed removed/,
  ],
]

describe('the judges of histories reject a system that', () => {
  test.each(cases)('%s', async (_, system, played, wrong) => {
    expect(await wrongOf(system, played)).toMatch(wrong)
  })

  test.each(cases.filter(([mistake]) => !/cancelled ring|404/.test(mistake)))(
    '%s, and not the library',
    async (_, __, played) => {
      expect(await wrongOf(rollcallSystem, played)).toBe(undefined)
    },
  )

  test('asks for something of a call that has ended', async () => {
    const lane = hostLane({
      instances: 1,
      transport: ({ service }) => {
        const inner = service.transport()
        return {
          ...inner,
          invite(callId, invitation, options) {
            service.clock.schedule(service.clock.now() + 5_000, () => void inner.invite(callId, invitation))
            return inner.invite(callId, invitation, options)
          },
        }
      },
    })
    const { wrong } = await playPlan(plan([action('invite'), action('endCall', 1_000)]), { mode: 'bounded', lane })
    expect(wrong).toBe('participants.invite was sent 4000 ms after the bot knew of the end of the call')
  })
})

describe('the watches reject a step that', () => {
  const told = (before: Call, event: CallEvent) => ({ before, event, result: step(before, event) })
  const established: CallEvent = { type: 'call.reported', state: 'established', myParticipantId: 'bot', at: 1 }

  test('removes who answers an invitation that the application did not cancel, though the watch begins in the middle; and no other', () => {
    const script = inEstablished()
    script.invite('ann', { as: 'page' })
    script.taken('page', { ann: 'r-ann' })
    script.remove('page')
    script.deleted('page', refused(404))
    script.wait(90_000)
    script.snapshot(bot)
    script.wait(60_000)
    expect(script.is('page')).toBe('cancelled: cancelled by local')
    script.operation('page', 'completed')
    const { call } = script
    const answer: CallEvent = {
      type: 'roster.reported',
      kind: 'full',
      at: script.at,
      entries: [bot, on('ann', { id: 'r-admitted' })],
    }
    const removal = told(call, answer)
    expect(removal.result.effects.map(({ type }) => type)).toContain('participant.delete')
    expect(stepMonitors.noUnaskedRemoval()(removal)).toBe(undefined)
    const invitations = call.invitations.set('page', {
      ...(call.invitations.get('page') as Invitation),
      operation: undefined,
    })
    const unheard = { ...removal, before: { ...call, invitations } }
    expect(stepMonitors.noUnaskedRemoval()(unheard)).toBe(
      'roster.reported started a removal of r-admitted, which the application did not request',
    )
  })

  test('announces as present whom a roster only takes off', () => {
    const open = step(openCall('call'), established).call
    const gone: CallEvent = {
      type: 'roster.reported',
      kind: 'delta',
      sequence: 2,
      at: 2,
      entries: [{ id: 'a', identity: { user: { id: 'ann' } }, removed: {} }],
    }
    const came: CallEvent = {
      type: 'roster.reported',
      kind: 'delta',
      sequence: 1,
      at: 2,
      entries: [{ id: 'a', identity: { user: { id: 'ann' } } }],
    }
    const arrival = told(open, came)
    expect(stepMonitors.announcing()(arrival)).toBe(undefined)
    expect(stepMonitors.announcing()({ ...arrival, event: gone })).toBe(
      'roster.reported announced a as active, whom no roster has shown',
    )
  })

  test('leaves an open call without a deadline', () => {
    const seen = told(openCall('call'), established)
    expect(stepMonitors.attending()(seen)).toBe(undefined)
    const deaf = {
      ...seen,
      result: { ...seen.result, call: { ...seen.result.call, deadlines: openCall('call').deadlines } },
    }
    expect(stepMonitors.attending()(deaf)).toMatch(/is established and has no deadline/)
  })
})
