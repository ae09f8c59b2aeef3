import type { RosterEntry } from '../../src/call/model/events.ts'
import { defaultCallOptions } from '../../src/call/model/options.ts'
import type { Trace } from '../../src/trace/trace.ts'
import { bot, person, ManualHost } from './manual-host.ts'
import { readResult } from '../../src/graph/wire/result-codes.ts'

const done = { verdict: 'done', value: undefined } as const

/** The trace of a host so far. */
export function traceOf(host: ManualHost): Trace {
  return { callId: host.call.id, options: host.call.options, isRedacted: false, entries: [...host.entries] }
}

/** A meeting with typical failures: a cancel that crosses the answer, a decline, a lost and a late report, a refused removal. */
export function meeting(): ManualHost {
  const host = new ManualHost()
  const [ann, bob, cem, dan, eve] = [
    person(1, 'Ann Abel'),
    person(2, 'Bob Brandt'),
    person(3, 'Cem Can'),
    person(4, 'Dan Dorn'),
    person(5, 'Eve Engel'),
  ]
  const full = (entries: readonly RosterEntry[], afterMs: number) =>
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...entries] }, afterMs)
  const invite = (name: string, entry: RosterEntry, afterMs: number): void => {
    host.take({ type: 'invite.requested', invitation: name, invitees: [{ identity: entry.identity }] }, afterMs)
    host.take(
      {
        type: 'invite.answered',
        invitation: name,
        answer: {
          verdict: 'done',
          value: { operationId: `operation-${name}`, clientContext: name, status: 'running' },
        },
      },
      180,
    )
  }
  host.take({ type: 'call.reported', state: 'establishing', myParticipantId: 'bot' }, 0)
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' }, 700)
  full([], 300)
  invite('invite-ann', ann, 900)
  full([{ ...ann, isInLobby: true }], 5_200)
  full([ann], 3_100)
  invite('invite-bob', bob, 2_000)
  invite('invite-cem', cem, 600)
  host.take({ type: 'removal.requested', key: 'invite-bob' }, 4_000)
  host.take(
    {
      type: 'operation.reported',
      operationId: 'operation-invite-cem',
      clientContext: 'invite-cem',
      status: 'failed',
      result: readResult({ code: 603, subcode: 8538, message: 'Callee declined.' }),
    },
    900,
  )
  // The cancel crosses the answer: Bob is on the roster before the service gave an id to delete.
  full([ann, bob], 350)
  host.take({ type: 'removal.answered', key: 'invite-bob', attempt: 1, answer: done }, 210)
  host.add({ lost: { type: 'roster.reported' }, at: host.at + 300, direction: 'toBot' })
  full([ann, dan], 2_600)
  full([ann, bob], 150)
  host.take({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot, ann, dan] } } }, 260)
  host.take({ type: 'removal.requested', key: 'person-4' }, 3_000)
  host.take(
    {
      type: 'removal.answered',
      key: 'person-4',
      attempt: 1,
      answer: {
        verdict: 'refused',
        failure: { reason: 'forbidden', status: 403, code: '7505', message: 'Tenant policy.' },
      },
    },
    240,
  )
  host.take(
    {
      type: 'operation.reported',
      operationId: 'operation-invite-cem',
      clientContext: 'invite-cem',
      status: 'failed',
      result: readResult({ code: 603, subcode: 8538 }),
    },
    800,
  )
  host.add({ note: 'Eve joins by herself', at: host.at + 500 })
  full([ann, dan, eve], 900)
  host.take({ type: 'mute.requested', key: 'person-5', clientContext: 'mute-1' }, 1_500)
  full([ann, dan, { ...eve, isMuted: true }], 400)
  host.take({ type: 'removal.requested', key: 'invite-ann' }, 2_500)
  host.take({ type: 'removal.answered', key: 'invite-ann', attempt: 1, answer: done }, 190)
  return host
}

/** An ended call of participants whose names are too long, too short, or not of Latin letters. */
export function longNames(): ManualHost {
  const host = new ManualHost('19:meeting_NDQ4NzkwYTMtZGQ2Ni00OWE4LTg3YWItMzY3ZjJhZDRhMmE3@thread.v2')
  const people = [
    'Maximiliane-Charlotte von und zu Hohenlohe-Schillingsfürst (extern, Vertrieb DACH)',
    'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft',
    '株式会社サンプル 営業本部 第三営業部 山田太郎',
    'دعم العملاء — قسم المبيعات',
    'b',
    'Conference Room 12.345 – Building 7 North – Redmond Campus (Teams Rooms Pro)',
  ].map((name, index) => person(index + 1, name, { isMuted: index % 2 === 0 }))
  const failure = {
    reason: 'forbidden',
    status: 403,
    code: 'InsufficientPermissionsForThisOperation',
    message: 'Tenant policy.',
  } as const
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...people] }, 65_000)
  host.take({ type: 'removal.requested', key: 'person-1' }, 3_600_000)
  host.take({ type: 'removal.answered', key: 'person-1', attempt: 1, answer: { verdict: 'refused', failure } }, 200)
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...people.slice(0, 5)] }, 100_000)
  host.take(
    { type: 'call.reported', state: 'terminated', result: readResult({ code: 0, subcode: 5000, message: 'Ended.' }) },
    5_000,
  )
  return host
}

/** A call larger than a table can show, in which participants join, leave and are muted. */
export function crowd(size: number, changes: number): Trace {
  const host = new ManualHost('crowd')
  const people = Array.from({ length: size }, (_, index) =>
    person(index, `Person ${index}`, { isInLobby: index % 10 === 0 }),
  )
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...people] })
  host.take({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot, ...people] } } })
  for (let change = 0; change < changes; change += 1) {
    const one = people[(change * 7) % size] as RosterEntry
    host.take({
      type: 'roster.reported',
      kind: 'delta',
      sequence: change + 1,
      entries: [change % 2 === 0 ? { ...one, isMuted: true } : { ...one, removed: {} }],
    })
  }
  return traceOf(host)
}

/** A trace of notes only. */
export function notes(count: number): Trace {
  return {
    callId: 'notes',
    options: defaultCallOptions,
    isRedacted: false,
    entries: Array.from({ length: count }, (_, index) => ({ note: `note ${index}`, at: index })),
  }
}
