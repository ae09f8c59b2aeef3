import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { isRequest } from '../../src/call/model/effects.ts'
import type { CallEvent } from '../../src/call/model/events.ts'
import { explain } from '../../src/call/explain.ts'
import { invariants } from '../../src/call/invariants.ts'
import { openCall, step } from '../../src/call/step.ts'
import { isOpen, isPresent } from '../../src/participant/participant.ts'
import { runs } from '../effort/runs.ts'
import { anyHistory, anyMessage, messageOf, oddBeginnings, type Draw } from './any-event.ts'
import { bot, established, on, Script, withRinging } from './script.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_104)
const histories = Number(process.env['ROLLCALL_RUNS'] ?? runs(100, 400))

/** What is rare comes up within so many histories. */
const MANY = 3_000

/** Is asked after every step, with what the step added to the script. */
type Look = (script: Script, event: CallEvent, effects: Script['effects'], changes: Script['changes']) => void

/** Plays a history; an error comes with the events that led to it. */
function play(draws: readonly Draw[], beginning: number, look: Look, isChecked = false): Script {
  const script = new Script({ applicationId: 'the-app', tombstoneLimit: 4 }, { isChecked })
  script.at = beginning
  for (const draw of draws) {
    script.at += draw.waitMs
    const message = messageOf(script, draw)
    if (message === undefined) continue
    const [effects, changes] = [script.effects.length, script.changes.length]
    try {
      script.tell(message)
      look(script, script.history.at(-1) as CallEvent, script.effects.slice(effects), script.changes.slice(changes))
    } catch (error) {
      const history = script.history.map((event) => JSON.stringify(event)).join('\n')
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${history}`, { cause: error })
    }
  }
  return script
}

function holds(look: () => Look, isChecked = false): void {
  fc.assert(
    fc.property(anyHistory(40), oddBeginnings, (draws, beginning) => void play(draws, beginning, look(), isChecked)),
    { seed, numRuns: histories },
  )
}

describe(`in ${histories} histories of arbitrary events (seed ${seed})`, () => {
  test('no event throws, every invariant holds after every step, an ignored event returns the same call, and a restored call continues alike', () => {
    // The script asks all of that of every step.
    holds(() => () => undefined, true)
  })

  test('no DELETE is sent for a participant while one is in flight', () => {
    holds(() => {
      const inFlight = new Map<string, number>()
      return (_script, event, effects, changes) => {
        for (const change of changes) if (change.type === 'participant.forgotten') inFlight.delete(change.key)
        if (event.type === 'removal.answered' && inFlight.get(event.key) === event.attempt) inFlight.delete(event.key)
        for (const effect of effects) {
          if (effect.type !== 'participant.delete') continue
          expect(inFlight.has(effect.key), effect.id).toBe(false)
          inFlight.set(effect.key, effect.attempt)
        }
      }
    })
  })

  test('no invitation is posted twice while any of its invitees is remembered', () => {
    holds(() => {
      const posted = new Set<string>()
      const invitationOf = new Map<string, string>()
      return (script, _event, effects, changes) => {
        // A step forgets first, and then takes its event.
        for (const change of changes) {
          if (change.type !== 'participant.forgotten') continue
          const invitation = invitationOf.get(change.key)
          invitationOf.delete(change.key)
          if (invitation !== undefined && ![...invitationOf.values()].includes(invitation)) posted.delete(invitation)
        }
        for (const { key, invitation } of script.call.participants.values())
          if (invitation !== undefined) invitationOf.set(key, invitation)
        for (const effect of effects) {
          if (effect.type !== 'participants.invite') continue
          expect(posted.has(effect.invitation), effect.id).toBe(false)
          posted.add(effect.invitation)
        }
        const remembered = new Set([...script.call.participants.values()].map(({ invitation }) => invitation))
        for (const invitation of posted)
          if (!remembered.has(invitation) && !script.call.invitations.has(invitation)) posted.delete(invitation)
      }
    })
  })

  test('nothing is requested after the end, and the end is announced once', () => {
    holds(() => {
      let ends = 0
      return (script, _event, effects, changes) => {
        if (ends > 0) expect(effects).toEqual([])
        ends += changes.filter((change) => change.type === 'call.changed' && change.to === 'terminated').length
        expect(ends).toBe(script.call.state === 'terminated' ? 1 : 0)
        if (ends > 0) expect(effects.filter(isRequest)).toEqual([])
      }
    })
  })

  test('an ended participant stays ended, and its end is announced once', () => {
    holds(() => {
      const endings = new Map<string, string>()
      return (script, _event, _effects, changes) => {
        for (const change of changes) if (change.type === 'participant.forgotten') endings.delete(change.key)
        for (const { key, state, ending } of script.call.participants.values()) {
          const now = JSON.stringify([state, ending])
          if (endings.has(key)) expect(now).toBe(endings.get(key))
          else if (ending !== undefined) endings.set(key, now)
        }
        const told = changes.flatMap((change) =>
          change.type === 'participant.changed' && change.isAnnounced && change.ending !== undefined
            ? [change.key]
            : [],
        )
        expect(new Set(told).size).toBe(told.length)
      }
    })
  })

  test('the announced changes of a participant form a chain: each starts where the last one ended', () => {
    holds(() => {
      const told = new Map<string, string>()
      return (_script, _event, _effects, changes) => {
        for (const change of changes) {
          if (change.type === 'participant.forgotten') told.delete(change.key)
          if (change.type !== 'participant.changed' || !change.isAnnounced) continue
          expect(change.from, change.key).toBe(told.get(change.key))
          expect(change.to, change.key).not.toBe(change.from)
          told.set(change.key, change.to)
        }
      }
    })
  })

  test('the changes alone reconstruct the participants', () => {
    holds(() => {
      const rebuilt = new Map<string, unknown>()
      return (script, _event, _effects, changes) => {
        for (const change of changes) {
          if (change.type === 'participant.forgotten') rebuilt.delete(change.key)
          else if (change.type === 'participant.changed') rebuilt.set(change.key, change.participant)
        }
        expect(rebuilt.size).toBe(script.call.participants.size)
        for (const [key, participant] of script.call.participants) expect(rebuilt.get(key), key).toBe(participant)
      }
    })
  })

  test('the timer effects alone reconstruct the deadlines', () => {
    holds(() => {
      const timers = new Map<string, number>()
      return (script, _event, effects) => {
        for (const effect of effects) {
          if (effect.type === 'timer.schedule') timers.set(effect.deadline, effect.at)
          else if (effect.type === 'timer.cancel') timers.delete(effect.deadline)
        }
        expect([...timers].sort()).toEqual([...script.call.deadlines].sort())
      }
    })
  })

  test('every effect has its own id', () => {
    holds(() => {
      const ids = new Set<string>()
      return (_script, _event, effects, changes) => {
        // A clientContext may be used again once every participant of its invitation is forgotten.
        if (changes.some(({ type }) => type === 'participant.forgotten'))
          for (const id of ids) if (id.startsWith('invite/')) ids.delete(id)
        for (const effect of effects.filter(isRequest)) {
          // These go by a clientContext, or by the moment: asked for twice in one, they are one request.
          if (effect.type === 'participant.mute' || effect.type === 'call.hangUp' || effect.type === 'call.fetch')
            continue
          expect(ids.has(effect.id), effect.id).toBe(false)
          ids.add(effect.id)
        }
      }
    })
  })

  test('the same history gives the same bytes, and no step changes its input', () => {
    fc.assert(
      fc.property(anyHistory(40), oddBeginnings, (draws, beginning) => {
        const { history } = play(draws, beginning, () => undefined)
        let one = openCall('c')
        let other = openCall('c')
        for (const event of history) {
          const before = JSON.stringify(encodeCall(one))
          const result = step(one, event)
          expect(JSON.stringify(encodeCall(one))).toBe(before)
          one = result.call
          other = step(other, event).call
          expect(JSON.stringify(encodeCall(one))).toBe(JSON.stringify(encodeCall(other)))
        }
      }),
      { seed, numRuns: Math.ceil(histories / 4) },
    )
  })

  test('every participant can be explained', () => {
    holds(() => (script) => {
      for (const key of script.call.participants.keys()) expect(explain(script.call, key)?.sentence).toContain(key)
    })
  })

  test('cover every state, phase of a removal, and cause that can occur', () => {
    const wanted = new Set([
      'invited.undefined',
      'invited.held',
      'ringing.undefined',
      'ringing.held',
      'ringing.sent',
      'ringing.accepted',
      'ringing.refused',
      'lobby.undefined',
      'lobby.sent',
      'active.undefined',
      'active.held',
      'active.sent',
      'active.accepted',
      'active.refused',
      'removed.undefined',
      'removed.confirmed',
      'cancelled.undefined',
      'cancelled.confirmed',
      'cancelled by local',
      'removed by local',
      'left by remote',
      'noAnswer by deadline',
      'declined by remote',
      'orphan',
      'alias',
      'nameless',
      'broken fence',
    ])
    const meet = (what: string): void => void wanted.delete(what)
    for (const [draws, beginning] of fc.sample(fc.tuple(anyHistory(40), oddBeginnings), { seed, numRuns: MANY })) {
      play(draws, beginning, ({ call }) => {
        for (const { state, removal, ending } of call.participants.values()) {
          meet(`${state}.${removal}`)
          if (ending !== undefined) meet(`${ending.cause} by ${ending.by}`)
        }
        if (call.unmatchedOperations.size > 0) meet('orphan')
        if (call.aliases.size > 0) meet('alias')
        if ([...call.participants.values()].some((one) => isPresent(one) && one.id === undefined)) meet('nameless')
        if (call.roster.fetch?.isFenceBroken) meet('broken fence')
      })
      if (wanted.size === 0) break
    }
    expect([...wanted]).toEqual([])
  })
})

describe('every single event of any kind', () => {
  const calls = {
    'a call without any evidence': () => new Script(),
    'an established call with a participant': () => {
      const script = withRinging('i-1')
      script.full(bot, on('ann', { id: 'r-1' }), on('bob', { id: 'r-2', lobby: true }))
      return script
    },
    'a call that has ended': () => {
      const script = established()
      script.reported({ state: 'terminated' })
      return script
    },
  }

  test.each(Object.keys(anyMessage) as (keyof typeof anyMessage)[])(
    `%s is applied or ignored by any call, at any moment (seed ${seed})`,
    (type) => {
      for (const make of Object.values(calls)) {
        const { call } = make()
        fc.assert(
          fc.property(anyMessage[type], oddBeginnings, (message, at) => {
            const result = step(call, { ...message, at } as CallEvent)
            expect(invariants(result.call)).toEqual([])
            expect(result.outcome.type === 'ignored').toBe(result.call === call)
          }),
          { seed, numRuns: runs(20, 60) },
        )
      }
    },
  )

  test('of an unknown type is ignored: callers without types get an outcome', () => {
    const { call } = established()
    const result = step(call, { type: 'something.else', at: 1 } as unknown as CallEvent)
    expect(result).toEqual({ call, effects: [], changes: [], outcome: { type: 'ignored', reason: 'notPossible' } })
  })
})

describe('the invariants', () => {
  test.each([
    ['an ended participant without an ending', 'bob', { state: 'removed' }],
    ['an open participant with an ending', 'bob', { ending: { cause: 'left', by: 'remote', at: 1 } }],
    ['a removal without a request', 'bob', { removal: 'held' }],
    ['a DELETE without an address', 'bob', { removal: 'sent', removalRequestedAt: 1 }],
    ['a participant stored under another key', 'bob', { key: 'other' }],
    ['an ordinal that was never given', 'bob', { ordinal: 99 }],
    ['a state that is in the wrong list', 'bob', { state: 'active' }],
    ['an id that resolves to no participant', 'bob', { participantId: 'unheard of' }],
  ])('reject %s', (_what, key, wrong) => {
    const script = withRinging('bob')
    expect(invariants(script.call)).toEqual([])
    const participants = script.call.participants.set(key, { ...script.get(key), ...wrong } as never)
    expect(invariants({ ...script.call, participants })).not.toEqual([])
  })

  test('reject lists, indexes and deadlines that do not fit', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('ann'))
    const { call } = script
    const broken: Partial<typeof call>[] = [
      { pending: [] },
      { pending: ['bob', 'bob'] },
      { byIdentity: call.byIdentity.delete('["user"]') },
      { byInvitation: call.byInvitation.delete('bob') },
      { byInvitation: call.byInvitation.set('bob', 2) },
      { tombstones: ['r-ann'] },
      { byId: call.byId.delete('r-ann') },
      { byId: call.byId.set('r-x', 'r-ann') },
      { byId: call.byId.set('r-ann', 'bob') },
      { aliases: call.aliases.set('r-x', 'r-ann') },
      { deadlines: call.deadlines.delete('ring/bob') },
      { deadlines: call.deadlines.set('grace/r-ann', 1) },
      { deadlines: call.deadlines.set('what', 1) },
      { deadlines: call.deadlines.set('ring/bob', Number.NaN) },
      { trails: call.trails.delete('bob') },
      { introduced: 0 },
      { self: { participantId: 'r-ann' } },
      { state: 'terminated' },
      { ending: { cause: 'lost', by: 'service', at: 1 } },
      { invitations: call.invitations.set('x', call.invitations.get('bob') as never) },
      { roster: { ...call.roster, baseline: 4 } },
      { roster: { ...call.roster, fetch: { number: 9, attempt: 1, requestedAt: 1, isFenceBroken: false } } },
    ]
    expect(invariants(call)).toEqual([])
    for (const part of broken) expect(invariants({ ...call, ...part }), JSON.stringify(part)).not.toEqual([])
  })

  test('hold for a present participant with an id, and reject two with the same id', () => {
    const script = established()
    script.full(bot, on('ann'), on('bob'))
    const participants = script.call.participants.set('r-bob', { ...script.get('r-bob'), id: 'r-ann' })
    expect([...participants.values()].every((one) => isOpen(one) && isPresent(one))).toBe(true)
    expect(invariants({ ...script.call, participants })).toContain(
      'two present participants have the same roster id: ["r-ann","r-ann"]',
    )
  })
})
