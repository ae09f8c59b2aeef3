/**
 * Scopes: the small worlds that are explored — one person or two, a few commands, under both readings of everything
 * that is contested, with a fault of each kind, and with a crash beside another fault.
 *
 * Rule 1: a reading that cannot matter in a plot is not varied in it: the same world under two names would be counted
 * twice. (No phone is stopped where no cancel is taken, no cancel is sent where an invitee has no id, and where nobody
 * comes there is no roster.) So no two scopes are the same world, and their states add up.
 * Rule 2: what happens within the reorder window and what happens outside of it are different worlds: between two
 * messages passes no time, unless the world waits, or the window is shut.
 * Rule 3: the first delta of a call has the roster fetched, which heals much. Whoever is invited and answers into the
 * lobby comes to a roster that is known already.
 * @module
 */
import type { Act, EndAct, Faults, Readings, Scope } from './world.ts'

const act = (who: number, does: Act['does']): Act => ({ who, does })
const end: EndAct = { does: 'end' }
const hangUp: EndAct = { does: 'hangUp' }

/** What people and application do, by name. */
const plots: Readonly<Record<string, readonly (Act | EndAct)[]>> = {
  'invite, answer, cancel': [act(0, 'invite'), act(0, 'answer'), act(0, 'remove')],
  'invite, cancel, join by themselves': [act(0, 'invite'), act(0, 'remove'), act(0, 'join')],
  'invite, cancel, decline, join by themselves': [act(0, 'invite'), act(0, 'remove'), act(0, 'decline'), act(0, 'join')],
  'invite, decline, cancel': [act(0, 'invite'), act(0, 'decline'), act(0, 'remove')],
  'invite, answer, cancel unless answered': [act(0, 'invite'), act(0, 'answer'), act(0, 'cancel')],
  'join, remove': [act(0, 'join'), act(0, 'remove')],
  'join, leave, join again': [act(0, 'join'), act(0, 'leave'), act(0, 'join')],
  'two join, one leaves': [act(0, 'join'), act(1, 'join'), act(0, 'leave')],
  'two join, one is removed': [act(0, 'join'), act(1, 'join'), act(0, 'remove')],
  'invite one, another joins': [act(0, 'invite'), act(0, 'answer'), act(1, 'join')],
  'invite two, one declines': [act(0, 'invite'), act(1, 'invite'), act(0, 'decline')],
  'wait in the lobby, be admitted, leave': [act(0, 'knock'), act(0, 'admit'), act(0, 'leave')],
  'wait in the lobby, be admitted, remove': [act(0, 'knock'), act(0, 'admit'), act(0, 'remove')],
  'invite, the call ends': [act(0, 'invite'), act(0, 'answer'), end],
  'join, remove, the call ends': [act(0, 'join'), act(0, 'remove'), end],
  'join, hang up': [act(0, 'join'), hangUp],
  'invite, decline, invite again': [act(0, 'invite'), act(0, 'decline'), act(0, 'invite')],
  'invite and join at once, leave': [act(0, 'invite'), act(0, 'join'), act(0, 'leave')],
  'invite, answer, leave, remove': [act(0, 'invite'), act(0, 'answer'), act(0, 'leave'), act(0, 'remove')],
  'join, leave, join again, remove': [act(0, 'join'), act(0, 'leave'), act(0, 'join'), act(0, 'remove')],
  'invite one, another joins and is removed': [act(0, 'invite'), act(0, 'answer'), act(1, 'join'), act(1, 'remove')],
  'invite, answer into the lobby, be admitted, remove': [act(0, 'invite'), act(0, 'answerInLobby'), act(0, 'admit'), act(0, 'remove')],
  'join, leave, wait in the lobby': [act(0, 'join'), act(0, 'leave'), act(0, 'knock')],
  'invite two, cancel one, the other declines': [act(0, 'invite'), act(1, 'invite'), act(0, 'remove'), act(0, 'answer'), act(1, 'decline')],
}

const delay: Faults = { losses: 0, doubles: 0, crashes: 0, deadlines: 0, waits: 0, empties: 0 }

/** What may go wrong beside delay, by name. */
const faults: Readonly<Record<string, Faults>> = {
  'nothing but delay': delay,
  'a deadline passes early': { ...delay, deadlines: 1 },
  'a long wait': { ...delay, waits: 1 },
  'a message doubled': { ...delay, doubles: 1 },
  'a message lost': { ...delay, losses: 1 },
  'a crash': { ...delay, crashes: 1 },
  'a message lost, a list is empty': { ...delay, losses: 1, empties: 1 },
  'a message lost, a deadline passes early': { ...delay, losses: 1, deadlines: 1 },
  'a crash, a deadline passes early': { ...delay, crashes: 1, deadlines: 1 },
  'a crash, a message lost': { ...delay, crashes: 1, losses: 1 },
  'a crash, a message doubled': { ...delay, crashes: 1, doubles: 1 },
}

/** Every plot under every reading that matters to it and with everything that may go wrong. */
export const scopes: readonly Scope[] = Object.entries(plots).flatMap(([plot, acts]) =>
  readingsOf(acts).flatMap((readings) => Object.entries(faults).map(([fault, some]) => ({
    name: `${plot} (${[...new Set(Object.values(readings))].join(', ')}; ${fault})`, acts, readings, faults: some,
    ...(readings.rosterMode === 'delta' && acts.some(({ does }) => does === 'answerInLobby') ? { isRosterKnown: true } : {}),
  }))))

/** The readings that can make a difference, each value of each. */
function readingsOf(acts: readonly (Act | EndAct)[]): readonly Readings[] {
  const does = (...deeds: readonly Act['does'][]): boolean => acts.some((todo) => (deeds as readonly string[]).includes(todo.does))
  const isCancelled = acts.some((todo) => (todo.does === 'remove' || todo.does === 'cancel') && acts.some((other) => other.does === 'invite' && (other as Act).who === (todo as Act).who))
  const cancels: readonly Pick<Readings, 'cancelBeforeAnswer' | 'inviteResponseId' | 'removedInvitee'>[] = [
    { inviteResponseId: 'participantId', cancelBeforeAnswer: 'supported', removedInvitee: 'failed-operation' },
    ...(does('invite') ? [{ inviteResponseId: 'null', cancelBeforeAnswer: 'supported', removedInvitee: 'failed-operation' } as const] : []),
    ...(isCancelled ? [
      { inviteResponseId: 'participantId', cancelBeforeAnswer: 'supported', removedInvitee: 'silence' },
      { inviteResponseId: 'participantId', cancelBeforeAnswer: 'not-found', removedInvitee: 'failed-operation' },
    ] as const : []),
  ]
  const arrivals: readonly Pick<Readings, 'admission' | 'newcomerId'>[] = does('admit')
    ? [{ admission: 'same-id' }, { admission: 'new-id' }]
    : does('join') && acts.length === 2 ? [{ newcomerId: 'given' }, { newcomerId: 'null' }] : [{}]
  const rosterModes = does('join', 'knock', 'answer', 'answerInLobby') ? (['full', 'delta'] as const) : (['delta'] as const)
  return rosterModes.flatMap((rosterMode) => cancels.flatMap((cancel) => arrivals.map((arrival) => ({ rosterMode, ...cancel, ...arrival }))))
}
