import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallEvent } from '../../src/call/events.ts'
import { defaultCallOptions } from '../../src/call/options.ts'
import { redactTrace } from '../../src/inspect/redaction.ts'
import { replay, writeTrace, type Trace } from '../../src/inspect/trace.ts'
import { Player } from '../../src/testing/player.ts'
import { stories, tellStory } from '../../src/testing/story.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { meeting, traceOf } from './example-traces.ts'
import { userId } from './staged-host.ts'

const seed = 7_310

/** What became of everybody, without who they are. */
function outcome(trace: Trace): unknown {
  const frames = replay(trace)
  const people = [...frames.at(-1)?.call.participants.values() ?? []].sort((one, other) => one.ordinal - other.ordinal)
  return {
    steps: frames.map(({ outcome: { type }, changes, effects }) => [type, changes.length, effects.map((effect) => effect.type)]),
    people: people.map(({ state, removal, ending }) => [state, removal, ending?.cause, ending?.by]),
  }
}

const traceWith = (...events: readonly CallEvent[]): Trace => ({ callId: 'c', options: defaultCallOptions, isRedacted: false, entries: events.map((event) => ({ event })) })

describe('a redacted trace', () => {
  test(`steps to the same story (seed ${seed})`, () => {
    fc.assert(fc.property(stories(3), (story) => {
      const { intents, evidence, snapshot } = tellStory(story)
      const player = new Player(rollcallSystem)
      for (const message of [...intents, ...evidence]) player.tell(message)
      player.settle(() => snapshot)
      const trace = traceWith(...player.history)
      expect(outcome(redactTrace(trace))).toEqual(outcome(trace))
    }), { seed, numRuns: 150 })
  })

  test('holds nobody\'s name or id', () => {
    const text = writeTrace(redactTrace(traceOf(meeting())))
    for (const name of ['Ann', 'Abel', 'Brandt', 'Engel', userId(1), userId(5)]) expect(text).not.toContain(name)
    expect(text).toContain('user-1')
    expect(text).toContain('"isRedacted":true')
  })

  test('calls the same person the same, in a key, a deadline and a message as well, and keeps who is meant', () => {
    const number = '+4930123456789'
    const trace = traceWith(
      { type: 'roster.reported', kind: 'full', at: 1, entries: [{ id: 'x1', identity: { user: { id: 'user-guid-0001', displayName: 'Bob' } }, isInLobby: false, isMuted: false }] },
      { type: 'invite.requested', invitation: 'i', at: 2, invitees: [{ identity: { phone: { id: number } } }, { identity: { phone: { id: '+4930999999999' } } }] },
      { type: 'operation.reported', clientContext: 'i', at: 3, status: 'failed', result: { code: 500, subcode: 0, message: `addParticipants failed for participant 4:${number}. Ask Bob. DiagCode: 487#10004.@` } },
    )
    const redacted = redactTrace(trace)
    expect(outcome(redacted)).toEqual(outcome(trace))
    const text = writeTrace(redacted)
    expect(text).not.toMatch(/30123456|30999999|Bob|user-guid/)
    expect(text).toContain('phone-1…89')
    expect(text).toContain('DiagCode: 487#10004')
  })

  test('says nothing of addresses and numbers that only a message holds', () => {
    const text = writeTrace(redactTrace(traceWith({ type: 'call.reported', at: 1, result: { message: 'asked by carol@example.org, call +15550100123, tenant 3fa85f64-5717-4562-b3fc-2c963f66afa6' } })))
    expect(text).not.toMatch(/carol|5550100|3fa85f64/)
  })

  test('leaves out what it cannot understand', () => {
    const text = writeTrace(redactTrace({ ...traceWith(), entries: [{ unknown: { secret: 'Bob' } }] }))
    expect(text).not.toContain('Bob')
  })

  test('is not redacted again', () => {
    const once = redactTrace(traceOf(meeting()))
    expect(redactTrace(once)).toBe(once)
  })

  test('is not led astray by ids that are words of the format', () => {
    const identity = { user: { id: 'established' }, guest: { id: 'full' } }
    const trace = traceWith(
      { type: 'call.reported', state: 'established', at: 1 },
      { type: 'roster.reported', kind: 'full', at: 2, entries: [{ id: '__proto__', identity, isInLobby: false, isMuted: false }] },
    )
    expect(outcome(redactTrace(trace))).toEqual(outcome(trace))
  })
})
