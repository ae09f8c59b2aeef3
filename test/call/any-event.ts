/**
 * Any event: arbitrary events, sensible or not (unknown keys, stale attempts, odd ids, odd times), mixed with answers
 * to the actual requests of the call, so that histories make progress.
 * @module
 */
import fc from 'fast-check'
import type {
  CallEvent,
  CallState,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from '../../src/call/model/events.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { ResultInfo } from '../../src/participant/participant.ts'
import { BEGINNING, BOT, bot, type Script } from './script.ts'
import { readFailure, readResult } from '../../src/graph/wire/result-codes.ts'

type Message = Parameters<Script['tell']>[0]

/**
 * An event that is worked out against the call as it stands: an answer to what it asked for, a deadline, a repetition.
 */
interface Live {
  readonly type: 'live'
  readonly what: 'delete' | 'fetch' | 'invite' | 'deadline' | 'repeat' | 'remove'
  readonly pick: number
  readonly answer: Verdict<never> | 'done'
  readonly snapshot: RosterSnapshot
}

/** One step of a history: an event after some time. */
export interface Draw {
  readonly waitMs: number
  readonly event: Message | Live
}

const names = fc.constantFrom('ann', 'bob', 'carol')
const oddIds = fc.constantFrom('__proto__', 'constructor', 'toString', '', ' ', 'propertyIsEnumerable')
const rosterIds = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('r-1', 'r-2', 'r-3', 'r-4', BOT) },
  { weight: 1, arbitrary: oddIds },
)
const invitationIds = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('i-1', 'i-2', 'i-3', 'i-1/0') },
  { weight: 1, arbitrary: oddIds },
)
const keys = fc.oneof(invitationIds, rosterIds, fc.constantFrom('i-1/0', 'i-1/1', 'i-2/0', 'nameless/0', 'r-1~1'))
const optionalId = fc.option(rosterIds, { nil: undefined, freq: 4 })

/** As JSON brings it: an own key of that name. */
const inherited = JSON.parse('{"__proto__":{"id":"bob"}}') as IdentitySet

const identities: fc.Arbitrary<IdentitySet> = fc.oneof(
  { weight: 6, arbitrary: names.map((id): IdentitySet => ({ user: { id, displayName: 'Somebody' } })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(names, names)
      .map(([id, guest]): IdentitySet => ({ application: { id }, guest: { id: guest } })),
  },
  { weight: 1, arbitrary: oddIds.map((id): IdentitySet => ({ user: { id } })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<IdentitySet>({}, { user: undefined }, { application: { id: 'the-app' } }, inherited),
  },
)

const raw: fc.Arbitrary<ResultInfo> = fc.record(
  {
    code: fc.constantFrom(200, 400, 408, 412, 487, 603, 777, Number.MAX_SAFE_INTEGER, -1),
    subcode: fc.constantFrom(0, 5010, 8508, 8537, 8544, 9999, 560603, 3003),
    message: fc.constantFrom(
      '',
      'DiagCode: 480#10076.@',
      'addParticipants failed for participant 8:orgid:bob. Underlying',
    ),
  },
  { requiredKeys: [] },
)

/** As an edge reads them, and as one that reads nothing leaves them. */
const results = fc.oneof({ weight: 4, arbitrary: raw.map(readResult) }, raw)

const sequences = fc.option(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, -1, 2 ** 53 - 1)), {
  nil: undefined,
  freq: 6,
})

const entries: fc.Arbitrary<readonly RosterEntry[]> = fc
  .tuple(
    fc.constantFrom<readonly RosterEntry[]>([], [bot], [bot], [{ ...bot, id: undefined }], [bot, bot]),
    fc.array(
      fc.record({
        id: optionalId,
        identity: identities,
        isInLobby: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
        isMuted: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
        removed: fc.option(fc.constantFrom({}, { reason: 'left' }), { nil: undefined, freq: 2 }),
        sequence: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 1 }),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([own, others]) => [...own, ...others])

const failures: fc.Arbitrary<ServiceFailure> = fc
  .record({
    status: fc.constantFrom(400, 403, 403, 403, 404, 409, 429, 500, undefined),
    code: fc.constantFrom('8522', '8558', '7504', 'BadRequest', ''),
    message: fc.constant('no'),
    retryAfterMs: fc.constantFrom(undefined, 2_128, 0.5, -1),
  })
  .map(readFailure)

function verdicts<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Verdict<T>> {
  return fc.oneof(
    value.map((of): Verdict<T> => ({ verdict: 'done', value: of })),
    fc
      .tuple(fc.constantFrom('refused', 'unconfirmed'), failures)
      .map(([verdict, failure]): Verdict<T> => ({ verdict, failure })),
  )
}

const nothing = fc.constant(undefined)
const operations = fc.record({
  operationId: fc.constantFrom(undefined, 'op-1', 'op-2', 'op-3', '__proto__'),
  clientContext: fc.option(invitationIds, { nil: undefined, freq: 1 }),
  status: fc.constantFrom('running', 'completed', 'failed'),
  result: fc.option(results, { nil: undefined }),
  participants: fc.option(fc.array(fc.record({ identity: identities, participantId: optionalId }), { maxLength: 3 }), {
    nil: undefined,
  }),
})
const said = fc.option(fc.boolean(), { nil: undefined, freq: 2 })
const snapshots = fc.record(
  { entries, isComplete: said, operations: fc.array(operations, { maxLength: 2 }) },
  { requiredKeys: ['entries'] },
)
const callReports = fc.record({
  state: fc.constantFrom<(CallState | undefined)[]>(
    undefined,
    'unknown',
    'incoming',
    'ringing',
    'redirecting',
    'establishing',
    'established',
    'established',
    'hold',
    'transferring',
    'transferAccepted',
    'terminating',
  ),
  myParticipantId: fc.option(fc.constantFrom(BOT, BOT, 'r-4'), { nil: undefined, freq: 1 }),
  result: fc.option(results, { nil: undefined, freq: 1 }),
  reference: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 'room-1', 'room-1', 'room-2', ''),
})
const theEnd = fc.record({
  state: fc.constant('terminated' as const),
  result: fc.option(results, { nil: undefined }),
  isDeleted: fc.boolean(),
})
const deadlines = fc.oneof(
  fc
    .tuple(fc.constantFrom('ring', 'grace', 'confirm', 'retry', 'complete'), keys)
    .map(([kind, key]) => `${kind}/${key}`),
  fc.constantFrom('keepAlive', 'hangUp', 'refetch', 'resync', '', '__proto__'),
)
const invitees = fc.array(
  fc.record({
    identity: identities,
    participantId: optionalId,
    isHidden: fc.constantFrom(undefined, true),
    replacesCallId: fc.constantFrom(undefined, 'other'),
  }),
  { minLength: 1, maxLength: 3 },
)

/** Every event type there is, with arbitrary contents. */
export const anyMessage: { readonly [T in CallEvent['type']]: fc.Arbitrary<Extract<Message, { type: T }>> } = {
  'invite.requested': fc.record({
    type: fc.constant('invite.requested'),
    invitation: invitationIds,
    invitees,
    ringTimeoutMs: fc.constantFrom(undefined, 5_000, 200_000, 0, -1),
  }),
  'cancel.requested': fc.record({ type: fc.constant('cancel.requested'), key: keys }),
  'removal.requested': fc.record({ type: fc.constant('removal.requested'), key: keys }),
  'mute.requested': fc.record({ type: fc.constant('mute.requested'), key: keys, clientContext: invitationIds }),
  'hangUp.requested': fc.record({ type: fc.constant('hangUp.requested') }),
  'call.adopted': fc.record({ type: fc.constant('call.adopted') }),
  'invite.answered': fc.record({
    type: fc.constant('invite.answered'),
    invitation: invitationIds,
    answer: verdicts(operations),
  }),
  'removal.answered': fc.record({
    type: fc.constant('removal.answered'),
    key: keys,
    attempt: fc.integer({ min: -1, max: 4 }),
    answer: verdicts(nothing),
  }),
  'mute.answered': fc.record({
    type: fc.constant('mute.answered'),
    key: keys,
    clientContext: invitationIds,
    answer: verdicts(operations),
  }),
  'hangUp.answered': fc.record({ type: fc.constant('hangUp.answered'), answer: verdicts(nothing) }),
  'keepAlive.answered': fc.record({
    type: fc.constant('keepAlive.answered'),
    answer: fc.oneof(
      { weight: 9, arbitrary: fc.constant<Verdict>({ verdict: 'done', value: undefined }) },
      { weight: 1, arbitrary: verdicts(nothing) },
    ),
  }),
  'call.fetched': fc.record({
    type: fc.constant('call.fetched'),
    answer: fc.oneof(
      { weight: 9, arbitrary: callReports.map((value): Verdict<typeof value> => ({ verdict: 'done', value })) },
      { weight: 1, arbitrary: verdicts(callReports) },
    ),
  }),
  'roster.fetched': fc.record({
    type: fc.constant('roster.fetched'),
    fetch: fc.integer({ min: -1, max: 6 }),
    answer: verdicts(snapshots),
  }),
  'call.bound': fc.record({ type: fc.constant('call.bound'), tenant: oddIds }),
  'call.reported': fc
    .oneof({ weight: 12, arbitrary: callReports }, { weight: 1, arbitrary: theEnd })
    .map((report) => ({ type: 'call.reported' as const, ...report })),
  'operation.reported': operations.map((report) => ({ type: 'operation.reported' as const, ...report })),
  'roster.reported': fc.oneof(
    fc.record({
      type: fc.constant('roster.reported' as const),
      kind: fc.constant('full' as const),
      sequence: fc.option(sequences, { nil: undefined, freq: 1 }),
      entries,
      isComplete: said,
    }),
    fc.record({
      type: fc.constant('roster.reported' as const),
      kind: fc.constant('delta' as const),
      sequence: sequences,
      entries,
    }),
  ),
  'notification.unrecognised': fc.record({
    type: fc.constant('notification.unrecognised'),
    resource: oddIds,
    what: oddIds,
  }),
  'deadline.passed': fc.record({ type: fc.constant('deadline.passed'), deadline: deadlines }),
  'host.resumed': fc.record({ type: fc.constant('host.resumed') }),
}

const messages: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: anyMessage['invite.requested'] },
  { weight: 3, arbitrary: anyMessage['invite.answered'] },
  { weight: 4, arbitrary: anyMessage['operation.reported'] },
  { weight: 8, arbitrary: anyMessage['roster.reported'] },
  ...Object.values(anyMessage).map((arbitrary) => ({ weight: 1, arbitrary: arbitrary as fc.Arbitrary<Message> })),
)

const live = fc.record({
  type: fc.constant('live' as const),
  what: fc.constantFrom('delete', 'fetch', 'invite', 'deadline', 'repeat', 'remove'),
  pick: fc.nat(20),
  answer: fc.oneof(
    { weight: 3, arbitrary: fc.constant('done' as const) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('refused', 'unconfirmed'), failures)
        .map(([verdict, failure]): Verdict<never> => ({ verdict, failure })),
    },
  ),
  snapshot: snapshots,
})

const waits = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 1, 400, 2_000, 10_000, 30_000) },
  { weight: 1, arbitrary: fc.constantFrom(-5_000, 0.25, 700_000) },
)

/** Histories of up to so many steps. */
export function anyHistory(maxLength: number): fc.Arbitrary<readonly Draw[]> {
  return fc.array(fc.record({ waitMs: waits, event: fc.oneof(live, messages) }), {
    minLength: 1,
    maxLength,
    size: 'max',
  })
}

/** Odd moments for a whole history to happen at: before the epoch, in fractions, further than a date reaches. */
export const oddBeginnings = fc.constantFrom(BEGINNING, BEGINNING, BEGINNING, 0, -1_000_000, 0.5, 2 ** 53 - 2)

/** What a draw means to the script as it stands; undefined when it means nothing there. */
export function messageOf(script: Script, { event }: Draw): Message | CallEvent | undefined {
  if (event.type !== 'live') return event
  const { call } = script
  const answer = event.answer === 'done' ? undefined : event.answer
  switch (event.what) {
    case 'delete': {
      const sent = [...call.participants.values()]
        .filter(({ removal }) => removal === 'sent')
        .sort((one, other) => one.ordinal - other.ordinal)
      const one = sent[event.pick % Math.max(1, sent.length)]
      return (
        one && {
          type: 'removal.answered',
          key: one.key,
          attempt: one.removalAttempts,
          answer: answer ?? { verdict: 'done', value: undefined },
        }
      )
    }
    case 'fetch':
      return (
        call.roster.fetch && {
          type: 'roster.fetched',
          fetch: call.roster.fetch.number,
          answer: answer ?? { verdict: 'done', value: event.snapshot },
        }
      )
    case 'invite': {
      const waiting = [...call.invitations.values()]
        .filter(({ request }) => request === 'sent')
        .map(({ id }) => id)
        .sort()
      const invitation = waiting[event.pick % Math.max(1, waiting.length)]
      return invitation === undefined
        ? undefined
        : {
            type: 'invite.answered',
            invitation,
            answer: answer ?? { verdict: 'done', value: { operationId: `op-${event.pick % 3}`, status: 'running' } },
          }
    }
    case 'deadline': {
      const [next] = [...call.deadlines].sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))
      if (next === undefined) return undefined
      script.at = Math.max(script.at, next[1])
      return { type: 'deadline.passed', deadline: next[0] }
    }
    case 'repeat':
      return script.history.at(-1 - (event.pick % Math.max(1, script.history.length)))
    case 'remove': {
      const open = [...call.participants.values()]
        .filter(({ ending }) => ending === undefined)
        .sort((one, other) => one.ordinal - other.ordinal)
      const one = open[event.pick % Math.max(1, open.length)]
      return one && { type: 'removal.requested', key: one.key }
    }
  }
}
