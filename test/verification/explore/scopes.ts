/**
 * Scopes: the small worlds that are explored: one person or two, a few commands, with both readings of each switch,
 * with a fault of each kind, and with a crash beside another fault.
 *
 * Rule 1: a reading that cannot matter in a plot is not varied in it, because the same world under two names would be
 * counted twice. (Without an accepted cancel no ring is stopped, without an id of the invitee no cancel is sent, and
 * without an arrival there is no roster.) So no two scopes are the same world, and their states add up.
 * Rule 2: events within the reorder window and outside of it are different worlds: no time passes between two messages,
 * unless the world waits, or the window is zero.
 * Rule 3: the first delta of a call causes a fetch of the roster, which corrects much. An invitee who answers into the
 * lobby joins when the roster is known already.
 * @module
 */
import type { Act, EndAct, Faults, Readings, Scope } from './world.ts'

const act = (who: number, does: Act['does']): Act => ({ who, does })
const end: EndAct = { does: 'end' }
const hangUp: EndAct = { does: 'hangUp' }

/** The acts of people and of the application, by name. */
const plots: Readonly<Record<string, readonly (Act | EndAct)[]>> = {
  'invite, answer, cancel': [act(0, 'invite'), act(0, 'answer'), act(0, 'remove')],
  'invite, cancel, join by themselves': [act(0, 'invite'), act(0, 'remove'), act(0, 'join')],
  'invite, cancel, decline, join by themselves': [
    act(0, 'invite'),
    act(0, 'remove'),
    act(0, 'decline'),
    act(0, 'join'),
  ],
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
  'invite, answer into the lobby, be admitted, remove': [
    act(0, 'invite'),
    act(0, 'answerInLobby'),
    act(0, 'admit'),
    act(0, 'remove'),
  ],
  'join, leave, wait in the lobby': [act(0, 'join'), act(0, 'leave'), act(0, 'knock')],
  'invite two, cancel one, the other declines': [
    act(0, 'invite'),
    act(1, 'invite'),
    act(0, 'remove'),
    act(0, 'answer'),
    act(1, 'decline'),
  ],
}

const delay: Faults = { losses: 0, doubles: 0, crashes: 0, deadlines: 0, waits: 0, empties: 0 }

/** The faults besides delay, by name. */
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

/** The faults of some plots only, by name. */
const rareFaults: Readonly<Record<string, Faults>> = {
  'an empty list': { ...delay, empties: 1 },
  'an empty list, a message lost': { ...delay, empties: 1, losses: 1 },
}

/** Plots that are explored under a few readings and with the faults they need, by name. */
interface WidePlot {
  readonly acts: readonly (Act | EndAct)[]
  readonly readings: readonly Partial<Readings>[]
  readonly faults: readonly string[]
}

const plain: Readings = {
  rosterMode: 'full',
  inviteResponseId: 'participantId',
  cancelBeforeAnswer: 'supported',
  removedInvitee: 'failed-operation',
}
const both: readonly Partial<Readings>[] = [{}, { rosterMode: 'delta' }]
const twoDevices: readonly Partial<Readings>[] = both.map((readings) => ({ ...readings, devices: 'two' }))

/** Other behaviours of the service, each where it matters; in few worlds, because each is large. */
const widePlots: Readonly<Record<string, WidePlot>> = {
  'invite for a moment, join by oneself': {
    acts: [act(0, 'inviteBriefly'), act(0, 'join')],
    readings: both,
    faults: ['a deadline passes early', 'a message lost, a deadline passes early'],
  },
  'invite for a moment, answer': {
    acts: [act(0, 'inviteBriefly'), act(0, 'answer')],
    readings: both,
    faults: ['a deadline passes early', 'a message lost, a deadline passes early'],
  },
  'answer into the lobby, be admitted, cancel': {
    acts: [act(0, 'invite'), act(0, 'answerInLobby'), act(0, 'admit'), act(0, 'remove')],
    readings: [{ rosterMode: 'delta', admission: 'new-id' }],
    faults: ['nothing but delay', 'a crash', 'a message lost'],
  },
  'two devices come, one leaves and is removed': {
    acts: [act(0, 'knock'), act(1, 'join'), act(0, 'leave'), act(0, 'remove')],
    readings: twoDevices,
    faults: ['nothing but delay'],
  },
  'two devices wait, and one has gone': {
    acts: [act(0, 'join'), act(0, 'leave'), act(0, 'knock'), act(1, 'knock')],
    readings: twoDevices,
    faults: ['nothing but delay'],
  },
  'join, leave, told as one': {
    acts: [act(0, 'join'), act(0, 'leave')],
    readings: [{ rosterMode: 'delta', changes: 'gathered' }],
    faults: ['nothing but delay', 'a message lost', 'a crash'],
  },
  'invite, answer, leave, told as one': {
    acts: [act(0, 'invite'), act(0, 'answer'), act(0, 'leave')],
    readings: [{ rosterMode: 'delta', changes: 'gathered' }],
    faults: ['nothing but delay', 'a message lost'],
  },
  'join, leave, before an empty list': {
    acts: [act(0, 'join'), act(0, 'leave')],
    readings: both,
    faults: ['an empty list', 'an empty list, a message lost'],
  },
  'two join, one leaves, before an empty list': {
    acts: [act(0, 'join'), act(1, 'join'), act(0, 'leave')],
    readings: both,
    faults: ['an empty list'],
  },
  'join, remove, by a slow service': {
    acts: [act(0, 'join'), act(0, 'remove')],
    readings: both.map((readings) => ({ ...readings, answers: 'slow' })),
    faults: ['nothing but delay', 'a message lost'],
  },
  'invite, answer, cancel, by a slow service': {
    acts: [act(0, 'invite'), act(0, 'answer'), act(0, 'remove')],
    readings: both.map((readings) => ({ ...readings, answers: 'slow' })),
    faults: ['nothing but delay'],
  },
  'join, leave, join again, remove, without ids': {
    acts: [act(0, 'join'), act(0, 'leave'), act(0, 'join'), act(0, 'remove')],
    readings: [{ newcomerId: 'never' }],
    faults: ['nothing but delay', 'a message lost', 'a crash, a message lost'],
  },
  'join, leave, join again, without ids': {
    acts: [act(0, 'join'), act(0, 'leave'), act(0, 'join')],
    readings: [{ newcomerId: 'never' }],
    faults: ['nothing but delay', 'an empty list'],
  },
  'invite, answer, remove, and nothing is told': {
    acts: [act(0, 'invite'), act(0, 'answer'), act(0, 'remove')],
    readings: [{ news: 'lost' }],
    faults: ['nothing but delay', 'a crash'],
  },
  'join, leave, the bot under another id than it was told': {
    acts: [act(0, 'join'), act(0, 'leave')],
    readings: both.map((readings) => ({ ...readings, ownId: 'stale' })),
    faults: ['nothing but delay', 'a message lost', 'a crash'],
  },
  'join, remove, the bot under another id than it was told': {
    acts: [act(0, 'join'), act(0, 'remove')],
    readings: both.map((readings) => ({ ...readings, ownId: 'stale' })),
    faults: ['nothing but delay', 'a message lost'],
  },
  'join, leave, join again, told with numbers': {
    acts: [act(0, 'join'), act(0, 'leave'), act(0, 'join')],
    readings: [{ rosterMode: 'numbered' }],
    faults: ['nothing but delay', 'a message lost', 'a crash'],
  },
  'two join, one leaves, told with numbers': {
    acts: [act(0, 'join'), act(1, 'join'), act(0, 'leave')],
    readings: [{ rosterMode: 'numbered' }],
    faults: ['nothing but delay', 'a message lost'],
  },
  'invite, answer, leave, remove, told with numbers': {
    acts: [act(0, 'invite'), act(0, 'answer'), act(0, 'leave'), act(0, 'remove')],
    readings: [{ rosterMode: 'numbered' }],
    faults: ['nothing but delay', 'a message lost', 'a deadline passes early'],
  },
  'answer into the lobby, be admitted, cancel, told with numbers': {
    acts: [act(0, 'invite'), act(0, 'answerInLobby'), act(0, 'admit'), act(0, 'remove')],
    readings: [{ rosterMode: 'numbered', admission: 'new-id' }],
    faults: ['nothing but delay'],
  },
  'begin, the call ends': {
    acts: [end],
    readings: [
      { beginning: 'establishing' },
      { beginning: 'incoming' },
      { beginning: 'establishing', news: 'lost' },
      { beginning: 'incoming', news: 'lost' },
    ],
    faults: ['nothing but delay', 'a message lost', 'a crash'],
  },
  'begin, invite, answer': {
    acts: [act(0, 'invite'), act(0, 'answer')],
    readings: [{ beginning: 'establishing' }, { beginning: 'establishing', news: 'lost' }],
    faults: ['nothing but delay', 'a crash'],
  },
}

const wideScopes: readonly Scope[] = Object.entries(widePlots).flatMap(
  ([plot, { acts, readings: told, faults: some }]) =>
    told.flatMap((readings) =>
      some.map(
        (fault): Scope => ({
          name: `${plot} (${Object.values({ ...plain, ...readings }).join(', ')}; ${fault})`,
          acts,
          readings: { ...plain, ...readings },
          faults: faults[fault] ?? rareFaults[fault] ?? delay,
        }),
      ),
    ),
)

/** Every plot under every reading that matters to it and with every fault. */
const narrowScopes: readonly Scope[] = Object.entries(plots).flatMap(([plot, acts]) =>
  readingsOf(acts).flatMap((readings) =>
    Object.entries(faults).map(([fault, some]) => ({
      name: `${plot} (${[...new Set(Object.values(readings))].join(', ')}; ${fault})`,
      acts,
      readings,
      faults: some,
      ...(readings.rosterMode === 'delta' && acts.some(({ does }) => does === 'answerInLobby')
        ? { isRosterKnown: true }
        : {}),
    })),
  ),
)

/** All of them. */
export const scopes: readonly Scope[] = [...narrowScopes, ...wideScopes]

/** The readings that can make a difference, each value of each. */
function readingsOf(acts: readonly (Act | EndAct)[]): readonly Readings[] {
  const does = (...actions: readonly Act['does'][]): boolean =>
    acts.some((todo) => (actions as readonly string[]).includes(todo.does))
  const isCancelled = acts.some(
    (todo) =>
      (todo.does === 'remove' || todo.does === 'cancel') &&
      acts.some((other) => other.does === 'invite' && (other as Act).who === (todo as Act).who),
  )
  const cancels: readonly Pick<Readings, 'cancelBeforeAnswer' | 'inviteResponseId' | 'removedInvitee'>[] = [
    { inviteResponseId: 'participantId', cancelBeforeAnswer: 'supported', removedInvitee: 'failed-operation' },
    ...(does('invite')
      ? [{ inviteResponseId: 'null', cancelBeforeAnswer: 'supported', removedInvitee: 'failed-operation' } as const]
      : []),
    ...(isCancelled
      ? ([
          { inviteResponseId: 'participantId', cancelBeforeAnswer: 'supported', removedInvitee: 'silence' },
          { inviteResponseId: 'participantId', cancelBeforeAnswer: 'not-found', removedInvitee: 'failed-operation' },
        ] as const)
      : []),
  ]
  const arrivals: readonly Pick<Readings, 'admission' | 'newcomerId'>[] = does('admit')
    ? [{ admission: 'same-id' }, { admission: 'new-id' }]
    : does('join') && acts.length === 2
      ? [{ newcomerId: 'given' }, { newcomerId: 'null' }]
      : [{}]
  const rosterModes = does('join', 'knock', 'answer', 'answerInLobby')
    ? (['full', 'delta'] as const)
    : (['delta'] as const)
  return rosterModes.flatMap((rosterMode) =>
    cancels.flatMap((cancel) => arrivals.map((arrival) => ({ rosterMode, ...cancel, ...arrival }))),
  )
}
