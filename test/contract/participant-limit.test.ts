import { expect, test } from 'vitest'
import type { CallEvent, RosterEntry } from '../../src/call/model/events.ts'
import { step } from '../../src/call/step.ts'
import { PARTICIPANT_LIMIT } from '../../src/call/roster/reconcile.ts'
import { bot, established, on } from '../call/script.ts'

test('a call at the limit of participants accepts no more from rosters, counts them, and keeps its own', () => {
  let { call } = established()
  const tell = (event: Partial<CallEvent>): void => {
    call = step(call, { at: 10_000, ...event } as CallEvent).call
  }
  const crowd = Array.from(
    { length: PARTICIPANT_LIMIT + 1 },
    (_, place): RosterEntry => ({ id: `r-${place}`, identity: { user: { id: `u-${place}` } } }),
  )
  tell({ type: 'roster.reported', kind: 'full', entries: [bot, ...crowd] })
  expect([
    call.participants.size,
    call.counters.uninvitedDropped,
    call.participants.has(`r-${PARTICIPANT_LIMIT}`),
  ]).toEqual([PARTICIPANT_LIMIT, 1, false])

  tell({
    type: 'roster.reported',
    kind: 'delta',
    sequence: 1,
    entries: [on('zoe'), { ...on('yan'), removed: {} }, { ...on('u-0', { id: 'r-0' }), isMuted: true }],
  })
  expect([call.participants.size, call.counters.uninvitedDropped, call.participants.get('r-0')?.isMuted]).toEqual([
    PARTICIPANT_LIMIT,
    3,
    true,
  ])

  tell({ type: 'invite.requested', invitation: 'page', invitees: [{ identity: { user: { id: 'zoe' } } }] })
  expect(call.participants.get('page')?.state).toBe('invited')
})
